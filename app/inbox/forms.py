"""Fields of the service's answers."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from app.text.fields import Input, text
from db.models import CorrectionState

MISSING = "Écrivez la réponse : l’employeur la lira."


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _verdict(value: str) -> str:
    if value not in {CorrectionState.ACCEPTED, CorrectionState.REFUSED}:
        raise ValueError("Choisissez d’accepter ou de refuser.")
    return value


Words = Annotated[str, BeforeValidator(_stripped), text(MISSING, 2000)]


class Answer(Input):
    """Words for the person who wrote."""

    text: Words


class Refusal(Input):
    """The reason, for the employer to read."""

    reason: Annotated[str, BeforeValidator(_stripped), text("Écrivez la raison : l’employeur la lira.", 1000)]


class Verdict(Input):
    """The answer to a correction; `state`: yes or no."""

    state: Annotated[str, AfterValidator(_verdict)]
    text: Words


class Choice(Input):
    """The time chosen: a FreeTime.key, or the number of a slot of the company."""

    creneau: Annotated[str, text("Choisissez un créneau.", 40)]
