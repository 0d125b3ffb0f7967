"""Letters of a campaign as their pages display them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.letters.queries import Addressee, TeamCount, Wanted
from app.letters.rules import AUDIENCES, KINDS, Words
from app.text.counts import uncapitalised
from app.text.letters import filled
from db.models import Audience, LetterFile, LetterKind, LetterRun, LetterRunState

STATES = {
    LetterRunState.WRITING: ("en cours", "wait"),
    LetterRunState.DRAWING: ("en cours", "wait"),
    LetterRunState.STOPPED: ("arrêté", "bad"),
    LetterRunState.DONE: ("prêt", "ok"),
}
REACHED = "reçoit les courriels"
NO_MAIL = "un courriel est revenu"
NO_ACCESS = "aucun compte ne peut déclarer"


def state_of(run: LetterRun) -> tuple[str, str]:
    """The words of its state, and the colour of their tag."""
    return STATES[LetterRunState(run.state)]


def title_of(run: LetterRun, teams: Mapping[str, str]) -> str:
    """« Lettre de relance : ceux qu’aucun courriel n’atteint, équipe Paimpol »"""
    wanted = Wanted(LetterKind(run.kind), Audience(run.audience), run.team)
    return f"{KINDS[wanted.kind]} : {choice_words(wanted, teams)}"


def choice_words(wanted: Wanted, teams: Mapping[str, str]) -> str:
    team = uncapitalised(teams.get(str(wanted.team or ""), "Équipe qui n’est plus là"))
    return f"{uncapitalised(AUDIENCES[wanted.audience])}, {team}"


class Sums(NamedTuple):
    letters: int
    homeless: int
    printed: int


def sums_of(counts: Sequence[TeamCount]) -> Sums:
    return (
        Sums(*(sum(each) for each in zip(*(count[2:] for count in counts), strict=True)))
        if counts
        else Sums(0, 0, 0)
    )


def why(member: Addressee) -> str:
    """The reason for which a member is, or is not, sent mails."""
    if member.is_reached:
        return REACHED
    return NO_MAIL if member.has_access else NO_ACCESS


def example_of(words: Words, given: Mapping[str, str]) -> tuple[str, list[str]]:
    """The subject and the paragraphs of a letter as a member would read them."""
    values = {**given, "adhérent": "Menuiserie Le Goff", "code": "00099"}
    return filled(words.subject, values), filled(words.text, values).split("\n\n")


def file_name(run: LetterRun, file: LetterFile) -> str:
    return f"lettres-{run.kind}-{run.year}-{run.key}-{file.part}.pdf"
