"""What may be typed to open an account."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, field_validator

from app.fields import Email, FirstName, Input, JobTitle, LastName, Mobile, Squeezed, Ticked
from db.numbers import DECLARANT_LENGTH, company_code, declarant_number, is_declarant_number


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
    if not digits.isascii() or not digits.isdigit():
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


def _repeated(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


Code = Annotated[str, Squeezed, AfterValidator(_code)]
DeclarantNumber = Annotated[str, Squeezed, AfterValidator(_number)]


class CodeStep(Input):
    code: Code
    number: DeclarantNumber


class NewAccount(Input):
    last_name: LastName
    first_name: FirstName
    job_title: JobTitle
    email: Email
    email_again: Annotated[str, BeforeValidator(_repeated)]
    mobile: Mobile = ""
    third_party: Ticked = False

    @field_validator("email_again")
    @classmethod
    def _same_address(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            raise ValueError("Saisissez une seconde fois votre adresse e-mail.")
        if "email" in info.data and value != info.data["email"]:
            raise ValueError("Les deux adresses e-mail ne sont pas identiques.")
        return value

    def of_account(self) -> dict[str, Any]:
        """The fields that the account keeps."""
        return self.model_dump(include={"last_name", "first_name", "job_title", "email", "mobile"})
