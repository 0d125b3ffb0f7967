"""What may be chosen of a file. How many lines and columns it has is not known here."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from app.employees.columns import COLUMNS, SAME_FOR_ALL
from app.employees.forms import as_in_a_file
from app.fields import Input, OptionalDay, Squeezed
from app.places import row_number
from db.models import LineKind

ACTS = {"", "apply"}


class Choices(BaseModel):
    """`shown`: the numbers of the lines on the page; `line_N`: what to do with one; `tous`: with all."""

    model_config = ConfigDict(extra="allow", frozen=True)

    shown: str
    tous: str


class ColumnChoices(BaseModel):
    """`column_N`: the field that the Nth column of the file holds, or "". `same_…`: what is the same for
    everybody in it, one for each of SAME_FOR_ALL.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    same_contract: Annotated[str, Squeezed, as_in_a_file("contract")]
    same_job_title: Annotated[str, Squeezed, as_in_a_file("job_title")]


class Apply(Input):
    exit_on: OptionalDay = ""


def choices_of(kind: LineKind, data: Choices, typed: dict[str, str]) -> dict[int, str]:
    """Number of a line → what to do with it. An unticked box is not sent: it says no."""
    acts = ACTS | {"add"} if kind == LineKind.DUPLICATE else ACTS
    found = {}
    for number in data.shown.split(","):
        choice = typed.get(f"line_{number}", "")
        if row_number(number) and choice in acts:
            found[row_number(number)] = choice
    return found


def everything_of(kind: LineKind, data: Choices) -> str | None:
    """Of probable duplicates, each is somebody else's question: none may be taken with all the others."""
    every = {"aucun": ""} if kind == LineKind.DUPLICATE else {"tous": "apply", "aucun": ""}
    return every.get(data.tous)


def same_of(data: ColumnChoices) -> dict[str, str]:
    """Field → what is stored for everybody of whom the file does not say it."""
    given = {field: getattr(data, f"same_{field}") for field in SAME_FOR_ALL}
    return {field: str(stored) for field, stored in given.items() if stored}


def mapping_of(columns: list[list[str]], typed: dict[str, str]) -> dict[str, str]:
    """Title in the file → field, for each column of the file."""
    found = {}
    for place, (title, _) in enumerate(columns):
        field = typed.get(f"column_{place}", "")
        found[title] = field if field in COLUMNS else ""
    return found
