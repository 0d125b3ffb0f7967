"""Boxes of the absences that are billed, or given up."""

from typing import Any

from pydantic import model_validator

from app.absences.queries import MOST
from app.errors import Refused
from app.text.fields import Input
from app.web.paging import row_numbers

BILL, WAIVE = "Facturer les absences cochées", "Ne pas facturer les absences cochées"  # the two buttons
BOX = "slot_"


class Ticked(Input):
    """`slots`: those ticked; `acte`: the words of the button."""

    slots: tuple[int, ...] = ()
    acte: str = ""

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        names = (name.removeprefix(BOX) for name in typed if name.startswith(BOX))
        return {"slots": tuple(row_numbers(names, MOST)), "acte": typed.get("acte", "")}

    @property
    def is_billed(self) -> bool:
        """False to give them up. `Refused` when no button says which: neither is a matter of course."""
        if self.acte not in {BILL, WAIVE}:
            raise Refused("Choisissez l’un des deux boutons : facturer, ou ne pas facturer.")
        return self.acte == BILL
