"""Fields of the text of a letter; a choice of letters as an address says it."""

from typing import Annotated

from app.campaigns.queries import NO_TEAM
from app.letters.queries import Wanted
from app.text.fields import Input, OneLine, Squeezed, Written, text
from app.web.paging import row_number
from db.models import Audience, LetterKind


class LetterWords(Input):
    subject: Annotated[str, Squeezed, OneLine, text("Écrivez l’objet.", 120)]
    text: Annotated[str, Written, text("Écrivez le texte de la lettre.", 3000)]
    signed_by: Annotated[str, Squeezed, OneLine, text("Écrivez qui signe.", 120)]


def asked(kind: str, audience: str, team: str) -> Wanted:
    """Choice of an address; what it does not say, or says wrong, is the usual."""
    return Wanted(
        LetterKind(kind) if kind in set(LetterKind) else LetterKind.OPENING,
        Audience(audience) if audience in set(Audience) else Audience.UNREACHABLE,
        NO_TEAM if team == str(NO_TEAM) else row_number(team),
    )
