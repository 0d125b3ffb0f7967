"""The fitting of people to times: pure."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.batches.rules import FULL, NO_ACCESS, NO_KIND, TOO_FAR, Place, fit
from app.due.rules import Due, Needs, department, distance, is_understood

NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)
HALF = timedelta(minutes=30)


def place(number, times=4, postcode="22500", kinds="", is_accessible=True, first=NINE):
    return Place(number, postcode, kinds, is_accessible, tuple(first + HALF * each for each in range(times)))


def due(number, company=1, day=1, postcode="22500", kind="vip", **more):
    return Due(number, company, postcode, date(2026, 6, day), kind, **more)


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 28), st.sampled_from(["22500", "22000", ""])), max_size=40
    ),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["22500", "22100"])), max_size=6),
)
def test_nobody_is_forgotten_and_no_time_is_given_twice(people, sessions):
    group = [due(place, company, day, code) for place, (company, day, code) in enumerate(people)]
    places = [place(number, times, code) for number, (times, code) in enumerate(sessions, 1)]
    fitted = fit(group, places)
    assert sorted(each.due.employee_id for each in fitted) == list(range(len(group)))
    taken = [(each.session_id, each.starts_at) for each in fitted if each.session_id]
    assert len(taken) == len(set(taken)) == min(len(group), sum(times for times, _ in sessions))
    assert all(bool(each.session_id) != bool(each.reason) for each in fitted)


def test_the_same_company_comes_together_in_the_session_that_holds_it():
    small, large = place(1, times=2), place(2, times=5, first=NINE + timedelta(days=1))
    fitted = fit([due(each) for each in range(4)], [small, large])
    assert [each.session_id for each in fitted] == [2, 2, 2, 2]
    assert [each.starts_at for each in fitted] == list(large.times[:4])


def test_the_most_urgent_company_comes_first_and_the_nearest_centre():
    near, far = place(1, times=1, postcode="22500"), place(2, times=1, postcode="22000")
    late, later = due(1, company=1, day=2), due(2, company=2, day=1)
    fitted = {each.due.employee_id: each.session_id for each in fit([late, later], [far, near])}
    assert fitted == {2: 1, 1: 2}


def test_each_obstacle_has_its_words():
    steps = place(2, is_accessible=False, kinds="vip")
    cases = {
        TOO_FAR: due(1, postcode="35000"),
        NO_KIND: due(2, kind="reprise"),
        NO_ACCESS: due(3, needs=Needs(access=True)),
        FULL: due(4),
    }
    assert {each.reason for each in fit(list(cases.values())[:3], [steps])} == {TOO_FAR, NO_KIND, NO_ACCESS}
    (left,) = fit([cases[FULL]], [steps._replace(times=())])
    assert left.reason == FULL


def test_a_postcode_that_is_not_known_is_near_anything():
    assert distance("", "22000") < distance("35000", "22000")
    assert [distance("22500", each) for each in ("22500", "22510", "22000", "29000")] == [0, 1, 2, 3]


def test_an_island_is_not_near_another_ocean():
    assert [distance("97110", each) for each in ("97110", "97118", "97200", "97410")] == [0, 1, 3, 3]
    assert [department(each) for each in ("97110", "22000", "")] == ["971", "22", ""]


def test_a_language_is_understood_in_whatever_spelling():
    for languages, wanted in (
        ("Arabe, portugais", "arabe littéral"),
        ("Langue des signes", "LANGUE DES SIGNES"),
    ):
        assert is_understood(languages, Needs(interpreter=wanted))
    assert is_understood("", Needs())
    assert not is_understood("", Needs(interpreter="turc"))
    assert not is_understood("arabe, ", Needs(interpreter="turc"))


def test_whoever_needs_an_interpreter_goes_first_to_a_professional_who_speaks_the_language():
    near, speaking = place(1, postcode="22500"), place(2, postcode="22000")._replace(languages="turc")
    them = [due(1, needs=Needs(interpreter="Turc")), due(2, company=2)]
    assert {each.due.employee_id: each.session_id for each in fit(them, [near, speaking])} == {1: 2, 2: 1}
    (fitted,) = fit(them[:1], [near])
    assert fitted.session_id == 1, "an interpreter will be found for it"
