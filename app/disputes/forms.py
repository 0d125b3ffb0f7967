"""Fields of a contest, and of the answer that settles it."""

from typing import Annotated

from pydantic import AfterValidator

from app.appointments.forms import Token
from app.text.fields import Input, Squeezed, Written, text
from app.text.values import read_euros

CREDIT, UPHOLD = "Faire un avoir et répondre", "Maintenir la facture et répondre"  # the two buttons


def _amount(value: str) -> str:
    if value:
        read_euros(value)
    return value


def _act(value: str) -> str:
    if value not in {CREDIT, UPHOLD}:
        raise ValueError("Choisissez l’une des deux réponses.")
    return value


class NewDispute(Input):
    token: Token
    text: Annotated[str, Written, text("Écrivez ce que vous contestez.", 5_000)]


class Settlement(Input):
    """`amount`: taken back, in euros before tax; read only for a credit note."""

    acte: Annotated[str, AfterValidator(_act)]
    amount: Annotated[str, Squeezed, AfterValidator(_amount)] = ""
    text: Annotated[str, Written, text("Écrivez la réponse : l’employeur la lira.", 5_000)]
