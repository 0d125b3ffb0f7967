"""Fields of a step of reminders, and of the decision after the last of them."""

from typing import Annotated, Any

from pydantic import AfterValidator

from app.dunning.rules import KIND_WORDS, MOST_DAYS
from app.text.fields import Input, OneLine, Squeezed, Written, text
from app.text.values import read_euros
from db.models import DunningStep, StepKind
from db.numbers import is_digits

SUSPEND, LEAVE = "Suspendre l’adhésion", "Ne pas suspendre"  # the two buttons, which lynx shows


def _days(value: str) -> str:
    if not is_digits(value) or len(value) > 3 or not 1 <= int(value) <= MOST_DAYS:
        raise ValueError(f"Écrivez un nombre de jours, de 1 à {MOST_DAYS}.")
    return value


def _kind(value: str) -> str:
    if value not in set(StepKind):
        raise ValueError("Choisissez comment elle part.")
    return value


def _fee(value: str) -> str:
    if value:
        read_euros(value)
    return value


def _decision(value: str) -> str:
    if value not in {SUSPEND, LEAVE}:
        raise ValueError("Choisissez l’une des deux décisions.")
    return value


class NewStep(Input):
    """`days`: after the term of the invoice. `fee`: euros, "" for none."""

    days: Annotated[str, Squeezed, AfterValidator(_days)]
    kind: Annotated[str, AfterValidator(_kind)]
    subject: Annotated[str, Squeezed, OneLine, text("Écrivez l’objet : c’est le titre du courriel.", 120)]
    text: Annotated[str, Written, text("Écrivez le texte de la relance.", 3000)]
    fee: Annotated[str, Squeezed, AfterValidator(_fee)] = ""
    signed_by: Annotated[str, Squeezed, OneLine, text("Écrivez qui signe.", 120)]

    @property
    def values(self) -> dict[str, Any]:
        """Columns of a step."""
        cents = read_euros(self.fee) if self.fee else 0
        values = {"days": int(self.days), "kind": StepKind(self.kind), "fee_cents": cents}
        return values | {"subject": self.subject, "text": self.text, "signed_by": self.signed_by}


def typed_of(step: DunningStep) -> dict[str, str]:
    """A step as the fields write it."""
    fee = f"{step.fee_cents // 100},{step.fee_cents % 100:02}" if step.fee_cents else ""
    given = {"days": str(step.days), "kind": str(step.kind), "fee": fee}
    return given | {"subject": step.subject, "text": step.text, "signed_by": step.signed_by}


KINDS = {str(kind): words for kind, words in KIND_WORDS.items()}


class Decision(Input):
    acte: Annotated[str, AfterValidator(_decision)]
    reason: Annotated[str, Squeezed, OneLine, text("Écrivez la raison : elle reste dans l’historique.", 150)]
