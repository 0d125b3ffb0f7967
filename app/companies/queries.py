"""Reads of a person's companies."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select

from app.access import Access, AccountAccess, MemberAccess
from app.companies.sections import FEW
from app.rights import Right, rights_of
from app.searching import folded
from app.sessions import is_alive
from db.models import DRAFT_KEPT, Company, Draft, Membership, Slot, SlotState, StaffMember
from db.models.company import label_of

PAGE = 25
SORTS = {"code": "code", "nom": "name", "commune": "town"}


@dataclass(frozen=True, slots=True)
class Mine:
    """One company of the list, as it is shown."""

    code: str
    name: str
    town: str
    siret: str
    roles: list[str]
    third_party: bool
    ends_on: date | None
    is_closed: bool

    @property
    def label(self) -> str:
        return label_of(self.code, self.name, self.town)


async def my_companies(access: AccountAccess, today: date) -> list[Mine]:
    """Every company that this account acts for, by code: one query, plain columns."""
    columns = [Company.code, Company.name, Company.town, Company.siret, Company.closed_at]
    rights = [Membership.roles, Membership.third_party, Membership.ends_on]
    statement = (
        sqlalchemy.select(*map(col, columns + rights))
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(col(Membership.account_id) == access.account.key, is_alive(today))
        .order_by(col(Company.code))
    )
    return [
        Mine(code, name, town, siret, roles, third_party, ends_on, closed_at is not None)
        for code, name, town, siret, closed_at, roles, third_party, ends_on in await access.table(statement)
    ]


async def landing_of(access: Access, account_id: int, now: datetime, today: date) -> tuple[str, str]:
    """Where a person lands, a route and the code of a company: what they were typing, else their company,
    else the list of theirs; at the service, its own home.
    """
    typing = select(Draft).where(Draft.account_id == account_id, Draft.created_at > now - DRAFT_KEPT)
    if await access.first(typing):
        return "account.draft", ""
    mine = (
        select(Company.code)
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(col(Membership.account_id) == account_id, is_alive(today))
        .order_by(col(Company.code))
        .limit(FEW + 1)
    )
    codes = await access.all(mine)
    if 0 < len(codes) <= FEW:
        return "companies.show", codes[0]
    works_here = await access.first(select(StaffMember).where(StaffMember.account_id == account_id))
    return ("companies.index" if codes or works_here is None else "staff.index"), ""


async def slots_to_answer(
    access: AccountAccess, codes: list[str], today: date, now: datetime
) -> dict[str, int]:
    """How many appointments wait for an answer, by code: none where this account may not answer."""
    columns: list[Any] = [Company.code, Membership.roles, func.count(col(Slot.id))]
    statement = (
        sqlalchemy.select(*columns)
        .select_from(Membership)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Slot, col(Slot.company_id) == Membership.company_id)
        .where(
            col(Membership.account_id) == access.account.key, is_alive(today),
            col(Company.code).in_(codes), col(Slot.company_id) == col(Company.id),
            col(Slot.state) == SlotState.PROPOSED, col(Slot.starts_at) > now,
        )
        .group_by(col(Company.code), col(Membership.id))
    )  # fmt: skip
    rows = await access.table(statement)
    found = {code: number for code, roles, number in rows if Right.APPOINTMENTS in rights_of(roles)}
    return dict.fromkeys(codes, 0) | found


def page_of(companies: list[Mine], q: str, sort: str, after: str) -> tuple[list[Mine], str]:
    """The companies that hold every word of `q`, sorted, 25 after the key `after`; and the next page's key.

    An account acts for hundreds at most: they are filtered here, accents and case aside, in one pass.
    """
    words = folded(q).split()
    field = SORTS.get(sort, "code")

    def key(each: Mine) -> str:
        return f"{folded(getattr(each, field))}|{each.code}"

    def holds(each: Mine) -> bool:
        text = folded(f"{each.code} {each.name} {each.town} {each.siret}")
        return all(word in text for word in words)

    found = sorted((each for each in companies if holds(each)), key=key)
    left = [each for each in found if key(each) > after] if after else found
    return left[:PAGE], key(left[PAGE - 1]) if len(left) > PAGE else ""


async def membership_at(access: MemberAccess, code: str, today: date) -> Membership | None:
    """What this account may do in another of its companies."""
    company_id = select(Company.id).where(Company.code == code).scalar_subquery()
    mine = select(Membership).where(
        col(Membership.company_id) == company_id, Membership.account_id == access.account.key, is_alive(today)
    )
    return await access.first(mine)
