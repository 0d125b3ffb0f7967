"""Whom to sign in as."""

from typing import Annotated

from pydantic import AfterValidator

from app.fields import Input
from db.seeds.personas import PERSONAS


def _known(value: str) -> str:
    if value not in {persona.email for persona in PERSONAS}:
        raise ValueError("Choisissez un des comptes de la démonstration.")
    return value


class Persona(Input):
    email: Annotated[str, AfterValidator(_known)]
