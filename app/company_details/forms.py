"""What may be typed about the company, with the rules and the words of the members' file."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from app.companies.import_cells import COLUMNS, Column, named, value
from app.fields import LONGEST_NAME, Input

NAME = Column("Nom", (), LONGEST_NAME, "le nom", named("le nom"))


def cell(column: Column) -> AfterValidator:
    """Typed as anybody writes it, kept as the file of the service would have brought it."""

    def check(typed: str) -> str:
        try:
            return value(column, typed)
        except ValueError as error:
            clause = str(error)
            raise ValueError(f"{clause[0].upper()}{clause[1:]}.") from None

    return AfterValidator(check)


Name = Annotated[str, cell(NAME)]
Email = Annotated[str, cell(COLUMNS["email"])]
Phone = Annotated[str, cell(COLUMNS["phone"])]


class Details(Input):
    """`version` is the instant of the last change that the page was made from."""

    name: Annotated[str, cell(COLUMNS["name"])]
    siret: Annotated[str, cell(COLUMNS["siret"])]
    naf: Annotated[str, cell(COLUMNS["naf"])]
    naf_version: Literal["rev2", "2025"]
    address: Annotated[str, cell(COLUMNS["address"])]
    postcode: Annotated[str, cell(COLUMNS["postcode"])]
    town: Annotated[str, cell(COLUMNS["town"])]
    email: Email
    phone: Phone
    administrative_name: Name
    administrative_email: Email
    administrative_phone: Phone
    billing_name: Name
    billing_email: Email
    billing_phone: Phone
    summons_name: Name
    summons_email: Email
    summons_phone: Phone
    version: str
