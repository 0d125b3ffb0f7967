"""The field of a period, in months."""

from typing import Annotated

from app.errors import Refused
from app.retention.rules import Line, duration_in_months
from app.text.fields import Input, Squeezed
from db.numbers import is_digits

LONGEST = 4  # digits


class Period(Input):
    months: Annotated[str, Squeezed]


def read_months(line: Line, typed: str) -> int:
    """The months typed, within the bounds of the line, or `Refused`."""
    months = int(typed) if is_digits(typed) and len(typed) <= LONGEST else 0
    allowed = line.months
    if not allowed.least <= months <= allowed.most:
        bounds = f"{allowed.least} ({duration_in_months(allowed.least)}) et {allowed.most}"
        words = f"Écrivez un nombre de mois entre {bounds} ({duration_in_months(allowed.most)})."
        raise Refused(words, "months")
    return months
