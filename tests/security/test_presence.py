"""When a session is over, and what is kept of what was seen while nothing may be written."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.presence import ABSOLUTE, AHEAD, IDLE, STAFF_ABSOLUTE, Presence, is_over
from app.security.reads import MOST, SAME, ReadLog, trace_of
from db.models import AccountSession, Employee, StaffRead
from db.shortage import Busy
from tests.reading import rows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_session(created=NOW, seen=NOW, ended=None):
    return SimpleNamespace(key=1, created_at=created, seen_at=seen, ended_at=ended)


@pytest.mark.parametrize(
    ("idle", "age", "over"),
    [
        (timedelta(0), timedelta(0), False), (IDLE, timedelta(hours=1), False),
        (IDLE + SECOND, IDLE + SECOND, True),
        (timedelta(0), ABSOLUTE, False), (timedelta(0), ABSOLUTE + SECOND, True), (IDLE, ABSOLUTE, False),
    ],
)  # fmt: skip
def test_thirty_minutes_idle_or_twelve_hours_in_all_end_a_session(idle, age, over):
    assert (timedelta(minutes=30), timedelta(hours=12), timedelta(hours=8)) == (
        IDLE,
        ABSOLUTE,
        STAFF_ABSOLUTE,
    )
    assert is_over(a_session(created=NOW - age), NOW - idle, NOW) is over


def test_the_services_pages_end_after_eight_hours_and_what_was_ended_stays_so():
    eight = a_session(created=NOW - STAFF_ABSOLUTE - SECOND)
    assert is_over(eight, NOW, NOW, STAFF_ABSOLUTE)
    assert not is_over(eight, NOW, NOW)
    assert is_over(a_session(ended=NOW), NOW, NOW)


@given(st.integers(-600, 600), st.integers(-600, 600))
def test_the_latest_that_any_process_saw_counts_unless_its_clock_was_ahead(stored, here):
    presence = Presence(None)
    session = a_session(seen=NOW + stored * SECOND)
    presence.touch(1, NOW + here * SECOND)
    found = presence.last_seen(session)
    if stored - here > AHEAD.total_seconds():
        assert found == NOW + here * SECOND, "an instant of the future would keep it open for ever"
    else:
        assert found == NOW + max(stored, here) * SECOND


async def test_what_was_seen_is_written_once_and_an_older_process_takes_nothing_back(portal, world, alice):
    (session,) = await rows(portal, AccountSession)
    first, late = Presence(portal.database), Presence(portal.database)
    late.touch(session.key, session.seen_at + 60 * SECOND)
    first.touch(session.key, session.seen_at + 30 * SECOND)
    await late.flush()
    await first.flush()
    (row,) = await rows(portal, AccountSession)
    assert row.seen_at == session.seen_at + 60 * SECOND
    await first.flush()
    back = Presence(portal.database)
    back.touch(session.key, session.seen_at - AHEAD)  # the clock of the server was set back
    await back.flush()
    (row,) = await rows(portal, AccountSession)
    assert row.seen_at == session.seen_at - AHEAD


class Nowhere(Exception):  # noqa: N818
    """Nothing is written there."""


class Away:
    """A base that takes nothing."""

    def transaction(self, **_):
        raise Nowhere


async def test_what_could_not_be_written_is_written_later_with_what_was_seen_meanwhile(portal, world, alice):
    (session,) = await rows(portal, AccountSession)
    presence = Presence(Away())
    presence.touch(session.key, session.seen_at + 30 * SECOND)
    presence.touch(10_000, NOW)
    with pytest.raises(Nowhere):
        await presence.flush()
    presence.touch(session.key, session.seen_at + 40 * SECOND)
    presence._database = portal.database
    await presence.flush()
    (row,) = await rows(portal, AccountSession)
    assert row.seen_at == session.seen_at + 40 * SECOND


# Traces of what the service opens


def an_opening(account, employee, at=NOW):
    return StaffRead(at=at, account_id=account, kind="employee", subject_id=employee, about="LE GALL Élise")


async def test_the_same_page_opened_again_by_the_same_person_is_one_reading(portal, world):
    log = ReadLog(portal.database)
    for account, employee, later in (
        (world.clerk.key, 1, 0), (world.clerk.key, 1, 299), (world.clerk.key, 2, 1), (world.alice.key, 1, 2),
        (world.clerk.key, 1, 300),
    ):  # fmt: skip
        log.note(an_opening(account, employee, NOW + later * SECOND))
    await log.flush()
    kept = await rows(portal, StaffRead)
    assert [(each.account_id, each.subject_id) for each in kept] == [
        (world.clerk.key, 1), (world.clerk.key, 2), (world.alice.key, 1), (world.clerk.key, 1),
    ]  # fmt: skip
    assert timedelta(minutes=5) == SAME
    await log.flush()
    assert len(await rows(portal, StaffRead)) == 4, "nothing is written twice"


async def test_a_trace_that_cannot_be_written_waits_and_is_not_lost(portal, world):
    log = ReadLog(Away())
    log.note(an_opening(world.clerk.key, 1))
    with pytest.raises(Nowhere):
        await log.flush()
    log.note(an_opening(world.clerk.key, 2))
    log._database = portal.database
    await log.flush()
    assert [each.subject_id for each in await rows(portal, StaffRead)] == [1, 2]


async def test_a_trace_about_a_company_that_is_gone_is_kept_without_it_and_stops_no_other(portal, world):
    log = ReadLog(portal.database)
    gone = an_opening(world.clerk.key, 7)
    gone.company_id = 99_999
    log.note(gone)
    log.note(an_opening(world.clerk.key, 8))
    await log.flush()
    kept = await rows(portal, StaffRead)
    assert {(each.subject_id, each.company_id) for each in kept} == {(7, None), (8, None)}


def test_too_many_traces_that_wait_close_the_services_pages():
    log = ReadLog(None)
    log._waiting = [{}] * MOST
    with pytest.raises(Busy):
        log.note(an_opening(1, 1))


async def test_a_trace_says_the_name_that_the_page_showed(world):
    trace = trace_of(world.employee, "", world.clerk.key, NOW)
    assert (trace.kind, trace.subject_id, trace.company_id) == ("employee", world.employee.id, world.ours.id)
    assert trace.about == f"{world.employee.birth_name} Jean"
    renamed = Employee(**world.employee.model_dump() | {"usual_name": "ABGRALL"})
    assert trace_of(renamed, "", 1, NOW).about == "ABGRALL Jean"
    company = trace_of(world.ours, "", 1, NOW)
    assert (company.company_id, company.about) == (world.ours.id, world.ours.label)
    assert len(trace_of(world.ours, "x" * 500, 1, NOW).about) == 200
