"""A calendar as two independent readers understand it."""

import io
from datetime import UTC, date, datetime, timedelta

import dateutil.tz
import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import PARIS
from app.follow_up.words import VISITS
from app.planning import ics
from app.planning.ics import REFRESH, calendar_of, invitation_of, version_of
from app.planning.queries import SlotRow
from app.text.formats import of
from db.models import SlotState, VisitKind
from tests.calendars.readers import NOW, SOURCE, read, written

WORDS = VISITS["vip"]
MORNING = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
UID = "creneau-7@portail.example"


def a_row(**more) -> SlotRow:
    usual = SlotRow(
        id=7, company_id=1, code="00010", company="Adhérent BRIEUC", starts_at=MORNING, minutes=30,
        kind="vip", state="confirmed", sequence=3, professional="Dr Hélène Morvan", role="Médecin du travail",
        reason="", fee_cents=0, request_id=None, answered_by=None, answered_at=None, confirmed_at=None,
        created_at=NOW, updated_at=NOW, employee_id=5, birth_name="DURAND", usual_name="", first_names="Zoé",
        sex="F", email="zoe@ours.example", exit_on=None, centre_id=1, centre="Centre de Saint-Brieuc",
        address="4 rue de la Santé", postcode="22000", town="Saint-Brieuc", phone="+33296000000",
        access="Entrée par la cour.", is_accessible=True,
    )  # fmt: skip
    return usual._replace(**more)


def an_open_row(**more) -> SlotRow:
    nobody = dict.fromkeys(("employee_id", "birth_name", "usual_name", "first_names", "sex", "email"))
    return a_row(state="proposed", **nobody | more)


def test_an_appointment_says_when_where_and_with_whom():
    (event,) = read(written(a_row())).values()
    assert event == (
        MORNING,
        MORNING + timedelta(minutes=30),
        "CONFIRMED",
        3,
        WORDS,
        "Centre de Saint-Brieuc, 4 rue de la Santé, 22000 Saint-Brieuc",
        f"{WORDS}\n00010 - Adhérent BRIEUC\nDr Hélène Morvan, Médecin du travail\nEntrée par la cour.",
        NOW,
    )


def test_an_appointment_keeps_its_identifier_and_its_sequence_grows():
    assert read(written(a_row()))[UID].sequence == 3
    moved = a_row(sequence=4, starts_at=MORNING + timedelta(days=1), updated_at=NOW + timedelta(hours=1))
    after = read(written(moved))[UID]
    assert (after.sequence, after.stamped_at) == (4, NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("proposed", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("declined", "CANCELLED"),
        ("cancelled", "CANCELLED"), ("done", "CONFIRMED"), ("absent", "CONFIRMED"),
    ],
)  # fmt: skip
def test_each_state_has_its_status_and_what_is_called_off_takes_no_time(state, status):
    assert SlotState(state)
    content = written(a_row(state=state))
    (event,) = read(content).values()
    is_off = status == "CANCELLED"
    assert event.status == status
    assert event.summary.startswith("Annulé : ") == is_off
    assert (b"TRANSP:TRANSPARENT" in content) == is_off


def test_what_waits_for_an_answer_says_so_in_its_title():
    event = read(written(a_row(state="proposed"), with_names=True))[UID]
    assert (event.status, event.summary) == ("TENTATIVE", "À confirmer : Visite de DURAND Zoé")


def test_an_event_says_who_organises_it_and_where_the_portal_is():
    (event,) = icalendar.Calendar.from_ical(written(a_row())).walk("VEVENT")
    assert str(event["ORGANIZER"]) == "mailto:service@ours.example"
    assert event["ORGANIZER"].params["CN"] == "Santé; travail"
    assert str(event["URL"]) == "https://portail.example"


@pytest.mark.parametrize(("state", "method"), [("confirmed", "REQUEST"), ("cancelled", "CANCEL")])
def test_an_invitation_is_one_persons_and_asks_for_no_answer(state, method):
    told, content = invitation_of(a_row(state=state), SOURCE, "zoe@ours.example", with_names=False)
    ((uid, _),) = read(content).items()
    calendar = icalendar.Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert told == calendar["METHOD"] == method
    assert uid == "creneau-7-5@portail.example"
    assert str(event["ATTENDEE"]) == "mailto:zoe@ours.example"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["CLASS"] == "PRIVATE"
    assert "DURAND" not in content.decode()


def test_nobody_is_named_unless_asked():
    words = ("DURAND", "Zoé", "zoe@ours.example")
    hidden, named = written(a_row()).decode(), written(a_row(), with_names=True)
    assert not any(word in hidden for word in words)
    assert read(named)[UID].summary == "Visite de DURAND Zoé"
    assert b"CLASS:PRIVATE" in named
    assert "zoe@ours.example" not in named.decode()


def test_a_row_without_its_name_names_nobody_even_when_asked():
    hidden = a_row(birth_name=None, usual_name=None, first_names=None, sex=None)
    assert read(written(hidden, with_names=True))[UID].summary == VISITS["vip"]


def test_an_open_slot_waits_for_somebody():
    event = read(written(an_open_row(), with_names=True))[UID]
    assert (event.status, event.summary) == ("TENTATIVE", "Créneau à attribuer")


@pytest.mark.parametrize("kind", list(VisitKind))
def test_each_kind_of_visit_has_its_words(kind):
    assert read(written(a_row(kind=str(kind))))[UID].summary == VISITS[kind]


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        ((2026, 3, 28, 8, 30), "20260328T093000"),  # the day before the change, the day of it, the day after
        ((2026, 3, 29, 0, 59), "20260329T015900"),
        ((2026, 3, 29, 1, 0), "20260329T030000"),
        ((2026, 3, 30, 8, 30), "20260330T103000"),
        ((2026, 10, 24, 8, 30), "20261024T103000"),
        ((2026, 10, 25, 1, 59), None),
        ((2026, 10, 25, 2, 0), "20261025T030000"),
        ((2026, 10, 26, 8, 30), "20261026T093000"),
    ],
)
def test_times_are_those_of_paris_around_both_changes(instant, local):
    starts_at = datetime(*instant, tzinfo=UTC)
    content = written(a_row(starts_at=starts_at))
    assert read(content)[UID].starts_at == starts_at
    if local:
        assert f"DTSTART;TZID=Europe/Paris:{local}\r\n".encode() in content


@pytest.mark.parametrize("hour", [0, 1])
def test_half_past_two_that_comes_twice_is_written_in_utc(hour):
    starts_at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert starts_at.astimezone(PARIS).strftime("%H:%M") == "02:30"
    content = written(a_row(starts_at=starts_at))
    assert f"DTSTART:20261025T0{hour}3000Z".encode() in content
    assert read(content)[UID].starts_at == starts_at


def test_an_appointment_that_ends_in_the_hour_that_comes_twice_lasts_what_it_lasts():
    starts_at = datetime(2026, 10, 24, 23, 45, tzinfo=UTC)
    event = read(written(a_row(starts_at=starts_at, minutes=90)))[UID]
    assert (event.starts_at, event.ends_at) == (starts_at, starts_at + timedelta(minutes=90))


def test_the_zone_that_is_written_is_paris_for_who_knows_no_zone():
    """Readers know Europe/Paris by its name: here they may only use what is written of it."""
    its_words = ics.zone().to_ical().decode().replace("Europe/Paris", "Nowhere/Known")
    zone = dateutil.tz.tzical(io.StringIO(its_words)).get()
    instant = datetime(2020, 1, 1, tzinfo=UTC)
    while instant.year < 2045:
        assert instant.astimezone(zone).utcoffset() == instant.astimezone(PARIS).utcoffset(), instant
        instant += timedelta(hours=7)


@given(st.integers(-3_000_000, 7_000_000), st.integers(5, 240))
def test_both_readers_find_the_instant_whatever_it_is(after, minutes):
    starts_at = MORNING + timedelta(minutes=after)
    event = read(written(a_row(starts_at=starts_at, minutes=minutes)))[UID]
    assert (event.starts_at, event.ends_at) == (starts_at, starts_at + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "text", ["a;b,c\\n:d", "é" * 120, "🦷" * 40, "\\", "BEGIN:VEVENT", 'dit "Le Port"', "x" * 300, "fin\\"]
)
def test_any_text_survives_its_writing(text):
    event = read(written(a_row(company=text, birth_name=text), with_names=True))[UID]
    assert event.summary == f"Visite {of(text)} Zoé"
    assert f"00010 - {text}\n" in event.description


def test_a_calendar_to_follow_says_its_name_and_how_often_to_ask():
    content = written(a_row(), name="Rendez-vous AIST22")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H\r\n" in content
    assert b"X-PUBLISHED-TTL:PT4H\r\n" in content
    assert b"METHOD:PUBLISH\r\n" in content
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Rendez-vous AIST22"
    assert calendar.refresh_interval == REFRESH
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} == {"Europe/Paris"}


def test_a_file_opened_once_asks_nobody_to_come_back():
    content = written(a_row(), name="")
    assert b"REFRESH-INTERVAL" not in content
    assert b"X-WR-CALNAME" not in content
    assert read(content)


def test_a_calendar_without_any_appointment_is_still_one():
    assert read(written()) == {}


def test_the_same_slots_are_the_same_bytes_and_have_one_version():
    rows = [a_row(), a_row(id=8, starts_at=MORNING + timedelta(hours=1))]
    assert written(*rows) == written(*rows, now=NOW + timedelta(days=1))
    versions = {version_of(each, SOURCE, with_names=True, name="x") for each in (rows, list(rows))}
    assert len(versions) == 1


def test_whatever_is_written_otherwise_has_another_version():
    def version(row, with_names=False, name="x"):
        return version_of([row], SOURCE, with_names=with_names, name=name)

    rows = [
        a_row(sequence=4), a_row(state="cancelled"), a_row(updated_at=NOW + timedelta(seconds=1)),
        a_row(birth_name="LE GALL"), a_row(address="5 rue de la Santé"), a_row(company="Autre"),
        a_row(access=""), a_row(exit_on=date(2026, 1, 1)), an_open_row(),
    ]  # fmt: skip
    versions = [version(a_row()), version(a_row(), True), version(a_row(), name="y"), *map(version, rows)]
    assert len(set(versions)) == len(versions)
    assert version_of([], SOURCE, with_names=False, name="x") not in versions


def test_two_thousand_events_share_one_time_zone_and_are_all_read():
    rows = [a_row(id=each, starts_at=MORNING + timedelta(hours=each)) for each in range(2_000)]
    content = calendar_of(rows, SOURCE, with_names=True, name="x", now=NOW)
    assert content.count(b"BEGIN:VTIMEZONE") == 1
    assert len(icalendar.Calendar.from_ical(content).walk("VEVENT")) == 2_000
