"""Where the next visit of an employee stands, in every situation that changes it."""

from datetime import date, datetime, timedelta

import pytest

from app.clock import PARIS, Moment
from app.follow_up.standing import Call, OpenRequest, Standing, State, standing_of
from db.kinds import NEVER, VisitKind

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=PARIS)
AT = Moment(NOW, NOW.date())
PAST, COMING = date(2026, 11, 29), date(2026, 12, 31)
VIP, RETURN = VisitKind.VIP, VisitKind.RETURN


def call(kind=VIP, *, days=1, confirmed=False, number=1):
    starts = datetime(2026, 11, 30, 9, 0, tzinfo=PARIS) + timedelta(days=days)
    return Call(number, kind, confirmed, starts, "Saint-Brieuc")


def asked(kind=VIP, number=1):
    return OpenRequest(number, kind, datetime(2026, 11, 27, 9, 0, tzinfo=PARIS))


def standing(due_on, *under_way, due_kind=VIP, **more) -> Standing:
    return standing_of(due_on, due_kind, under_way, AT, **more)


@pytest.mark.parametrize(
    ("due_on", "under_way", "state", "words", "tag"),
    [
        (PAST, (), State.LATE, "29/11/2026", "en retard"),
        (NOW.date(), (), State.DUE, "30/11/2026", ""),
        (COMING, (), State.DUE, "31/12/2026", ""),
        (NEVER, (), State.NOTHING, "", ""),
        (PAST, (call(),), State.PROPOSED, "mar. 1er déc. à 9 h 00", "à confirmer"),
        (PAST, (call(confirmed=True),), State.CONFIRMED, "mar. 1er déc. à 9 h 00", "confirmé"),
        (PAST, (asked(),), State.REQUESTED, "demandé le 27/11/2026", "demandé"),
        (PAST, (call(), asked()), State.PROPOSED, "mar. 1er déc. à 9 h 00", "à confirmer"),
        (PAST, (call(RETURN, confirmed=True), asked(RETURN)), State.LATE, "29/11/2026", "en retard"),
        (COMING, (call(RETURN),), State.PROPOSED, "mar. 1er déc. à 9 h 00", "à confirmer"),
        (COMING, (asked(RETURN),), State.REQUESTED, "demandé le 27/11/2026", "demandé"),
        (NEVER, (asked(RETURN),), State.REQUESTED, "demandé le 27/11/2026", "demandé"),
        (COMING, (asked(""),), State.DUE, "31/12/2026", ""),
        (PAST, (call(days=-1),), State.LATE, "29/11/2026", "en retard"),
        (PAST, (call(days=-1, confirmed=True),), State.CONFIRMED, "dim. 29 nov. à 9 h 00", "passé"),
    ],
)
def test_a_next_visit_stands_where_its_appointment_or_its_request_says(due_on, under_way, state, words, tag):
    found = standing(due_on, *under_way)
    assert (found.state, found.words.replace("\N{NO-BREAK SPACE}", " "), found.tag[0]) == (state, words, tag)
    assert found.is_late == (tag == "en retard")
    assert bool(found.machine) == bool(words)


def test_who_left_has_nothing_to_come_whatever_is_under_way():
    assert standing(PAST, call(), asked(), is_here=False).state == State.NOTHING


def test_the_first_appointment_to_come_is_told_before_one_that_has_passed():
    over, soon, later = call(days=-2, confirmed=True), call(RETURN, days=3), call(days=9, number=2)
    assert standing(COMING, later, over, soon).call == soon
    assert standing(COMING, over).is_over


def test_among_requests_the_oldest_is_told():
    newer = asked(number=2)._replace(sent_at=NOW)
    assert standing(PAST, newer, asked()).request == asked()


def test_nobody_without_a_visit_is_late():
    assert standing(NEVER, due_kind="").due_on is None
