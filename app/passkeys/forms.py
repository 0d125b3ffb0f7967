"""Fields of a passkey: the answer that the script writes, the name that its owner gives it."""

from typing import Annotated

from pydantic import AfterValidator

from app.account.forms import CurrentPassword
from app.passkeys.rules import LONGEST
from app.text.fields import Input, OneLine, PlainName, Squeezed, text
from app.text.values import LONGEST_NAME

NAMELESS = "Donnez un nom à cette clé, pour la reconnaître."


def _answer(value: str) -> str:
    if len(value) > LONGEST:
        raise ValueError("La réponse de la clé n’est pas comprise. Recommencez.")
    return value


class KeyAnswer(Input):
    """`credential`: what the key said, as JSON; none asks for a challenge. `suite`: the page asked for."""

    credential: Annotated[str, AfterValidator(_answer)] = ""
    suite: Annotated[str, text("", 200)] = ""


class NewPasskey(Input):
    credential: Annotated[str, AfterValidator(_answer)] = ""
    name: Annotated[str, Squeezed, OneLine, text(NAMELESS, LONGEST_NAME), PlainName]


class PasswordProof(Input):
    """`username` only tells password managers whose password it is."""

    current_password: CurrentPassword
    username: str = ""


class CodeProof(Input):
    code: Annotated[str, Squeezed, OneLine, text("Tapez le code.", 40)]
