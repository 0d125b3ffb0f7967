"""Fields of the books: accounts, the day to which they are closed, the days of an export."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from app.bookkeeping.rules import USES
from app.text.fields import Input, Squeezed, Ticked, day
from db.numbers import is_digits

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip
LAST_MONTHS = {str(place): name for place, name in enumerate(MONTHS, 1)}


def _bare(value: Any) -> Any:
    return re.sub(r"\s", "", value).upper() if isinstance(value, str) else value


def _account(value: str, info: ValidationInfo) -> str:
    starts = USES[info.field_name or ""].starts
    if not re.fullmatch(r"\d{3}[0-9A-Z]{0,9}", value, re.ASCII):
        raise ValueError("Écrivez un numéro de compte : 3 chiffres, puis jusqu’à 9 chiffres ou lettres.")
    if not value.startswith(starts):
        raise ValueError(f"Ce compte commence par {' ou '.join(starts)} dans le plan comptable général.")
    return value


def _month(value: str) -> str:
    if value not in LAST_MONTHS:
        raise ValueError("Choisissez le dernier mois de l’exercice.")
    return value


Account = Annotated[str, BeforeValidator(_bare), AfterValidator(_account)]


class BooksFields(Input):
    """Account numbers by use, the first day, and the last month of the financial year."""

    starts_on: Annotated[str, Squeezed, day("Écrivez le premier jour dont le portail fait les écritures.")]
    last_month: Annotated[str, AfterValidator(_month)]
    customers: Account
    contribution: Account
    entry: Account
    absence: Account
    indemnity: Account
    credit_notes: Account
    vat: Account
    bank: Account
    cheques: Account
    cash: Account
    losses: Account
    vat_back: Ticked = False

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.starts_on)

    @property
    def month(self) -> int:
        return int(self.last_month) if is_digits(self.last_month) else 12

    @property
    def numbers(self) -> dict[str, str]:
        return {use: getattr(self, use) for use in USES}


class Until(Input):
    """The last day of a closing."""

    until: Annotated[str, Squeezed, day("Écrivez le dernier jour à arrêter.")]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.until)


class Period(Until):
    """The days of an export."""

    since: Annotated[str, Squeezed, day("Écrivez le premier jour à exporter.")]

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.since)
