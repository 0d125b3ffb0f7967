"""Choices about a file. The number of its lines and columns is not known here."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict

from app.employee_files.columns import READABLE, SAME_FOR_ALL
from app.employees.forms import (
    BirthDay,
    BirthName,
    ContractKind,
    EntryDay,
    FirstNames,
    JobTitle,
    LastDay,
    as_stored,
)
from app.text.fields import Input, OptionalDay, Squeezed
from app.web.paging import row_number
from db.models import LineKind

ORDERS = {"dmy": "jour/mois/année", "mdy": "mois/jour/année", "ymd": "année/mois/jour"}
ACTS = {"", "apply"}


class Choices(BaseModel):
    """`shown`: the numbers of the lines on the page; `line_N`: what to do with one; `tous`: with all.
    `suite`: of the button that goes on, the last line of this page, whose number is `page`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    shown: str
    tous: str
    suite: str = ""
    page: str = ""


class ColumnChoices(BaseModel):
    """`column_N`: the field that the Nth column of the file holds, or "". `same_…`: what is the same for
    everybody in it, one for each of SAME_FOR_ALL. `date_…`: the order of the days of a field, or "" for what
    the reader makes of them.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    same_contract: Annotated[str, Squeezed, as_stored("contract")]
    same_job_title: Annotated[str, Squeezed, as_stored("job_title")]


class Mended(Input):
    """Fields that make a line in error right, with the days that may contradict each other."""

    birth_name: BirthName
    first_names: FirstNames
    birth_on: BirthDay
    entry_on: EntryDay
    exit_on: OptionalDay = ""
    contract: ContractKind
    contract_ends_on: OptionalDay = ""
    job_title: JobTitle


class Apply(LastDay):
    """The last day of the chosen people whom the file does not name."""


def choices_of(kind: LineKind, data: Choices, typed: dict[str, str]) -> dict[int, str]:
    """Number of a line → what to do with it. An unticked box is not sent: it says no."""
    acts = ACTS | {"add"} if kind == LineKind.DUPLICATE else ACTS
    by_line = {}
    for number in data.shown.split(","):
        choice = typed.get(f"line_{number}", "")
        if row_number(number) and choice in acts:
            by_line[row_number(number)] = choice
    return by_line


def everything_of(kind: LineKind, data: Choices) -> str | None:
    """The choice for all the lines of a kind. Probable duplicates are each a question of its own: none may be
    taken with all the others.
    """
    every = {"aucun": ""} if kind == LineKind.DUPLICATE else {"tous": "apply", "aucun": ""}
    return every.get(data.tous)


def same_of(data: ColumnChoices) -> dict[str, str]:
    """Field → value stored for everybody of whom the file gives none."""
    given = {field: getattr(data, f"same_{field}") for field in SAME_FOR_ALL}
    return {field: str(stored) for field, stored in given.items() if stored}


def dates_of(dates: Collection[str], typed: Mapping[str, str]) -> dict[str, str]:
    """Field → order, of those that somebody chose, among the fields whose days were read."""
    given = {field: typed.get(f"date_{field}", "") for field in dates}
    return {field: order for field, order in given.items() if order in ORDERS}


def encoding_of(encoding: Mapping[str, Any], typed: Mapping[str, str]) -> str:
    """One of those that the reader offers, or "" for its own choice."""
    offered = {name for name, _ in encoding.get("others", ())} | {encoding.get("chosen")}
    chosen = typed.get("encoding", "")
    return chosen if chosen in offered else ""


def mapping_of(columns: list[list[str]], typed: dict[str, str]) -> dict[str, str]:
    """Title in the file → field, for each column of the file."""
    mapping = {}
    for place, (title, _) in enumerate(columns):
        field = typed.get(f"column_{place}", "")
        mapping[title] = field if field in READABLE else ""
    return mapping
