"""Who counts in the declaration, and why. Pure: a lawyer could check it.

Each person followed counts for one, whatever their hours: CDI, fixed terms, apprentices, alternance,
suspended contracts, salaried managers (Code du travail, article L4622-6). An agency looks after its own
workers (L1251-22); interns and the self-employed have no contract of employment with the company.
"""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.contributions.arrivals import counted_until
from app.contributions.rules import Hires, Rules
from app.contributions.tariff import YEAR, months_charged
from app.formats import day, plural
from db.models import Contract

LAW = "L4622-6"
FIXED = {Contract.CDD, Contract.SEASONAL, Contract.APPRENTICESHIP, Contract.PROFESSIONALISATION}
SHORT = {Contract.CDD, Contract.SEASONAL}
OUTSIDE = {
    Contract.TEMPORARY: ("Intérimaire : c’est l’agence qui la ou le déclare.", "L1251-22"),
    Contract.INTERNSHIP: ("Stagiaire : une convention de stage n’est pas un contrat de travail.", LAW),
    Contract.SELF_EMPLOYED: ("Non-salarié : sans contrat de travail avec l’entreprise.", LAW),
}


class Counts(StrEnum):
    YES = "yes"
    NO = "no"
    DOUBT = "doubt"


class Person(NamedTuple):
    """What the list says of somebody that matters here."""

    contract: str
    entry_on: date
    exit_on: date | None = None
    ends_on: date | None = None


class Verdict(NamedTuple):
    """`article`: of the Code du travail, "" when it is the service's tariff. `proposed`: the likelier answer
    to a doubt, if one is. `months`: that the person pays for.
    """

    counts: Counts
    reason: str
    article: str = ""
    proposed: bool | None = None
    months: int = YEAR


@lru_cache(maxsize=4096)
def who_counts(person: Person, rules: Rules, on: date) -> Verdict:
    """Whether this person counts in a declaration made that day."""
    reference = rules.reference_on
    if person.exit_on and person.exit_on < reference:
        return Verdict(Counts.NO, f"Sortie avant le {day(reference)}.")
    if person.contract in OUTSIDE:
        return Verdict(Counts.NO, *OUTSIDE[Contract(person.contract)])
    if person.entry_on > max(on, reference):
        return Verdict(Counts.NO, "N’est pas encore arrivée : à déclarer l’an prochain.")
    if person.entry_on > reference and rules.hires == Hires.NONE:
        return Verdict(Counts.NO, f"Arrivée après le {day(reference)} : comptera l’an prochain.")
    if person.entry_on > (last := counted_until(rules, on)):
        return Verdict(Counts.NO, f"Arrivée après le {day(last)} : à déclarer avec l’année suivante.")
    months = months_charged(person.entry_on, rules)
    doubt = _doubt(person, rules, on)
    if doubt:
        return doubt._replace(months=months)
    return Verdict(Counts.YES, "Salarié de l’entreprise, même à temps partiel ou absent.", LAW, None, months)


def _doubt(person: Person, rules: Rules, on: date) -> Verdict | None:
    """What the list alone does not settle."""
    reference, ends_on = rules.reference_on, person.ends_on
    if person.contract == Contract.OFFICER:
        words = "Mandataire social : compte seulement avec un contrat de travail en plus du mandat."
        return Verdict(Counts.DOUBT, words, LAW)
    if ends_on and ends_on < reference and person.exit_on is None:
        words = f"Contrat fini le {day(ends_on)} sans départ enregistré : compte s’il a été prolongé."
        return Verdict(Counts.DOUBT, words, LAW)
    if rules.least_days and person.contract in SHORT:
        least = f"plus court que {plural(rules.least_days, 'jour')}"
        last = person.exit_on or ends_on
        length = ((last or on) - person.entry_on + timedelta(days=1)).days
        if length < rules.least_days and last:
            words = f"Contrat de {plural(length, 'jour')}, {least} : compte s’il en suit un autre."
            return Verdict(Counts.DOUBT, words, "", False)
        if length < rules.least_days:
            words = f"Contrat sans date de fin : ne compte pas s’il est {least}."
            return Verdict(Counts.DOUBT, words, "", True)
    if person.exit_on == reference:
        words = f"Sortie le {day(reference)} même : compte si le contrat courait encore ce jour-là."
        return Verdict(Counts.DOUBT, words, LAW, True)
    return None
