"""Who counts, of each kind of person that a list may hold; and where a declaration is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contributions.counting import CountedPerson, Group, Standing, Window, tally, who_counts
from app.contributions.states import Campaign, DeclarationFacts, State, state_of
from app.contributions.tariff import Hires, rules_of
from db.models import Contract

WRITTEN = {"reference_on": "2027-01-01", "grid": {"kind": "flat", "cents": 11_600}, "least_days": 30}
RULES = rules_of(2027, WRITTEN)
TODAY, OLD = date(2027, 1, 20), date(2020, 1, 6)
YES, NO, DOUBT = Standing


@pytest.mark.parametrize(
    ("person", "counts", "proposed"),
    [
        (("cdi", OLD), YES, None),
        (("cdi", date(2027, 1, 1)), YES, None),
        (("apprentissage", OLD, None, date(2028, 8, 31)), YES, None),
        (("professionnalisation", date(2026, 9, 1), None, date(2027, 8, 31)), YES, None),
        (("cdd", date(2026, 10, 1), None, date(2027, 3, 31)), YES, None),
        (("cdd", date(2026, 10, 1), date(2027, 1, 10), date(2027, 3, 31)), YES, None),
        (("cdi", OLD, date(2026, 12, 31)), NO, None),
        (("stage", OLD), NO, None),
        (("interim", OLD), NO, None),
        (("non_salarie", OLD), NO, None),
        (("cdi", date(2027, 2, 1)), NO, None),
        (("mandat", OLD), DOUBT, None),
        (("cdd", OLD, None, date(2026, 11, 30)), DOUBT, None),
        (("cdd", date(2026, 12, 20), None, date(2027, 1, 8)), DOUBT, False),
        (("saisonnier", date(2026, 12, 20), date(2027, 1, 8)), DOUBT, False),
        (("cdd", date(2027, 1, 1)), DOUBT, True),
        (("cdi", OLD, date(2027, 1, 1)), DOUBT, True),
    ],
)
def test_who_counts(person, counts, proposed):
    verdict = who_counts(CountedPerson(*person), RULES, TODAY)
    assert (verdict.counts, verdict.proposed) == (counts, proposed)
    assert verdict.reason


def test_the_reason_cites_the_law_or_nothing_when_it_is_the_tariff():
    assert who_counts(CountedPerson("cdi", OLD), RULES, TODAY).article == "L4622-6"
    assert who_counts(CountedPerson("interim", OLD), RULES, TODAY).article == "L1251-22"
    short = who_counts(CountedPerson("cdd", date(2026, 12, 20), None, date(2027, 1, 8)), RULES, TODAY)
    assert (short.article, "20 jours" in short.reason) == ("", True)


@pytest.mark.parametrize(
    ("hires", "counts", "months"), [("full", YES, 12), ("prorata", YES, 11), ("none", NO, 12)]
)
def test_who_came_after_the_reference_date(hires, counts, months):
    rules = rules_of(2027, WRITTEN | {"hires": hires})
    verdict = who_counts(CountedPerson("cdi", date(2027, 2, 1)), rules, date(2027, 2, 8))
    assert (verdict.counts, verdict.months) == (counts, months)


def test_without_a_least_contract_a_short_one_counts():
    rules = rules_of(2027, WRITTEN | {"least_days": 0})
    assert (
        who_counts(CountedPerson("cdd", date(2026, 12, 20), None, date(2027, 1, 8)), rules, TODAY).counts
        == YES
    )


def test_a_late_declaration_does_not_count_who_came_in_the_year_after():
    late = date(2028, 2, 2)
    assert who_counts(CountedPerson("cdi", date(2027, 12, 31)), RULES, late).counts == YES
    verdict = who_counts(CountedPerson("cdi", date(2028, 1, 3)), RULES, late)
    assert verdict.counts == NO
    assert verdict.reason == "Arrivée après le 31 décembre 2027 : à déclarer avec l’année suivante."


days = st.dates(date(2025, 1, 1), date(2028, 1, 1))


@given(
    st.sampled_from(Contract), days, st.none() | days, st.none() | days, st.sampled_from(Hires),
    st.integers(0, 183), st.dates(date(2027, 1, 1), date(2027, 12, 31)),
)  # fmt: skip
def test_everybody_has_a_verdict_with_a_reason(contract, entry_on, exit_on, ends_on, hires, least, on):
    rules = rules_of(2027, WRITTEN | {"hires": hires.value, "least_days": least})
    verdict = who_counts(CountedPerson(contract, entry_on, exit_on, ends_on), rules, on)
    assert verdict.reason.endswith(".")
    assert 1 <= verdict.months <= 12
    assert verdict.proposed is None or verdict.counts == DOUBT
    if exit_on and exit_on < rules.reference_on:
        assert verdict.counts == NO


def a_group(contract="cdi", entry_on=OLD, exit_on=None, ends_on=None, monitoring="SI", answer=None, number=1):
    return Group(contract, entry_on, exit_on, ends_on, monitoring, answer, number)


def test_a_list_is_tallied_with_the_answers_given():
    groups = [
        a_group(number=40), a_group(monitoring="SIR", number=5), a_group(entry_on=date(2026, 6, 1), number=3),
        a_group(exit_on=date(2026, 6, 30), number=4), a_group(exit_on=date(2025, 6, 30), number=9),
        a_group("mandat", answer=True), a_group("mandat", answer=False), a_group("mandat", number=2),
        a_group("stage", number=2), a_group("stage", exit_on=date(2026, 8, 1)),
    ]  # fmt: skip
    found = tally(groups, RULES, date(2026, 1, 1), Window(date(2026, 1, 1)), TODAY)
    assert found.counts == {"SI": 44, "SIA": 0, "SIR": 5, "left": 4, "new": 3}
    assert (found.headcount, found.doubts, found.unanswered) == (49, 4, 2)
    assert list(found.aside.values()) == [2]


WINDOW = Campaign(date(2027, 1, 4), date(2027, 2, 15))
FILED = DeclarationFacts(is_begun=True, submitted_on=date(2027, 1, 20))
REOPENED = DeclarationFacts(is_begun=True, submitted_on=date(2027, 1, 20), is_reopened=True)
BY_SERVICE = DeclarationFacts(
    is_begun=True, submitted_on=date(2027, 1, 20), is_reopened=True, by_service=True
)
NEW = DeclarationFacts(joined_on=date(2027, 6, 1))


@pytest.mark.parametrize(
    ("facts", "on", "state"),
    [
        (DeclarationFacts(), date(2027, 1, 3), State.COMING),
        (DeclarationFacts(), date(2027, 1, 4), State.TO_DO),
        (DeclarationFacts(), date(2027, 2, 15), State.TO_DO),
        (DeclarationFacts(), date(2027, 2, 16), State.LATE),
        (NEW, date(2027, 6, 2), State.NONE),
        (DeclarationFacts(is_begun=True), date(2027, 2, 15), State.BEGUN),
        (DeclarationFacts(is_begun=True), date(2027, 2, 16), State.LATE),
        (FILED, date(2027, 2, 15), State.FILED),
        (FILED, date(2027, 2, 16), State.CLOSED),
        (REOPENED, date(2027, 2, 15), State.CORRECTING),
        (REOPENED, date(2027, 2, 16), State.CLOSED),
        (BY_SERVICE, date(2027, 3, 2), State.CORRECTING),
    ],
)
def test_where_a_declaration_is(facts, on, state):
    assert state_of(WINDOW, facts, on) == state


def test_the_last_day_is_included():
    assert not WINDOW.is_over(WINDOW.closes_on)
    assert WINDOW.is_over(WINDOW.closes_on + timedelta(days=1))
