"""Fields of the service's answers."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, model_validator

from app.text.fields import Input, OneLine, Squeezed, Ticked, text
from db.models import CorrectionState
from db.numbers import is_digits

MISSING = "Écrivez la réponse : l’employeur la lira."
# Words of buttons: lynx shows the value that a button sends.
MORE = "Demander une précision"
WANTED, UNWANTED = "Recevoir le courriel du matin", "Ne plus le recevoir"
ACTS = {"Prendre en charge": "prendre", "Ne plus suivre": "rendre", "Confier": "donner"}


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _verdict(value: str) -> str:
    if value not in {CorrectionState.ACCEPTED, CorrectionState.REFUSED}:
        raise ValueError("Choisissez d’accepter ou de refuser.")
    return value


def _wanted(value: str) -> str:
    if value not in {WANTED, UNWANTED}:
        raise ValueError("Choisissez de recevoir ce courriel, ou non.")
    return value


def _act(value: str) -> str:
    if value not in ACTS:
        raise ValueError("Choisissez ce que devient le suivi.")
    return ACTS[value]


def _account(value: str) -> str:
    if value and (not is_digits(value) or len(value) > 9):
        raise ValueError("Choisissez un collègue.")
    return value


Model = Annotated[str, AfterValidator(_account), text("Choisissez une réponse prête.", 9)]
Words = Annotated[str, BeforeValidator(_stripped), text(MISSING, 2000)]


class Answer(Input):
    """Words for the person who wrote. `seen`: the thing as the page showed it; `then`: MORE when it waits for
    the employer afterwards; `modele`: of `Inserting`, which this is not.
    """

    text: Words
    seen: str = ""
    then: str = ""
    modele: str = ""


class Inserting(Input):
    """An answer under way, with a kept text to put into it. `modele`: the number of the text."""

    text: str = ""
    seen: str = ""
    modele: Model
    inserer: str = ""


class CompanyNote(Input):
    """A note for colleagues about a company."""

    note: Annotated[str, BeforeValidator(_stripped), text("Écrivez la note.", 2000)]


class NewNote(CompanyNote):
    """A note for colleagues; `company`: about the whole company."""

    company: Ticked = False


class QuickText(Input):
    """A text kept to answer with."""

    title: Annotated[str, Squeezed, OneLine, text("Écrivez le titre.", 80)]
    text: Annotated[str, BeforeValidator(_stripped), text("Écrivez le texte.", 2000)]


class Decision(Input):
    """The verdict on a correction of company data; `reason`: needed to refuse."""

    decision: Annotated[str, AfterValidator(_verdict)]
    reason: Annotated[str, BeforeValidator(_stripped), text("", 1000)] = ""

    @model_validator(mode="after")
    def _explained(self) -> "Decision":
        if self.decision == CorrectionState.REFUSED and not self.reason:
            raise ValueError("Écrivez la raison du refus : l’employeur la lira.")
        return self


class MorningMail(Input):
    """`choix`: one of WANTED and UNWANTED, the words of two buttons."""

    choix: Annotated[str, AfterValidator(_wanted)]


class Refusal(Input):
    """The reason, for the employer to read."""

    reason: Annotated[str, BeforeValidator(_stripped), text("Écrivez la raison : l’employeur la lira.", 1000)]
    seen: str = ""


class Verdict(Input):
    """The answer to a correction; `state`: yes or no."""

    state: Annotated[str, AfterValidator(_verdict)]
    text: Words


class Choice(Input):
    """The time chosen: a FreeTime.key, or the number of a slot of the company."""

    creneau: Annotated[str, text("Choisissez un créneau.", 40)]


class Following(Input):
    """The follow-up of a thing from now on: a word of ACTS; `a`: the number of a colleague."""

    acte: Annotated[str, AfterValidator(_act)]
    a: Annotated[str, AfterValidator(_account)] = ""
