"""Reads of one company's employees. The list reads columns, from statements made once: see tests/bench."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Select, and_, bindparam, or_
from sqlmodel import col

from app.access import MemberAccess
from app.employees.rules import NOT_FOLLOWED, add_months, is_minor
from app.employees.searching import named_later, named_values
from app.searching import MOST_WORDS, words_of
from db.models import Employee, Monitoring

PAGE = 25
SORTS = {"nom": "sort_key", "echeance": "due_on", "entree": "entry_on"}
STATES = ("presents", "confirmer", "sortis", "tous")
VISITS = ("", "retard", "mois")
SOON = timedelta(days=30)
SHOWN = (
    "id", "birth_name", "usual_name", "first_names", "sex", "job_title", "entry_on", "exit_on",
    "contract", "contract_ends_on", "monitoring", "birth_on", "last_visit_on", "due_on", "sort_key",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is asked for. `after`: the sort value and id of the row that the page follows."""

    q: str = ""
    state: str = "presents"
    monitoring: str = ""
    visit: str = ""
    sort: str = "nom"
    after: tuple[str, int] | None = None

    @property
    def words(self) -> list[str]:
        return words_of(self.q)[:MOST_WORDS]


class Row(NamedTuple):
    """The columns that the list shows, in the order of SHOWN."""

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


async def employees_asked(access: MemberAccess, asked: Asked, today: date) -> list[Row]:
    """One page of them and one row more, which says that there is a next page."""
    return await _rows(access, asked, today, SHOWN, PAGE + 1, Row._make)


async def every_employee(
    access: MemberAccess, asked: Asked, today: date, columns: tuple[str, ...]
) -> list[Any]:
    """All that are asked for, as tuples of these columns: for an export."""
    return await _rows(access, asked, today, columns, None, tuple)


async def _rows(
    access: MemberAccess, asked: Asked, today: date, columns: tuple[str, ...], most: int | None, made: Any
) -> list[Any]:
    statement = _statement(
        columns, asked.sort, asked.state, asked.monitoring, asked.visit, len(asked.words),
        asked.after is not None, most,
    )  # fmt: skip
    given: dict[str, Any] = {"company": access.company.key, "today": today, "adult": youngest_adult(today)}
    given["soon"] = today + SOON
    given |= named_values(asked.words)
    if asked.after:
        place, row_id = asked.after
        given |= {"place": place if asked.sort == "nom" else date.fromisoformat(place), "row": row_id}
    return [made(row) for row in await access.table(statement, given)]


@lru_cache(maxsize=512)
def _statement(
    columns: tuple[str, ...], sort: str, state: str, monitoring: str, visit: str, words: int,
    is_after: bool, most: int | None,
) -> Select[Any]:  # fmt: skip
    key, row_id = getattr(Employee, SORTS[sort]), col(Employee.id)
    statement = sqlalchemy.select(*(getattr(Employee, name) for name in columns))
    statement = statement.where(col(Employee.company_id) == bindparam("company"), *named_later(words))
    statement = statement.where(*_state(state), *_visit(visit), *_monitoring(monitoring))
    if is_after:
        place = bindparam("place", type_=key.type)
        statement = statement.where(
            sqlalchemy.tuple_(key, row_id) > sqlalchemy.tuple_(place, bindparam("row"))
        )
    return statement.order_by(key, row_id).limit(most)


def _state(state: str) -> list[Any]:
    exit_on, ends_on, today = (
        col(Employee.exit_on),
        col(Employee.contract_ends_on),
        bindparam("today", type_=sqlalchemy.Date),
    )
    if state == "tous":
        return []
    if state == "sortis":
        return [exit_on < today]
    return [exit_on.is_(None), ends_on < today] if state == "confirmer" else [_here()]


def _here() -> Any:
    exit_on, today = col(Employee.exit_on), bindparam("today", type_=sqlalchemy.Date)
    return or_(exit_on.is_(None), exit_on >= today)


def _monitoring(monitoring: str) -> list[Any]:
    if not monitoring:
        return []
    kept, birth_on = col(Employee.monitoring), col(Employee.birth_on)
    adult = bindparam("adult", type_=sqlalchemy.Date)
    # One by one: a list would make another statement each time.
    followed = [col(Employee.contract) != each for each in NOT_FOLLOWED]
    return (
        followed
        + {
            "SI": [kept == Monitoring.SIMPLE, birth_on <= adult],
            "SIA": [or_(kept == Monitoring.ADAPTED, and_(kept == Monitoring.SIMPLE, birth_on > adult))],
            "SIR": [kept == Monitoring.REINFORCED],
        }[monitoring]
    )


def _visit(visit: str) -> list[Any]:
    """Whoever left has no visit to come, whatever the deadline was."""
    due_on, today = col(Employee.due_on), bindparam("today", type_=sqlalchemy.Date)
    if visit == "retard":
        return [due_on < today, _here()]
    soon = bindparam("soon", type_=sqlalchemy.Date)
    return [due_on >= today, due_on <= soon, _here()] if visit == "mois" else []


@lru_cache(maxsize=64)
def youngest_adult(today: date) -> date:
    """The latest birth date of somebody who is 18 that day, as `rules.is_minor` counts."""
    birth_on = add_months(today, -12 * 18)
    following = birth_on + timedelta(days=1)
    return birth_on if is_minor(following, today) else following
