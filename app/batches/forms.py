"""Fields of a batch: people, deadline, visits, sessions."""

from datetime import date
from typing import Annotated, Any

from pydantic import model_validator

from app.text.fields import Input, Squeezed, day
from app.text.values import read_day
from app.web.chosen import OptionalRow
from app.web.paging import row_number
from db.kinds import VisitKind

SESSION, KIND = "session_", "kind_"  # begin the names of the boxes
EVERY = "every"


class NewBatch(Input):
    """`sessions` and `kinds`: the boxes that were ticked; `every`: all the sessions of the page."""

    team: OptionalRow = 0
    due_before: Annotated[str, Squeezed, day("Écrivez la date : les visites dues avant elle sont proposées.")]
    sessions: tuple[int, ...] = ()
    kinds: tuple[VisitKind, ...] = ()
    every: bool = False

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        numbers = [row_number(name.removeprefix(SESSION)) for name in typed if name.startswith(SESSION)]
        kinds = {name.removeprefix(KIND) for name in typed if name.startswith(KIND)}
        return {
            "team": typed.get("team", ""), "due_before": typed.get("due_before", ""),
            "sessions": tuple(each for each in numbers if each), "every": EVERY in typed,
            "kinds": tuple(each for each in VisitKind if each in kinds),
        }  # fmt: skip

    @property
    def before(self) -> date:
        return read_day(self.due_before)
