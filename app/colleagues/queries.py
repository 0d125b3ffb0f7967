"""Reads of the service's people, and of what they opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from app import clock
from app.access import StaffAccess
from app.clinic import queries as clinic
from app.errors import NotFound
from app.factors.acts import lost_by
from app.history.queries import in_time
from app.staff_rights import STAFF_ROLE_WORDS, StaffRole
from db.models import Account, Company, SecondFactor, StaffMember, StaffRead

PAGE = 25


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the service. `teams`, `centres`: their names, none for all. `lost_by`: the account of the
    first of the direction to say that the second factor is lost, while another is waited for.
    """

    member: StaffMember
    account: Account
    words: str
    teams: tuple[str, ...]
    centres: tuple[str, ...]
    has_factor: bool
    lost_by: int | None


def role_words(roles: Iterable[str]) -> str:
    held = set(roles)
    return ", ".join(STAFF_ROLE_WORDS[role][0] for role in StaffRole if role in held)


async def places(access: StaffAccess) -> tuple[dict[int, str], dict[int, str]]:
    """Teams and centres, by name."""
    teams = {int(key): name for key, name in (await clinic.team_names(access)).items()}
    return teams, {each.key: each.name for each in await clinic.centres(access)}


_PEOPLE = (
    select(StaffMember, Account, SecondFactor)
    .join(Account, col(Account.id) == StaffMember.account_id)
    .outerjoin(SecondFactor, col(SecondFactor.account_id) == StaffMember.account_id)
    .order_by(col(Account.last_name), col(Account.first_name), col(Account.id))
)


async def colleagues(access: StaffAccess, staff_id: int | None = None) -> list[Colleague]:
    """All of them, or that one."""
    statement = _PEOPLE.where(col(StaffMember.id) == staff_id) if staff_id is not None else _PEOPLE
    teams, centres = await places(access)
    return [
        Colleague(
            member=member,
            account=account,
            words=role_words(member.roles),
            teams=tuple(teams[each] for each in member.teams if each in teams),
            centres=tuple(centres[each] for each in member.centres if each in centres),
            has_factor=factor is not None,
            lost_by=lost_by(factor, clock.now()) if factor else None,
        )
        for member, account, factor in await access.rows(statement)
    ]


async def colleague(access: StaffAccess, staff_id: int) -> Colleague:
    found = await colleagues(access, staff_id) if 0 < staff_id < 2**31 else []
    if not found:
        raise NotFound
    return found[0]


# What was opened, and by whom.


class Place(NamedTuple):
    """After which line a page starts."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """`since` is included, `until` is not. `code`: of a member."""

    person: int | None = None
    kind: str = ""
    code: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: Place | None = None


class ReadLine(NamedTuple):
    place: Place
    who: str
    kind: str
    about: str
    code: str


async def reads_of(access: StaffAccess, filters: Filters) -> tuple[list[ReadLine], Place | None]:
    """One page, the latest first, and after which place the next one starts, if there is one."""
    statement = (
        select(StaffRead, Account.first_name, Account.last_name, col(Company.code))
        .join(Account, col(Account.id) == StaffRead.account_id)
        .outerjoin(Company, col(Company.id) == StaffRead.company_id)
        .where(*_conditions(filters))
        .order_by(col(StaffRead.at).desc(), col(StaffRead.id).desc())
        .limit(PAGE + 1)
    )
    rows = await access.rows(statement)
    lines = [
        ReadLine(Place(row.at, row.key), f"{first} {last}".strip(), row.kind, row.about, code or "")
        for row, first, last, code in rows[:PAGE]
    ]
    return lines, lines[-1].place if len(rows) > PAGE else None


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = in_time(StaffRead, filters.since, filters.until, filters.before)
    if filters.person:
        conditions.append(col(StaffRead.account_id) == filters.person)
    if filters.kind:
        conditions.append(col(StaffRead.kind) == filters.kind)
    if filters.code:
        conditions.append(col(Company.code) == filters.code)
    return conditions


async def readers(access: StaffAccess) -> list[tuple[int, str]]:
    """Accounts that opened something, those who left included, by name."""
    statement = (
        select(col(Account.id), Account.first_name, Account.last_name)
        .where(col(Account.id).in_(select(StaffRead.account_id)))
        .order_by(col(Account.last_name), col(Account.id))
    )
    return [(key, f"{first} {last}".strip()) for key, first, last in await access.rows(statement) if key]
