"""A tariff tried on the declarations of the year before, and the corridor of the law. Pure, money in cents.

The declarations keep how many people of each follow-up were declared, not when each arrived: both tariffs are
applied to everybody for twelve months, so that they are compared on the same people.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.contributions.tariff import YEAR, Grid, Rules, amount, rounded
from app.text.formats import amount as in_euros
from db.models import Monitoring

SIZES = ((1, 9), (10, 49), (50, 249), (250, None))
MOST_RAISED = 10  # members whose contribution grows most


class Corridor(NamedTuple):
    """The contribution a person that a year allows, before tax: a fifth below and above the national average
    cost (Code du travail, article L4622-6; the average is set by decree each year).
    """

    year: int
    average_cents: int

    @property
    def least_cents(self) -> int:
        return rounded(self.average_cents * 8, 10)

    @property
    def most_cents(self) -> int:
        return rounded(self.average_cents * 12, 10)

    def holds(self, cents: int) -> bool:
        return self.least_cents <= cents <= self.most_cents


CORRIDORS = {2026: Corridor(2026, 116_00)}


def corridor_of(year: int) -> Corridor:
    """The corridor of that year, or of the latest one before it that is known."""
    return CORRIDORS[max((each for each in CORRIDORS if each <= year), default=min(CORRIDORS))]


class Declared(NamedTuple):
    """A validated declaration: `people` by follow-up, and those charged as new."""

    code: str
    name: str
    people: Mapping[Monitoring, int]
    newcomers: int

    @property
    def headcount(self) -> int:
        return sum(self.people.values())


@dataclass(slots=True)
class Part:
    """Members, people, and their contribution before tax under both tariffs."""

    members: int = 0
    people: int = 0
    before_cents: int = 0
    after_cents: int = 0

    def count(self, people: int, before_cents: int, after_cents: int) -> None:
        self.members += 1
        self.people += people
        self.before_cents += before_cents
        self.after_cents += after_cents

    @property
    def percent(self) -> float:
        """The change, in percent; 0 of nothing."""
        return 100 * (self.after_cents / self.before_cents - 1) if self.before_cents else 0.0


class Raise(NamedTuple):
    code: str
    name: str
    people: int
    before_cents: int
    after_cents: int


@dataclass(slots=True)
class Trial:
    """A tariff tried on the declarations of `year`. `entries_cents`: the fees of newcomers within the
    whole.
    """

    year: int
    whole: Part = field(default_factory=Part)
    by_size: dict[tuple[int, int | None], Part] = field(
        default_factory=lambda: {each: Part() for each in SIZES}
    )
    by_monitoring: dict[Monitoring, Part] = field(
        default_factory=lambda: {each: Part() for each in Monitoring}
    )
    raised: int = 0
    lowered: int = 0
    most_raised: list[Raise] = field(default_factory=list)
    entries_cents: int = 0

    @property
    def average_cents(self) -> int:
        """The price of a person, without the fees of newcomers."""
        return (
            rounded(self.whole.after_cents - self.entries_cents, self.whole.people)
            if self.whole.people
            else 0
        )


def tried(declarations: Iterable[Declared], before: Rules, after: Rules) -> Trial:
    """Both tariffs on each declaration that counts somebody."""
    trial, raises = Trial(before.year), []
    for each in declarations:
        if not each.headcount:
            continue
        people = Counter({(kind, YEAR): number for kind, number in each.people.items()})
        paid, due = (amount(people, each.newcomers, rules).net_cents for rules in (before, after))
        trial.whole.count(each.headcount, paid, due)
        trial.entries_cents += each.newcomers * after.entry_cents
        trial.by_size[_size_of(each.headcount)].count(each.headcount, paid, due)
        _count_kinds(trial, each, paid, due)
        trial.raised += due > paid
        trial.lowered += due < paid
        if due > paid:
            raises.append(Raise(each.code, each.name, each.headcount, paid, due))
    trial.most_raised = sorted(raises, key=lambda one: (one.before_cents - one.after_cents, one.code))[
        :MOST_RAISED
    ]
    return trial


def _size_of(headcount: int) -> tuple[int, int | None]:
    return next(each for each in SIZES if each[1] is None or headcount <= each[1])


def _count_kinds(trial: Trial, declared: Declared, paid: int, due: int) -> None:
    """The share of each kind of follow-up is that of its people: most grids have one price for all."""
    for kind, number in declared.people.items():
        if number:
            shares = (rounded(cents * number, declared.headcount) for cents in (paid, due))
            trial.by_monitoring[kind].count(number, *shares)


def warnings_of(trial: Trial, rules: Rules) -> list[str]:
    """Reasons of law, or of good sense, against this tariff."""
    corridor, found = corridor_of(rules.year), []
    if trial.whole.people and not corridor.holds(trial.average_cents):
        found.append(
            f"En moyenne {in_euros(trial.average_cents)} HT par personne : hors du couloir de "
            f"{in_euros(corridor.least_cents)} à {in_euros(corridor.most_cents)}, soit 20 % autour du coût "
            f"moyen national de {in_euros(corridor.average_cents)} en {corridor.year} (Code du travail, "
            "L4622-6)."
        )
    prices = [cents for _, cents in rules.steps]
    if rules.grid in {Grid.SLICES, Grid.SIZE} and prices != sorted(prices, reverse=True):
        found.append("Une tranche est plus chère que la précédente : vérifiez ses prix.")
    return found
