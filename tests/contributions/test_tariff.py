"""What a contribution costs: each kind of tariff in use, worked by hand, and what is true of all of them."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contributions.tariff import Grid, Hires, Rules, amount, months_charged, rounded, rules_of
from db.models import Monitoring

SI, SIA, SIR = Monitoring.SIMPLE, Monitoring.ADAPTED, Monitoring.REINFORCED
FLAT = {"reference_on": "2027-01-01", "grid": {"kind": "flat", "cents": 11_600}}
BY_MONITORING = FLAT | {"grid": {"kind": "monitoring", "cents": {"SI": 9_280, "SIA": 11_600, "SIR": 13_920}}}
STEPS = [[10, 12_000], [50, 11_000], [None, 9_500]]
SLICES = FLAT | {"grid": {"kind": "slices", "steps": STEPS}}
SIZE = FLAT | {"grid": {"kind": "size", "steps": STEPS}}


def of(written, people, new=0):
    return amount(people, new, rules_of(2027, written))


def lines_of(found):
    return [(each.label, each.quantity, each.unit_cents, each.net_cents) for each in found.lines]


def test_flat_everybody_at_the_same_price():
    found = of(FLAT, {(SI, 12): 20, (SIA, 12): 3, (SIR, 12): 2})
    assert lines_of(found) == [("Personnes suivies", 25, 11_600, 290_000)]
    assert (found.net_cents, found.vat_cents, found.total_cents) == (290_000, 58_000, 348_000)
    assert "compte pour une" in found.lines[0].reason


def test_by_follow_up_each_kind_has_its_line():
    found = of(BY_MONITORING, {(SIR, 12): 2, (SI, 12): 20, (SIA, 12): 3})
    assert lines_of(found) == [
        ("Suivi individuel simple (SI)", 20, 9_280, 185_600),
        ("Suivi individuel adapté (SIA)", 3, 11_600, 34_800),
        ("Suivi individuel renforcé (SIR)", 2, 13_920, 27_840),
    ]
    assert found.total_cents == 297_888


def test_degressive_by_slices_each_slice_at_its_price():
    assert lines_of(of(SLICES, {(SI, 12): 40, (SIR, 12): 25})) == [
        ("Personnes suivies, de la 1re à la 10e", 10, 12_000, 120_000),
        ("Personnes suivies, de la 11e à la 50e", 40, 11_000, 440_000),
        ("Personnes suivies, à partir de la 51e", 15, 9_500, 142_500),
    ]


def test_degressive_by_size_one_price_which_may_make_one_more_cost_less():
    ten, eleven = of(SIZE, {(SI, 12): 10}), of(SIZE, {(SI, 12): 11})
    assert lines_of(ten) == [("Personnes suivies", 10, 12_000, 120_000)]
    assert lines_of(eleven) == [("Personnes suivies", 11, 11_000, 121_000)]
    assert "entreprises de 11 personnes" in eleven.lines[0].reason
    assert of(SIZE, {(SI, 12): 51}).net_cents < of(SIZE, {(SI, 12): 50}).net_cents


def test_who_came_in_september_pays_four_months_with_a_prorata_rounded_to_the_cent():
    found = of(FLAT | {"hires": "prorata"}, {(SI, 12): 10, (SI, 4): 3})
    assert lines_of(found) == [
        ("Personnes suivies", 10, 11_600, 116_000),
        ("Personnes suivies, 4 mois sur 12", 3, 3_867, 11_601),
    ]
    assert found.lines[1].reason == "Arrivées en septembre : 4 mois sur 12, celui d’arrivée compris."


def test_in_slices_those_who_pay_the_whole_year_come_first():
    found = of(SLICES | {"hires": "prorata"}, {(SI, 6): 2, (SIR, 12): 9})
    assert [(each[1], each[2]) for each in lines_of(found)] == [(9, 12_000), (1, 6_000), (1, 5_500)]


def test_entry_fees_are_a_line_of_their_own():
    found = of(FLAT | {"entry_cents": 2_500}, {(SI, 12): 4}, new=2)
    assert lines_of(found)[-1] == ("Frais d’ouverture de dossier", 2, 2_500, 5_000)
    assert found.net_cents == 51_400


@pytest.mark.parametrize(("net", "points", "vat"), [(33, 2000, 7), (2, 2000, 0), (5, 1000, 1), (4, 1000, 0)])
def test_vat_is_rounded_once_half_a_cent_up(net, points, vat):
    found = of({"reference_on": "2027-01-01", "grid": {"kind": "flat", "cents": net}, "vat_points": points},
               {(SI, 12): 1})  # fmt: skip
    assert found.vat_cents == vat == rounded(net * points, 10_000)


def test_nobody_pays_nothing():
    found = of(SLICES, {})
    assert (found.lines, found.total_cents) == ((), 0)


@pytest.mark.parametrize(
    ("hires", "entry_on", "months"),
    [
        ("prorata", date(2027, 1, 1), 12),
        ("prorata", date(2027, 1, 2), 12),
        ("prorata", date(2027, 2, 28), 11),
        ("prorata", date(2027, 12, 31), 1),
        ("full", date(2027, 9, 1), 12),
        ("prorata", date(2026, 9, 1), 12),
    ],
)
def test_months_are_counted_with_that_of_arrival(hires, entry_on, months):
    assert months_charged(entry_on, rules_of(2027, FLAT | {"hires": hires})) == months


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"grid": {"kind": "flat", "cents": 116.5}}, "nombre entier"),
        ({"grid": {"kind": "flat", "cents": "116"}}, "nombre entier"),
        ({"grid": {"kind": "flat", "cents": True}}, "nombre entier"),
        ({"grid": {"kind": "flat", "cents": -1}}, "nombre entier"),
        ({"grid": {"kind": "flat"}}, "nombre entier"),
        ({"grid": {"kind": "wheel"}}, "grille"),
        ({"grid": None}, "grille"),
        ({"grid": {"kind": "monitoring", "cents": {"SI": 1}}}, "SI, SIA et SIR"),
        ({"grid": {"kind": "slices", "steps": [[10, 1]]}}, "sans limite"),
        ({"grid": {"kind": "slices", "steps": [[10, 1], [5, 1], [None, 1]]}}, "grandir"),
        ({"grid": {"kind": "slices", "steps": [[0, 1], [None, 1]]}}, "grandir"),
        ({"grid": {"kind": "size", "steps": [1]}}, "tranches"),
        ({"grid": {"kind": "size", "steps": []}}, "tranches"),
        ({"reference_on": "2027-02-30"}, "date de référence"),
        ({"reference_on": None}, "date de référence"),
        ({"hires": "perhaps"}, "arrivées"),
        ({"least_days": 400}, "nombre entier"),
        ({"vat_points": 20.0}, "nombre entier"),
        ({"remise": 5}, "remise"),
    ],
)
def test_a_tariff_that_makes_no_sense_is_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        rules_of(2027, FLAT | wrong)


cents = st.integers(0, 20_000)
prices = st.lists(cents, min_size=3, max_size=3).map(lambda some: sorted(some, reverse=True))
tariffs = st.builds(
    lambda grid, by_kind, steps, entry, vat: Rules(
        2027, date(2027, 1, 1), grid, flat_cents=by_kind[0],
        by_monitoring=tuple(zip(Monitoring, by_kind, strict=True)),
        steps=((10, steps[0]), (50, steps[1]), (None, steps[2])),
        hires=Hires.PRORATA, entry_cents=entry, vat_points=vat,
    ),
    st.sampled_from(Grid), st.tuples(cents, cents, cents), prices, cents, st.integers(0, 10_000),
)  # fmt: skip
headcounts = st.dictionaries(
    st.tuples(st.sampled_from(Monitoring), st.integers(1, 12)), st.integers(0, 200), max_size=12
)


@given(tariffs, headcounts, st.integers(0, 50))
def test_lines_make_the_net_and_net_and_vat_make_the_total(rules, people, new):
    found = amount(people, new, rules)
    assert sum(each.net_cents for each in found.lines) == found.net_cents
    assert all(each.quantity * each.unit_cents == each.net_cents for each in found.lines)
    assert found.net_cents + found.vat_cents == found.total_cents
    assert abs(found.vat_cents * 10_000 - found.net_cents * rules.vat_points) * 2 <= 10_000
    counted = sum(each.quantity for each in found.lines if not each.label.startswith("Frais"))
    assert counted == sum(people.values())


@given(tariffs, headcounts, st.sampled_from(Monitoring))
def test_one_more_person_never_costs_less_where_the_price_is_not_that_of_the_size(rules, people, kind):
    if rules.grid != Grid.SIZE:
        one_more = Counter(people) + Counter({(kind, 12): 1})
        assert amount(one_more, 0, rules).total_cents >= amount(people, 0, rules).total_cents
