"""Days on which letters of a campaign are printed, and to whom another one goes: a day before, on, after."""

from datetime import date, timedelta

import pytest

from app.letters.rules import (
    AUDIENCES,
    DEFAULTS,
    KINDS,
    MOST,
    PLACES,
    days_of,
    parts_of,
    printed_since,
    problem_of,
)
from app.text.letters import filled, paragraphs_of, problem_with
from db.models import Audience, LetterKind, Tariff

OPENS, CLOSES = date(2027, 1, 5), date(2027, 2, 15)
TARIFF = Tariff(year=2027, opens_on=OPENS, closes_on=CLOSES, rules={})
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "today", "is_printed"),
    [
        (LetterKind.OPENING, date(2026, 11, 1), True), (LetterKind.OPENING, OPENS - DAY, True),
        (LetterKind.OPENING, CLOSES, True), (LetterKind.OPENING, CLOSES + DAY, False),
        (LetterKind.REMINDER, OPENS - DAY, False), (LetterKind.REMINDER, OPENS, True),
        (LetterKind.REMINDER, CLOSES + 60 * DAY, True), (LetterKind.REMINDER, CLOSES + 61 * DAY, False),
    ],
)  # fmt: skip
def test_letters_are_printed_while_they_say_something_true(kind, today, is_printed):
    problem = problem_of(kind, TARIFF, today)
    assert (problem == "") is is_printed
    first, last = days_of(kind, TARIFF)
    assert (first is None or first <= today) is is_printed or last < today
    if not is_printed:
        assert "2027" in problem, "the day from or until which it can be"


def test_an_opening_comes_once_and_a_reminder_as_seldom_as_by_mail():
    today = date(2027, 2, 1)
    assert printed_since(LetterKind.OPENING, today) == date.min
    since = printed_since(LetterKind.REMINDER, today)
    assert since == date(2027, 1, 19)
    assert (today - since).days == 13, "printed fourteen days ago, another one may leave"


@pytest.mark.parametrize(
    ("letters", "files"), [(0, 0), (1, 1), (MOST, 1), (MOST + 1, 2), (2 * MOST, 2), (53_000, 27)]
)
def test_a_large_campaign_comes_in_as_many_files_as_its_printer_can_hold(letters, files):
    assert parts_of(letters) == files


@pytest.mark.parametrize("kind", list(LetterKind))
def test_the_words_before_the_service_writes_its_own_name_only_known_places(kind):
    words = DEFAULTS[kind]
    values = dict.fromkeys(PLACES, "…")
    for each in (words.subject, words.text):
        assert problem_with(each, PLACES) == ""
        assert "{" not in filled(each, values)
    assert len(words.subject) <= 120
    assert len(paragraphs_of(words.text)) >= 3
    for place in ("{site}", "{code}", "{téléphone}", "{échéance}"):
        assert place in words.text, "how to declare, and what to do without the number"


def test_each_kind_and_each_audience_has_its_words():
    assert KINDS.keys() == set(LetterKind)
    assert AUDIENCES.keys() == set(Audience)
