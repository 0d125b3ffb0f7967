"""Reads of the service's search: of each kind the first few, in the index of words of each database.

A rare word and a common one cost the same: each reading stops at the few that a page shows. Those that hold
the very words come first, then those that begin like them. Measured by `python -m tests.bench search`.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, cast, column, func, literal_column, table
from sqlmodel import col

from app.access import StaffAccess
from app.search.rules import fts_query, ts_query, wanted_words
from app.text.names import person_name
from db.models import Account, Company, Employee, Invoice, Membership
from db.models.company import label_of
from db.numbers import company_code

MOST = 10  # of each kind


class Found(NamedTuple):
    """One row found. `detail`: tells it from another; `code` and `company`: the member that it leads to,
    "" for a person who acts for several or for none.
    """

    id: int
    title: str
    detail: str
    code: str
    company: str


class Group(NamedTuple):
    """The rows found of one kind; `goes_on`: there are more of them."""

    kind: str
    rows: list[Found]
    goes_on: bool


# The words of a row, for each database.
_WORDS: dict[Any, Any] = {
    Company: (Company.code, Company.name, Company.town, Company.siret, Company.email),
    Account: (Account.first_name, Account.last_name, Account.email),
    Invoice: (Invoice.number,),
}
_NAMES = (Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex)
_COLUMNS: dict[Any, list[Any]] = {
    Company: [Company.id, Company.code, Company.name, Company.town, Company.siret, Company.closed_at],
    Account: [Account.id, Account.first_name, Account.last_name, Account.email],
    Employee: [Employee.id, Company.code, Company.name, Employee.birth_on, Employee.exit_on, *_NAMES],
    Invoice: [Invoice.id, Company.code, Company.name, Invoice.number, Invoice.title, Invoice.issued_on],
}


def _holds(model: Any, *, is_sqlite: bool) -> Any:
    """The condition that a row of this table holds the words."""
    name = model.__tablename__
    if is_sqlite:
        return literal_column(f"{name}_words").op("MATCH")(bindparam("words"))
    from sqlalchemy.dialects.postgresql import TSQUERY  # noqa: PLC0415 - SQLite has no use for its drivers

    if model is Employee:
        parts = func.array_remove(
            func.string_to_array(col(Employee.search_key), literal_column("' '")), literal_column("''")
        )
        words = func.array_to_tsvector(parts)
    else:
        first, *others = _WORDS[model]
        spelled: Any = first
        for each in others:
            spelled = spelled.op("||")(literal_column("' '")).op("||")(each)
        words = func.portal_words(spelled)
    return words.op("@@")(cast(bindparam("words"), TSQUERY))


@cache
def _statement(model: Any, *, is_sqlite: bool) -> Any:
    """The first rows that hold the words: one more than a page shows."""
    statement: Any = sqlalchemy.select(*_COLUMNS[model])
    if is_sqlite:
        index = table(f"{model.__tablename__}_words", column("rowid"))
        statement = statement.select_from(index).join(model, col(model.id) == index.c.rowid)
    else:
        statement = statement.select_from(model)
    if model in (Employee, Invoice):
        statement = statement.join(Company, col(Company.id) == model.company_id)
    return statement.where(_holds(model, is_sqlite=is_sqlite)).limit(MOST + 1)


_OF_CODE = (
    sqlalchemy.select(*_COLUMNS[Company])
    .where((col(Company.code) == bindparam("code")) | (col(Company.member_code) == bindparam("code")))
    .order_by(func.length(Company.code), col(Company.code))
    .limit(MOST + 1)
)
_COMPANIES_OF = (
    sqlalchemy.select(col(Membership.account_id), col(Company.code), col(Company.name))
    .join(Company, col(Company.id) == Membership.company_id)
    .where(col(Membership.account_id).in_(bindparam("accounts", expanding=True)))
    .order_by(col(Membership.account_id), col(Company.code))
    .limit(200)
)


# PostgreSQL, which does not know how rare the words will be, would rather read the table until it has found
# ten: a word that nobody has reads all of it.
_BY_INDEX = sqlalchemy.select(func.set_config("enable_seqscan", "off", True))


async def search(access: StaffAccess, typed: str, today: date) -> list[Group]:
    """Rows that hold every word typed, by kind; the kinds where nothing was found are left out."""
    words = wanted_words(typed)
    if not words:
        return []
    if not access.portal.database.is_sqlite:
        await access.table(_BY_INDEX, {})
    companies = [_company(row) for row in await _companies(access, typed, words)]
    employees = [_employee(row, today) for row in await _rows(access, Employee, words)]
    accounts = await _accounts(access, await _rows(access, Account, words))
    invoices = [
        Found(row_id, number, f"{title}, {issued:%d/%m/%Y}", code, name)
        for row_id, code, name, number, title, issued in await _rows(access, Invoice, words)
    ]
    found = {"companies": companies, "employees": employees, "accounts": accounts, "invoices": invoices}
    return [Group(kind, rows[:MOST], len(rows) > MOST) for kind, rows in found.items() if rows]


async def _rows(access: StaffAccess, model: Any, words: list[str]) -> list[tuple[Any, ...]]:
    """Those with the very words, then those that begin like them."""
    is_sqlite = access.portal.database.is_sqlite
    statement = _statement(model, is_sqlite=is_sqlite)
    spelled = fts_query if is_sqlite else ts_query
    found: dict[int, tuple[Any, ...]] = {}
    for query in dict.fromkeys(spelled(words, whole=whole) for whole in (True, False)):
        if len(found) <= MOST:
            found |= {
                row[0]: row for row in await access.table(statement, {"words": query}) if row[0] not in found
            }
    return list(found.values())[: MOST + 1]


def employee_columns() -> list[Any]:
    """Number, member's code and name, birth, exit, then what makes a name."""
    return _COLUMNS[Employee]


async def employees_with(access: StaffAccess, words: list[str]) -> list[tuple[Any, ...]]:
    """Employees that hold every word, in these columns; none without a word."""
    if not words:
        return []
    if not access.portal.database.is_sqlite:
        await access.table(_BY_INDEX, {})
    return await _rows(access, Employee, words)


async def accounts_with(access: StaffAccess, words: list[str]) -> list[Found]:
    """Accounts that hold every word; none without a word."""
    return await _accounts(access, await _rows(access, Account, words)) if words else []


async def companies_with(access: StaffAccess, words: list[str]) -> list[tuple[Any, ...]]:
    """Members that hold every word, their number first; none without a word."""
    return await _rows(access, Company, words) if words else []


async def _companies(access: StaffAccess, typed: str, words: list[str]) -> list[tuple[Any, ...]]:
    """The member of that code and its sites first, if it is one."""
    code = company_code(typed)
    of_code = await access.table(_OF_CODE, {"code": code}) if code else []
    found = {row[0]: row for row in of_code}
    found |= {row[0]: row for row in await _rows(access, Company, words) if row[0] not in found}
    return list(found.values())[: MOST + 1]


def _company(row: tuple[Any, ...]) -> Found:
    row_id, code, name, town, siret, closed_at = row
    detail = ", ".join(each for each in (town, siret, "radié" if closed_at else "") if each)
    return Found(row_id, label_of(code, name, town), detail, code, name)


def _employee(row: tuple[Any, ...], today: date) -> Found:
    row_id, code, company, birth_on, exit_on, *names = row
    left = f", sortie le {exit_on:%d/%m/%Y}" if exit_on and exit_on < today else ""
    born = "née" if names[-1] == "F" else "né"
    return Found(row_id, person_name(*names), f"{born} le {birth_on:%d/%m/%Y}{left}", code, company)


async def _accounts(access: StaffAccess, rows: list[tuple[Any, ...]]) -> list[Found]:
    ids = [row[0] for row in rows]
    theirs: dict[int, list[tuple[str, str]]] = {}
    for account_id, code, name in await access.table(_COMPANIES_OF, {"accounts": ids}) if ids else []:
        theirs.setdefault(account_id, []).append((code, name))
    return [
        Found(row_id, f"{first} {last}".strip(), email, *_one_company(theirs.get(row_id, [])))
        for row_id, first, last, email in rows
    ]


def _one_company(companies: list[tuple[str, str]]) -> tuple[str, str]:
    if len(companies) == 1:
        return companies[0]
    return "", f"{len(companies)} entreprises" if companies else "aucune entreprise"
