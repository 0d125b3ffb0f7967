"""Entries and the file of the tax office, as tables that an accountant reads: accounts, sides, days, letters.

Livre des procédures fiscales, article A47 A-1, VII and VIII; plan comptable général (règlement ANC 2014-03).
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.bookkeeping.fec import COLUMNS, ENCODING, HEAD, Record, lines_of, name_of_file, number_words
from app.bookkeeping.forms import BooksFields
from app.bookkeeping.rules import (
    JOURNALS,
    SALES_OF,
    USES,
    USUAL,
    Accounts,
    Amount,
    Member,
    cash_of,
    contra_of,
    exercise_days,
    exercise_of,
    loss_of,
    sale_of,
)
from app.invoices.rules import VatShare
from db.models import InvoiceKind, Journal

ON, WHO = date(2026, 2, 2), Member("00010-2", "Brieuc")
ACCOUNTS = Accounts(USUAL)


def sides(draft):
    """(account, debit, credit, third party) of each line."""
    return [(each.account, max(each.cents, 0), max(-each.cents, 0), each.aux) for each in draft.amounts]


@pytest.mark.parametrize(
    ("kind", "account"),
    [
        (InvoiceKind.CONTRIBUTION, "706000"), (InvoiceKind.ENTRY, "706100"), (InvoiceKind.ABSENCE, "708000"),
        (InvoiceKind.INDEMNITY, "758000"),
    ],
)  # fmt: skip
def test_an_invoice_debits_its_member_and_credits_its_product_and_the_tax(kind, account):
    sale = sale_of(kind, "FA2026-000001", ON, 120_00, [VatShare(20_00, 100_00, 20_00)], WHO, ACCOUNTS)
    assert (sale.journal, sale.piece, sale.label) == (Journal.SALES, "FA2026-000001", "Facture FA2026-000001")
    assert sides(sale) == [
        ("411000", 120_00, 0, "00010-2"), (account, 0, 100_00, ""), ("445710", 0, 20_00, ""),
    ]  # fmt: skip


def test_a_credit_note_is_the_other_way_round_on_an_account_of_its_own():
    note = sale_of(
        InvoiceKind.CREDIT_NOTE, "AV2026-000001", ON, -60_00, [VatShare(20_00, -50_00, -10_00)], WHO, ACCOUNTS
    )
    assert note.label == "Avoir AV2026-000001"
    assert sides(note) == [
        ("411000", 0, 60_00, "00010-2"), ("706900", 50_00, 0, ""), ("445710", 10_00, 0, ""),
    ]  # fmt: skip


def test_what_bears_no_tax_has_no_line_of_it_and_two_rates_have_two():
    shares = [VatShare(20_00, 100_00, 20_00), VatShare(5_50, 10_00, 55)]
    both = sale_of(InvoiceKind.CONTRIBUTION, "F", ON, 130_55, shares, WHO, ACCOUNTS)
    assert [each for each in sides(both) if each[0] == "445710"] == [
        ("445710", 0, 20_00, ""), ("445710", 0, 55, ""),
    ]  # fmt: skip
    bare = sale_of(InvoiceKind.INDEMNITY, "F", ON, 40_00, [VatShare(0, 40_00, 0)], WHO, ACCOUNTS)
    assert [each[0] for each in sides(bare)] == ["411000", "758000"]


@pytest.mark.parametrize(
    ("method", "journal", "account"),
    [
        ("virement", Journal.BANK, "512000"), ("prélèvement", Journal.BANK, "512000"),
        ("carte", Journal.BANK, "512000"), ("chèque", Journal.BANK, "511200"),
        ("espèces", Journal.CASH, "530000"),
    ],
)  # fmt: skip
def test_money_goes_to_the_account_of_its_way_and_back_from_it(method, journal, account):
    came = cash_of(50_00, ON, method, "R1", "F-1", WHO, ACCOUNTS)
    went = cash_of(-50_00, ON, method, "", "F-1", WHO, ACCOUNTS)
    assert sides(came) == [(account, 50_00, 0, ""), ("411000", 0, 50_00, "00010-2")]
    assert sides(went) == [(account, 0, 50_00, ""), ("411000", 50_00, 0, "00010-2")]
    assert came.journal == went.journal == journal
    assert (came.piece, went.piece) == ("R1", "F-1"), "without a reference, the invoice's own number"


def test_a_loss_leaves_the_member_and_is_a_charge_less_the_tax_that_comes_back():
    """Code général des impôts, article 272, 1."""
    for vat, charge in ((0, 120_00), (20_00, 100_00)):
        lost = loss_of(120_00, ON, "Liquidation close", "F-1", vat, WHO, ACCOUNTS)
        assert lost.journal == Journal.MISCELLANEOUS
        by_account = {each.account: each.cents for each in lost.amounts}
        assert by_account == {"654000": charge, "411000": -120_00} | ({"445710": vat} if vat else {})


@given(st.lists(st.tuples(st.sampled_from(sorted(USUAL.values())), st.integers(-(10**9), 10**9)), max_size=6))
def test_an_entry_taken_back_leaves_nothing_on_any_account(lines):
    amounts = [Amount(account, "x", cents) for account, cents in lines]
    back = contra_of(Journal.BANK, ON, "R1", "Règlement F-1", amounts)
    assert [one.cents + other.cents for one, other in zip(amounts, back.amounts, strict=True)] == [0] * len(
        lines
    )
    assert back.label == "Annulation : Règlement F-1"


@pytest.mark.parametrize("use", list(USES))
def test_each_account_begins_as_its_class_does(use):
    assert USUAL[use].startswith(USES[use].starts)
    typed = USUAL | {"starts_on": "2026-01-01", "last_month": "12"}
    assert getattr(BooksFields.model_validate(typed), use) == USUAL[use]
    spaced = BooksFields.model_validate(typed | {use: f" {USUAL[use][:3]} {USUAL[use][3:]}a "})
    assert getattr(spaced, use) == f"{USUAL[use]}A"
    for wrong in (
        "",
        "9" + USUAL[use][1:],
        USUAL[use][:2],
        USUAL[use] + "0" * 7,
        USUAL[use][:3] + "-1",
        "４11000",
    ):
        with pytest.raises(ValidationError):
            BooksFields.model_validate(typed | {use: wrong})


def test_every_kind_of_document_has_its_product_and_one_account_has_one_name():
    assert SALES_OF.keys() == set(InvoiceKind)
    assert set(SALES_OF.values()) <= USES.keys()
    same = Accounts(USUAL | {"entry": "706000", "absence": "706000"})
    assert {same.of(use) for use in ("contribution", "entry", "absence")} == {("706000", "Cotisations")}


@given(st.dates(date(1999, 1, 1), date(2060, 1, 1)), st.integers(1, 12))
def test_each_day_is_of_one_financial_year_and_years_follow_each_other(on, month):
    since, until = exercise_days(exercise_of(on, month), month)
    assert since <= on <= until
    assert until.month == month
    assert (until + timedelta(days=1)).day == since.day == 1
    assert exercise_days(until.year + 1, month)[0] == until + timedelta(days=1)


def a_record(**more):
    usual = {
        "journal": Journal.BANK, "exercise": 2026, "number": 7, "booked_on": date(2026, 2, 2),
        "account": "411000", "account_name": "Adhérents", "aux": "00010", "aux_name": "Brieuc",
        "piece": "R1", "piece_on": date(2026, 1, 31), "label": "Règlement F-1", "debit_cents": 0,
        "credit_cents": 5, "valid_on": date(2026, 3, 1),
    }  # fmt: skip
    return Record(**usual | more)


def fields_of(record):
    raw = lines_of([record], JOURNALS)
    assert raw.endswith(b"\r\n")
    return dict(zip(COLUMNS, raw.decode(ENCODING).removesuffix("\r\n").split("\t"), strict=True))


def test_the_columns_are_the_eighteen_of_the_law_in_their_order():
    assert HEAD.decode(ENCODING).removesuffix("\r\n").split("\t") == [
        "JournalCode",
        "JournalLib",
        "EcritureNum",
        "EcritureDate",
        "CompteNum",
        "CompteLib",
        "CompAuxNum",
        "CompAuxLib",
        "PieceRef",
        "PieceDate",
        "EcritureLib",
        "Debit",
        "Credit",
        "EcritureLet",
        "DateLet",
        "ValidDate",
        "Montantdevise",
        "Idevise",
    ]
    assert name_of_file("123456782", date(2026, 12, 31)) == "123456782FEC20261231.txt"
    assert number_words(2026, 1) < number_words(2026, 999_999) < number_words(2027, 1), (
        "in the order of numbers"
    )


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "0,00"),
        (5, "0,05"),
        (99, "0,99"),
        (100, "1,00"),
        (1_234_567_89, "1234567,89"),
        (10**12, "10000000000,00"),
    ],
)
def test_amounts_have_a_comma_two_decimals_and_no_spaces(cents, words):
    assert fields_of(a_record(credit_cents=cents))["Credit"] == words


def test_a_letter_stands_on_the_account_of_the_member_alone_with_its_day():
    lettered = {"letter": "AB", "lettered_on": date(2026, 3, 2)}
    mine = fields_of(a_record(**lettered))
    assert (mine["EcritureLet"], mine["DateLet"]) == ("AB", "20260302")
    bank = fields_of(a_record(aux="", aux_name="", account="512000", **lettered))
    assert (bank["EcritureLet"], bank["DateLet"]) == ("", "")
    assert (mine["Montantdevise"], mine["Idevise"]) == ("", ""), "euros"


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_name_and_no_label_breaks_a_record(name, label):
    fields = fields_of(a_record(aux_name=name, label=label))
    assert fields["Credit"] == "0,05"
    assert not any(each in fields["EcritureLib"] for each in "\t\r\n")
