"""Several contracts of one person: which tells the present, and since when."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employee_files.contracts import Spell, current, entry_of


def day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def present_of(*spelled: tuple[str, ...]) -> tuple[list[int], str]:
    """The places of the contracts that go on, and the entry, whatever their order."""
    spells = [Spell(place, *map(day, each)) for place, each in enumerate(spelled)]
    found = set()
    for order in permutations(spells):
        best = current(order)
        found.add((tuple(sorted(each.place for each in best)), str(entry_of(order, best[0]).start)))
    ((places, entry),) = found
    return list(places), entry


@pytest.mark.parametrize(
    ("contracts", "places", "entry"),
    [
        ([("2020-01-01",)], [0], "2020-01-01"),
        ([("2018-07-20", "2026-10-31"), ("2026-11-01", "")], [1], "2018-07-20"),
        ([("2018-07-20", "2026-10-30"), ("2026-11-01", "")], [1], "2026-11-01"),
        ([("2020-01-01", ""), ("2025-06-01", "2025-08-31")], [0], "2020-01-01"),
        ([("2020-01-01", ""), ("2025-06-01", "")], [1], "2020-01-01"),
        ([("2019-01-01", "2019-06-30"), ("2024-01-01", "2024-06-30")], [1], "2024-01-01"),
        # Three in a row, and a short one within the first.
        (
            [
                *(("2020-01-01", "2022-12-31"), ("2021-01-01", "2021-02-01")),
                *(("2023-01-01", "2024-01-31"), ("2024-02-01", "")),
            ],
            [3],
            "2020-01-01",
        ),
        # What was to end long before the next began left a gap; it is no departure all the same.
        ([("2021-03-01", "", "2021-08-31"), ("2025-01-01", "")], [1], "2025-01-01"),
        ([("2024-03-01", "", "2024-12-31"), ("2025-01-01", "")], [1], "2024-03-01"),
        ([("2021-03-01", "", "2021-08-31")], [0], "2021-03-01"),
        # Nothing tells them apart.
        ([("2025-01-01", ""), ("2025-01-01", "")], [0, 1], "2025-01-01"),
        # A start that cannot be read begins no chain and is never preferred.
        ([("", ""), ("2025-01-01", "")], [1], "2025-01-01"),
    ],
)
def test_the_contract_that_goes_on_and_the_start_of_its_chain(contracts, places, entry):
    assert present_of(*contracts) == (places, entry)


def test_nobody_without_a_contract_has_one_that_goes_on():
    assert current([]) == []


DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))
SPELLS = st.builds(lambda start, length: (start, length), DAYS, st.integers(0, 40))


@given(st.lists(SPELLS, min_size=1, max_size=6), st.randoms())
def test_the_entry_is_before_the_contract_and_every_day_since_is_covered(drawn, chance):
    spells = [
        Spell(place, start, date.fromordinal(start.toordinal() + length))
        for place, (start, length) in enumerate(drawn)
    ]
    (best, *_), shuffled = current(spells), list(spells)
    chance.shuffle(shuffled)
    entry = entry_of(shuffled, best).start
    assert entry == entry_of(spells, best).start <= best.start
    for at in range(entry.toordinal(), best.start.toordinal()):
        assert any(each.start.toordinal() <= at <= each.end.toordinal() for each in spells)
