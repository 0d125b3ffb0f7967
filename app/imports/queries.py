"""Reads of the files that a company imports."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import String, bindparam, func, or_, type_coerce
from sqlmodel import col, select

from app.access import MemberAccess
from app.employees.declared import DAY_FIELDS, LABELS
from app.imports.difference import ListedPerson
from app.imports.known import listed_person
from app.rights import Right, rights_of
from app.sessions import is_alive
from db.models import (
    Account,
    ColumnHabit,
    Company,
    Employee,
    EmployeeChange,
    EmployeeImport,
    ImportLine,
    ImportState,
    LineKind,
    Membership,
)  # fmt: skip

PAGE = 50
FEW = 250  # people read at once: others' pages come between
STALLED = timedelta(seconds=90)
_COLUMNS = {name: getattr(Employee, name) for name in LABELS}
# Days as they are kept: they leave as text again.
_COLUMNS |= {name: type_coerce(_COLUMNS[name], String) for name in DAY_FIELDS}
_KNOWN = (
    sqlalchemy.select(col(Employee.id), col(Employee.version), *_COLUMNS.values())
    .where(col(Employee.company_id) == bindparam("company"), col(Employee.id) > bindparam("after"))
    .order_by(col(Employee.id))
    .limit(FEW)
)


_PAST = (
    select(EmployeeImport, Account.first_name, Account.last_name)
    .join(Account, col(Account.id) == EmployeeImport.account_id)
    .where(col(EmployeeImport.company_id) == bindparam("company"))
    .where(or_(col(EmployeeImport.state) != ImportState.DROPPED, col(EmployeeImport.rows_total) > 0))
    .order_by(col(EmployeeImport.created_at).desc(), col(EmployeeImport.id).desc())
    .limit(PAGE)
)


class PastImport(NamedTuple):
    row: EmployeeImport
    who: str


async def import_of(access: MemberAccess, import_id: int) -> EmployeeImport:
    return await access.get(EmployeeImport, import_id)


async def past_imports(access: MemberAccess) -> list[PastImport]:
    """The latest files, without those dropped before a comparison."""
    rows = await access.rows(_PAST, {"company": access.company.key})
    return [PastImport(row, f"{first} {last}") for row, first, last in rows]


async def known_in_parts(access: MemberAccess) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    """Every employee declared, for `app.imports.known`."""
    after = 0
    while people := await access.table(_KNOWN, {"company": access.company.key, "after": after}):
        yield people
        after = people[-1][0]


async def known_employees(access: MemberAccess) -> list[ListedPerson]:
    return [listed_person(row) async for people in known_in_parts(access) for row in people]


async def lines_of(access: MemberAccess, import_id: int, kind: LineKind, after: int) -> list[ImportLine]:
    """A page of the lines of that kind, in the order of the file, and one more if there are more."""
    mine = access.select(ImportLine).where(col(ImportLine.import_id) == import_id, ImportLine.kind == kind)
    return list(
        await access.all(mine.where(col(ImportLine.id) > after).order_by(col(ImportLine.id)).limit(PAGE + 1))
    )


async def lines_about(
    access: MemberAccess, import_id: int, employee_id: int | None, about: str
) -> list[ImportLine]:
    """The lines about that employee; about that name, of somebody who is not on the list."""
    mine = access.select(ImportLine).where(col(ImportLine.import_id) == import_id)
    if employee_id:
        return list(await access.all(mine.where(col(ImportLine.employee_id) == employee_id)))
    unknown = mine.where(col(ImportLine.employee_id).is_(None), col(ImportLine.about) == about[:200])
    return list(await access.all(unknown))


async def wrong_rows(access: MemberAccess, import_id: int) -> list[dict[str, Any]]:
    """The lines in error as the export writes people, each with its place in the file and `why`."""
    statement = (
        sqlalchemy.select(col(ImportLine.line), col(ImportLine.words), col(ImportLine.fields))
        .where(col(ImportLine.company_id) == access.company.key, col(ImportLine.import_id) == import_id)
        .where(col(ImportLine.kind) == LineKind.WRONG)
        .order_by(col(ImportLine.id))
    )
    return [fields | {"line": line, "why": why} for line, why, fields in await access.table(statement)]


async def sister_sites(access: MemberAccess, sirets: Collection[str], today: date) -> dict[str, Company]:
    """The other companies where this account may change the list of employees, by SIRET."""
    statement = (
        select(Company, Membership)
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(col(Membership.account_id) == access.account.key, is_alive(today))
        .where(col(Company.siret).in_(sirets), col(Company.closed_at).is_(None))
        .where(col(Company.id) != access.company.key)
    )
    return {
        company.siret: company
        for company, rights in (await access.rows(statement) if sirets else ())
        if Right.EMPLOYEES in rights_of(rights.roles, third_party=rights.third_party)
    }


async def counts_of(access: MemberAccess, import_id: int) -> dict[str, dict[str, int]]:
    """The number of lines of each kind, by the choice made for them."""
    statement = (
        sqlalchemy.select(col(ImportLine.kind), col(ImportLine.choice), func.count())
        .where(col(ImportLine.company_id) == access.company.key, col(ImportLine.import_id) == import_id)
        .group_by(col(ImportLine.kind), col(ImportLine.choice))
    )
    numbers: dict[str, dict[str, int]] = {kind.value: {} for kind in LineKind}
    for kind, choice, number in await access.table(statement):
        numbers[str(kind)][choice] = number
    return numbers


async def chosen_lines(access: MemberAccess, import_id: int) -> Sequence[Any]:
    """(kind, choice, employee_id, version, fields, about) of every line that is to be applied."""
    names = (
        ImportLine.kind,
        ImportLine.choice,
        ImportLine.employee_id,
        ImportLine.version,
        ImportLine.fields,
    )
    statement = (
        sqlalchemy.select(*(col(name) for name in names), col(ImportLine.about))
        .where(col(ImportLine.company_id) == access.company.key, col(ImportLine.import_id) == import_id)
        .where(col(ImportLine.choice) != "")
        .order_by(col(ImportLine.id))
    )
    return await access.table(statement)


async def kept_names(access: MemberAccess, import_id: int) -> list[str]:
    """Names of people left alone by the undoing of a file, since somebody changed them afterwards."""
    statement = (
        sqlalchemy.select(col(EmployeeChange.about))
        .where(col(EmployeeChange.company_id) == access.company.key, col(EmployeeChange.undone_at).is_(None))
        .where(col(EmployeeChange.import_id) == import_id)
        .order_by(col(EmployeeChange.id))
    )
    return [about for (about,) in await access.table(statement)]


async def habits_of(access: MemberAccess) -> dict[str, str]:
    """Folded title → field: how this company's files were corrected before."""
    return {each.header: each.field for each in await access.all(access.select(ColumnHabit))}


def is_stalled(row: EmployeeImport, now: datetime) -> bool:
    """The portal stopped while it was reading: nobody will finish."""
    return now - row.touched_at > STALLED
