"""Fields that several forms share, with the message for a wrong one."""

import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from app.text.phones import read_phone
from app.text.values import LONGEST_NAME, email_address, read_day, without_site
from db.numbers import DECLARANT_LENGTH, company_code, declarant_number, is_declarant_number, is_digits


class Input(BaseModel):
    """The fields that one action accepts, and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def once_token() -> str:
    """128 random bits, drawn with a form: the same form sent twice is known by them."""
    return secrets.token_urlsafe(16)


def once_key(data: Input, file_sha256: str = "") -> str:
    """43 characters that identify a form sent twice: another message sent with the same token, from a page
    that the browser kept, has another key.
    """
    words = "\0".join([*map(str, data.model_dump().values()), file_sha256])
    return urlsafe_b64encode(sha256(words.encode()).digest()).decode().rstrip("=")


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


def mobile_number(value: str) -> str:
    """The number in the form of `app.text.phones` (+33612345678), or "" when nothing was typed."""
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


def _password(value: str) -> str:
    if not value:
        raise ValueError("Saisissez votre mot de passe.")
    if len(value) > 1_000:
        raise ValueError("Ce mot de passe est trop long.")
    return value


def day(missing: str) -> AfterValidator:
    """A date as it is typed, stored as 2026-12-31. `missing`: the message when it is empty; ""
    if it may be.
    """

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
Password = Annotated[str, AfterValidator(_password)]  # never trimmed
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
