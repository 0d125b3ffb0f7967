"""Boxes of the absences that are billed, or given up."""

from typing import Any

from pydantic import model_validator

from app.absences.queries import MOST
from app.text.fields import Input
from app.web.paging import row_numbers

BILL, WAIVE = "Facturer les absences cochées", "Ne pas facturer les absences cochées"  # the two buttons
BOX = "slot_"


class Ticked(Input):
    """`slots`: those ticked; `is_billed`: False to give them up."""

    slots: tuple[int, ...] = ()
    is_billed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        names = (name.removeprefix(BOX) for name in typed if name.startswith(BOX))
        return {"slots": tuple(row_numbers(names, MOST)), "is_billed": typed.get("acte") == BILL}
