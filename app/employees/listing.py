"""The list of employees: its query, its lines. `filters` reads its address.

The kind of follow-up is stored for the risks alone. Being under 18 depends on the day, so a condition on the
birth date adds it when the list is read, and nothing has to run on birthdays. The deadline depends only on
dates that are written down, so it is a column and an index. Revisit with a rule that counts from today.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_
from sqlmodel import col

from app.access import MemberAccess
from app.clock import Moment
from app.employees.declared import employee_name
from app.employees.filters import COLUMNS, SORTS, ListFilters, risks_for
from app.employees.queries import present_people
from app.employees.standings import CALLED, HERE, UNDATED, standings_of
from app.follow_up.law import NOT_FOLLOWED, SIA, add_months, is_minor
from app.follow_up.standing import Standing
from app.follow_up.words import CONTRACTS
from app.rights import Right
from app.text.search import MOST_WORDS, words_of
from app.web.paging import PAGE
from db.models import NEVER, Employee, Monitoring


def name_conditions(typed: str) -> list[ColumnElement[bool]]:
    """Employees whose names, job and number have words that begin with each of these; all, for no word."""
    return [_has(f"% {word}%") for word in words_of(typed)[:MOST_WORDS]]


def name_placeholders(words: int) -> list[ColumnElement[bool]]:
    """The same for a statement made once: so many words, which `name_values` gives."""
    return [_has(bindparam(f"word{index}")) for index in range(words)]


def name_values(words: Sequence[str]) -> dict[str, Any]:
    return {f"word{index}": f"% {word}%" for index, word in enumerate(words)}


def _has(like: Any) -> ColumnElement[bool]:
    """Read in an index: a word that nobody has takes 1.5 ms of processor among 10 000 people, on SQLite.

    A column with a bit for each beginning of a word, compared first, took 1.0 ms: not worth keeping right.
    """
    return col(Employee.search_key).like(like)


SOON = timedelta(days=30)
NEVER_SEEN = date(1, 1, 1)
_NEVER_SEEN = sqlalchemy.literal(NEVER_SEEN, sqlalchemy.Date)
SHOWN = (
    "id", "birth_name", "usual_name", "first_names", "sex", "job_title", "entry_on", "exit_on",
    "contract", "contract_ends_on", "monitoring", "birth_on", "last_visit_on", "due_on", "sort_key",
    "staff_number", "risks", "due_kind",
)  # fmt: skip


class EmployeeRow(NamedTuple):
    """The columns that the list shows, in the order of SHOWN. `is_namesake`: another of the company's has the
    same names. `total`: how many the filters find, on all the pages.
    """

    id: int
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    job_title: str
    entry_on: date
    exit_on: date | None
    contract: str
    contract_ends_on: date | None
    monitoring: str
    birth_on: date
    last_visit_on: date | None
    due_on: date
    sort_key: str
    staff_number: str
    risks: str
    due_kind: str
    is_namesake: bool = False
    total: int = 0


class Shape(NamedTuple):
    """All that makes a statement of the list another one. `most`: None for all the rows. `is_page`: of a
    page, with namesakes and the number of rows on all the pages.
    """

    columns: tuple[str, ...]
    sort: str
    state: str
    monitoring: str
    visit: str
    words: int
    has_contract: bool
    has_job: bool
    has_risk: bool
    is_after: bool
    most: int | None
    is_page: bool


async def employees_before(access: MemberAccess, filters: ListFilters, at: Moment) -> list[EmployeeRow]:
    """One page of them and one row more, which says that there is a next page."""
    return [EmployeeRow(*row) for row in await _rows(access, filters, at, SHOWN, PAGE + 1, is_page=True)]


async def every_employee(
    access: MemberAccess,
    filters: ListFilters,
    at: Moment,
    columns: tuple[str, ...],
    most: int | None = None,
) -> Sequence[tuple[Any, ...]]:
    """All the employees of these filters, or so many, as tuples of these columns: for an export."""
    return await _rows(access, filters, at, columns, most)


async def _rows(
    access: MemberAccess,
    filters: ListFilters,
    at: Moment,
    columns: tuple[str, ...],
    most: int | None,
    *,
    is_page: bool = False,
) -> Sequence[tuple[Any, ...]]:
    shape = Shape(
        columns=columns, sort=filters.sort, state=filters.state, monitoring=filters.monitoring,
        visit=filters.visit, words=len(filters.words), has_contract=bool(filters.contract),
        has_job=bool(filters.job), has_risk=bool(filters.risk), is_after=filters.after is not None,
        most=most, is_page=is_page,
    )  # fmt: skip
    given: dict[str, Any] = {"company": access.company.key, "today": at.today, "now": at.now}
    given |= {
        "adult": youngest_adult(at.today),
        "soon": at.today + SOON,
        "contract": filters.contract,
        "job": filters.job,
    }
    given |= {"risk": f"% {filters.risk} %"} | name_values(filters.words)
    if filters.after:
        place, row_id = filters.after
        given |= {"place": place if filters.key == "nom" else date.fromisoformat(place), "row": row_id}
    return await access.table(_statement(shape), given)


@lru_cache(maxsize=512)
def _statement(shape: Shape) -> Select[Any]:
    key, row_id = _key(shape.sort.removeprefix("-"), Employee), col(Employee.id)
    found = (
        col(Employee.company_id) == bindparam("company"),
        *name_placeholders(shape.words),
        *_where(shape),
    )
    statement = sqlalchemy.select(*(getattr(Employee, name) for name in shape.columns)).where(*found)
    here = sqlalchemy.tuple_(key, row_id)
    place = sqlalchemy.tuple_(bindparam("place", type_=key.type), bindparam("row"))
    if shape.sort.startswith("-"):
        statement = statement.where(here < place) if shape.is_after else statement
        statement = statement.order_by(key.desc(), row_id.desc())
    else:
        statement = statement.where(here > place) if shape.is_after else statement
        statement = statement.order_by(key, row_id)
    statement = statement.limit(shape.most)
    return _with_totals(statement, shape, found) if shape.is_page else statement


def _with_totals(statement: Select[Any], shape: Shape, found: Sequence[Any]) -> Select[Any]:
    """The rows of a page, each with whether it has a namesake and how many there are on all the pages, in the
    same trip. Around the page, so that namesakes are looked for once a row that is shown.
    """
    page = statement.subquery("page")
    counted = sqlalchemy.select(func.count()).select_from(Employee).where(*found).scalar_subquery()
    total = present_people() if len(found) == 2 and found[1] is HERE else counted
    whole = sqlalchemy.select(*page.c, _has_namesake(page), total)
    order: tuple[Any, ...] = (_key(shape.sort.removeprefix("-"), page.c), page.c.id)
    return whole.order_by(*(each.desc() if shape.sort.startswith("-") else each for each in order))


def _key(name: str, row: Any) -> Any:
    """The value sorted by. Somebody never seen comes before all who were."""
    key = getattr(row, SORTS[name])
    return func.coalesce(key, _NEVER_SEEN) if name == "vue" else key


def _has_namesake(page: Any) -> Any:
    """True when another employee, present or not, has the same names: read in the index of the list."""
    same = (col(Employee.sort_key) == page.c.sort_key, col(Employee.id) != page.c.id)
    mine = sqlalchemy.select(col(Employee.id)).where(col(Employee.company_id) == bindparam("company"), *same)
    return mine.correlate(page).exists()


def _where(shape: Shape) -> list[Any]:
    where = [*_state(shape.state), *_visit(shape.visit), *_monitoring(shape.monitoring)]
    where += [col(Employee.contract) == bindparam("contract")] if shape.has_contract else []
    where += [col(Employee.job_title) == bindparam("job")] if shape.has_job else []
    risks = sqlalchemy.literal(" ") + col(Employee.risks) + sqlalchemy.literal(" ")
    return where + ([risks.like(bindparam("risk"))] if shape.has_risk else [])


def _state(state: str) -> list[Any]:
    exit_on, ends_on = col(Employee.exit_on), col(Employee.contract_ends_on)
    today = bindparam("today", type_=sqlalchemy.Date)
    # Whoever is anonymous has left, and has no name to be sorted by.
    named = col(Employee.sort_key) > ""
    if state == "tous":
        return [named]
    if state == "sortis":
        return [exit_on < today, named]
    return [exit_on.is_(None), ends_on < today] if state == "confirmer" else [HERE]


def _monitoring(monitoring: str) -> list[Any]:
    if not monitoring:
        return []
    stored, birth_on = col(Employee.monitoring), col(Employee.birth_on)
    adult = bindparam("adult", type_=sqlalchemy.Date)
    # One by one: a list would make another statement each time.
    followed = [col(Employee.contract) != each for each in NOT_FOLLOWED]
    return (
        followed
        + {
            "SI": [stored == Monitoring.SIMPLE, birth_on <= adult],
            "SIA": [or_(stored == Monitoring.ADAPTED, and_(stored == Monitoring.SIMPLE, birth_on > adult))],
            "SIR": [stored == Monitoring.REINFORCED],
        }[monitoring]
    )


def _visit(visit: str) -> list[Any]:
    """The next visit, as `follow_up.standing` says; none for a person who left, whatever the deadline was."""
    due_on, today = col(Employee.due_on), bindparam("today", type_=sqlalchemy.Date)
    soon = bindparam("soon", type_=sqlalchemy.Date)
    return {
        "": [],
        "retard": [UNDATED],
        "date": [CALLED],
        "mois": [due_on >= today, due_on <= soon, HERE],
    }[visit]


@lru_cache(maxsize=64)
def youngest_adult(today: date) -> date:
    """The latest birth date of an adult on that day, as `law.is_minor` counts."""
    birth_on = add_months(today, -12 * 18)
    following = birth_on + timedelta(days=1)
    return birth_on if is_minor(following, today) else following


class EmployeeLine(NamedTuple):
    """One employee as the table writes it: nothing is left to compute in the template. `born`: " né le
    03/02/1990" for somebody with a namesake. `state`: "" for people simply present.
    """

    id: int
    path: str
    name: str
    born: str
    job: str
    monitoring: str
    next: Standing
    state: str
    cells: list[tuple[str, str]]


def following(rows: list[EmployeeRow], sort: str) -> str:
    """The start of the next page, or "" when this is the last."""
    if len(rows) <= PAGE:
        return ""
    last = rows[PAGE - 1]
    place = getattr(last, SORTS[sort.removeprefix("-")]) or NEVER_SEEN
    return f"{place}~{last.id}"


async def lines_of(
    access: MemberAccess,
    rows: list[EmployeeRow],
    path: str,
    at: Moment,
    columns: Sequence[str] = (),
) -> list[EmployeeLine]:
    """`path`: the address of an employee without the number. `columns`: those that `cells` fill, each with
    its title.
    """
    page = rows[:PAGE]
    standings = await standings_of(access, page, at)
    known = risks_for(is_keeper=Right.EMPLOYEES in access.rights)
    reading = Reading(at.today, youngest_adult(at.today), known)
    shown = [(COLUMNS[name], CELLS[name]) for name in columns]
    return [_line(row, path, standings[row.id], reading, shown) for row in page]


def french_day(value: date | None) -> str:
    """25/11/2026, or "" for no day."""
    return f"{value.day:02}/{value.month:02}/{value.year}" if value and value != NEVER else ""


@lru_cache(maxsize=4096)
def day_cell(value: date | None) -> Markup:
    """A day as the table writes it, a dash for none. The same days come again and again."""
    words = french_day(value)
    return Markup('<time datetime="{}">{}</time>').format(value, words) if words else Markup("–")


PRESENT = "Présent"


def state_of(entry_on: date, exit_on: date | None, contract_ends_on: date | None, today: date) -> str:
    if exit_on and exit_on < today:
        return f"Sorti le {french_day(exit_on)}"
    if entry_on > today:
        leaves = f", part le {french_day(exit_on)}" if exit_on else ""
        return f"Arrive le {french_day(entry_on)}{leaves}"
    if exit_on:
        return f"Présent, part le {french_day(exit_on)}"
    if contract_ends_on and contract_ends_on < today:
        return "À confirmer : contrat terminé"
    return PRESENT


def is_to_confirm(employee: Employee, today: date) -> bool:
    """The contract should have ended, and nobody said whether it did."""
    return bool(employee.exit_on is None and employee.contract_ends_on and employee.contract_ends_on < today)


class Reading(NamedTuple):
    """All that cells depend on beside the row. `adult`: see `youngest_adult`; `known`: the exposures that the
    reader may see, in words.
    """

    today: date
    adult: date
    known: dict[str, str]


Cell = Callable[[EmployeeRow, Reading], str]
BORN = {"F": "née le", "M": "né le"}


def born_words(row: EmployeeRow) -> str:
    """« née le 03/02/1990 », without a gender where it is not declared."""
    return f"{BORN.get(row.sex, 'date de naissance :')} {french_day(row.birth_on)}"


def _line(
    row: EmployeeRow,
    path: str,
    standing: Standing,
    reading: Reading,
    columns: Sequence[tuple[str, Cell]],
) -> EmployeeLine:
    state = state_of(row.entry_on, row.exit_on, row.contract_ends_on, reading.today)
    return EmployeeLine(
        id=row.id,
        path=f"{path}{row.id}",
        name=employee_name(row),
        born=born_words(row) if row.is_namesake else "",
        job=row.job_title,
        monitoring=_monitoring_of(row, reading.adult),
        next=standing,
        state="" if state == PRESENT else state,
        cells=[(title, cell(row, reading)) for title, cell in columns],
    )


def _monitoring_of(row: EmployeeRow, adult: date) -> str:
    """The follow-up: at least adapted under 18 (R4624-18), none here for an intern or a temporary."""
    if row.contract in NOT_FOLLOWED:
        return "non suivi"
    return SIA.value if row.monitoring == Monitoring.SIMPLE and row.birth_on > adult else row.monitoring


def _contract_of(row: EmployeeRow) -> str:
    ends = f" jusqu’au {french_day(row.contract_ends_on)}" if row.contract_ends_on else ""
    return f"{CONTRACTS[row.contract]}{ends}"


# What each column writes of a row.
CELLS: dict[str, Cell] = {
    "poste": lambda row, _: row.job_title,
    "suivi": lambda row, reading: _monitoring_of(row, reading.adult),
    "entree": lambda row, _: day_cell(row.entry_on),
    "vue": lambda row, _: day_cell(row.last_visit_on),
    "contrat": lambda row, _: _contract_of(row),
    "naissance": lambda row, _: day_cell(row.birth_on),
    "matricule": lambda row, _: row.staff_number or "–",
    "risques": lambda row, reading: (
        ", ".join(reading.known[code] for code in row.risks.split() if code in reading.known) or "–"
    ),
}
