"""The labour law: real situations, then what holds for any dates, risks and visits."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.follow_up.law import (
    EXAMS,
    NOT_FOLLOWED,
    PERIODIC,
    RISKS,
    DoneVisit,
    FollowUp,
    FollowUpFacts,
    add_months,
    counts_for_contribution,
    first_visit,
    follow_up,
    is_minor,
    may_be_dispensed,
    mid_career_year,
    next_visit,
)
from db.kinds import Contract, Monitoring, VisitKind

BORN, ENTRY = date(1990, 2, 3), date(2026, 1, 12)
EVE = date(2026, 1, 11)
SI, SIA, SIR = Monitoring
WEIGHT = {SI: 0, SIA: 1, SIR: 2}
VIP_FIRST, VIP, EXAM_FIRST = VisitKind.VIP_INITIAL, VisitKind.VIP, VisitKind.EXAM_HIRING
EXAM, BETWEEN = VisitKind.EXAM, VisitKind.INTERMEDIATE
ASKED = [code for code in RISKS if code != "MINEUR"]

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SETS = st.frozensets(st.sampled_from(ASKED))
NEAR = DAYS | st.dates(date(2026, 1, 1), date(2026, 1, 5))  # so that two fall on one day
FACTS = st.builds(FollowUpFacts, DAYS, NEAR, st.sampled_from(Contract), SETS)
VISITS = st.lists(st.builds(DoneVisit, st.sampled_from(VisitKind), NEAR, st.none() | NEAR), max_size=6)
many = settings(max_examples=300)


def employed(*risks, contract=Contract.CDI, born=BORN, entry=ENTRY):
    return FollowUpFacts(born, entry, contract, frozenset(risks))


# --- The kind of follow-up


@pytest.mark.parametrize(
    ("risks", "kind", "reasons"),
    [
        ("", SI, ()),
        ("NUIT", SIA, ("NUIT",)),
        ("BIO2", SIA, ("BIO2",)),
        ("CEM", SIA, ("CEM",)),
        ("RQTH", SIA, ("RQTH",)),
        ("RQTH NUIT", SIA, ("NUIT", "RQTH")),
        *((code, SIR, (code,)) for code in ("AMIANTE", "PLOMB", "CMR", "BIO34", "RAYONNEMENTS", "HYPERBARE")),
        *((code, SIR, (code,)) for code in ("ECHAFAUDAGE", "PORT_55KG", "POSTE_EMPLOYEUR")),
        ("NUIT CMR AMIANTE", SIR, ("AMIANTE", "CMR")),
        ("RQTH PLOMB", SIR, ("PLOMB",)),
        ("CONDUITE HABILITATION", SI, ()),
        ("MINEUR", SI, ()),
    ],
)
def test_the_closest_follow_up_that_a_risk_asks_for_and_the_risks_that_decide(risks, kind, reasons):
    assert follow_up(risks.split(), BORN, ENTRY) == FollowUp(kind, reasons)


def test_under_18_the_follow_up_is_adapted_and_on_the_birthday_it_is_not():
    birthday = date(2008, 5, 20)
    eve, day = date(2026, 5, 19), date(2026, 5, 20)
    assert follow_up((), birthday, eve) == FollowUp(SIA, ("MINEUR",))
    assert follow_up((), birthday, day) == FollowUp(SI, ())
    regulated = ("MINEUR_TRAVAUX_REGLEMENTES",)
    assert follow_up(regulated, birthday, eve) == FollowUp(SIR, regulated)


@pytest.mark.parametrize(
    ("born", "on", "minor"),
    [
        (date(2008, 2, 29), date(2026, 2, 27), True),
        (date(2008, 2, 29), date(2026, 2, 28), False),
        (date(2006, 3, 1), date(2024, 2, 29), True),
        (date(2006, 3, 1), date(2024, 3, 1), False),
        (date(1900, 1, 1), date(2100, 1, 1), False),
        (date(2030, 1, 1), date(2026, 1, 1), True),
    ],
)
def test_born_on_a_29_february_one_is_of_age_on_the_28th(born, on, minor):
    assert is_minor(born, on) is minor


# --- The first visit


@pytest.mark.parametrize(
    ("facts", "kind", "by", "article", "before_post"),
    [
        (employed(), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed(contract=Contract.CDD), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed(contract=Contract.SEASONAL), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed(contract=Contract.OFFICER), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed(contract=Contract.PROFESSIONALISATION), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed(contract=Contract.APPRENTICESHIP), VIP_FIRST, date(2026, 3, 12), "R6222-36", False),
        (employed("RQTH"), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed("RQTH", contract=Contract.APPRENTICESHIP), VIP_FIRST, date(2026, 3, 12), "R6222-36", False),
        (employed("NUIT"), VIP_FIRST, EVE, "R4624-18", True),
        (employed("NUIT", contract=Contract.APPRENTICESHIP), VIP_FIRST, EVE, "R4624-18", True),
        (employed("BIO2"), VIP_FIRST, EVE, "R4426-7", True),
        (employed("CEM"), VIP_FIRST, EVE, "R4453-10", True),
        (employed("RQTH", "CEM"), VIP_FIRST, EVE, "R4453-10", True),
        (employed(born=date(2009, 1, 1)), VIP_FIRST, EVE, "R4624-18", True),
        (employed(born=date(2008, 1, 12)), VIP_FIRST, date(2026, 4, 12), "R4624-10", False),
        (employed("AMIANTE"), EXAM_FIRST, EVE, "R4624-24", True),
        (employed("AMIANTE", "NUIT"), EXAM_FIRST, EVE, "R4624-24", True),
        (employed("CMR", contract=Contract.APPRENTICESHIP), EXAM_FIRST, EVE, "R4624-24", True),
        (
            employed("MINEUR_TRAVAUX_REGLEMENTES", born=date(2009, 1, 1)),
            EXAM_FIRST,
            EVE,
            "R4624-24",
            True,
        ),
        (employed(entry=date(2025, 11, 30)), VIP_FIRST, date(2026, 2, 28), "R4624-10", False),
        (employed(entry=date(2023, 11, 30)), VIP_FIRST, date(2024, 2, 29), "R4624-10", False),
        (
            employed(entry=date(2025, 12, 31), contract=Contract.APPRENTICESHIP),
            VIP_FIRST,
            date(2026, 2, 28),
            "R6222-36",
            False,
        ),
        (employed("NUIT", entry=date(2024, 3, 1)), VIP_FIRST, date(2024, 2, 29), "R4624-18", True),
    ],
)
def test_the_first_visit_of_each_kind_of_hiring(facts, kind, by, article, before_post):
    found = next_visit(facts, [])
    assert (found.kind, found.by, found.article, found.before_post) == (kind, by, article, before_post)
    assert found == first_visit(facts)


@pytest.mark.parametrize("contract", [Contract.TEMPORARY, Contract.INTERNSHIP, Contract.SELF_EMPLOYED])
def test_who_is_not_followed_through_this_employer_has_no_deadline_whatever_happened(contract):
    facts = employed("AMIANTE", "NUIT", contract=contract)
    assert next_visit(facts, []) is None
    assert next_visit(facts, [DoneVisit(EXAM, ENTRY)]) is None
    assert not counts_for_contribution(contract)


def test_everybody_else_is_followed_and_counts_for_one():
    for contract in set(Contract) - NOT_FOLLOWED.keys():
        assert next_visit(employed(contract=contract), []) is not None
        assert counts_for_contribution(contract)


# --- The next ones

SEEN = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("facts", "seen", "kind", "by", "article"),
    [
        (employed(), [DoneVisit(VIP_FIRST, SEEN)], VIP, date(2031, 3, 2), "R4624-16"),
        (employed("NUIT"), [DoneVisit(VIP_FIRST, SEEN)], VIP, date(2029, 3, 2), "R4624-17"),
        (employed("RQTH"), [DoneVisit(VIP, SEEN)], VIP, date(2029, 3, 2), "R4624-17"),
        (employed("CMR"), [DoneVisit(EXAM_FIRST, SEEN)], BETWEEN, date(2028, 3, 2), "R4624-28"),
        (
            employed("CMR"),
            [DoneVisit(EXAM_FIRST, SEEN), DoneVisit(BETWEEN, date(2028, 2, 1))],
            EXAM,
            date(2030, 3, 2),
            "R4624-28",
        ),
        (
            employed("CMR"),
            [
                DoneVisit(EXAM_FIRST, SEEN),
                DoneVisit(BETWEEN, date(2028, 2, 1)),
                DoneVisit(EXAM, date(2030, 1, 15)),
            ],
            BETWEEN,
            date(2032, 1, 15),
            "R4624-28",
        ),
        # An examination also serves who no longer needs one.
        (employed(), [DoneVisit(EXAM, SEEN)], VIP, date(2031, 3, 2), "R4624-16"),
        # A minor at the visit: three years, even though of age meanwhile.
        (employed(born=date(2008, 4, 1)), [DoneVisit(VIP_FIRST, SEEN)], VIP, date(2029, 3, 2), "R4624-17"),
        (employed(), [DoneVisit(VIP_FIRST, date(2024, 2, 29))], VIP_FIRST, date(2026, 4, 12), "R4624-10"),
        (employed(entry=date(2024, 1, 2)), [DoneVisit(VIP, date(2024, 2, 29))], VIP,
         date(2029, 2, 28), "R4624-16"),
        (employed(), [DoneVisit(VIP_FIRST, SEEN), DoneVisit(VisitKind.RETURN, date(2027, 1, 4))], VIP,
         date(2031, 3, 2), "R4624-16"),
        (employed(), [DoneVisit(VisitKind.EMPLOYER, SEEN)], VIP_FIRST, date(2026, 4, 12), "R4624-10"),
    ],
)  # fmt: skip
def test_the_visit_that_follows(facts, seen, kind, by, article):
    found = next_visit(facts, seen)
    assert (found.kind, found.by, found.article, found.before_post) == (kind, by, article, False)


def test_a_visit_a_little_before_the_hiring_is_that_of_the_hiring_and_an_older_one_is_not():
    assert next_visit(employed(), [DoneVisit(VIP, date(2025, 10, 12))]).by == date(2030, 10, 12)
    assert next_visit(employed(), [DoneVisit(VIP, date(2025, 10, 11))]).by == date(2026, 4, 12)


def test_a_risk_that_comes_after_a_vip_asks_for_an_examination_before_the_post():
    found = next_visit(employed("AMIANTE"), [DoneVisit(VIP_FIRST, SEEN)])
    assert (found.kind, found.by, found.article, found.before_post) == (EXAM_FIRST, SEEN, "R4624-24", True)
    assert "n’était pas un examen d’aptitude" in found.words


def test_that_examination_is_never_asked_for_before_the_eve_of_the_first_day():
    found = next_visit(employed("AMIANTE"), [DoneVisit(VIP_FIRST, date(2025, 11, 3))])
    assert (found.kind, found.by) == (EXAM_FIRST, EVE)


def test_the_professional_may_ask_for_an_earlier_date_and_never_for_a_later_one():
    sooner, later = date(2027, 3, 1), date(2040, 1, 1)
    found = next_visit(employed(), [DoneVisit(VIP_FIRST, SEEN, sooner)])
    assert (found.kind, found.by) == (VIP, sooner)
    assert "fixée par le professionnel de santé" in found.words
    assert next_visit(employed(), [DoneVisit(VIP_FIRST, SEEN, later)]).by == date(2031, 3, 2)
    since = [DoneVisit(VIP_FIRST, SEEN, sooner), DoneVisit(VisitKind.RETURN, date(2026, 9, 1))]
    assert next_visit(employed(), since).by == date(2031, 3, 2)
    asked_on_return = [DoneVisit(VIP_FIRST, SEEN), DoneVisit(VisitKind.RETURN, date(2026, 9, 1), sooner)]
    assert next_visit(employed(), asked_on_return).by == sooner


def test_two_visits_of_one_day_count_as_they_should_in_any_order():
    both = [DoneVisit(EXAM, SEEN), DoneVisit(VIP, SEEN)]
    assert next_visit(employed("CMR"), both) == next_visit(employed("CMR"), both[::-1])
    assert next_visit(employed("CMR"), both).kind == BETWEEN
    soon = date(2027, 1, 1)
    joint = [DoneVisit(VIP, SEEN, soon), DoneVisit(VisitKind.MID_CAREER, SEEN)]
    assert next_visit(employed(), joint).by == next_visit(employed(), joint[::-1]).by == soon


@pytest.mark.parametrize(
    ("kind", "seen_on", "same_job", "spared"),
    [
        (SI, date(2021, 1, 12), True, True),
        (SI, date(2021, 1, 11), True, False),
        (SIA, date(2023, 1, 12), True, True),
        (SIA, date(2023, 1, 11), True, False),
        (SIR, date(2024, 1, 12), True, True),
        (SIR, date(2024, 1, 11), True, False),
        (SI, date(2026, 1, 12), False, False),
        (SI, date(2026, 1, 13), True, False),
    ],
)
def test_a_hiring_visit_may_be_spared_within_5_3_or_2_years_for_the_same_job(kind, seen_on, same_job, spared):
    assert may_be_dispensed(kind, seen_on, ENTRY, same_job=same_job) is spared


def test_mid_career_is_the_year_of_the_45th_birthday():
    assert (mid_career_year(date(1981, 1, 1)), mid_career_year(date(1981, 12, 31))) == (2026, 2026)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2026, 5, 31), -3, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, expected):
    assert add_months(day, months) == expected


# --- What holds for anything


@many
@given(FACTS, VISITS)
def test_any_situation_has_an_answer(facts, seen):
    found = next_visit(facts, seen)
    assert (found is None) is (facts.contract in NOT_FOLLOWED)
    if found:
        assert found.article in {*(risk.article for risk in RISKS.values()), "R4624-10", "R4624-16",
                                 "R4624-17", "R4624-24", "R4624-28", "R6222-36"}  # fmt: skip
        assert found.words
        assert found.by >= min([facts.entry_on - timedelta(days=1), *(e.next_on for e in seen if e.next_on)])


@many
@given(FACTS, VISITS, st.randoms(use_true_random=False))
def test_the_order_in_which_visits_are_told_changes_nothing(facts, seen, draw):
    shuffled = list(seen)
    draw.shuffle(shuffled)
    assert next_visit(facts, shuffled) == next_visit(facts, seen)


@many
@given(FACTS, VISITS, st.sampled_from(VisitKind), DAYS)
@example(employed(), [], VIP_FIRST, ENTRY - timedelta(days=60))
@example(employed("CMR"), [], VIP_FIRST, ENTRY - timedelta(days=60))
def test_a_later_visit_never_brings_the_deadline_nearer(facts, seen, kind, done_on):
    """But for who has a reinforced follow-up: after an examination its intermediate visit is due first, and a
    VIP is no examination.
    """
    assume(facts.contract not in NOT_FOLLOWED)
    seen = [each._replace(next_on=None) for each in seen]
    assume(all(each.done_on < done_on for each in seen))
    before, after = next_visit(facts, seen), next_visit(facts, [*seen, DoneVisit(kind, done_on)])
    restarts = kind in PERIODIC and any(each.kind in EXAMS for each in seen)
    if not (restarts and follow_up(facts.risks, facts.birth_on, done_on).monitoring == SIR):
        assert after.by >= before.by


@many
@given(FACTS, st.sampled_from(sorted(EXAMS)), DAYS, DAYS)
def test_a_later_examination_never_brings_the_deadline_nearer(facts, kind, one, other):
    assume(facts.contract not in NOT_FOLLOWED)
    first, second = sorted((one, other))
    assert next_visit(facts, [DoneVisit(kind, second)]).by >= next_visit(facts, [DoneVisit(kind, first)]).by


@many
@given(FACTS, VISITS, DAYS)
def test_the_professionals_date_is_never_passed_over(facts, seen, asked_on):
    assume(facts.contract not in NOT_FOLLOWED)
    assume(all(each.done_on >= facts.entry_on for each in seen))
    last = max((each.done_on for each in seen), default=facts.entry_on)
    found = next_visit(facts, [*seen, DoneVisit(VIP, last + timedelta(days=1), asked_on)])
    assert found.by <= asked_on or found.kind == EXAM_FIRST


@many
@given(SETS, st.sampled_from(ASKED), DAYS, DAYS)
def test_one_more_risk_never_gives_a_lighter_follow_up(risks, one_more, born, on):
    with_it = follow_up(risks | {one_more}, born, on)
    assert WEIGHT[with_it.monitoring] >= WEIGHT[follow_up(risks, born, on).monitoring]


@many
@given(SETS)
def test_an_adults_follow_up_is_the_closest_of_their_risks_and_names_every_one_that_decides(risks):
    found = follow_up(risks, BORN, ENTRY)
    assert found.monitoring == max((RISKS[code].monitoring for code in risks), key=WEIGHT.get, default=SI)
    assert set(found.reasons) == {code for code in risks if RISKS[code].monitoring == found.monitoring}


@many
@given(DAYS, DAYS, st.integers(-600, 600))
@example(date(2024, 1, 30), date(2024, 1, 31), 1)
def test_months_keep_the_order_and_stay_within_their_month(one, other, months):
    first, second = sorted((one, other))
    moved = add_months(first, months)
    assert moved <= add_months(second, months)
    assert (moved.year * 12 + moved.month) - (first.year * 12 + first.month) == months
    assert moved.day == first.day or (moved.day < first.day and (moved + timedelta(days=1)).day == 1)


@many
@given(DAYS, DAYS)
def test_growing_up_is_done_once(born, on):
    if not is_minor(born, on):
        assert not is_minor(born, on + timedelta(days=1))
