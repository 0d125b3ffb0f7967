"""The day by which each thing is to be done: articles of the Code du travail, and the service's promise."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inbox.rules import Deadline, deadline_of, working_days_after
from app.inbox.way import FREE, MINE, TEAMLESS, Way, read_place, written_place
from app.planning.rules import is_working_day
from app.waiting import ANY_TEAM, ANYBODY, KINDS, NO_TEAM, NOBODY, Place, Thing, kind_words

SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


def thing(kind, since=SENT, day=None, at=None, words=""):
    names = ("LE GALL", "", "Anne", "F", "00010", "BRIEUC", None, None, None, None)
    return Thing(kind, "request", 1, since, day, at, words, *names)


@pytest.mark.parametrize(
    ("what", "by", "reason"),
    [
        # R4624-31: the examination within eight days of the return, whatever the promise.
        (thing("reprises", day=date(2026, 3, 30)), date(2026, 4, 7), "R4624-31"),
        (thing("reprises", day=date(2026, 2, 27)), date(2026, 3, 7), "R4624-31"),
        # R4624-24: before the post, with a reinforced follow-up; R4624-18: night, minors, group 2, fields.
        (thing("embauches", day=date(2026, 3, 16), words="examen_embauche"), date(2026, 3, 16), "R4624-24"),
        (thing("embauches", day=date(2026, 3, 16), words="vip_initiale"), date(2026, 3, 16), "R4624-18"),
        # A slot given back is filled before its own day, in Paris.
        (thing("creneaux", at=datetime(2026, 3, 5, 23, 30, tzinfo=UTC)), date(2026, 3, 6), "le créneau"),
        # Anything else: two working days, which week-ends and bank holidays do not count.
        (thing("messages"), date(2026, 3, 4), "délai du service"),
        (thing("demandes", datetime(2026, 3, 6, 9, tzinfo=UTC)), date(2026, 3, 10), "délai du service"),
        (thing("depots", datetime(2026, 4, 3, 9, tzinfo=UTC)), date(2026, 4, 8), "délai du service"),
        (thing("fiches", datetime(2026, 5, 7, 9, tzinfo=UTC)), date(2026, 5, 12), "délai du service"),
        (thing("corrections", datetime(2026, 12, 31, 9, tzinfo=UTC)), date(2027, 1, 5), "délai du service"),
        # Written in the night, it is of the day that begins in Paris.
        (thing("publics", datetime(2026, 3, 2, 23, 30, tzinfo=UTC)), date(2026, 3, 5), "délai du service"),
        # A return whose day nobody said yet, a hire undone: the promise.
        (thing("reprises"), date(2026, 3, 4), "délai du service"),
        (thing("embauches"), date(2026, 3, 4), "délai du service"),
    ],
)
def test_a_deadline_is_that_of_the_law_or_of_the_service(what, by, reason):
    assert deadline_of(what, 2) == Deadline(by, reason)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(0, 15))
def test_as_many_working_days_come_between_as_were_promised(day, number):
    by = working_days_after(day, number)
    between = [day + timedelta(days=each) for each in range(1, (by - day).days + 1)]
    assert sum(map(is_working_day, between)) == number
    assert not between or is_working_day(by)


PLACES = st.builds(
    Place, st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(sorted(KINDS)), st.integers(1, 2**31 - 1),
)  # fmt: skip


@given(PLACES)
def test_a_page_goes_on_from_where_the_one_before_ended(place):
    written = written_place(thing(place.kind, place.since)._replace(id=place.id))
    assert read_place(written) == place
    way = Way.read({"apres": written, "nature": place.kind, "pour": MINE, "equipe": TEAMLESS})
    assert way.place == place
    assert Way.read(dict(each.split("=", 1) for each in [])) == Way()
    assert way.of_list == way._replace(after="")
    assert way.numbers(7) == {"team": NO_TEAM, "whose": 7}


@pytest.mark.parametrize(
    "typed",
    [
        "", "hier~messages~1", "2026-03-02T09:00:00~messages~1", "2026-03-02T09:00:00+01:00~messages~1",
        "2026-03-02T09:00:00+00:00~autre~1", "2026-03-02T09:00:00+00:00~messages~0",
        "2026-03-02T09:00:00+00:00~messages~99999999999999999999", "~~", "a" * 5_000,
        "2026-03-02T09:00:00+00:00~messages~1 OR 1=1",
    ],
)  # fmt: skip
def test_a_place_that_the_portal_did_not_write_is_the_beginning(typed):
    assert read_place(typed) == Place()
    assert Way.read({"apres": typed}) == Way()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, {"team": ANY_TEAM, "whose": ANYBODY}), ({"pour": FREE}, {"team": ANY_TEAM, "whose": NOBODY}),
        ({"equipe": "3"}, {"team": 3, "whose": ANYBODY}), ({"equipe": "-1"}, {"team": 0, "whose": ANYBODY}),
        ({"equipe": "trois", "pour": "elle"}, {"team": ANY_TEAM, "whose": ANYBODY}),
    ],
)  # fmt: skip
def test_filters_that_make_no_sense_filter_nothing(query, numbers):
    assert Way.read(query).numbers(7) == numbers


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_thing_and_several_have_their_own_words(kind):
    assert kind_words(kind, 1) != kind_words(kind, 2) == kind_words(kind, 0)
