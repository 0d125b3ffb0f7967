"""The fitting of people to free times: a company's together, near them, the most urgent first. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from app.clinic.rules import receives
from app.due.rules import FAR, Due, distance, is_understood

FULL = "Les vacations choisies sont complètes"
NO_KIND = "Aucune vacation choisie ne reçoit pour cette visite"
TOO_FAR = "Aucune vacation choisie dans son département"
NO_ACCESS = "Aucune vacation choisie dans un centre accessible en fauteuil roulant"
RESERVED = "Les vacations choisies sont réservées à d’autres adhérents"
LEAVES = "Quitte l’entreprise avant ces vacations"


class Place(NamedTuple):
    """A session with its free times, the earliest first. `companies`: those it is reserved to, or None."""

    session_id: int
    postcode: str
    kinds: str
    is_accessible: bool
    times: tuple[datetime, ...]
    companies: frozenset[int] | None = None
    languages: str = ""


class Fitted(NamedTuple):
    """A person with a time, or the reason for none."""

    due: Due
    session_id: int | None = None
    starts_at: datetime | None = None
    reason: str = ""


def fit(people: Sequence[Due], places: Sequence[Place]) -> list[Fitted]:
    """Each person with a time, or why there is none. The company with the most urgent visit comes first; its
    people go one after another into the nearest session that holds most of them.
    """
    free = {each.session_id: list(each.times) for each in places}
    by_company: dict[int, list[Due]] = defaultdict(list)
    for each in sorted(people, key=lambda due: (due.due_on, due.employee_id)):
        by_company[each.company_id].append(each)
    return [fitted for group in by_company.values() for fitted in _fit_company(group, places, free)]


def _fit_company(
    group: Sequence[Due], places: Sequence[Place], free: Mapping[int, list[datetime]]
) -> list[Fitted]:
    """`free`: what is left of each session, which this takes from."""
    ranked = sorted(
        places,
        key=lambda place: (
            distance(group[0].postcode, place.postcode),
            -min(len(free[place.session_id]), len(group)),
            place.times[:1],
        ),
    )
    return [_fit_one(each, ranked, free) for each in group]


def _fit_one(due: Due, ranked: Sequence[Place], free: Mapping[int, list[datetime]]) -> Fitted:
    reasons = []
    # A professional who speaks the language comes before a nearer one, for whom an interpreter must be found.
    for place in sorted(ranked, key=lambda place: not is_understood(place.languages, due.needs)):
        reason = _objection(due, place, free[place.session_id])
        if not reason:
            return Fitted(due, place.session_id, free[place.session_id].pop(0))
        reasons.append(reason)
    # The obstacle that is nearest to a solution: a full session would do, if it were not full.
    return Fitted(due, reason=min(reasons, key=ORDER.index, default=FULL))


ORDER = (FULL, LEAVES, RESERVED, NO_ACCESS, TOO_FAR, NO_KIND)


def _objection(due: Due, place: Place, times: Sequence[datetime]) -> str:
    if place.companies is not None and due.company_id not in place.companies:
        return RESERVED
    if not receives(place.kinds, due.kind):
        return NO_KIND
    if distance(due.postcode, place.postcode) == FAR:
        return TOO_FAR
    if due.needs.access and not place.is_accessible:
        return NO_ACCESS
    if not times:
        return FULL
    return LEAVES if due.exit_on and due.exit_on < times[0].date() else ""
