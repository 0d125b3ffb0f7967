"""A person to call, and how near a centre is to their company. Pure."""

from datetime import date
from typing import NamedTuple

NEARNESS = (5, 3, 2)  # digits of a postcode in common: the same town, its neighbours, the département
FAR = len(NEARNESS)


class Due(NamedTuple):
    """Somebody to call. `note`: what their visit needs, in words; `needs_access`: by wheelchair."""

    employee_id: int
    company_id: int
    postcode: str
    due_on: date
    kind: str
    exit_on: date | None = None
    needs_access: bool = False
    note: str = ""


def distance(one: str, other: str) -> int:
    """The rank in NEARNESS; FAR for another département. A postcode that is not known is near anything."""
    if not one or not other:
        return FAR - 1
    return next((rank for rank, size in enumerate(NEARNESS) if one[:size] == other[:size]), FAR)
