"""The account to sign in as."""

from typing import Annotated

from pydantic import AfterValidator

from app.text.fields import Input
from db.seeds.personas import PERSONAS

EMAILS = {persona.title: persona.email for persona in PERSONAS}


def _known(value: str) -> str:
    if value not in EMAILS:
        raise ValueError("Choisissez un des comptes de la démonstration.")
    return value


class Persona(Input):
    """The account, by the words of the button: lynx shows its value instead of them."""

    persona: Annotated[str, AfterValidator(_known)]
