"""Days on which a bank debits, accounts that it debits, how long a mandate lives: tables and properties."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.debits.queries import _lapsed_before
from app.debits.returns import REASONS, SUSPENDING
from app.debits.rules import (
    about_seal,
    first_day_of,
    is_bank_day,
    is_usable,
    lapses_on,
    read_iban,
    reference_of_mandate,
)
from app.debits.runs import CONTESTED, ENDED, PAID, PLANNED, file_order, reference_of_debit, why_not
from app.invoices.rules import NUMBER
from db.models import Debit, DebitRun, Mandate, MandateState, Scheme

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
WEEKDAYS = 5


def easter(year):
    """The Sunday of Meeus, Jones and Butcher, in the Gregorian calendar."""
    century, place = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (place // 4) - moon - place % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def closings(year):
    """Days of TARGET, as the Governing Council of the ECB fixed them in December 2000."""
    sunday = easter(year)
    fixed = {date(year, *each) for each in ((1, 1), (5, 1), (12, 25), (12, 26))}
    return fixed | {sunday - timedelta(days=2), sunday + timedelta(days=1)}


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2032])
def test_banks_settle_on_all_weekdays_but_the_six_days_of_target(year):
    """No feast of France alone is one: a debit of 14 July, of 8 May or of Ascension leaves."""
    days = [date(year, 1, 1) + timedelta(days=each) for each in range(366)]
    for each in days:
        is_open = each.weekday() < WEEKDAYS and each not in closings(each.year)
        assert is_bank_day(each) is is_open, each


@given(DAYS, st.integers(0, 30))
def test_the_first_day_is_a_bank_day_that_comes_no_sooner_and_no_later_than_the_notice(today, notice):
    first = first_day_of(today, notice)
    assert is_bank_day(first)
    asked = today + timedelta(days=notice)
    assert first >= asked
    assert not any(is_bank_day(asked + timedelta(days=each)) for each in range((first - asked).days))
    assert (first - asked).days <= 4, "Good Friday to Easter Monday at most"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189"),
        ("fr76-3000-6000-0112-3456-7890-189", "FR7630006000011234567890189"),
        ("FR76.3000.6000.0112.3456.7890.189\n", "FR7630006000011234567890189"),
        ("\N{NO-BREAK SPACE}DE89 3704 0044 0532 0130 00 ", "DE89370400440532013000"),
        ("BE68 5390 0754 7034", "BE68539007547034"),
        ("GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819"),  # in SEPA, though out of the Union
        ("CH93 0076 2011 6238 5295 7", "CH9300762011623852957"),
        ("MC58 1122 2000 0101 2345 6789 030", "MC5811222000010123456789030"),
        ("LU28 0019 4006 4475 0000", "LU280019400644750000"),
    ],
)
def test_an_account_of_the_sepa_zone_is_read_however_it_is_grouped(typed, read):
    assert read_iban(typed) == read


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "sur votre RIB"), (" \t.-", "sur votre RIB"), ("30006000011234567890189", "deux lettres"),
        ("FR76 3000 6000", "faux ou manque"), ("FR76", "deux lettres"),
        ("FR7630006000011234567890188", "faux ou manque"),  # one digit
        ("FR7630006000011243567890189", "faux ou manque"),  # two digits changed places
        ("FR763000600001123456789018", "faux ou manque"), ("FR76300060000112345678901899", "faux ou manque"),
        ("FR76300060000112345678９0189", "deux lettres"),  # a wide digit, which Python calls one
        ("US64SVBKUS6S3300958879", "hors de la zone SEPA"), ("TN5910006035183598478831", "hors de la zone"),
        ("TR330006100519786457841326", "hors de la zone"), ("FR76;30006000011234567890189", "deux lettres"),
    ],
)  # fmt: skip
def test_what_is_no_such_account_is_refused_with_what_is_wrong(typed, words):
    with pytest.raises(ValueError, match=words):
        read_iban(typed)


def a_mandate(alive_on=date(2026, 3, 2), state=MandateState.ACTIVE, key=1, used_on=None):
    return Mandate(
        id=key, company_id=1, account_id=1, rum=f"00010-M{key}", scheme=Scheme.CORE, state=state, signer="S",
        holder="Établissements Kergoat & Fils", iban_sealed=b"", iban_last="0189", alive_on=alive_on,
        used_on=used_on, signed_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
        created_at=datetime(2026, 1, 30, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("alive_on", "lapses"),
    [
        (date(2026, 3, 2), date(2029, 3, 2)), (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)), (date(2023, 12, 31), date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_a_mandate_lives_for_36_months_less_a_day_whatever_the_length_of_years(alive_on, lapses):
    mandate = a_mandate(alive_on)
    assert lapses_on(mandate) == lapses
    assert [is_usable(mandate, lapses + timedelta(days=each)) for each in (-1, 0, 1)] == [True, False, False]


@pytest.mark.parametrize("state", [each for each in MandateState if each != MandateState.ACTIVE])
def test_only_a_mandate_in_force_debits(state):
    assert not is_usable(a_mandate(state=state), date(2026, 3, 3))


@given(DAYS, st.integers(-2, 2))
def test_the_query_and_the_rule_agree_on_the_day_when_a_mandate_lapses(alive_on, days):
    """One that a preview counts and announces is one that the file takes."""
    on = lapses_on(a_mandate(alive_on)) + timedelta(days=days)
    assert (alive_on > _lapsed_before(on)) is is_usable(a_mandate(alive_on), on)


def test_the_leap_day_ends_with_the_february_of_its_third_year():
    assert _lapsed_before(date(2027, 2, 28)) == date(2024, 2, 29)
    assert _lapsed_before(date(2027, 2, 27)) == date(2024, 2, 27)
    assert _lapsed_before(date(2027, 3, 1)) == date(2024, 3, 1)


def test_each_reason_of_a_bank_has_words_and_those_that_come_again_suspend():
    """The reasons of the rulebooks' R-transactions (EPC016-06, EPC222-07)."""
    assert " ".join(sorted(REASONS)) == (
        "AC01 AC04 AC06 AC13 AG01 AG02 AM04 AM05 BE05 CNOR DNOR FF01 MD01 MD02 MD06 MD07 MS02 MS03 RC01 RR01 "
        "RR04 SL01"
    )
    assert {"AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD02", "MD07", "SL01"} == SUSPENDING
    # No money today, a debit sent twice, a refund asked for: the next one may pass.
    assert not SUSPENDING & {"AM04", "AM05", "MD06", "MS02", "MS03"}
    assert len(set(REASONS.values())) == len(REASONS)


@given(st.from_regex(NUMBER, fullmatch=True), st.integers(1, 10**9))
def test_a_reference_is_one_that_every_bank_gives_back(number, run):
    """35 of the letters that SEPA keeps, without what some banks trim or refuse: a slash at an end, two."""
    reference = reference_of_debit(number, run)
    assert len(reference) <= 35
    assert reference.isascii()
    assert "/" not in reference
    assert reference.endswith(f"-P{run}")


def test_a_mandate_is_named_by_its_member_and_its_rank():
    assert reference_of_mandate("00010-2", 3) == "00010-2-M3"
    assert len(reference_of_mandate("99999-999", 9_999)) <= 35
    assert about_seal("00010-M1") != about_seal("00010-M2"), "an account moved to another one does not open"


def an_order(key=1, mandate=None, left=12_000, cents=12_000, number="F2026-1", **more):
    debit = Debit(
        id=key, company_id=1, run_id=7, invoice_id=key, scheme=Scheme.CORE, rum="M", iban_last="0189",
        cents=cents, reference=reference_of_debit(number, 7),
    )  # fmt: skip
    usual = {"is_planned": False, "is_contested": False, "number": number}
    return SimpleNamespace(debit=debit, left=left, mandate=mandate, **usual | more)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, ""), ({"left": 1}, ""), ({"left": 0}, PAID), ({"left": -5}, PAID),
        ({"is_planned": True}, PLANNED), ({"is_contested": True}, CONTESTED),
        ({"mandate": None}, ENDED), ({"mandate": a_mandate(state=MandateState.SUSPENDED)}, ENDED),
        ({"mandate": a_mandate(date(2023, 3, 16))}, ENDED), ({"mandate": a_mandate(date(2023, 3, 17))}, ""),
        ({"left": 0, "is_contested": True, "mandate": None}, PAID),
    ],
)  # fmt: skip
def test_a_debit_that_does_not_go_says_the_first_reason_why(more, why):
    order = an_order(**{"mandate": a_mandate()} | more)
    assert why_not(order, date(2026, 3, 16)) == why


def bank_order(*orders, accounts=None):
    """What the file's maker is given."""
    opened = SimpleNamespace(opened=lambda _sealed, about: f"IBAN {about}".encode())
    settings = SimpleNamespace(
        service_name="Santé au travail « Côtes d’Armor »", service_iban="FR76", service_bic="AGRIFRPP",
        service_creditor_id="FR72ZZZ123456",
    )  # fmt: skip
    access = SimpleNamespace(portal=SimpleNamespace(settings=settings, keys=opened))
    run = DebitRun(id=7, collect_on=date(2026, 3, 16), account_id=1)
    return file_order(access, run, orders, Scheme.CORE)


def test_the_first_debit_of_a_mandate_is_said_first_once():
    new, used = a_mandate(key=1), a_mandate(key=2, used_on=date(2026, 1, 5))
    order = bank_order(*(an_order(key, each) for key, each in enumerate([new, used, new, used, new], 1)))
    assert [(each["rum"][-1], each["sequence"]) for each in order["debits"]] == [
        ("1", "FRST"), ("2", "RCUR"), ("1", "RCUR"), ("2", "RCUR"), ("1", "RCUR"),
    ]  # fmt: skip
    assert Counter(each["sequence"] for each in order["debits"])["FRST"] == 1


def test_the_file_says_less_when_less_is_left_and_nothing_that_a_bank_cannot_write():
    order = bank_order(an_order(mandate=a_mandate(), left=5_000), an_order(2, a_mandate(), cents=900))
    assert [each["cents"] for each in order["debits"]] == [5_000, 900]
    assert order["name"] == "Sante au travail Cotes d'Armor"
    first = order["debits"][0]
    assert first["name"] == "Etablissements Kergoat + Fils"
    # Signed at half past midnight in Paris: the day of the member's own calendar.
    assert (first["signed_on"], order["collect_on"]) == ("2026-02-01", "2026-03-16")
    other = an_order(3, a_mandate(), number="F/2")
    other.debit.scheme = Scheme.B2B
    assert bank_order(other)["debits"] == [], "each scheme has its own file"
