"""The rules on people who count in the declaration. Pure: a lawyer could check it.

Each person followed counts for one, whatever their hours: CDI, fixed terms, apprentices, alternance,
suspended contracts, salaried managers (Code du travail, article L4622-6). An agency looks after its own
workers (L1251-22); interns and the self-employed have no contract of employment with the company.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.contributions.tariff import YEAR, Amount, Hires, Rules, amount, months_charged
from app.text.counts import plural
from app.text.formats import day
from db.models import Contract, Monitoring

ARRIVALS = "arrivees"  # where a declaration keeps its window


class Window(NamedTuple):
    """A span of arrivals: after the first day, up to the second one included."""

    after: date
    until: date = date.max

    def holds(self, entry_on: date) -> bool:
        return self.after < entry_on <= self.until

    def bounds_on(self, rules: Rules, on: date) -> list[str]:
        """The window of a declaration made that day: later arrivals are for the next one."""
        return [self.after.isoformat(), min(self.until, counts_until(rules, on)).isoformat()]


class FiledDeclaration(NamedTuple):
    """A validated declaration. `bounds`: its window as it was stored, if it was; `since`: the reference date
    before its own.
    """

    rules: Rules
    submitted_on: date
    since: date
    bounds: Sequence[str] | None = None

    @property
    def window(self) -> Window:
        if self.bounds:
            return Window(*map(date.fromisoformat, self.bounds))
        return Window(self.since, counts_until(self.rules, self.submitted_on))


def counts_until(rules: Rules, on: date) -> date:
    """The last day of arrival that counts in a declaration made that day: next year's is for next year."""
    if rules.hires == Hires.NONE:
        return rules.reference_on
    return max(rules.reference_on, min(on, date(rules.year, 12, 31)))


def window_between(before: FiledDeclaration | None, after: FiledDeclaration | None, since: date) -> Window:
    """The days between the declarations validated before and after this year's; `since`: where the first one
    begins.
    """
    return Window(before.window.until if before else since, after.window.after if after else date.max)


LAW = "L4622-6"
FIXED = {Contract.CDD, Contract.SEASONAL, Contract.APPRENTICESHIP, Contract.PROFESSIONALISATION}
SHORT = {Contract.CDD, Contract.SEASONAL}
# Those whom the rules may doubt whatever their dates: the database counts the others by month.
SINGLY = (Contract.CDD, Contract.SEASONAL, Contract.OFFICER)
OUTSIDE = {
    Contract.TEMPORARY: ("Intérimaire : c’est l’agence qui la ou le déclare.", "L1251-22"),
    Contract.INTERNSHIP: ("Stagiaire : une convention de stage n’est pas un contrat de travail.", LAW),
    Contract.SELF_EMPLOYED: ("Non-salarié : sans contrat de travail avec l’entreprise.", LAW),
}


class Standing(StrEnum):
    YES = "yes"
    NO = "no"
    DOUBT = "doubt"


class CountedPerson(NamedTuple):
    """Facts of the list on one employee that decide whether they count."""

    contract: str
    entry_on: date
    exit_on: date | None = None
    ends_on: date | None = None


class Verdict(NamedTuple):
    """`article`: of the Code du travail, "" when it is the service's tariff. `proposed`: the likelier answer
    to a doubt, if one is. `months`: that the person pays for.
    """

    counts: Standing
    reason: str
    article: str = ""
    proposed: bool | None = None
    months: int = YEAR


@lru_cache(maxsize=4096)
def who_counts(person: CountedPerson, rules: Rules, on: date) -> Verdict:
    """True when this person counts in a declaration made that day."""
    reference = rules.reference_on
    if person.exit_on and person.exit_on < reference:
        return Verdict(Standing.NO, f"Sortie avant le {day(reference)}.")
    if person.contract in OUTSIDE:
        return Verdict(Standing.NO, *OUTSIDE[Contract(person.contract)])
    if person.entry_on > max(on, reference):
        return Verdict(Standing.NO, "N’est pas encore arrivée : à déclarer l’an prochain.")
    if person.entry_on > reference and rules.hires == Hires.NONE:
        return Verdict(Standing.NO, f"Arrivée après le {day(reference)} : comptera l’an prochain.")
    if person.entry_on > (last := counts_until(rules, on)):
        return Verdict(Standing.NO, f"Arrivée après le {day(last)} : à déclarer avec l’année suivante.")
    months = months_charged(person.entry_on, rules)
    doubt = _doubt(person, rules, on)
    if doubt:
        return doubt._replace(months=months)
    return Verdict(
        Standing.YES, "Salarié de l’entreprise, même à temps partiel ou absent.", LAW, None, months
    )


def _doubt(person: CountedPerson, rules: Rules, on: date) -> Verdict | None:
    """The question that the list alone does not settle."""
    reference, ends_on = rules.reference_on, person.ends_on
    if person.contract == Contract.OFFICER:
        words = "Mandataire social : compte seulement avec un contrat de travail en plus du mandat."
        return Verdict(Standing.DOUBT, words, LAW)
    if ends_on and ends_on < reference and person.exit_on is None:
        words = f"Contrat fini le {day(ends_on)} sans départ enregistré : compte s’il a été prolongé."
        return Verdict(Standing.DOUBT, words, LAW)
    if rules.least_days and person.contract in SHORT:
        least = f"plus court que {plural(rules.least_days, 'jour')}"
        last = person.exit_on or ends_on
        length = ((last or on) - person.entry_on + timedelta(days=1)).days
        if length < rules.least_days and last:
            words = f"Contrat de {plural(length, 'jour')}, {least} : compte s’il en suit un autre."
            return Verdict(Standing.DOUBT, words, "", False)
        if length < rules.least_days:
            words = f"Contrat sans date de fin : ne compte pas s’il est {least}."
            return Verdict(Standing.DOUBT, words, "", True)
    if person.exit_on == reference:
        words = f"Sortie le {day(reference)} même : compte si le contrat courait encore ce jour-là."
        return Verdict(Standing.DOUBT, words, LAW, True)
    return None


# From the list of employees, in groups of people who are alike, to a headcount. Pure.


class Group(NamedTuple):
    """Identical people, for the rules. `answer`: the employer's, to a doubt, if given."""

    contract: str
    entry_on: date
    exit_on: date | None
    ends_on: date | None
    monitoring: str
    answer: bool | None
    number: int

    def verdict(self, rules: Rules, on: date) -> Verdict:
        return who_counts(CountedPerson(*self[:4]), rules, on)

    def is_counted(self, rules: Rules, on: date) -> bool:
        """A doubt without answer counts as nobody."""
        counts = self.verdict(rules, on).counts
        return bool(self.answer) if counts == Standing.DOUBT else counts == Standing.YES


@dataclass(slots=True)
class Tally:
    """`people`: those who count, by follow-up and months charged. `left`: since the last reference date.
    `new`: those who count and whom no other declaration charged as new. `aside`: those who do not count, by
    reason.
    """

    people: Counter[tuple[Monitoring, int]] = field(default_factory=Counter)
    left: int = 0
    new: int = 0
    doubts: int = 0
    unanswered: int = 0
    aside: Counter[str] = field(default_factory=Counter)

    @property
    def headcount(self) -> int:
        return self.people.total()

    @property
    def by_monitoring(self) -> dict[str, int]:
        numbers = dict.fromkeys(map(str, Monitoring), 0)
        for (monitoring, _), number in self.people.items():
            numbers[monitoring] += number
        return numbers

    @property
    def counts(self) -> dict[str, int]:
        """The counts that a declaration stores."""
        return self.by_monitoring | {"left": self.left, "new": self.new}

    def amount(self, rules: Rules) -> Amount:
        return amount(self.people, self.new, rules)


def tally(groups: Iterable[Group], rules: Rules, since: date, arrivals: Window, on: date) -> Tally:
    """`since`: the last reference date; `arrivals`: those that are this declaration's; `on`: the day it is
    made.
    """
    result = Tally()
    for each in groups:
        verdict = each.verdict(rules, on)
        if each.exit_on and since < each.exit_on < rules.reference_on and each.contract not in OUTSIDE:
            result.left += each.number
        if verdict.counts == Standing.DOUBT:
            result.doubts += each.number
            result.unanswered += each.number if each.answer is None else 0
        if each.is_counted(rules, on):
            result.people[Monitoring(each.monitoring), verdict.months] += each.number
            result.new += each.number if arrivals.holds(each.entry_on) else 0
        elif verdict.counts == Standing.NO and (each.exit_on is None or each.exit_on >= rules.reference_on):
            result.aside[verdict.reason] += each.number
    # A group may be taken off another one: nobody may be left of it.
    result.people, result.aside = +result.people, +result.aside
    return result
