"""The table of periods: every table has its line, and a period ends on its day, not before."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.retention.acts import ACTS
from app.retention.fixed import FIXED
from app.retention.lines import DEFAULTS, LINE, LINES
from app.retention.queries import DUE
from app.retention.rules import PROOFS, SECURITY, Fate, duration_in_months, end_of
from db.models import AuditKind, metadata


def test_every_table_has_a_period_and_no_other_has():
    said = [table for each in (*LINES, *FIXED) for table in each.tables.split()]
    forgotten = sorted(metadata.tables.keys() - set(said))
    assert not forgotten, f"say in app/retention/lines.py for how long {forgotten} are kept"
    assert set(said) <= metadata.tables.keys()
    # Two periods for one table: the kinds of its rows tell which.
    assert {each for each in said if said.count(each) > 1} == {"auditevent", "document"}


def test_every_period_is_looked_for_and_applied():
    assert LINE.keys() == DUE.keys() == ACTS.keys()
    for key in LINE:
        assert len(DUE[key]) == len(ACTS[key])
        tables = {due.model.__tablename__ for due in DUE[key]}
        assert tables <= set(LINE[key].tables.split())


def test_what_the_law_or_the_service_proposes():
    assert DEFAULTS["accounts"] == 36
    assert DEFAULTS["employees"] == 60
    assert DEFAULTS["invoices"] == DEFAULTS["declarations"] == 120
    assert DEFAULTS["duerp"] == 480
    assert 6 <= DEFAULTS["security"] <= 12
    for line in LINES:
        assert 1 <= line.months.least <= line.months.proposed <= line.months.most, line.key
        assert line.source
        assert len(line.key) <= 20
    assert LINE["invoices"].months.least == LINE["declarations"].months.least == 120
    assert LINE["duerp"].months.least == LINE["duerp"].months.most == 480


def test_kinds_of_events_are_kept_under_one_line_only():
    assert not SECURITY & PROOFS
    assert set(AuditKind) >= SECURITY | PROOFS


@pytest.mark.parametrize(
    ("today", "months", "left", "is_over"),
    [
        (date(2026, 11, 30), 60, date(2021, 11, 30), False),
        (date(2026, 12, 1), 60, date(2021, 11, 30), True),
        (date(2029, 2, 28), 60, date(2024, 2, 29), False),
        (date(2029, 3, 1), 60, date(2024, 2, 29), True),
        (date(2026, 3, 31), 1, date(2026, 2, 28), False),
        (date(2026, 4, 1), 1, date(2026, 2, 28), True),
        (date(2026, 1, 1), 12, date(2024, 12, 31), True),
        (date(2026, 1, 1), 12, date(2025, 1, 1), False),
    ],
)
def test_a_period_is_over_once_it_has_wholly_passed(today, months, left, is_over):
    end = end_of(months, datetime(today.year, today.month, today.day, 3, tzinfo=UTC))
    assert (left < end.day) is is_over


def test_no_period_is_ever_shortened_by_the_length_of_months():
    for days in range(0, 800, 3):
        now = datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=days)
        end = end_of(6, now)
        assert (now.date() - (end.day - timedelta(days=1))).days >= 181


def test_the_night_of_paris_decides():
    """At 23:30 UTC it is already tomorrow in Paris, whose midnight is where the day begins."""
    end = end_of(12, datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert end.today == date(2026, 7, 1)
    assert end.instant == datetime(2025, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "words"), [(1, "1 mois"), (6, "6 mois"), (12, "1 an"), (18, "18 mois"), (60, "5 ans")]
)
def test_months_are_said_as_one_says_them(months, words):
    assert duration_in_months(months) == words


def test_words_agree_with_what_is_counted():
    assert Fate.ANONYMOUS.words(2, is_feminine=True) == "rendues anonymes"
    assert Fate.ANONYMOUS.words(1, is_feminine=False) == "rendu anonyme"
    assert Fate.ERASED.words(1, is_feminine=True) == "effacée"
    assert Fate.EMPTIED.words(5, is_feminine=True) == "vidées de données personnelles"
