"""Part time as software writes it: one answer for each measure, and nothing about health."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.employee_files.part_time import (
    CODES,
    MONTH,
    OTHER_CODES,
    SPELLINGS,
    WEEK,
    part_time,
    scale_of,
    tells_health,
)
from tests.outcomes import outcome


def answer(is_part):
    return "oui" if is_part else "non"


@given(st.integers(1, 100), st.sampled_from(["{} %", "{}%", "{},0 %", "{}.00%"]))
def test_less_than_a_hundred_hundredths_is_part_time(percent, way):
    assert part_time(way.format(percent)) == answer(percent < 100)
    assert part_time(way.format(percent).replace("%", "").strip(), "percent") == answer(percent < 100)


@given(
    st.integers(1, 48),
    st.integers(0, 59),
    st.sampled_from(["{}h{:02}", "{}:{:02}", "{} h", "{}:{:02}:00"]),
)
def test_a_week_of_thirty_five_hours_is_whole(hours, minutes, way):
    assert part_time(way.format(hours, minutes)) == answer(hours < WEEK)


@given(st.integers(49, 175))
def test_more_hours_than_a_week_has_are_of_a_month(hours):
    assert part_time(f"{hours} h") == part_time(f"{hours},67 heures / mois") == answer(hours < MONTH)


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["/", " / "]))
def test_a_fraction_is_part_time_when_it_is_less_than_one(part, whole, between):
    read, refused = outcome(part_time, f"{part}{between}{whole}")
    if 0 < part <= whole:
        assert read == answer(Fraction(part, whole) < 1)
    else:
        assert "ne se lit pas" in refused


@pytest.mark.parametrize(
    ("typed", "read"), [("10,0", "oui"), ("1:00", "oui"), ("1,00", "non"), ("100,0", "non")]
)
def test_digits_on_both_sides_of_a_mark_are_not_run_together(typed, read):
    assert part_time(typed) == read


@given(st.integers(1, 1000))
def test_a_share_of_a_full_time_is_part_of_it_below_one(thousandths):
    share = f"{thousandths / 1000:.3f}"
    assert part_time(share) == part_time(share.replace(".", ",")) == answer(thousandths < 1000)
    assert part_time(share, "shares") == answer(thousandths < 1000)


@pytest.mark.parametrize(
    ("stored", "spelling"), [(k, each) for k in SPELLINGS for each in sorted(SPELLINGS[k])]
)
def test_each_spelling_is_read_in_any_case(stored, spelling):
    assert part_time(spelling) == part_time(spelling.upper()) == part_time(spelling.capitalize()) == stored


@pytest.mark.parametrize("code", sorted(CODES.keys() | OTHER_CODES))
def test_of_the_codes_of_the_dsn_only_those_that_say_nothing_of_health_are_kept(code):
    assert part_time(code, "codes") == CODES.get(code, "")
    assert part_time(f"{code} - Modalité", "codes") == CODES.get(code, "")


@pytest.mark.parametrize(
    "typed", ["Temps partiel thérapeutique", "MI-TEMPS THERAPEUTIQUE", "50 % thérapeutique", "thérapeutiques"]
)
def test_a_reason_of_health_is_neither_kept_nor_repeated(typed):
    assert tells_health(typed)
    assert part_time(typed) == ""


@given(st.text(max_size=40) | st.text("0123456789,.:/%h -x", max_size=10),
       st.sampled_from(["", "codes", "percent", "shares"]))  # fmt: skip
def test_any_cell_is_yes_no_nothing_or_a_clause(typed, scale):
    read, refused = outcome(part_time, typed, scale)
    assert refused.startswith("le temps partiel «") if refused else read in {"oui", "non", ""}


@pytest.mark.parametrize(
    ("cells", "title", "scale"),
    [
        ("10|20|10", "Temps partiel", "codes"),
        ("10 - Temps plein|20 - Temps partiel", "", "codes"),
        ("20|20", "Modalité du temps de travail", "codes"),
        ("20|20", "S21.G00.40.014 - Modalité", "codes"),
        ("20|28", "Heures", "shares"),
        ("100|80|50", "Temps", "percent"),
        ("100|35|28", "Temps", "shares"),  # 35 hours and 100 hours: no column of hundredths
        ("1|0,8|0,5", "ETP", "shares"),
        ("1|1", "ETP", "shares"),
        ("1|0", "Temps partiel", ""),
        ("oui|non", "Temps partiel", ""),
        ("", "Temps partiel", ""),
    ],
)
def test_what_a_column_counts_in_is_decided_on_all_its_cells(cells, title, scale):
    assert scale_of(cells.split("|"), title) == scale


@given(st.lists(st.text("0123456789,%h/ oui", max_size=6), max_size=8), st.text(max_size=12))
def test_the_order_and_the_number_of_the_cells_change_no_scale(cells, title):
    assert scale_of(cells, title) == scale_of([*reversed(cells), *cells], title)
