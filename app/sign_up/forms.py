"""Fields of the opening of an account."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, field_validator

from app.text.fields import Code, DeclarantNumber, Email, FirstName, Input, JobTitle, LastName, Mobile, Ticked


def _repeated(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


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
