"""Reads of one company's history. An event may belong to no company at all: hence the WHERE, each time."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import col, select

from app.access import MemberAccess
from app.text.search import folded
from db.models import Account, AuditEvent, AuditKind

PAGE = 25


class HistoryPlace(NamedTuple):
    """After which event a page starts: several may have the same instant."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Filters:
    """`since` is included, `until` is not."""

    kind: AuditKind | None = None
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: HistoryPlace | None = None


class HistoryLine(NamedTuple):
    """`who` is "" when the portal itself did it."""

    place: HistoryPlace
    kind: str
    about: str
    on_behalf: bool
    who: str


_company = col(AuditEvent.company_id) == bindparam("company")
_NEWEST = (
    select(AuditEvent, Account.first_name, Account.last_name)
    .join(Account, col(AuditEvent.account_id) == Account.id, isouter=True)
    .where(_company)
    .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
    .limit(PAGE + 1)
)
_KINDS = select(AuditEvent.kind).where(_company).distinct()
_PEOPLE = (
    select(col(Account.id), Account.last_name, Account.first_name)
    .join(AuditEvent, col(AuditEvent.account_id) == Account.id)
    .where(_company)
    .distinct()
)


async def history_of(access: MemberAccess, filters: Filters) -> tuple[list[HistoryLine], HistoryPlace | None]:
    """One page, the latest first, and after which place the next one starts, if there is one."""
    conditions = _conditions(filters)
    statement = _NEWEST.where(*conditions).params(company=access.company.key) if conditions else _NEWEST
    rows = await access.rows(statement, None if conditions else {"company": access.company.key})
    lines = [
        HistoryLine(
            HistoryPlace(event.at, event.key),
            str(event.kind),
            event.about,
            event.on_behalf,
            f"{first or ''} {last or ''}".strip(),
        )
        for event, first, last in rows[:PAGE]
    ]
    return lines, lines[-1].place if len(rows) > PAGE else None


async def kinds_present(access: MemberAccess) -> list[str]:
    return [str(kind) for kind in await access.all(_KINDS, {"company": access.company.key})]


async def people_present(access: MemberAccess) -> list[tuple[int, str]]:
    """Authors of an event of this company: id and name, by last name."""
    here = await access.rows(_PEOPLE, {"company": access.company.key})
    # The databases put É after Z, or not: here it is as everywhere.
    rows = sorted(here, key=lambda row: (folded(f"{row[1]} {row[2]}"), row[0]))
    return [(row_id, f"{first} {last}".strip()) for row_id, last, first in rows if row_id]


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    at, row_id = col(AuditEvent.at), col(AuditEvent.id)
    conditions = []
    if filters.kind:
        conditions.append(col(AuditEvent.kind) == filters.kind)
    if filters.person:
        conditions.append(col(AuditEvent.account_id) == filters.person)
    if filters.since:
        conditions.append(at >= filters.since)
    if filters.until:
        conditions.append(at < filters.until)
    if filters.before:
        place = filters.before
        conditions.append(or_(at < place.at, and_(at == place.at, row_id < place.id)))
    return conditions
