"""Fields along a declaration, one form a step."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from app.access import BIGGEST_ID
from app.appointments.forms import Token
from app.text.fields import Email, Input, Mobile, OneLine, PlainName, Squeezed, Ticked, Written, text
from app.text.values import LONGEST_NAME


def _must(words: str) -> AfterValidator:
    def check(value: bool) -> bool:
        if not value:
            raise ValueError(words)
        return value

    return AfterValidator(check)


Version = Annotated[int, Squeezed, Field(ge=0, lt=BIGGEST_ID)]
# A box that was left alone is not sent at all.
Always = Field(validate_default=True)


class Contact(Input):
    """The person whom the service writes to about this declaration."""

    contact_name: Annotated[
        str, Squeezed, OneLine, text("Saisissez le nom du contact.", LONGEST_NAME), PlainName
    ]
    contact_email: Email
    contact_phone: Mobile = ""


class Answers(Input):
    """`compte_12=oui` becomes `answers[12] = True`. `apres`, `reste`: the page they were given on;
    `suivants`, `page`: where the next one begins, and its number. What a button adds is its words: `suite`
    wants that next page, `proposed` the likelier answer for all that have one.
    """

    answers: dict[int, bool]
    apres: str = ""
    reste: Ticked = False
    suivants: str = ""
    page: str = ""
    suite: str = ""
    proposed: str = ""

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, typed: Any) -> Any:
        typed = dict(typed)
        boxes = [name for name in typed if re.fullmatch(r"compte_[1-9][0-9]{0,9}", name)]
        given = {int(name.removeprefix("compte_")): typed.pop(name) for name in boxes}
        answers = {key: word == "oui" for key, word in given.items() if word in {"oui", "non"}}
        return typed | {"answers": {key: counts for key, counts in answers.items() if key <= BIGGEST_ID}}


class Jobs(Input):
    checked: Annotated[
        Ticked, _must("Vérifiez les postes et les risques, puis cochez cette case."), Always
    ] = False


class Validation(Input):
    """The figures that the page showed: nothing else is validated. `late`: the day was over."""

    version: Version
    shown: str
    late: Ticked = False


class NobodyLeft(Input):
    version: Version
    late: Ticked = False
    sure: Annotated[Ticked, _must("Cochez cette case si l’entreprise n’a plus de salarié."), Always] = False


class CorrectionRequest(Input):
    token: Token
    text: Annotated[str, Written, text("Écrivez ce qui doit être corrigé.", 2000)]
