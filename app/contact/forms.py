"""Fields of a message to the service."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from app.appointments.forms import Token
from app.text.fields import Email, Input, LastName, Squeezed, Written, text
from db.models import InquiryTheme
from db.numbers import company_code

THEMES = {
    InquiryTheme.SUMMONS: "Convocation ou rendez-vous",
    InquiryTheme.CONTRIBUTION: "Cotisation ou facture",
    InquiryTheme.EMPLOYEES: "Liste des salariés",
    InquiryTheme.PREVENTION: "Prévention des risques",
    InquiryTheme.ACCESS: "Accès au portail",
    InquiryTheme.OTHER: "Autre question",
}
CHOICES = {"": "Choisir"} | {theme.value: words for theme, words in THEMES.items()}
LONGEST = 4000


def _theme(value: str) -> str:
    if value not in THEMES:
        raise ValueError("Choisissez le thème de votre message dans la liste.")
    return value


def _number(value: Any) -> Any:
    """The number of a row, 0 for none. What is no number was not chosen on our page."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{0,10}", value, re.ASCII):
        raise ValueError("Choisissez dans la liste.")
    return int(value or 0)


def _optional_code(value: str) -> str:
    if not value:
        return ""
    if code := company_code(value):
        return code
    raise ValueError("Le code adhérent compte 5 chiffres. Laissez vide si vous ne l’avez pas.")


def _instant(value: Any) -> Any:
    """The instant up to which its reader had seen the thread; long ago when the page did not say."""
    try:
        at = datetime.fromisoformat(value[:40])
        # The first and the last days of the calendar do not exist in every zone.
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return datetime(1970, 1, 1, tzinfo=UTC)


Theme = Annotated[str, AfterValidator(_theme)]
Number = Annotated[int, BeforeValidator(_number)]
Text = Annotated[str, Written, text("Écrivez votre message.", LONGEST)]
SeenUntil = Annotated[datetime, BeforeValidator(_instant)]


class NewInquiry(Input):
    """`person`: a name to look for; `salarie`: the one chosen. `facture`: of an invoice's own page."""

    token: Token
    theme: Theme
    subject: Annotated[str, Squeezed, text("Écrivez l’objet en quelques mots.", 120)]
    person: Annotated[str, Squeezed, text("", 100)] = ""
    salarie: Number = 0
    facture: Number = 0
    text: Text


class Reply(Input):
    token: Token
    seen: SeenUntil
    text: Text


class ReadForm(Input):
    seen: SeenUntil


class PublicMessage(Input):
    """A message from somebody who cannot sign in."""

    token: Token
    name: LastName
    email: Email
    code: Annotated[str, Squeezed, AfterValidator(_optional_code)] = ""
    theme: Theme
    text: Text
