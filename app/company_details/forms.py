"""Fields of the company, with the rules and the words of the members' file."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator

from app.text.cells import COLUMNS, Column, name_reader, value
from app.text.fields import Input
from app.text.values import LONGEST_NAME

NAME = Column("Nom", (), LONGEST_NAME, "le nom", name_reader("le nom"))


def cell(column: Column) -> AfterValidator:
    """A value typed as anybody writes it, and stored as the file of the service would have brought it."""

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


# The two nomenclatures of activity codes: the same code does not mean the same trade in both.

REV_2, NAF_2025 = "rev2", "2025"
NOMENCLATURES = {REV_2: "NAF rév. 2 (2008)", NAF_2025: "NAF 2025"}
NAF_2025_FROM = date(2027, 1, 1)


def nomenclature_on(today: date) -> str:
    """The nomenclature of the codes that are given on that day."""
    return NAF_2025 if today >= NAF_2025_FROM else REV_2


def naf_words(code: str) -> str:
    """47.11F for the stored 4711F."""
    return f"{code[:2]}.{code[2:]}" if code else ""
