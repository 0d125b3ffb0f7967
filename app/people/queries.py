"""Reads of the people who act for a company, and of its invitations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, String, bindparam, cast
from sqlmodel import col, select

from app.access import Access, MemberAccess, of_company
from app.errors import NotFound
from app.rights import ROLE_WORDS, Role
from app.sessions import is_alive
from db.models import Account, Company, Invitation, Membership

PAGE = 50


@dataclass(frozen=True, slots=True)
class PersonWithAccess:
    """Plain values: a page still shows them after a refusal took the rows back."""

    membership_id: int
    name: str
    email: str
    roles: list[str]
    third_party: bool
    ends_on: date | None
    has_ended: bool
    since: datetime
    last_signed_in_at: datetime | None
    is_me: bool

    @property
    def words(self) -> str:
        return role_words(self.roles)


def has_ended(membership: Membership, today: date) -> bool:
    """Access counts until the end of its last day."""
    return membership.ends_on is not None and membership.ends_on < today


def role_words(roles: Iterable[str]) -> str:
    """Gestion des salariés, Facturation"""
    held = set(roles)
    return ", ".join(words for role, (words, _) in ROLE_WORDS.items() if role in held) or "Aucun rôle"


_PEOPLE = (
    select(Membership, Account)
    .join(Account, col(Account.id) == Membership.account_id)
    .where(col(Membership.company_id) == bindparam("company"), col(Membership.id) > bindparam("after"))
    .order_by(col(Membership.id))
    .limit(PAGE + 1)
)


async def people(access: MemberAccess, today: date, after: int = 0) -> tuple[list[PersonWithAccess], int]:
    """People who have or had access, in order of arrival, and the key that the next page comes `after`: 0 for
    none.
    """
    rows = await access.rows(_PEOPLE, {"company": access.company.key, "after": after})
    page = [_person(access, membership, account, today) for membership, account in rows[:PAGE]]
    return page, page[-1].membership_id if len(rows) > PAGE else 0


async def person_of(access: MemberAccess, membership_id: int, today: date) -> PersonWithAccess:
    """`NotFound` for the membership of another company, as for one that never was."""
    membership = await access.get(Membership, membership_id)
    return _person(access, membership, await account_of(access, membership), today)


async def account_of(access: Access, membership: Membership) -> Account:
    account = await access.first(select(Account).where(Account.id == membership.account_id))
    if account is None:
        raise NotFound
    return account


def _person(access: MemberAccess, membership: Membership, account: Account, today: date) -> PersonWithAccess:
    return PersonWithAccess(
        membership_id=membership.key,
        name=account.full_name,
        email=account.email,
        roles=list(membership.roles),
        third_party=membership.third_party,
        ends_on=membership.ends_on,
        has_ended=has_ended(membership, today),
        since=membership.created_at,
        last_signed_in_at=account.last_signed_in_at,
        is_me=membership.key == access.membership.key,
    )


def administers(of: type[Membership] = Membership) -> ColumnElement[bool]:
    """Roles are JSON, which the two databases search differently: their text is alike."""
    return cast(col(of.roles), String).contains(f'"{Role.ADMINISTRATOR}"')


async def administrators(access: MemberAccess, today: date) -> Sequence[Account]:
    """The people to ask."""
    return await access.all(
        select(Account)
        .join(Membership, col(Membership.account_id) == Account.id)
        .where(Membership.company_id == access.company.key, is_alive(today), administers())
        .order_by(col(Membership.id))
        .limit(PAGE)
    )


async def has_access(access: Access, company_id: int, email: str, today: date) -> bool:
    theirs = select(Membership).join(Account, col(Account.id) == Membership.account_id)
    mine = theirs.where(col(Membership.company_id) == company_id, Account.email == email, is_alive(today))
    return await access.first(mine) is not None


def is_open() -> ColumnElement[bool]:
    """Neither accepted nor cancelled. The link may have expired: it can be sent again."""
    return col(Invitation.accepted_at).is_(None) & col(Invitation.cancelled_at).is_(None)


_INVITED = of_company(Invitation).where(is_open()).order_by(col(Invitation.id))


async def open_invitations(access: Access, company_id: int) -> Sequence[Invitation]:
    return await access.all(_INVITED, {"company": company_id})


async def invitation_of_company(access: MemberAccess, invitation_id: int) -> Invitation:
    invitation = await access.get(Invitation, invitation_id)
    if invitation.accepted_at or invitation.cancelled_at:
        raise NotFound
    return invitation


async def lock_company(access: Access, company_id: int) -> None:
    """Others who change who acts for this company wait for our commit. Always the first lock taken."""
    await access.first(select(Company.code).where(Company.id == company_id).with_for_update())
