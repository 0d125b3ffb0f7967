"""Boxes of a statement's pages: invoices that a line pays, doubtful lines that are right."""

from typing import Any

from pydantic import model_validator

from app.text.fields import Input
from app.web.paging import row_numbers

INVOICE, LINE = "invoice_", "line_"  # begin the names of the boxes
MOST = 200  # boxes of a page


def _boxes(typed: dict[str, Any], start: str) -> tuple[int, ...]:
    return tuple(row_numbers((name.removeprefix(start) for name in typed if name.startswith(start)), MOST))


class Picked(Input):
    """`invoices`: those ticked, none to leave the line unmatched."""

    invoices: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        return {"invoices": _boxes(typed, INVOICE)}


RECORD, KEEP = "Enregistrer les règlements", "Garder les cases cochées"  # the two buttons under the boxes


class Ticked(Input):
    """`displayed`: the lines that the page listed; `lines`: those ticked; `is_kept`: for later, without
    recording anything.
    """

    displayed: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    is_kept: bool = False

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        displayed = tuple(row_numbers(str(typed.get("displayed", "")).split(","), MOST))
        is_kept = typed.get("acte") == KEEP
        return {"displayed": displayed, "lines": _boxes(typed, LINE), "is_kept": is_kept}
