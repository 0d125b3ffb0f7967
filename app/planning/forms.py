"""Fields of an answer to a slot."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from app.appointments.forms import Folded, Message, Token
from app.planning.rules import REASONS, ShownWeek
from app.text.fields import Input, Squeezed, Ticked, text
from app.web.paging import row_number

GIVEN_REASONS = {code: words for code, words in REASONS.items() if code != "autre_date"}


def _read_sequence(value: Any) -> Any:
    """The state that the page was made from; nonsense is a state that no slot has."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,8}", value) else -1


def _someone(value: str) -> str:
    if not row_number(value):
        raise ValueError("Choisissez qui viendra.")
    return value


def _reason(value: str) -> str:
    if value not in GIVEN_REASONS:
        raise ValueError("Choisissez ce que devient cette visite.")
    return value


def _read_week(value: Any) -> ShownWeek:
    return ShownWeek.read(value if isinstance(value, str) else "")


def _read_week_around(value: Any) -> ShownWeek | None:
    return _read_week(value) if value else None


Sequence = Annotated[int, BeforeValidator(_read_sequence)]


class Answer(Input):
    sequence: Sequence


class Confirmation(Answer):
    """`shown`: in place, what the button of the whole week offered beside this row."""

    shown: Annotated[ShownWeek | None, BeforeValidator(_read_week_around)] = None


class Together(Input):
    shown: Annotated[ShownWeek, BeforeValidator(_read_week)]


class Choice(Answer):
    """`employee`: the number of the employee who comes."""

    employee: Annotated[str, AfterValidator(_someone)]


class GivingBack(Answer):
    """`free`: the page said that it costs nothing."""

    free: Ticked = False
    reason: Annotated[str, AfterValidator(_reason)]


class OtherDate(Folded, Answer):
    free: Ticked = False
    batch: Token
    centre: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8})?$")] = ""
    needs_access: Ticked = False
    interpreter: Annotated[str, Squeezed, text("", 40)] = ""
    message: Message = ""
