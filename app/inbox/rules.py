"""The deadline of a thing that waits: set by law, or promised by the service. Pure, no clock."""

from datetime import date, timedelta
from typing import NamedTuple

from app.appointments.rules import RETURN_WITHIN
from app.clock import day_of
from app.follow_up.secrecy import sees_health
from app.planning.rules import is_working_day
from app.waiting import Thing


class Deadline(NamedTuple):
    """`reason`: the article of the Code du travail, or whose promise it is."""

    by: date
    reason: str


def working_days_after(day: date, number: int) -> date:
    """That many days after, week-ends and bank holidays left out."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


def deadline_of(thing: Thing, promised_days: int) -> Deadline:
    """The last day to act.

    A return: within eight days of it (R4624-31). A hire whose visit comes before the work: its eve (R4624-24
    with a reinforced follow-up, else R4624-18). A slot given back: its own day, or it stays empty. Anything
    else: `promised_days` working days, which the service promises.
    """
    if thing.kind == "reprises" and thing.day:
        return Deadline(thing.day + RETURN_WITHIN, "R4624-31" if sees_health() else "8 jours")
    if thing.kind == "embauches" and thing.day:
        return Deadline(thing.day, "R4624-24" if thing.words == "examen_embauche" else "R4624-18")
    if thing.kind == "creneaux" and thing.at:
        return Deadline(day_of(thing.at), "le créneau")
    return Deadline(working_days_after(day_of(thing.since), promised_days), "délai du service")
