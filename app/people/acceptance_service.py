"""The person invited says yes. The link proves the mailbox, the password proves the person."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.access import VisitorAccess
from app.devices import Origin, open_browser
from app.errors import NotFound, Refused
from app.keys import fingerprint
from app.passwords import weakness
from app.people.forms import NewMember
from app.people.queries import day_of, has_ended, hold_company, is_open
from app.sign_in.service import SignedIn, judge_password, sign_in
from db.models import Account, AccountToken, AuditKind, Company, Invitation, Membership, TokenKind

_invitee = aliased(Account)


@dataclass(frozen=True, slots=True)
class Invited:
    """Plain values: a page still shows them after a refusal took the rows back."""

    invitation_id: int
    token_hash: str
    company_id: int
    company_code: str
    company_name: str
    company_label: str
    email: str
    by: str
    roles: list[str]
    third_party: bool
    ends_on: date | None
    has_account: bool


async def invited_by_link(access: VisitorAccess, token: str, now: datetime) -> Invited:
    """What the link opens; `NotFound` when it is used, replaced, cancelled, too old or never was."""
    # The join stands in WHERE: the rows are those of the invitation's own company. One statement: who is
    # accepted meanwhile finds the link used, not the form of those who have an account.
    known = select(_invitee.id).where(_invitee.email == Invitation.email)
    # An address that its account may take back is not free either.
    undo = select(AccountToken.id).where(
        AccountToken.email == Invitation.email,
        AccountToken.kind == TokenKind.EMAIL_UNDO,
        col(AccountToken.used_at).is_(None),
        AccountToken.expires_at > now,
    )
    found = await access.rows(
        select(Invitation, Company, Account, known.exists() | undo.exists())
        .where(Invitation.company_id == Company.id, Account.id == Invitation.invited_by)
        .where(Invitation.token_hash == fingerprint(token), is_open(), Invitation.expires_at > now)
    )
    if not found or (found[0][0].ends_on or day_of(now)) < day_of(now):
        raise NotFound
    invitation, company, inviter, has_account = found[0]
    return Invited(
        invitation_id=invitation.key,
        token_hash=invitation.token_hash,
        company_id=company.key,
        company_code=company.code,
        company_name=company.name,
        company_label=company.label,
        email=invitation.email,
        by=inviter.full_name,
        roles=list(invitation.roles),
        third_party=invitation.third_party,
        ends_on=invitation.ends_on,
        has_account=has_account,
    )


async def accept_with_account(
    access: VisitorAccess, invited: Invited, password: str, origin: Origin, now: datetime
) -> SignedIn:
    """Sign in, guesses counted as on the sign-in's own page, then join."""
    signed_in = await sign_in(access, invited.email, password, origin, now)
    await _join(access, invited, signed_in.account, now)
    return signed_in


async def accept_as_new(
    access: VisitorAccess, invited: Invited, entry: NewMember, origin: Origin, now: datetime
) -> SignedIn:
    """Open the account with the password chosen here, then join: no other mail is needed."""
    of_account = entry.model_dump(include={"last_name", "first_name", "job_title"})
    # Not a row yet: 0 is nobody's id, so that only the words of the person and of the service are judged.
    nobody = Account(id=0, email=invited.email, created_at=now, **of_account)
    if reason := weakness(entry.new_password, [invited.company_code, *invited.company_name.split()]):
        raise Refused(reason, "new_password")
    hashed = await judge_password(access, nobody, entry.new_password)
    account = Account(email=invited.email, password_hash=hashed, created_at=now, **of_account)
    account.password_changed_at = account.first_signed_in_at = account.last_signed_in_at = now
    access.add(account)
    await access.flush()
    access.record(AuditKind.ACCOUNT_CREATED, now, account.key, invited.company_id)
    await _join(access, invited, account, now)
    access.record(AuditKind.SIGNED_IN, now, account.key, about=origin.browser)
    return SignedIn(account, await open_browser(access, account, origin, now), must_choose_password=False)


async def _join(access: VisitorAccess, invited: Invited, account: Account, now: datetime) -> None:
    """Use the link, once, and give the access that it promised. Access that is there already stays as it
    is; one that had ended begins again.
    """
    await hold_company(access, invited.company_id)
    asked = (col(Invitation.id) == invited.invitation_id) & (col(Invitation.token_hash) == invited.token_hash)
    if await access.change(update(Invitation).where(asked, is_open()).values(accepted_at=now)) != 1:
        raise NotFound
    membership = await access.first(
        select(Membership).where(
            Membership.account_id == account.key, Membership.company_id == invited.company_id
        )
    )
    if membership is None or has_ended(membership, day_of(now)):
        membership = membership or access.add(
            Membership(company_id=invited.company_id, account_id=account.key, created_at=now)
        )
        membership.roles, membership.third_party = list(invited.roles), invited.third_party
        membership.ends_on = invited.ends_on
    access.record(
        AuditKind.INVITATION_ACCEPTED, now, account.key, invited.company_id, about=account.full_name
    )
