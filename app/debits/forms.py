"""Fields of a mandate: the account, its holder, the scheme; the code that signs it."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from app.debits.rules import SCHEMES, read_iban
from app.text.fields import Input, OneLine, PlainName, Squeezed, Ticked, day, text
from db.numbers import is_digits


def _scheme(value: str) -> str:
    if value not in SCHEMES:
        raise ValueError("Choisissez le type de prélèvement.")
    return value


def _agreed(value: bool) -> bool:
    if not value:
        raise ValueError("Cochez la case : sans votre autorisation, il n’y a pas de prélèvement.")
    return value


class NewMandate(Input):
    holder: Annotated[str, Squeezed, OneLine, text("Écrivez le titulaire du compte.", 70), PlainName]
    iban: Annotated[str, Squeezed, AfterValidator(read_iban)]
    scheme: Annotated[str, AfterValidator(_scheme)]
    agreed: Annotated[Ticked, AfterValidator(_agreed)] = False


class Signature(Input):
    code: Annotated[str, Squeezed, OneLine, text("Tapez le code reçu par courriel.", 40)]


class Suspension(Input):
    why: Annotated[str, Squeezed, OneLine, text("Écrivez pourquoi : l’adhérent le lit.", 200)]


def _notice(value: str) -> str:
    if value and (not is_digits(value) or len(value) > 2 or not int(value)):
        raise ValueError("Écrivez un nombre de jours, ou rien pour le préavis habituel.")
    return value


class Notice(Input):
    """`notice_days`: "" for the usual."""

    notice_days: Annotated[str, Squeezed, AfterValidator(_notice)] = ""


class Collection(Input):
    """The day of a run."""

    collect_on: Annotated[str, Squeezed, day("Écrivez le jour du prélèvement.")]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.collect_on)
