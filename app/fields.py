"""Fields that several forms share, with what is said of a wrong one."""

import re
import unicodedata
from base64 import urlsafe_b64encode
from datetime import date
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from app.addresses import checked
from app.phones import read_phone
from db.numbers import DECLARANT_LENGTH, company_code, declarant_number, is_declarant_number, is_digits

LONGEST_NAME = 80
SITE = re.compile(r":\s*//|www\s*\.", re.IGNORECASE)


class Input(BaseModel):
    """What one action accepts, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def once_key(data: Input, file_sha256: str = "") -> str:
    """43 characters that tell a form sent twice from another one sent with the same token: from a page that
    the browser kept, what was written since is another message.
    """
    said = "\0".join([*map(str, data.model_dump().values()), file_sha256])
    return urlsafe_b64encode(sha256(said.encode()).digest()).decode().rstrip("=")


def _squeezed(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def text(missing: str, maximum: int) -> AfterValidator:
    """A text. `missing`: what is said when it is empty; "" makes it optional."""

    def check(value: str) -> str:
        if not value and missing:
            raise ValueError(missing)
        if len(value) > maximum:
            raise ValueError(
                f"Raccourcissez ce texte : {maximum} caractères au plus, il en compte {len(value)}."
            )
        return value

    return AfterValidator(check)


def without_site(value: str) -> str:
    """A name stands in mails to others, where the address of a site becomes a link."""
    if SITE.search(unicodedata.normalize("NFKC", value)):
        raise ValueError("contient une adresse de site : ôtez « www. » ou « :// »")
    return value


def _name(value: str) -> str:
    try:
        return without_site(value)
    except ValueError as error:
        raise ValueError(f"Ce texte {error}.") from None


def _one_line(value: Any) -> Any:
    if isinstance(value, str) and len(value.strip().splitlines()) > 1:
        raise ValueError("Écrivez-le sur une seule ligne.")
    return value


def _written(value: Any) -> Any:
    """Line breaks stay, as they were meant; spaces around lines go, and so do blank lines in a row."""
    if not isinstance(value, str):
        return value
    lines = "\n".join(" ".join(line.split()) for line in value.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _is_ticked(value: Any) -> Any:
    return value in {"on", "oui", "1"} if isinstance(value, str) else value


def email_address(value: str) -> str:
    """The address in lower case: see `app.addresses` for what is refused."""
    if not value:
        raise ValueError("Saisissez votre adresse e-mail.")
    return checked(value)


def mobile_number(value: str) -> str:
    """As `app.phones` stores it (+33612345678), or "" when nothing was typed."""
    try:
        return value and read_phone(value)
    except ValueError as error:
        raise ValueError(f"Ce numéro de téléphone {error}") from None


def _code(value: str) -> str:
    if not value:
        raise ValueError("Saisissez votre code adhérent.")
    if code := company_code(value):
        return code
    raise ValueError(
        "Le code adhérent compte 5 chiffres, suivis pour un site d’un tiret et d’un numéro : 00010-5."
    )


def _number(value: str) -> str:
    if not value:
        raise ValueError("Saisissez votre n° télédéclarant.")
    digits = declarant_number(value)
    if not is_digits(digits):
        raise ValueError("Le n° télédéclarant ne contient que des chiffres.")
    if len(digits) != DECLARANT_LENGTH:
        raise ValueError(
            f"Le n° télédéclarant compte {DECLARANT_LENGTH} chiffres : vous en avez saisi {len(digits)}."
        )
    if not is_declarant_number(digits):
        raise ValueError(
            "Un chiffre de ce numéro est faux ou deux chiffres sont inversés. Relisez votre courrier."
        )
    return digits


FRENCH_DAY = re.compile(r"(\d{1,2})\s*[/. -]\s*(\d{1,2})\s*[/. -]\s*(\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)  # what a browser's own field sends
FIRST_YEAR, LAST_YEAR = 1900, 2100


def read_day(typed: str) -> date:
    """31/12/2026, 31-12-2026, 31122026 or 2026-12-31, from 1900 to 2100. ValueError says what to write."""
    typed = typed.strip()
    found = FRENCH_DAY.fullmatch(typed)
    shown = ISO_DAY.sub(r"\3/\2/\1", typed[:20])
    try:
        parts = [int(part) for part in found.groups() if part] if found else []
        day = date(*reversed(parts)) if parts else date.fromisoformat(typed)
    except ValueError:
        words = "n’existe pas" if found or ISO_DAY.fullmatch(typed) else "ne se lit pas"
        raise ValueError(f"La date « {shown} » {words}. Exemple : 31/12/2026") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"La date « {shown} » doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    return day


def day(missing: str) -> AfterValidator:
    """A date as it is typed, kept as 2026-12-31. `missing`: said when it is empty; "" if it may be."""

    def check(value: str) -> str:
        if not value and missing:
            raise ValueError(missing)
        return read_day(value).isoformat() if value else ""

    return AfterValidator(check)


Squeezed = BeforeValidator(_squeezed)
PlainName = AfterValidator(_name)
OneLine = BeforeValidator(_one_line)  # after `Squeezed` in the list: the last one reads first
Written = BeforeValidator(_written)
OptionalDay = Annotated[str, Squeezed, day("")]
Email = Annotated[str, Squeezed, AfterValidator(email_address)]
Ticked = Annotated[bool, BeforeValidator(_is_ticked)]
Mobile = Annotated[str, Squeezed, AfterValidator(mobile_number)]
LastName = Annotated[str, Squeezed, OneLine, text("Saisissez votre nom.", LONGEST_NAME), PlainName]
FirstName = Annotated[str, Squeezed, OneLine, text("Saisissez votre prénom.", LONGEST_NAME), PlainName]
OptionalName = Annotated[str, Squeezed, OneLine, text("", LONGEST_NAME), PlainName]
JobTitle = Annotated[
    str, Squeezed, OneLine, text("Saisissez votre fonction dans l’entreprise.", 120), PlainName
]
Code = Annotated[str, Squeezed, AfterValidator(_code)]
DeclarantNumber = Annotated[str, Squeezed, AfterValidator(_number)]
