"""Fields of a proposal made from a person or from a free time, and of the waiting list."""

from typing import Annotated

from app.text.fields import Input, text
from app.web.chosen import OptionalRow, Row


class Person(Input):
    """The person chosen for a time."""

    salarie: Row


class Time(Input):
    """The time chosen for a person: a FreeTime.key."""

    creneau: Annotated[str, text("Choisissez un créneau.", 24)]


class Waiting(Input):
    """`centre`: where alone they would come, 0 for anywhere near."""

    centre: OptionalRow = 0


class Leaving(Input):
    """The line to take off the waiting list."""

    attente: Row
