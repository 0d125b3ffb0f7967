"""Reads of one company's history. An event may belong to no company at all: hence the WHERE, each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, bindparam, func, literal, or_, union_all
from sqlmodel import col, select

from app.access import MemberAccess
from app.follow_up.words import MOTIVE_TITLES
from app.history.targets import SECTIONS, TARGETS, Link, Target
from app.rights import Right
from app.text.search import folded
from db.models import Account, AuditEvent, AuditKind, StaffRead

PAGE = 25
LENGTHS = (1, 5, PAGE)  # of lists of numbers


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
    """`who` is "" when the portal itself did it. `link`: the page of what it speaks of, when there still is
    one and this reader may open it.
    """

    place: HistoryPlace
    kind: str
    about: str
    on_behalf: bool
    who: str
    link: Link | None


_company = col(AuditEvent.company_id) == bindparam("company")
_NEWEST = (
    select(AuditEvent, Account.first_name, Account.last_name)
    .join(Account, col(AuditEvent.account_id) == Account.id, isouter=True)
    .where(_company)
    .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
    .limit(PAGE + 1)
)


def _each(column: Any) -> Select[Any]:
    """The values that a column has in one history: each found after the one before, a step of its index.

    The database would read every event of ten years to say the thirty kinds of them.
    """
    found = sqlalchemy.select(func.min(column).label("value")).where(_company).cte(recursive=True)
    after = sqlalchemy.select(func.min(column)).where(_company, column > found.c.value).scalar_subquery()
    found = found.union_all(sqlalchemy.select(after).where(found.c.value.is_not(None)))
    return sqlalchemy.select(found.c.value).where(found.c.value.is_not(None))


_KINDS = _each(col(AuditEvent.kind))
_PEOPLE = select(col(Account.id), Account.last_name, Account.first_name).where(
    col(Account.id).in_(_each(col(AuditEvent.account_id)))
)


async def history_of(access: MemberAccess, filters: Filters) -> tuple[list[HistoryLine], HistoryPlace | None]:
    """One page, the latest first, and after which place the next one starts, if there is one."""
    conditions = _conditions(filters)
    statement = _NEWEST.where(*conditions).params(company=access.company.key) if conditions else _NEWEST
    rows = await access.rows(statement, None if conditions else {"company": access.company.key})
    links = await _links(access, [event for event, _, _ in rows[:PAGE]])
    lines = [
        HistoryLine(
            HistoryPlace(event.at, event.key),
            str(event.kind),
            MOTIVE_TITLES.hidden_in(event.about),
            event.on_behalf,
            f"{first or ''} {last or ''}".strip(),
            links.get(event.key),
        )
        for event, first, last in rows[:PAGE]
    ]
    return lines, lines[-1].place if len(rows) > PAGE else None


async def _links(access: MemberAccess, events: Sequence[AuditEvent]) -> dict[int, Link]:
    """By event, the page that it leads to: one statement for the rows of all these tables."""
    links = {
        event.key: Link(section.route, {})
        for event in events
        if (section := SECTIONS.get(event.kind)) and section.right in access.rights
    }
    wanted: dict[Target, list[AuditEvent]] = {}
    for event in events:
        target = TARGETS.get(event.kind)
        if event.about_id and target and target.right in access.rights:
            wanted.setdefault(target, []).append(event)
    if not wanted:
        return links
    targets = tuple(sorted(wanted, key=_ids))
    ids = _alike([sorted({each.about_id or 0 for each in wanted[target]}) for target in targets])
    given = {"company": access.company.key, "account": access.account.key} | {
        _ids(target): of_target for target, of_target in zip(targets, ids, strict=True)
    }
    rows = await access.table(_rows_there(targets, access.rights), given)
    found = {(route, row_id): (name, since) for route, row_id, name, since in rows}
    for target, theirs in wanted.items():
        for event in theirs:
            name, since = found.get((target.route, event.about_id), (0, None))
            # SQLite gives the number of a row that is gone to another, later one.
            if since and since <= event.at:
                links[event.key] = Link(target.route, {target.param: name} if target.param else {})
    return links


def _ids(target: Target) -> str:
    """The parameter of the numbers of its rows."""
    return f"ids_{target.model.__tablename__}"


def _alike(lists: list[list[int]]) -> list[list[int]]:
    """Lists of one length among few, filled with the number of no row: each makes a statement of its own."""
    longest = max(map(len, lists))
    length = next(each for each in LENGTHS if each >= longest)
    return [each + [0] * (length - len(each)) for each in lists]


@lru_cache(maxsize=64)
def _rows_there(targets: tuple[Target, ...], rights: frozenset[Right]) -> CompoundSelect[Any]:
    """Route, id, name in the address and first instant of the rows that an account with these rights may
    open. Made once: its making took half of the page's time.
    """
    parts = []
    for target in targets:
        model = target.model
        columns: list[Any] = [
            literal(target.route),
            model.id,
            # Without a name of its own, it is the number in the first table and in all that follow.
            getattr(model, target.named).label("named"),
            getattr(model, target.since),
        ]
        of_company = model.company_id == bindparam("company")
        wanted = model.id.in_(bindparam(_ids(target), expanding=True))
        parts.append(sqlalchemy.select(*columns).where(of_company, wanted, *target.conditions(rights)))
    return union_all(*parts)


async def kinds_present(access: MemberAccess) -> list[str]:
    return [str(kind) for (kind,) in await access.table(_KINDS, {"company": access.company.key})]


async def people_present(access: MemberAccess) -> list[tuple[int, str]]:
    """Authors of an event of this company: id and name, by last name."""
    here = await access.rows(_PEOPLE, {"company": access.company.key})
    # The databases put É after Z, or not: here it is as everywhere.
    rows = sorted(here, key=lambda row: (folded(f"{row[1]} {row[2]}"), row[0]))
    return [(row_id, f"{first} {last}".strip()) for row_id, last, first in rows if row_id]


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = in_time(AuditEvent, filters.since, filters.until, filters.before)
    if filters.kind:
        conditions.append(col(AuditEvent.kind) == filters.kind)
    if filters.person:
        conditions.append(col(AuditEvent.account_id) == filters.person)
    return conditions


def in_time(
    model: type[AuditEvent] | type[StaffRead],
    since: datetime | None,
    until: datetime | None,
    before: tuple[datetime, int] | None,
) -> list[ColumnElement[bool]]:
    """Conditions on lines of a period, the newest first: a page of them starts after the place `before`."""
    at, row_id = col(model.at), col(model.id)
    conditions: list[ColumnElement[bool]] = []
    if since:
        conditions.append(at >= since)
    if until:
        conditions.append(at < until)
    if before:
        last, number = before
        conditions.append(or_(at < last, and_(at == last, row_id < number)))
    return conditions
