"""Open sessions: one row a browser, a new token at every change of privilege."""

from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import Access
from app.sections import FEW
from app.security.keys import fingerprint, new_token
from app.security.seat import (
    ActingAccount,
    ActingCall,
    ActingCompany,
    ActingMembership,
    FollowingTeam,
    OpenedSession,
)
from app.staff_rights import StaffRight, staff_rights_of
from db.engine import Database
from db.functions import rows_as_json
from db.models import Account, AccountSession, CareTeam, Company, Membership, PhoneCall, StaffMember
from db.types import Instant


def open_session(
    access: Access,
    account: Account,
    browser: str,
    now: datetime,
    *,
    must_choose_password: bool = False,
    needs_factor: bool = False,
    device_id: int | None = None,
) -> str:
    """A session row for this account. The token goes into the cookie and nowhere else."""
    token = new_token()
    access.add(
        AccountSession(
            token_hash=fingerprint(token),
            account_id=account.key,
            device_id=device_id,
            browser=browser,
            must_choose_password=must_choose_password,
            needs_factor=needs_factor,
            created_at=now,
            seen_at=now,
        )
    )
    return token


async def has_factor_to_show(access: Access, account_id: int) -> bool:
    """True for the service's people: their password alone opens nothing. The demo skips that step."""
    return not access.portal.settings.demo and await is_staff(access, account_id)


_IS_STAFF: Any = select(StaffMember.id).where(col(StaffMember.account_id) == bindparam("account"))


async def is_staff(access: Access, account_id: int) -> bool:
    """True for an account that works for the service."""
    return await access.first(_IS_STAFF, {"account": account_id}) is not None


_STAFF = sqlalchemy.select(
    col(StaffMember.roles), col(Account.first_name), col(Account.last_name), col(Account.email)
).join(Account, col(Account.id) == StaffMember.account_id)


async def people_who_give(database: Database, transaction: AsyncSession, right: StaffRight) -> list[str]:
    """Names and addresses of the people of the service who have this right, in order."""
    people = await database.table(transaction, _STAFF, {})
    giving = [person for roles, *person in people if right in staff_rights_of(roles)]
    return sorted(f"{first} {last} ({email})" for first, last, email in giving)


async def end_sessions(access: Access, account: Account, now: datetime, *, keep: int | None = None) -> int:
    """End every open session of this account but `keep`. How many were open."""
    statement = (
        update(AccountSession)
        .where(col(AccountSession.account_id) == account.key, col(AccountSession.ended_at).is_(None))
        .where(col(AccountSession.id) != (keep or 0))
        .values(ended_at=now)
    )
    return await access.change(statement)


_SESSION = (
    select(AccountSession, Account, StaffMember)
    .join(Account, col(Account.id) == AccountSession.account_id)
    .outerjoin(StaffMember, col(StaffMember.account_id) == Account.id)
    .where(col(AccountSession.token_hash) == bindparam("token_hash"))
)


async def session_of(
    database: Database, transaction: AsyncSession, token: str
) -> tuple[AccountSession, Account, StaffMember | None] | None:
    """Session, account and what it is at the service, in one statement."""
    rows = await database.rows(transaction, _SESSION, {"token_hash": fingerprint(token)})
    return next(iter(rows), None)


def is_alive(today: date | BindParameter[date], of: type[Membership] = Membership) -> ColumnElement[bool]:
    """A membership counts until the end of its last day."""
    return col(of.ends_on).is_(None) | (col(of.ends_on) >= today)


class Seat(NamedTuple):
    """The session of one browser at one address. `company`, `membership`: none for a stranger.

    `choices`: code, name and town of the companies that the account acts for, by code; one more than `FEW`
    of them, whichever, when there are more.
    """

    session: OpenedSession
    account: ActingAccount
    company: ActingCompany | None
    membership: ActingMembership | None
    team: FollowingTeam | None
    choices: list[tuple[str, str, str]]


async def seat_at(
    database: Database, transaction: AsyncSession, token: str, code: str, today: date
) -> Seat | None:
    """One statement: session, account, the company of that code, the account's membership when it has not
    ended, who follows that company, and what the switcher lists, as one value of the row.
    """
    values = {"token_hash": fingerprint(token), "code": code, "today": today}
    rows = await database.table_before(transaction, SEAT, values)
    if not rows:
        return None
    cells = iter(rows[0])
    session, account, company, membership, team = ([*islice(cells, len(part))] for part in PARTS)
    return Seat(
        session=OpenedSession(*session),
        account=ActingAccount(*account),
        company=ActingCompany(*company) if company[0] else None,
        membership=ActingMembership(*membership) if membership[0] else None,
        team=FollowingTeam(*team) if team[0] else None,
        choices=sorted(map(tuple, next(cells) or ())),
    )


def _columns(row: Any, extra: Any) -> list[Any]:
    return [getattr(row, name) for name in extra._fields]


PARTS = (
    _columns(AccountSession, OpenedSession),
    _columns(Account, ActingAccount),
    _columns(Company, ActingCompany),
    _columns(Membership, ActingMembership),
    _columns(CareTeam, FollowingTeam),
)


def _seat() -> Any:
    """No ORDER BY among the choices: the reading stops after the first, for those who have hundreds."""
    today = bindparam("today", type_=Date)
    mine = (col(Membership.company_id) == Company.id) & (col(Membership.account_id) == Account.id)
    asking, theirs, choice = aliased(AccountSession), aliased(Membership), aliased(Company)
    shown: list[Any] = [choice.code, choice.name, choice.town]
    choices = (
        sqlalchemy.select(*shown)
        .select_from(asking)
        .join(theirs, col(theirs.account_id) == asking.account_id)
        .join(choice, col(choice.id) == theirs.company_id)
        .where(col(asking.token_hash) == bindparam("token_hash"), is_alive(today, theirs))
        .limit(FEW + 1)
        .subquery()
    )
    listed = sqlalchemy.select(rows_as_json(*choices.c)).scalar_subquery()
    return (
        sqlalchemy.select(*chain(*PARTS), listed.label("choices"))
        .select_from(AccountSession)
        .join(Account, col(Account.id) == AccountSession.account_id)
        .outerjoin(Company, col(Company.code) == bindparam("code"))
        .outerjoin(CareTeam, col(CareTeam.id) == Company.team_id)
        .outerjoin(Membership, mine & is_alive(today))
        .where(col(AccountSession.token_hash) == bindparam("token_hash"))
    )


SEAT = _seat()


# Somebody of the service who looks at a company through the eyes of one of its people.


class LentSeat(NamedTuple):
    """The seat of the member looked through, and the roles of the person of the service who looks."""

    seat: Seat
    staff_roles: tuple[str, ...]


LENT_PARTS = PARTS[1:]
_LENT = (
    sqlalchemy.select(*chain(*LENT_PARTS), col(StaffMember.roles), col(StaffMember.teams))
    .select_from(Membership)
    .join(Account, col(Account.id) == Membership.account_id)
    .join(Company, col(Company.id) == Membership.company_id)
    .outerjoin(CareTeam, col(CareTeam.id) == Company.team_id)
    .join(StaffMember, col(StaffMember.account_id) == bindparam("staff"))
    .where(
        col(Membership.id) == bindparam("membership"), col(Company.code) == bindparam("code"),
        is_alive(bindparam("today", type_=Date)),
    )
)  # fmt: skip


async def lent_seat(
    database: Database, transaction: AsyncSession, own: Seat, code: str, today: date
) -> LentSeat | None:
    """The seat that this session of the service looks through, at this company and no other; None when the
    access, the account of the service or its scope is no longer there.
    """
    opened = own.session
    values = {"membership": opened.as_membership_id, "staff": opened.account_id, "code": code, "today": today}
    rows = await database.table(transaction, _LENT, values)
    if not rows:
        return None
    cells = iter(rows[0])
    account, company, membership, team = ([*islice(cells, len(part))] for part in LENT_PARTS)
    roles, teams = cells
    seen = ActingCompany(*company)
    if teams and seen.team_id not in teams:
        return None
    seat = Seat(
        session=opened,
        account=ActingAccount(*account),
        company=seen,
        membership=ActingMembership(*membership),
        team=FollowingTeam(*team) if team[0] else None,
        choices=[(seen.code, seen.name, seen.town)],
    )
    return LentSeat(seat, tuple(roles))


# Somebody of the service who fills a member's declaration, on the phone with it.


_CALL = (
    sqlalchemy.select(
        col(PhoneCall.id), col(PhoneCall.year), col(PhoneCall.caller), col(StaffMember.roles),
        col(StaffMember.teams),
    )
    .join(StaffMember, col(StaffMember.account_id) == col(PhoneCall.account_id))
    .where(
        col(PhoneCall.account_id) == bindparam("staff"), col(PhoneCall.company_id) == bindparam("company"),
        col(PhoneCall.ended_at).is_(None),
        col(PhoneCall.started_at) > bindparam("after", type_=Instant()),
    )
    .order_by(col(PhoneCall.id).desc())
    .limit(1)
)  # fmt: skip
CALL_LIFE = timedelta(hours=4)  # then it is over, whatever was forgotten


async def call_at(
    database: Database, transaction: AsyncSession, own: Seat, now: datetime
) -> tuple[ActingCall, tuple[str, ...]] | None:
    """The call under way of this person of the service with that company, and their roles; None when there
    is none, or when the company is no longer in their scope.
    """
    if own.company is None:
        return None
    values = {"staff": own.account.key, "company": own.company.key, "after": now - CALL_LIFE}
    rows = await database.table(transaction, _CALL, values)
    if not rows:
        return None
    *call, roles, teams = rows[0]
    if teams and own.company.team_id not in teams:
        return None
    return ActingCall(*call), tuple(roles)
