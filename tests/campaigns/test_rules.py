"""A tariff tried on declarations, and the corridor of the law."""

from datetime import date

import pytest

from app.campaigns.rules import Corridor, Declared, corridor_of, tried, warnings_of
from app.contributions.tariff import Grid, Rules, prices
from db.models import Monitoring

SI, SIA, SIR = Monitoring


def flat(cents, **more):
    return Rules(year=2027, reference_on=date(2026, 12, 31), grid=Grid.FLAT, flat_cents=cents, **more)


def steps(*pairs, grid=Grid.SLICES):
    return Rules(year=2027, reference_on=date(2026, 12, 31), grid=grid, steps=pairs)


def declared(code, si=0, sia=0, sir=0, new=0):
    return Declared(code, f"Adhérent {code}", {SI: si, SIA: sia, SIR: sir}, new)


def test_both_tariffs_are_applied_to_the_same_people():
    trial = tried([declared("00010", 5), declared("00020", 8, 1, 1)], flat(100_00), flat(110_00))
    assert (trial.whole.members, trial.whole.people) == (2, 15)
    assert (trial.whole.before_cents, trial.whole.after_cents) == (1_500_00, 1_650_00)
    assert trial.whole.percent == pytest.approx(10)
    assert (trial.raised, trial.lowered) == (2, 0)
    assert [each.code for each in trial.most_raised] == ["00020", "00010"]


def test_sizes_and_kinds_of_follow_up_add_up_to_the_whole():
    many = [declared(f"{number:05}", number, number // 3, 1) for number in range(1, 300, 7)]
    trial = tried(many, flat(100_00), steps((9, 120_00), (49, 100_00), (None, 80_00)))
    for parts in (trial.by_size, trial.by_monitoring):
        assert sum(each.people for each in parts.values()) == trial.whole.people
        assert abs(sum(each.after_cents for each in parts.values()) - trial.whole.after_cents) < len(many) * 3
    assert [trial.by_size[each].members > 0 for each in trial.by_size] == [True] * 4


def test_a_declaration_of_nobody_is_left_aside_and_nothing_is_divided_by_it():
    trial = tried([declared("00010")], flat(100_00), flat(110_00))
    assert (trial.whole.members, trial.average_cents, trial.whole.percent) == (0, 0, 0)
    assert warnings_of(trial, flat(500_00)) == []


def test_the_fees_of_newcomers_are_paid_and_are_not_of_the_corridor():
    trial = tried([declared("00010", 10, new=4)], flat(116_00), flat(116_00, entry_cents=30_00))
    assert trial.whole.after_cents == 1_160_00 + 120_00
    assert trial.average_cents == 116_00
    assert warnings_of(trial, flat(116_00, entry_cents=30_00)) == []


@pytest.mark.parametrize(
    ("cents", "is_held"), [(92_79, False), (92_80, True), (116_00, True), (139_20, True), (139_21, False)]
)
def test_the_corridor_of_2026_is_a_fifth_around_116_euros(cents, is_held):
    assert corridor_of(2026) == Corridor(2026, 116_00)
    assert corridor_of(2026).holds(cents) is is_held
    found = warnings_of(tried([declared("00010", 3)], flat(cents), flat(cents)), flat(cents))
    assert (found == []) is is_held
    assert all("92,80" in each and "139,20" in each and "116,00" in each for each in found)


def test_a_year_without_its_own_figure_takes_the_latest_known_one():
    assert corridor_of(2031).year == 2026
    assert corridor_of(2020).year == 2026


def test_a_step_dearer_than_the_one_before_is_said():
    rules = steps((9, 100_00), (None, 120_00))
    trial = tried([declared("00010", 3)], rules, rules)
    assert any("plus chère" in each for each in warnings_of(trial, rules))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (flat(100), ["Chaque personne suivie"]),
        (
            steps((9, 3), (49, 2), (None, 1)),
            ["De la 1re à la 9e", "De la 10e à la 49e", "À partir de la 50e"],
        ),
        (
            steps((1, 3), (9, 2), (None, 1), grid=Grid.SIZE),
            [
                "Entreprise de 1 personne",
                "Entreprise de 2 à 9 personnes",
                "Entreprise de 10 personnes ou plus",
            ],
        ),
    ],
)
def test_a_grid_is_said_in_words(rules, words):
    assert [each for each, _ in prices(rules)] == words
