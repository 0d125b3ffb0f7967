"""What is read in the reports of several mail servers, and what is not taken for one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bounces.reports import LONGEST, bounce_of, words_of
from db.models import OutboxMail, VisitNotice
from tests.bounces.reports import ALL, GMAIL, report

OURS = "<0123456789abcdef@aist22.fr>"


@pytest.mark.parametrize("by", ALL)
def test_each_server_names_the_mail_the_reason_and_the_day(by):
    bounce = bounce_of(report(OURS, by))
    assert bounce.message_id == OURS
    assert bounce.at == datetime(2026, 3, 2, 9, 12, tzinfo=UTC)
    assert bounce.words == "cette adresse n’existe pas"


def test_the_servers_own_words_are_kept_on_one_line():
    assert bounce_of(report(OURS)).said == (
        "550 5.1.1 <elise@example.fr>: Recipient address rejected: User unknown"
    )
    assert "\n" not in bounce_of(report(OURS, "gmail")).said


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_may_still_arrive_is_no_failure(action):
    assert bounce_of(report(OURS, action=action)) is None


@pytest.mark.parametrize("by", ALL)
def test_a_report_without_our_identifier_is_left(by):
    assert bounce_of(report("", by)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\0", b"From: a@b.fr\nSubject: Absent\nIn-Reply-To: " + OURS.encode() + b"\n\nJe suis absent.",
        b"Content-Type: multipart/report; boundary=b\n\n--b\n\n--b--",
        b"Content-Type: multipart/report; boundary=b\n\nno part",
    ],
)  # fmt: skip
def test_anything_else_is_left_for_somebody_to_read(content):
    assert bounce_of(content) is None


def test_a_mail_in_a_thousand_mails_stops_nothing():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000))
    assert bounce_of(b"Content-Type: multipart/report; boundary=a\n\n--a\n" + deep) is None


@settings(max_examples=300)
@given(st.sampled_from(sorted(ALL)), st.integers(0, 1_500), st.integers(0, 60), st.binary(max_size=20))
def test_no_spoiled_report_stops_the_reading(by, start, length, other):
    content = report(OURS, by)
    spoiled = content[:start] + other + content[start + length :]
    bounce = bounce_of(spoiled)
    assert bounce is None or bounce.message_id


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("5.1.1", "cette adresse n’existe pas"), ("5.1.10", "ce domaine ne reçoit pas de courriels"),
        ("5.2.2", "cette boîte aux lettres est pleine"),
        ("4.4.7", "le serveur du destinataire n’a pas répondu"),
        ("5.4.4", "le domaine de cette adresse n’existe pas"),
        ("5.7.1", "le serveur du destinataire l’a refusé"),
        ("5.0.0", "le serveur du destinataire l’a refusé"), ("", "le serveur du destinataire l’a refusé"),
    ],
)  # fmt: skip
def test_the_reason_is_in_french(status, words):
    assert words_of(status) == words


def test_the_longest_words_fit_their_columns():
    long = GMAIL.replace("over quota", "x" * 900).format(message_id=OURS, status="5.2.3", action="failed")
    bounce = bounce_of(long.encode())
    assert len(bounce.said) == LONGEST
    assert len(f"{bounce.words} ({bounce.said})") <= OutboxMail.__table__.c.bounce.type.length
    assert len(bounce.words) <= VisitNotice.__table__.c.bounce.type.length
