"""Reads of a campaign over all members: its figures, who is where, the declarations of a year."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.campaigns.rules import Declared
from app.clock import PARIS
from app.contributions.counting import OUTSIDE
from app.contributions.filings import YEARS
from db.models import (
    AnnualDeclaration,
    CareTeam,
    Company,
    Employee,
    Monitoring,
    PhoneCall,
    PhoneState,
    Tariff,
)

FILED, BEGUN, NOT_BEGUN = "validees", "commencees", "pas-commencees"
STATES = {FILED: "Validées", BEGUN: "Commencées", NOT_BEGUN: "Pas commencées"}
UNFILED = "a-relancer"
CONTESTED = "contestees"
FILTERS = {
    "": "Toutes", **STATES, UNFILED: "Commencées ou non, pas validées",
    CONTESTED: "Faites au téléphone, contestées",
}  # fmt: skip
PAGE, PORTION = 50, 2_000
NO_TEAM = -1  # as a filter: members that no team follows


async def tariffs(access: Access) -> Sequence[Tariff]:
    """All of them, the latest year first."""
    return await access.all(select(Tariff).order_by(col(Tariff.year).desc()))


async def tariff_of(access: Access, year: int) -> Tariff | None:
    """The tariff of that year, if there is one; none of a year that makes no sense."""
    if year not in YEARS:
        return None
    return await access.first(select(Tariff).where(Tariff.year == year))


def current(found: Sequence[Tariff], today: date) -> Tariff | None:
    """The campaign that was opened last, or else the first that will be."""
    opened = [each for each in found if each.opens_on <= today]
    return opened[0] if opened else found[-1] if found else None


# Who is where. A member that came after the campaign owes nothing for it.

_DECLARED = AnnualDeclaration
_STATE = case(
    (col(_DECLARED.submitted_at).is_not(None), FILED),
    (col(_DECLARED.updated_by).is_not(None), BEGUN),
    else_=NOT_BEGUN,
)


# Of the call that made the receipt in force.
_PHONE: Any = (
    sqlalchemy.select(func.max(col(PhoneCall.state)))
    .where(
        col(PhoneCall.company_id) == col(_DECLARED.company_id),
        col(PhoneCall.number) == col(_DECLARED.number),
    )
    .correlate(_DECLARED)
    .scalar_subquery()
)


def _theirs(year: int) -> ColumnElement[bool]:
    return and_(col(_DECLARED.company_id) == col(Company.id), col(_DECLARED.year) == year)


def _of_campaign(tariff: Tariff) -> ColumnElement[bool]:
    end = datetime.combine(tariff.closes_on + timedelta(days=1), time.min, PARIS)
    is_asked = and_(col(Company.closed_at).is_(None), col(Company.created_at) < end)
    return or_(col(_DECLARED.submitted_at).is_not(None), is_asked)


def _state_is(state: str) -> list[ColumnElement[bool]]:
    is_filed, is_begun = col(_DECLARED.submitted_at).is_not(None), col(_DECLARED.updated_by).is_not(None)
    wanted: dict[str, list[ColumnElement[bool]]] = {
        FILED: [is_filed], BEGUN: [~is_filed, is_begun], NOT_BEGUN: [~is_filed, ~is_begun],
        UNFILED: [~is_filed], CONTESTED: [_PHONE == PhoneState.CONTESTED],
    }  # fmt: skip
    return wanted.get(state, [])


def _team_is(team_id: int) -> list[ColumnElement[bool]]:
    if team_id == NO_TEAM:
        return [col(Company.team_id).is_(None)]
    return [col(Company.team_id) == team_id] if team_id else []


@dataclass(frozen=True, slots=True)
class Choice:
    """Members of a campaign: one of FILTERS, and a team's number, `NO_TEAM`, or 0 for all."""

    state: str = ""
    team_id: int = 0

    def conditions(self, tariff: Tariff) -> list[ColumnElement[bool]]:
        return [_of_campaign(tariff), *_state_is(self.state), *_team_is(self.team_id)]


class Standing(NamedTuple):
    """Members of one team in one state, with what they declared."""

    team_id: int | None
    team: str | None
    state: str
    members: int
    people: int
    net_cents: int


async def standings(access: StaffAccess, tariff: Tariff) -> list[Standing]:
    """By team and state, in one statement."""
    statement = (
        sqlalchemy.select(
            col(Company.team_id), col(CareTeam.name), _STATE, func.count(),
            func.coalesce(func.sum(case((_STATE == FILED, col(_DECLARED.headcount)), else_=0)), 0),
            func.coalesce(func.sum(case((_STATE == FILED, col(_DECLARED.net_cents)), else_=0)), 0),
        )
        .select_from(Company)
        .join(_DECLARED, _theirs(tariff.year), isouter=True)
        .join(CareTeam, col(CareTeam.id) == col(Company.team_id), isouter=True)
        .where(_of_campaign(tariff))
        .group_by(col(Company.team_id), col(CareTeam.name), _STATE)
        .order_by(col(CareTeam.name))
    )  # fmt: skip
    return [Standing(*row) for row in await access.table(statement)]


class Followed(NamedTuple):
    """A member in a campaign."""

    id: int
    code: str
    name: str
    town: str
    email: str
    team: str | None
    state: str
    reminded_on: date | None
    submitted_at: datetime | None
    headcount: int | None
    net_cents: int | None
    phone: str | None


async def followed(
    access: StaffAccess, tariff: Tariff, choice: Choice, after: str = "", most: int = PAGE + 1
) -> list[Followed]:
    """The members of that choice by code, from after that one, and one more if there are more."""
    statement = (
        sqlalchemy.select(
            *(getattr(Company, name) for name in Followed._fields[:5]), col(CareTeam.name), _STATE,
            *(getattr(_DECLARED, name) for name in Followed._fields[7:11]), _PHONE,
        )
        .select_from(Company)
        .join(_DECLARED, _theirs(tariff.year), isouter=True)
        .join(CareTeam, col(CareTeam.id) == col(Company.team_id), isouter=True)
        .where(*choice.conditions(tariff), col(Company.code) > after)
        .order_by(col(Company.code))
        .limit(most)
    )  # fmt: skip
    return [Followed(*row) for row in await access.table(statement)]


def companies_of(tariff: Tariff, choice: Choice) -> Any:
    """Numbers of the members of that choice, as a part of a statement."""
    return (
        sqlalchemy.select(col(Company.id))
        .select_from(Company)
        .join(_DECLARED, _theirs(tariff.year), isouter=True)
        .where(*choice.conditions(tariff))
    )


async def number_of(access: StaffAccess, tariff: Tariff, choice: Choice, reminded_before: date) -> int:
    """Members of that choice who had no reminder that day or later."""
    last = col(_DECLARED.reminded_on)
    chosen = companies_of(tariff, choice).where(or_(last.is_(None), last < reminded_before))
    return await access.first(select(func.count()).select_from(chosen.subquery())) or 0


# Declarations of a year, and the lists of those who made none.


async def declarations_of(access: StaffAccess, year: int) -> AsyncIterator[list[Declared]]:
    """Validated declarations of that year, some thousands at once."""
    last = 0
    while True:
        statement = (
            sqlalchemy.select(col(_DECLARED.id), col(Company.code), col(Company.name), col(_DECLARED.counts))
            .select_from(_DECLARED)
            .join(Company, col(Company.id) == col(_DECLARED.company_id))
            .where(
                col(_DECLARED.year) == year,
                col(_DECLARED.submitted_at).is_not(None),
                col(_DECLARED.id) > last,
            )
            .order_by(col(_DECLARED.id))
            .limit(PORTION)
        )
        rows = await access.table(statement)
        if not rows:
            return
        last = rows[-1][0]
        yield [
            Declared(code, name, {kind: counts.get(kind, 0) for kind in Monitoring}, counts.get("new", 0))
            for _, code, name, counts in rows
        ]


async def listed_people(
    access: StaffAccess, tariff: Tariff, reference: date
) -> AsyncIterator[list[Declared]]:
    """Members who have not declared, with the people whom their lists count on the reference date: what the
    lists know, without the answers that a declaration asks for.
    """
    last = 0
    while True:
        members = (
            companies_of(tariff, Choice(UNFILED))
            .with_only_columns(col(Company.id), col(Company.code), col(Company.name))
            .where(col(Company.id) > last)
            .order_by(col(Company.id))
            .limit(PORTION)
        )
        rows = await access.table(members)
        if not rows:
            return
        last = rows[-1][0]
        people = await _listed(access, [row[0] for row in rows], reference)
        yield [Declared(code, name, people.get(number, {}), 0) for number, code, name in rows]


async def _listed(
    access: StaffAccess, companies: list[int], reference: date
) -> dict[int, dict[Monitoring, int]]:
    statement = (
        sqlalchemy.select(col(Employee.company_id), col(Employee.monitoring), func.count())
        .where(
            col(Employee.company_id).in_(companies), col(Employee.entry_on) <= reference,
            or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= reference),
            col(Employee.contract).not_in(list(OUTSIDE)),
        )
        .group_by(col(Employee.company_id), col(Employee.monitoring))
    )  # fmt: skip
    found: dict[int, dict[Monitoring, int]] = {}
    for company, kind, number in await access.table(statement):
        found.setdefault(company, {})[Monitoring(kind)] = number
    return found
