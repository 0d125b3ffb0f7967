"""Fields of a payment that somebody records, and of a credit note."""

import re
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


def _rate(value: str) -> str:
    if not re.fullmatch(r"\d{0,5}", value, re.ASCII):
        raise ValueError("Choisissez le taux de TVA.")
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


class NewLoss(Input):
    """The day on which an invoice is lost for good, and why."""

    lost_on: Annotated[str, Squeezed, day("Écrivez le jour de la perte.")]
    reason: Annotated[
        str, Squeezed, OneLine, text("Écrivez le motif : l’historique et les écritures le disent.", 60)
    ]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.lost_on)


class NewCreditNote(Input):
    """The amount taken back, before tax, and its reason. `token`: drawn with the form, so that the same form
    sent twice makes one credit note. `rate`: 2000 is 20 %; "" for the one that the invoice has.
    """

    token: Token
    rate: Annotated[str, AfterValidator(_rate)] = ""
    amount: Amount
    label: Annotated[str, Squeezed, OneLine, text("Écrivez l’objet de l’avoir : il est imprimé dessus.", 120)]

    @property
    def cents(self) -> int:
        return read_euros(self.amount)

    @property
    def vat_points(self) -> int | None:
        return int(self.rate) if self.rate else None

    @property
    def receipt(self) -> str:
        """30 characters, the most that an invoice keeps."""
        return f"{BY_HAND}{once_key(self)}"[:30]
