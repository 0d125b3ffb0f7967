"""Fields typed about a document."""

from typing import Annotated

from pydantic import AfterValidator, Field

from app.text.fields import Input, Squeezed, text
from db.models import DocumentKind


def _kind(value: str) -> str:
    if value not in {DocumentKind.DUERP, DocumentKind.OTHER}:
        raise ValueError("Dites ce que vous déposez.")
    return value


Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{10,43}$")]


class Deposit(Input):
    """`token`: drawn with the form, so that the same form sent twice makes one document."""

    token: Token
    kind: Annotated[str, AfterValidator(_kind)]
    title: Annotated[str, Squeezed, text("", 120)] = ""


class Once(Input):
    token: Token


class SeenNews(Input):
    """`until`: the last document that the page showed as new."""

    until: Annotated[str, Field(pattern=r"^[0-9]{1,10}$")]
