"""Entry fees: whatever the order in which years are validated and corrected, each person pays once."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.contributions.counting import CountedPerson, FiledDeclaration, Group, tally, window_between
from app.contributions.tariff import Hires, rules_of
from db.models import Tariff
from tests.contributions.steps import (
    FLAT,
    charge,
    declare,
    some_employees,
    the_declaration,
    validate,
)

YEARS = range(2026, 2031)


def rules_in(year, hires):
    return rules_of(
        year, {"reference_on": f"{year}-01-01", "grid": FLAT, "hires": hires, "entry_cents": 1_500}
    )


def charged(made, year, rules, person, on):
    """Whether a declaration of that year made that day charges this person as new; and what it keeps."""
    before = made.get(max((each for each in made if each < year), default=0))
    after = made.get(min((each for each in made if each > year), default=0))
    since = before.rules.reference_on if before else date(year - 1, 1, 1)
    window = window_between(before, after, since)
    found = tally([Group(*person, "SI", None, 1)], rules, since, window, on)
    return (
        found.new,
        found.headcount,
        FiledDeclaration(rules, on, date(year - 1, 1, 1), window.bounds_on(rules, on)),
    )


hires = st.sampled_from(Hires)


@given(st.dates(date(2025, 1, 2), date(2029, 12, 31)), st.data())
def test_over_the_years_nobody_is_charged_twice_and_nobody_new_is_missed(entry_on, data):
    person, made, bills = CountedPerson("cdi", entry_on), {}, []
    for year in YEARS:
        on = date(year, 1, 5) + timedelta(days=data.draw(st.integers(0, 300)))
        new, counts, made[year] = charged(made, year, rules_in(year, data.draw(hires)), person, on)
        assert not (new and not counts)
        assert counts == 0 or new or any(bills), "the first one that counts them charges them"
        bills.append(new)
    assert sum(bills) == 1


@given(st.dates(date(2025, 1, 2), date(2030, 12, 31)), st.data())
def test_late_and_corrected_years_in_any_order_never_charge_the_same_person_twice(entry_on, data):
    person, made, bills = CountedPerson("cdi", entry_on), {}, {}
    days = sorted(data.draw(st.lists(st.dates(date(2026, 1, 5), date(2031, 6, 1)), min_size=1, max_size=9)))
    for on in days:
        year = data.draw(st.sampled_from([each for each in YEARS if each <= on.year]))
        bills[year], _, made[year] = charged(made, year, rules_in(year, data.draw(hires)), person, on)
        assert sum(bills.values()) <= 1


async def test_who_was_charged_an_entry_fee_last_year_is_not_this_year(alice, portal, world, time_machine_at):
    await charge(portal, hires="prorata", entry_cents=1_500)
    async with portal.database.transaction(write=True) as session:
        rules = {"reference_on": "2027-01-01", "grid": FLAT, "hires": "prorata", "entry_cents": 1_500}
        session.add(Tariff(year=2027, opens_on=date(2027, 1, 5), closes_on=date(2099, 2, 15), rules=rules))
    await some_employees(portal, world.site, 1, entry_on="2026-01-20")
    await declare(alice)
    await validate(alice)
    assert (await the_declaration(portal, world.site)).counts["new"] == 1
    await some_employees(portal, world.site, 1, birth_name="SUIVANTE", entry_on="2026-03-09")
    time_machine_at.shift(timedelta(days=365))
    await alice.signed_in(world.alice)
    page = await declare(alice, "/espace/00010-2/cotisation/2027")
    assert "1 arrivée depuis le 2 mars 2026" in page.text
    await validate(alice, "/espace/00010-2/cotisation/2027")
    assert (await the_declaration(portal, world.site, 2027)).counts["new"] == 1
