"""Fields that name a row chosen in a list of the page."""

from typing import Annotated

from pydantic import BeforeValidator

from app.web.paging import row_number

CHOOSE = "Choisissez dans la liste."


def chosen_row(value: object) -> int:
    """The number of the row. ValueError for what is no number, or is nothing."""
    if number := row_number(value) if isinstance(value, str) else 0:
        return number
    raise ValueError(CHOOSE)


def _optional(value: object) -> int:
    return chosen_row(value) if value else 0


Row = Annotated[int, BeforeValidator(chosen_row)]
OptionalRow = Annotated[int, BeforeValidator(_optional)]  # 0 for none
