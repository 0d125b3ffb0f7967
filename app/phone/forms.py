"""The person on the phone; the answer of the member."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from app.appointments.forms import Token
from app.text.fields import Input, OneLine, Squeezed, Written, text

CONFIRM, CONTEST = "Confirmer la déclaration", "Contester la déclaration"

Said = Annotated[str, Written, text("", 2000)]


class Caller(Input):
    caller: Annotated[str, Squeezed, OneLine, text("Écrivez le nom de la personne au téléphone.", 120)]


class Answer(Input):
    """`text`: what is wrong, when it is contested. `token`: drawn with the form, which opens one thread."""

    token: Token
    act: Literal["Confirmer la déclaration", "Contester la déclaration"]
    text: Said = ""

    @model_validator(mode="after")
    def _says_what_is_wrong(self) -> Self:
        if self.act == CONTEST and not self.text:
            raise ValueError("Écrivez ce qui est faux : le service vous répondra.")
        return self
