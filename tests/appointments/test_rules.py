"""What an employer may ask for and what a return asks for: real situations, then what holds for any dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.appointments.forms import HALF_DAYS
from app.appointments.rules import MOTIVES, Return, Subject, objection, return_visit, visit_kind
from app.appointments.views import verdict
from app.follow_up.law import NOT_FOLLOWED
from db.models import NEVER, AppointmentRequest, Contract, Monitoring, RequestMotive, ReturnCause, VisitKind

MATERNITY, OCCUPATIONAL, ACCIDENT, OTHER = ReturnCause
RETURN, EMPLOYER, MID_CAREER, EXPOSURE, RETIRING, OVERDUE, SHORT_STOP, ANOTHER_DATE = RequestMotive
SI, SIA, SIR = Monitoring
TODAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 3)

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
LENGTHS = st.integers(1, 5_000)
CAUSES = st.sampled_from(ReturnCause)
SUBJECTS = st.builds(
    Subject, DAYS, DAYS, st.none() | DAYS, st.sampled_from(Contract), st.sampled_from(Monitoring),
    DAYS | st.just(NEVER), st.booleans(),
)  # fmt: skip
many = settings(max_examples=300)


def somebody(**more):
    usual = {
        "birth_on": date(1990, 2, 3), "entry_on": date(2020, 1, 6), "exit_on": None,
        "contract": Contract.CDI, "monitoring": SI, "due_on": date(2027, 1, 1),
    }  # fmt: skip
    return Subject(**usual | more)


# --- A return to work


@pytest.mark.parametrize(
    ("cause", "days", "is_compulsory"),
    [
        (MATERNITY, 1, True),
        (MATERNITY, 112, True),
        (OCCUPATIONAL, 1, True),
        (OCCUPATIONAL, 29, True),
        (OCCUPATIONAL, 400, True),
        (ACCIDENT, 1, False),
        (ACCIDENT, 29, False),
        (ACCIDENT, 30, True),
        (ACCIDENT, 31, True),
        (ACCIDENT, 60, True),
        (OTHER, 1, False),
        (OTHER, 30, False),
        (OTHER, 59, False),
        (OTHER, 60, True),
        (OTHER, 61, True),
    ],
)
def test_the_length_from_which_the_visit_is_compulsory_depends_on_the_cause(cause, days, is_compulsory):
    found = return_visit(cause, TODAY - timedelta(days=days), TODAY)
    assert (found.days, found.is_compulsory) == (days, is_compulsory)
    assert found.by == (date(2026, 3, 10) if is_compulsory else None)


@pytest.mark.parametrize(
    ("stop_from", "back_on", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 3), 1),
        (date(2026, 1, 31), date(2026, 3, 2), 30),  # February: 28 days
        (date(2028, 1, 31), date(2028, 3, 1), 30),  # and 29
        (date(2027, 12, 31), date(2028, 2, 29), 60),
        (date(2026, 3, 28), date(2026, 3, 30), 2),  # clocks change on the 29th
    ],
)
def test_an_absence_counts_from_its_first_day_to_the_eve_of_the_return(stop_from, back_on, days):
    assert return_visit(OTHER, stop_from, back_on).days == days


@pytest.mark.parametrize(
    ("back_on", "by"),
    [
        (date(2026, 3, 2), date(2026, 3, 10)),
        (date(2026, 1, 31), date(2026, 2, 8)),
        (date(2026, 4, 30), date(2026, 5, 8)),
        (date(2026, 12, 31), date(2027, 1, 8)),
        (date(2026, 2, 21), date(2026, 3, 1)),
        (date(2028, 2, 21), date(2028, 2, 29)),
        (date(2028, 2, 22), date(2028, 3, 1)),
        (date(2028, 2, 29), date(2028, 3, 8)),
    ],
)
def test_the_visit_is_within_8_days_of_the_return_over_the_ends_of_months(back_on, by):
    assert return_visit(MATERNITY, back_on - timedelta(days=112), back_on).by == by


@pytest.mark.parametrize(
    ("cause", "days", "words"),
    [
        (MATERNITY, 1, "Elle est obligatoire après un congé de maternité, quelle que soit sa durée."),
        (OCCUPATIONAL, 1, "obligatoire après une maladie professionnelle, quelle que soit sa durée."),
        (ACCIDENT, 29, "n’est obligatoire qu’après un accident du travail, à partir de 30 jours d’arrêt."),
        (OTHER, 60, "est obligatoire après un arrêt non professionnel, à partir de 60 jours."),
    ],
)  # fmt: skip
def test_the_verdict_says_its_rule(cause, days, words):
    assert return_visit(cause, TODAY - timedelta(days=days), TODAY).words.endswith(words)


@many
@given(CAUSES, DAYS, LENGTHS, LENGTHS)
def test_a_longer_absence_is_never_less_compulsory(cause, back_on, shorter, more):
    short = return_visit(cause, back_on - timedelta(days=shorter), back_on)
    long = return_visit(cause, back_on - timedelta(days=shorter + more), back_on)
    assert long.is_compulsory >= short.is_compulsory


@many
@given(CAUSES, DAYS, DAYS)
def test_any_two_dates_get_a_verdict_and_the_last_day_is_8_days_after_the_return(cause, stop_from, back_on):
    found = return_visit(cause, stop_from, back_on)
    assert found.days == (back_on - stop_from).days
    assert found.by == (back_on + timedelta(days=8) if found.is_compulsory else None)
    assert found.words.endswith(".")


@pytest.mark.parametrize(
    ("cause", "stop_from", "back_on", "days"),
    [
        ("autre", "2026-01-01", "2026-03-02", 60),
        ("autre", "01/01/2026", "02/03/2026", 60),
        ("autre", "2026-03-02", "2026-03-02", None),
        ("autre", "2026-03-02", "2026-03-01", None),
        ("", "2026-01-01", "2026-03-02", None),
        ("grippe", "2026-01-01", "2026-03-02", None),
        ("autre", "", "2026-03-02", None),
        ("autre", "2026-01-01", "bientôt", None),
        ("autre", "2026-02-29", "2026-03-02", None),
        ("maternite", "2026-01-01", "9999-12-31", None),
        ("maternite", "0001-01-01", "2026-03-02", None),
    ],
)
def test_a_verdict_is_given_as_soon_as_what_was_typed_makes_one(cause, stop_from, back_on, days):
    found = verdict(cause, stop_from, back_on)
    assert (found and found.days) == days


@many
@given(st.text(max_size=20) | CAUSES, st.text(max_size=20), st.text(max_size=20) | st.dates().map(str))
def test_whatever_is_typed_there_is_a_verdict_or_none(cause, stop_from, back_on):
    found = verdict(cause, stop_from, back_on)
    assert found is None or isinstance(found, Return)


# --- Who may be asked for


@pytest.mark.parametrize("motive", list(MOTIVES))
def test_somebody_who_left_or_is_not_followed_here_is_asked_for_nothing(motive):
    ready = {"birth_on": date(1980, 1, 1), "monitoring": SIR, "due_on": YESTERDAY}
    assert objection(motive, somebody(**ready), TODAY) == ""
    assert objection(motive, somebody(**ready, exit_on=TODAY), TODAY) == ""
    assert objection(motive, somebody(**ready, exit_on=TOMORROW), TODAY) == ""
    left = objection(motive, somebody(**ready, exit_on=YESTERDAY), TODAY)
    assert left == "cette personne a quitté l’entreprise le 1er mars 2026."
    for contract, words in NOT_FOLLOWED.items():
        assert objection(motive, somebody(**ready, contract=contract), TODAY) == words


@pytest.mark.parametrize("motive", [RETURN, EMPLOYER, SHORT_STOP])
@pytest.mark.parametrize("more", [{}, {"monitoring": SIR}, {"due_on": YESTERDAY}, {"due_on": NEVER}])
def test_a_return_an_accident_and_the_employers_own_wish_ask_for_nothing_more(motive, more):
    assert objection(motive, somebody(**more), TODAY) == ""


@pytest.mark.parametrize(
    ("born", "may"),
    [
        (date(1984, 1, 1), False),
        (date(1983, 12, 31), True),
        (date(1983, 1, 1), True),
        (date(1982, 6, 1), True),
        (date(1981, 12, 31), True),
        (date(1981, 1, 1), True),
        (date(1980, 2, 29), True),
        (date(1960, 1, 1), True),
    ],
)
def test_mid_career_is_the_year_of_the_45_years_or_the_two_before_or_late(born, may):
    words = objection(MID_CAREER, somebody(birth_on=born), TODAY)
    year = born.year + 45
    assert words == (
        "" if may else f"la visite de mi-carrière a lieu l’année des 45 ans, en {year} (L4624-2-2)."
    )


@pytest.mark.parametrize("motive", [EXPOSURE, RETIRING])
@pytest.mark.parametrize(
    ("monitoring", "was_exposed", "may"),
    [(SI, False, False), (SIA, False, False), (SIR, False, True), (SI, True, True), (SIA, True, True)],
)
def test_exposure_is_that_of_today_or_the_one_said_to_have_been(motive, monitoring, was_exposed, may):
    words = objection(motive, somebody(monitoring=monitoring, is_exposed=was_exposed), TODAY)
    assert bool(words) is not may
    assert may or "dites s’il y en a eu un par le passé (R4624-28-1)" in words


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (date(2020, 1, 1), ""),
        (YESTERDAY, ""),
        (TODAY, "rien n’est en retard : la prochaine visite est à faire au plus tard le 2 mars 2026."),
        (TOMORROW, "rien n’est en retard : la prochaine visite est à faire au plus tard le 3 mars 2026."),
        (NEVER, "aucune visite n’est à prévoir."),
    ],
)
def test_a_visit_is_overdue_from_the_day_after_its_last_day(due_on, words):
    assert objection(OVERDUE, somebody(due_on=due_on), TODAY) == words


@many
@given(st.sampled_from(RequestMotive), SUBJECTS, DAYS)
def test_anybody_may_be_asked_for_or_a_sentence_says_why_not(motive, subject, today):
    words = objection(motive, subject, today)
    assert isinstance(words, str)
    assert not words or words.endswith(".")
    if subject.exit_on and subject.exit_on < today:
        assert words


# --- The visit that answers


@pytest.mark.parametrize(
    ("motive", "due_kind", "kind"),
    [
        (RETURN, "vip", VisitKind.RETURN),
        (EMPLOYER, "vip", VisitKind.EMPLOYER),
        (MID_CAREER, "", VisitKind.MID_CAREER),
        (EXPOSURE, "examen", VisitKind.AFTER_EXPOSURE),
        (RETIRING, "", VisitKind.AFTER_EXPOSURE),
        (SHORT_STOP, "vip", None),
        (OVERDUE, "", None),
        (ANOTHER_DATE, "", None),
        *((OVERDUE, str(kind), kind) for kind in VisitKind),
        *((ANOTHER_DATE, str(kind), kind) for kind in VisitKind),
    ],
)
def test_each_motive_asks_for_its_visit_and_an_overdue_one_for_the_next(motive, due_kind, kind):
    assert visit_kind(motive, due_kind) == kind


def test_nothing_that_is_not_the_employers_to_ask_for_is_on_the_list():
    assert set(MOTIVES) == set(RequestMotive) - {ANOTHER_DATE}
    assert {each.kind for each in MOTIVES.values() if each.kind} <= set(VisitKind)
    assert not {word for word in (*RequestMotive, *VisitKind) if "pre" in word or "salarie" in word}


def test_all_the_half_days_of_a_week_fit_where_they_are_kept():
    longest = AppointmentRequest.model_fields["half_days"].metadata[0].max_length
    assert len(" ".join(HALF_DAYS)) <= longest
