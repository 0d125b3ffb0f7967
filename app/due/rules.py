"""A person to call, what their visit needs, and how near a centre is to their company. Pure.

Neither members nor centres have coordinates: nearness is that of postcodes, and the pages say so.
"""

from datetime import date
from typing import NamedTuple

from app.text.search import letters_of

NEARNESS = (5, 3, 2)  # digits of a postcode in common: the same town, its neighbours, the département
FAR = len(NEARNESS)
OVERSEAS = ("97", "98")  # two digits of islands an ocean apart: a third one says which


class Needs(NamedTuple):
    """Needs of a visit: a way for a wheelchair, the language of an interpreter, or neither."""

    access: bool = False
    interpreter: str = ""

    @property
    def words(self) -> str:
        words = ["accès en fauteuil roulant"] if self.access else []
        return ", ".join(words + ([f"interprète : {self.interpreter}"] if self.interpreter else []))


NOTHING = Needs()


class Due(NamedTuple):
    """Somebody to call, and what their visit needs."""

    employee_id: int
    company_id: int
    postcode: str
    due_on: date
    kind: str
    exit_on: date | None = None
    needs: Needs = NOTHING


def distance(one: str, other: str) -> int:
    """The rank in NEARNESS; FAR for another département. A postcode that is not known is near anything."""
    if not one or not other:
        return FAR - 1
    sizes = NEARNESS[:2] if one.startswith(OVERSEAS) else NEARNESS
    return next((rank for rank, size in enumerate(sizes) if one[:size] == other[:size]), FAR)


def department(postcode: str) -> str:
    """The digits that a département's postcodes begin with."""
    return postcode[: 3 if postcode.startswith(OVERSEAS) else 2]


def is_understood(languages: str, needs: Needs) -> bool:
    """True without an interpreter: nobody asks for one, or it is for one of these languages, which commas
    separate.
    """
    known = {letters_of(each) for each in languages.split(",")} - {""}
    return not needs.interpreter or any(each in letters_of(needs.interpreter) for each in known)
