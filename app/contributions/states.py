"""The state of a company's declaration of a year, and the acts that it allows. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

STEPS = {
    "entreprise": "L’entreprise et son contact",
    "salaries": "Les salariés",
    "postes": "Les postes et les risques",
}


class State(StrEnum):
    COMING = "coming"
    TO_DO = "to_do"
    BEGUN = "begun"
    LATE = "late"
    FILED = "filed"
    CORRECTING = "correcting"
    CLOSED = "closed"
    NONE = "none"


WORDS = {
    State.COMING: "À venir",
    State.TO_DO: "À faire",
    State.BEGUN: "Commencée",
    State.LATE: "En retard",
    State.FILED: "Validée",
    State.CORRECTING: "En cours de correction",
    State.CLOSED: "Validée, campagne close",
    State.NONE: "Sans objet",
}
OPEN_STATES = {State.TO_DO, State.BEGUN, State.LATE, State.CORRECTING}
FILED = {State.FILED, State.CORRECTING, State.CLOSED}


@dataclass(frozen=True, slots=True)
class Campaign:
    """`closes_on`: the last day to declare in time, and to correct without asking."""

    opens_on: date
    closes_on: date

    def is_over(self, today: date) -> bool:
        return today > self.closes_on


@dataclass(frozen=True, slots=True)
class DeclarationFacts:
    """Facts on a declaration. `by_service`: the service reopened it. `joined_on`: the day when the company
    became a member.
    """

    is_begun: bool = False
    submitted_on: date | None = None
    is_reopened: bool = False
    by_service: bool = False
    joined_on: date = date.min


def state_of(campaign: Campaign, facts: DeclarationFacts, today: date) -> State:
    """A late declaration is still taken. One that was reopened and not validated before the end stays as its
    receipt says; only the service reopens one after that day.
    """
    if facts.submitted_on:
        is_over = campaign.is_over(today)
        if facts.is_reopened and (facts.by_service or not is_over):
            return State.CORRECTING
        return State.CLOSED if is_over else State.FILED
    if today < campaign.opens_on:
        return State.COMING
    if campaign.is_over(today):
        is_due = facts.is_begun or facts.joined_on <= campaign.closes_on
        return State.LATE if is_due else State.NONE
    return State.BEGUN if facts.is_begun else State.TO_DO
