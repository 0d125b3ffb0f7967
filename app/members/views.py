"""Words of a member's page."""

from app.clock import PARIS
from app.members.queries import PersonLine
from app.text.counts import plural
from app.text.formats import day, wait
from db.models import Company

Tag = tuple[str, str]


def state_of(company: Company) -> Tag:
    """The state of the membership, and the colour of it."""
    if company.closed_at:
        return f"radié le {day(company.closed_at.astimezone(PARIS).date())}", "bad"
    if company.suspended_at:
        return f"suspendu depuis le {day(company.suspended_at.astimezone(PARIS).date())}", "wait"
    return "en cours", "ok"


def access_tag(person: PersonLine) -> Tag:
    """The state of somebody's access, and the colour of it."""
    if person.has_ended:
        return "accès terminé", ""
    if person.blocked_for:
        return f"bloqué pendant {wait(person.blocked_for)}", "bad"
    if person.never_signed_in:
        return "jamais connecté", "wait"
    return "actif", "ok"


def employees_words(followed: dict[str, int]) -> str:
    """« 64 salariés présents : 51 en suivi simple, … » of the counts by kind of follow-up."""
    kinds = {"SI": "en suivi simple", "SIA": "en suivi adapté", "SIR": "en suivi renforcé"}
    parts = [f"{followed[kind]} {words}" for kind, words in kinds.items() if followed.get(kind)]
    total = plural(sum(followed.values()), "salarié présent", "salariés présents")
    return f"{total} : {', '.join(parts)}" if parts else "Aucun salarié présent"
