"""From the list of employees, in groups of people who are alike, to a headcount. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.contributions.arrivals import Window
from app.contributions.counting import OUTSIDE, Counts, Person, Verdict, who_counts
from app.contributions.rules import Rules
from app.contributions.tariff import Amount, amount
from db.models import Monitoring


class Group(NamedTuple):
    """People of whom all that matters is the same. `answer`: the employer's, to a doubt, if given."""

    contract: str
    entry_on: date
    exit_on: date | None
    ends_on: date | None
    monitoring: str
    answer: bool | None
    number: int

    def verdict(self, rules: Rules, on: date) -> Verdict:
        return who_counts(Person(*self[:4]), rules, on)

    def is_counted(self, rules: Rules, on: date) -> bool:
        """A doubt without answer counts as nobody."""
        counts = self.verdict(rules, on).counts
        return bool(self.answer) if counts == Counts.DOUBT else counts == Counts.YES


@dataclass(slots=True)
class Tally:
    """`people`: who counts, by follow-up and months charged. `left`: since the last reference date. `new`:
    those who count and whom no other declaration charged as new. `aside`: who is there and does not count,
    by reason.
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
        found = dict.fromkeys(map(str, Monitoring), 0)
        for (monitoring, _), number in self.people.items():
            found[monitoring] += number
        return found

    @property
    def counts(self) -> dict[str, int]:
        """What a declaration keeps of it."""
        return self.by_monitoring | {"left": self.left, "new": self.new}

    def amount(self, rules: Rules) -> Amount:
        return amount(self.people, self.new, rules)


def tally(groups: Iterable[Group], rules: Rules, since: date, arrivals: Window, on: date) -> Tally:
    """`since`: the last reference date; `arrivals`: those that are this declaration's; `on`: the day it is
    made.
    """
    found = Tally()
    for each in groups:
        verdict = each.verdict(rules, on)
        if each.exit_on and since < each.exit_on < rules.reference_on and each.contract not in OUTSIDE:
            found.left += each.number
        if verdict.counts == Counts.DOUBT:
            found.doubts += each.number
            found.unanswered += each.number if each.answer is None else 0
        if each.is_counted(rules, on):
            found.people[Monitoring(each.monitoring), verdict.months] += each.number
            found.new += each.number if arrivals.holds(each.entry_on) else 0
        elif verdict.counts == Counts.NO and (each.exit_on is None or each.exit_on >= rules.reference_on):
            found.aside[verdict.reason] += each.number
    return found
