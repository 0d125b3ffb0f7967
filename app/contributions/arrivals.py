"""Which arrivals a declaration charges an entry fee for, so that nobody pays it twice. Pure.

Each validated declaration keeps the days of its arrivals; those of two years never overlap, in whatever
order they are validated or corrected.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.contributions.rules import Hires, Rules

KEPT = "arrivees"  # where a declaration keeps its window


class Window(NamedTuple):
    """Who came after the first day, up to the second one included."""

    after: date
    until: date = date.max

    def holds(self, entry_on: date) -> bool:
        return self.after < entry_on <= self.until

    def as_kept(self, rules: Rules, on: date) -> list[str]:
        """Of a declaration made that day: who came later is for the next one."""
        return [self.after.isoformat(), min(self.until, counted_until(rules, on)).isoformat()]


class Made(NamedTuple):
    """A validated declaration. `kept`: its window as it was kept, if it was; `since`: the reference date
    before its own.
    """

    rules: Rules
    submitted_on: date
    since: date
    kept: Sequence[str] | None = None

    @property
    def window(self) -> Window:
        if self.kept:
            return Window(*map(date.fromisoformat, self.kept))
        return Window(self.since, counted_until(self.rules, self.submitted_on))


def counted_until(rules: Rules, on: date) -> date:
    """The last day of arrival that counts in a declaration made that day: next year's is for next year."""
    if rules.hires == Hires.NONE:
        return rules.reference_on
    return max(rules.reference_on, min(on, date(rules.year, 12, 31)))


def window_between(before: Made | None, after: Made | None, since: date) -> Window:
    """What is left between the declarations validated before and after this year's; `since`: where the first
    one begins.
    """
    return Window(before.window.until if before else since, after.window.after if after else date.max)
