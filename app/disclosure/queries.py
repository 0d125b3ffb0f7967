"""Reads of the search over all members, of the records chosen, and of what was given before."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, bindparam
from sqlmodel import col, select

from app.access import StaffAccess
from app.disclosure.rules import Likeness, Wanted, likeness
from app.search.queries import Found, accounts_with, employee_columns, employees_with
from app.search.rules import wanted_words
from app.text.names import person_name
from db.models import Account, AuditEvent, AuditKind, Company, Employee

WHOLE = "Ce droit porte sur tous les adhérents, et votre compte sur une partie d’entre eux."
MOST_BORN = 1_000  # of all members on one day: 70 in a base of a million
_BORN = (
    sqlalchemy.select(*employee_columns())
    .join(Company, col(Company.id) == col(Employee.company_id))
    .where(
        col(Employee.birth_on) == bindparam("born", type_=Date), col(Employee.anonymised_at).is_(None),
    )
    .order_by(col(Employee.id))
    .limit(MOST_BORN)
)  # fmt: skip


class RecordLine(NamedTuple):
    id: int
    name: str
    born: date
    left: date | None
    code: str
    company: str


def check_everywhere(access: StaffAccess) -> None:
    """Refuse an account for some teams: a person may have worked for a member of any."""
    access.require_everything(WHOLE)


async def records_like(access: StaffAccess, wanted: Wanted) -> dict[Likeness, list[RecordLine]]:
    """Records over all members, from the surest likeness."""
    words = wanted_words(f"{wanted.name} {wanted.first_name}")
    rows = {row[0]: row for row in await access.table(_BORN, {"born": wanted.born})}
    rows |= {row[0]: row for row in await employees_with(access, words)}
    found: dict[Likeness, list[RecordLine]] = {each: [] for each in Likeness}
    for row_id, code, company, born, left, birth, usual, first, sex in rows.values():
        if kind := likeness(wanted, (birth, usual), first, born):
            name = person_name(birth, usual, first, sex)
            found[kind].append(RecordLine(row_id, name, born, left, code, company))
    return {kind: lines for kind, lines in found.items() if lines}


async def accounts_like(access: StaffAccess, wanted: Wanted) -> list[Found]:
    """Accounts of that name: an employee may be one who declares."""
    return await accounts_with(access, wanted_words(f"{wanted.name} {wanted.first_name}"))


async def chosen_records(access: StaffAccess, ids: Sequence[int]) -> Sequence[Employee]:
    """Those of these numbers that are still of somebody."""
    mine = select(Employee).where(col(Employee.id).in_(ids), col(Employee.anonymised_at).is_(None))
    return await access.all(mine.order_by(col(Employee.id)))


class Given(NamedTuple):
    at: datetime
    about: str
    who: str


_GIVEN = (
    select(AuditEvent.at, AuditEvent.about, Account.first_name, Account.last_name)
    .join(Account, col(Account.id) == AuditEvent.account_id)
    .where(col(AuditEvent.kind) == AuditKind.DATA_GIVEN)
    .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id))  # the parts of one export in their order
)


async def given_before(access: StaffAccess, most: int) -> list[Given]:
    rows: Sequence[Any] = await access.rows(_GIVEN.limit(most))
    return [Given(at, about, f"{first} {last}".strip()) for at, about, first, last in rows]
