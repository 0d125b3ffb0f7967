"""Fields of the right of access: who writes, the records chosen, who they are."""

from typing import Annotated

from app.employees.forms import BirthDay, BirthName, FirstNames, OptionalName
from app.errors import Refused
from app.text.fields import Input, OneLine, PlainName, Squeezed, text
from app.text.values import LONGEST_NAME
from db.numbers import is_digits

MOST = 200  # records of one export: each is read in twenty tables
TOO_MANY = f"Plus de {MOST} fiches sont cochées : faites-en plusieurs archives, chacune d’une partie."
LONGEST_ID = 9  # digits


class Asked(Input):
    """As somebody writes it; nothing of it is kept."""

    last_name: Annotated[str, Squeezed, OneLine, text("Saisissez le nom.", LONGEST_NAME), PlainName]
    first_name: FirstNames
    born: BirthDay


class Chosen(Input):
    records: Annotated[str, Squeezed]


class Corrected(Chosen):
    """The identity, the same at every employer."""

    birth_name: BirthName
    usual_name: OptionalName
    first_names: FirstNames
    birth_on: BirthDay


def read_records(typed: str) -> list[int]:
    """Numbers written 12-57, each once and in order; what is no number is left aside. `Refused` when there
    are more than one export takes: none is dropped in silence.
    """
    found = {int(each) for each in typed.split("-") if is_digits(each) and len(each) <= LONGEST_ID}
    if len(found) > MOST:
        raise Refused(TOO_MANY)
    return sorted(found)


def written(records: list[int]) -> str:
    return "-".join(map(str, records))
