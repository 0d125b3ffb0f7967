"""Fields of a payment that somebody records, and of a credit note."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from app.appointments.forms import Token
from app.invoices.rules import BY_HAND
from app.text.fields import Input, OneLine, Squeezed, Ticked, day, once_key, text
from app.text.values import read_euros

METHODS = {"virement": "Virement", "chèque": "Chèque", "prélèvement": "Prélèvement", "espèces": "Espèces"}


def _amount(value: str) -> str:
    if not read_euros(value):
        raise ValueError("Écrivez un montant plus grand que zéro.")
    return value


def _method(value: str) -> str:
    if value not in METHODS:
        raise ValueError("Choisissez le moyen de paiement.")
    return value


Amount = Annotated[str, Squeezed, AfterValidator(_amount)]


class NewPayment(Input):
    """Money received, in euros. `beyond`: it is more than what is left to pay."""

    amount: Amount
    paid_on: Annotated[str, Squeezed, day("Écrivez le jour du règlement.")]
    method: Annotated[str, AfterValidator(_method)]
    reference: Annotated[
        str, Squeezed, OneLine, text("Écrivez la référence : n° du chèque, ou de la banque.", 60)
    ]
    beyond: Ticked = False

    @property
    def cents(self) -> int:
        return read_euros(self.amount)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.paid_on)


class NewRefund(Input):
    """Money given back, in euros."""

    amount: Amount
    paid_on: Annotated[str, Squeezed, day("Écrivez le jour du remboursement.")]
    reference: Annotated[
        str, Squeezed, OneLine, text("Écrivez la référence du virement, ou le n° du chèque.", 60)
    ]

    @property
    def cents(self) -> int:
        return read_euros(self.amount)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.paid_on)


class NewCreditNote(Input):
    """The amount taken back, before tax, and its reason. `token`: drawn with the form, so that the same form
    sent twice makes one credit note.
    """

    token: Token
    amount: Amount
    label: Annotated[str, Squeezed, OneLine, text("Écrivez l’objet de l’avoir : il est imprimé dessus.", 120)]

    @property
    def cents(self) -> int:
        return read_euros(self.amount)

    @property
    def receipt(self) -> str:
        """30 characters, the most that an invoice keeps."""
        return f"{BY_HAND}{once_key(self)}"[:30]
