"""State, what is left to pay, and what a bank reads: examples, then what always holds."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from segno import helpers
from stdnum import iso11649

from app.invoices.paper import modules_of
from app.invoices.rules import (
    NUMBER,
    BilledLine,
    InvoiceState,
    amounts_of,
    basic_letters,
    epc_payload,
    in_groups,
    left_of,
    reference_of,
    shares_of,
    state_of,
    stored_line,
    vat_of,
)
from app.text.vat import VAT_POINTS
from db.models import InvoiceKind
from tests.invoices.steps import BIC, IBAN

DUE = date(2026, 3, 15)
RATES = st.sampled_from(sorted({0, *VAT_POINTS}))
A_LINE = st.builds(BilledLine, st.just("x"), st.integers(-500, 500), st.integers(1, 100_000), RATES)
CENTS = st.integers(-2_000_000_00, 2_000_000_00)


@pytest.mark.parametrize(
    ("settled", "today", "state"),
    [
        (0, DUE, "a_payer"),
        (0, DUE + timedelta(days=1), "en_retard"),
        (1, DUE, "partielle"),
        (5_000, DUE + timedelta(days=1), "en_retard"),
        (12_000, DUE + timedelta(days=400), "payee"),
        (12_001, DUE, "payee"),
    ],
)
def test_the_state_follows_from_payments_the_due_date_and_today(settled, today, state):
    left = left_of(InvoiceKind.CONTRIBUTION, 12_000, settled)
    assert state_of(InvoiceKind.CONTRIBUTION, left, settled, DUE, today) == state


def test_a_credit_note_is_one_whatever_the_day_and_is_worth_nothing_once_used():
    note = InvoiceKind.CREDIT_NOTE
    assert state_of(note, -12_000, 0, DUE, DUE + timedelta(days=900)) == "avoir"
    assert left_of(note, -12_000, 0) == -12_000
    assert left_of(note, -12_000, 0, is_used=True) == 0


@given(st.sampled_from(list(InvoiceKind)), CENTS, CENTS, st.dates(), st.dates())
def test_every_invoice_has_one_state_and_only_what_is_left_can_be_late(kind, total, settled, due_on, today):
    left = left_of(kind, total, settled)
    state = state_of(kind, left, settled, due_on, today)
    assert (state == InvoiceState.CREDIT) == (kind == InvoiceKind.CREDIT_NOTE)
    if state in {InvoiceState.LATE, InvoiceState.PARTIAL, InvoiceState.TO_PAY}:
        assert left > 0
    if state == InvoiceState.LATE:
        assert due_on < today


@pytest.mark.parametrize(
    ("net", "vat"), [(10_000, 2_000), (1, 0), (3, 1), (2, 0), (9_999, 2_000), (-10_000, -2_000), (-3, -1)]
)
def test_the_tax_is_to_the_nearest_cent(net, vat):
    assert vat_of(net, 2000) == vat


@given(st.lists(A_LINE, min_size=1))
def test_the_amounts_add_up_and_a_credit_note_takes_back_exactly_as_much(lines):
    stored = [stored_line(each) for each in lines]
    amounts, shares = amounts_of(stored), shares_of(stored)
    assert amounts.net_cents == sum(each.net_cents for each in lines)
    assert amounts.total_cents == amounts.net_cents + amounts.vat_cents
    assert sum(each.vat_cents for each in shares) == amounts.vat_cents
    assert sum(each.net_cents for each in shares) == amounts.net_cents
    assert len({each.points for each in shares}) == len(shares)
    back = [stored_line(BilledLine("retour", -1, each.net_cents, each.points)) for each in shares]
    assert amounts_of(back).total_cents == -amounts.total_cents


def test_a_line_of_before_lines_had_their_rate_bore_the_usual_one():
    old = {"label": "x", "quantity": 1, "unit_cents": 10_000, "net_cents": 10_000}
    assert [tuple(each) for each in shares_of([old])] == [(2000, 10_000, 2_000)]


@pytest.mark.parametrize(
    ("number", "reference"), [("F2026-00123", "RF40F202600123"), ("539007547034", "RF18539007547034")]
)
def test_the_reference_is_that_of_iso_11649(number, reference):
    assert reference_of(number) == reference


@given(st.from_regex(NUMBER, fullmatch=True))
def test_every_number_that_is_accepted_has_a_reference_that_a_bank_accepts(number):
    assert iso11649.is_valid(reference_of(number))
    assert len(reference_of(number)) <= 25


@pytest.mark.parametrize("number", ["", "---", "9" * 22, "é"])
def test_what_gives_no_reference_says_so(number):
    with pytest.raises(ValueError, match="gives no reference"):
        reference_of(number)


def test_the_code_says_what_epc069_12_asks():
    payload = epc_payload("AIST22 Santé au Travail", IBAN, BIC, 123_405, "RF18539007547034")
    assert payload.split("\n") == [
        "BCD", "002", "1", "SCT", BIC, "AIST22 Sante au Travail", IBAN, "EUR1234.05", "", "RF18539007547034",
    ]  # fmt: skip


@given(st.text(st.characters(exclude_categories=["C"]), max_size=200), st.integers(1, 99_999_999_999))
@example("𝔸" * 70, 99_999_999_999)
def test_whatever_the_name_the_code_stays_within_its_norm(name, cents):
    payload = epc_payload(name, IBAN, BIC, cents, "RF18539007547034")
    assert len(payload.split("\n")) == 10
    assert len(payload.split("\n")[5]) <= 70
    assert payload.isascii()
    assert len(payload) <= 331
    assert len(modules_of(payload)) <= 17 + 4 * 13


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Santé au travail d’Armor", "Sante au travail d'Armor"),
        ("Cotisation n° 12", "Cotisation no 12"),
        ("SŒURS & FRÈRES – Île", "SOEURS + FRERES - Ile"),
        ("« AIST »\t22 !", "AIST 22"),
    ],
)
def test_a_bank_reads_the_name_in_the_letters_that_all_of_them_take(name, letters):
    assert basic_letters(name) == letters


@pytest.mark.parametrize("cents", [0, -1, 100_000_000_000])
def test_what_cannot_be_transferred_makes_no_code(cents):
    with pytest.raises(ValueError, match="cannot be transferred"):
        epc_payload("x", IBAN, BIC, cents, "RF18539007547034")


def test_the_code_is_the_one_that_a_library_for_it_makes():
    ours = modules_of(epc_payload("AIST22", IBAN, BIC, 12_345, "RF18539007547034"))
    theirs = helpers.make_epc_qr(
        name="AIST22", iban=IBAN, amount=123.45, reference="RF18539007547034", bic=BIC, encoding=1
    )
    assert len(ours) == len(theirs.matrix)


def test_an_iban_is_read_by_fours():
    assert in_groups(IBAN) == "FR76 3000 6000 0112 3456 7890 189"
