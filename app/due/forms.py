"""Fields of a proposal made from a person or from a free time, and of the waiting list."""

from typing import Annotated

from pydantic import AfterValidator

from app.text.fields import Input, text
from app.web.paging import row_number


def _number(value: str) -> str:
    if not row_number(value):
        raise ValueError("Choisissez dans la liste.")
    return value


def _optional(value: str) -> str:
    return _number(value) if value else ""


class Person(Input):
    """The person chosen for a time."""

    salarie: Annotated[str, AfterValidator(_number)]


class Time(Input):
    """The time chosen for a person: a FreeTime.key."""

    creneau: Annotated[str, text("Choisissez un créneau.", 24)]


class Waiting(Input):
    """`centre`: where alone they would come, "" for anywhere near."""

    centre: Annotated[str, AfterValidator(_optional)] = ""


class Leaving(Input):
    """The line to take off the waiting list."""

    attente: Annotated[str, AfterValidator(_number)]
