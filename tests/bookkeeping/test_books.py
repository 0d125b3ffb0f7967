"""Sums, numbers and letters of the books: for any invoices and payments, whatever is killed when."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bookkeeping import staff as books_staff
from app.bookkeeping.fec import Record, lines_of
from app.bookkeeping.rules import (
    JOURNALS,
    USUAL,
    Accounts,
    Member,
    cash_of,
    exercise_days,
    exercise_of,
    letters,
    sale_of,
)
from app.invoices.rules import BilledLine, amounts_of, shares_of, stored_line
from app.invoices.staff import issue_credit_note, remove_payments
from app.text.vat import VAT_POINTS
from db.models import Invoice, InvoiceKind, Journal, JournalEntry, JournalLine, Payment
from tests.bookkeeping.steps import close, open_books, work
from tests.invoices.steps import NOW, an_invoice, paid
from tests.planning.steps import service
from tests.reading import rows

ACCOUNTS = Accounts(USUAL)
WHO = Member("00010", "Adhérent Brieuc")
LINES = st.lists(
    st.builds(
        BilledLine, st.just("Suivi"), st.integers(1, 500), st.integers(-20_000, 20_000).filter(bool),
        st.sampled_from(sorted(VAT_POINTS | {0})),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(LINES, st.sampled_from(list(InvoiceKind)))
@settings(max_examples=30)
def test_an_entry_is_balanced_and_says_what_its_invoice_says(lines, kind):
    stored = [stored_line(each) for each in lines]
    sums, shares = amounts_of(stored), shares_of(stored)
    sale = sale_of(kind, "F-1", date(2026, 2, 2), sums.total_cents, shares, WHO, ACCOUNTS)
    by_account = {}
    for each in sale.amounts:
        by_account[each.account] = by_account.get(each.account, 0) + each.cents
    assert sum(by_account.values()) == 0
    assert by_account.get("411000", 0) == sums.total_cents
    assert by_account.get("445710", 0) == -sums.vat_cents
    sales = [cents for number, cents in by_account.items() if number.startswith(("70", "75"))]
    assert sum(sales) == -sums.net_cents
    assert all(each.cents for each in sale.amounts)


@pytest.mark.parametrize(
    ("method", "journal", "account"),
    [
        ("virement", Journal.BANK, "512000"), ("chèque", Journal.BANK, "511200"),
        ("espèces", Journal.CASH, "530000"),
    ],
)  # fmt: skip
def test_a_payment_goes_to_the_account_of_its_way(method, journal, account):
    paid_in = cash_of(5_000, date(2026, 2, 2), method, "R1", "F-1", WHO, ACCOUNTS)
    assert paid_in.journal == journal
    assert [(each.account, each.cents) for each in paid_in.amounts] == [(account, 5_000), ("411000", -5_000)]
    back = cash_of(-5_000, date(2026, 2, 2), "remboursement", "R1", "F-1", WHO, ACCOUNTS)
    assert (back.label, back.journal) == ("Remboursement F-1", Journal.BANK)


def test_a_financial_year_may_end_in_any_month():
    assert exercise_days(2026, 12) == (date(2026, 1, 1), date(2026, 12, 31))
    assert exercise_days(2026, 6) == (date(2025, 7, 1), date(2026, 6, 30))
    for month in range(1, 13):
        since, until = exercise_days(2028, month)
        assert exercise_of(since, month) == exercise_of(until, month) == 2028
        assert exercise_of(since - timedelta(days=1), month) == 2027


def test_the_file_has_its_letters_and_nothing_that_breaks_a_record():
    record = Record(
        Journal.SALES, 2026, 12, date(2026, 2, 2), "411000", "Adhérents", "00010",
        "L’Œuvre\tde\r\n« Łódź » – 5 €", "F-1", date(2026, 2, 1), "Facture F-1", 123_456, 0,
        date(2026, 3, 1),
    )  # fmt: skip
    raw = lines_of([record], JOURNALS)
    fields = raw.decode("iso8859-15").removesuffix("\r\n").split("\t")
    assert fields == [
        "VT", "Ventes", "2026000012", "20260202", "411000", "Adhérents", "00010",
        "L'OEuvre de Lodz - 5", "F-1", "20260201", "Facture F-1", "1234,56", "0,00", "", "", "20260301",
        "", "",
    ]  # fmt: skip
    kept = lines_of([record._replace(aux_name="L’Œuvre à 5 €")], JOURNALS)
    assert "L'Œuvre à 5 €".encode("iso8859-15") in kept


@pytest.mark.usefixtures("time_machine_at")
async def test_books_killed_at_any_portion_have_neither_gap_nor_double(clerk, portal, world, monkeypatch):
    """Their sums are those of the invoices and payments, over several closings, whatever came between."""
    dice = random.Random(39)
    monkeypatch.setattr(books_staff, "PORTION", 3)
    await open_books(clerk)
    for place, last in enumerate((date(2026, 1, 31), date(2026, 2, 14), date(2026, 2, 28))):
        for each in range(4):
            on = last - timedelta(days=dice.randrange(10))
            invoice = await an_invoice(
                portal, world, f"F{place}-{each}", cents=dice.randrange(1_000, 99_999), issued_on=on
            )
            cents = dice.choice([invoice.total_cents, dice.randrange(100, 9_999)])
            await paid(portal, world, invoice, cents, f"V{place}{each}", on)
        if place:
            await _take_back_one(portal, world, dice)
        kill_once(monkeypatch, after=dice.randrange(2))
        with pytest.raises(RuntimeError):
            await close(clerk, portal, f"{last:%d/%m/%Y}")
        monkeypatch.undo()
        monkeypatch.setattr(books_staff, "PORTION", 3)
        await work(portal)
    await _check_books(portal)
    await _check_letters(portal)


def kill_once(monkeypatch, after):
    """Stop a portion once it has written its entries, before it is committed."""
    write, left = books_staff._write, [after]

    async def killed(*given):
        made = await write(*given)
        left[0] -= 1
        if left[0] < 0:
            raise RuntimeError("killed")
        return made

    monkeypatch.setattr(books_staff, "_write", killed)


async def _take_back_one(portal, world, dice):
    async with service(portal, world) as access:
        payments = [each for each in await rows(portal, Payment) if each.entry_id]
        gone = await access.get(Payment, dice.choice(payments).key)
        await remove_payments(access, [gone], NOW)
        invoice = await access.get(Invoice, gone.invoice_id)
        await issue_credit_note(access, invoice.key, "", BilledLine("Erreur", 1, -100), NOW)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_letter_is_of_one_number_only_and_holds_nothing_but_letters(one, other):
    assert (letters(one) == letters(other)) is (one == other)
    assert letters(one).isalpha()
    assert letters(one).isupper()
    assert [letters(each) for each in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


async def _check_letters(portal):
    """A lettered group is worth nothing, is of one invoice and one day; what has no letter is not settled."""
    entries = {each.key: each for each in await rows(portal, JournalEntry)}
    groups = {}
    for line in [each for each in await rows(portal, JournalLine) if each.aux]:
        entry = entries[line.entry_id]
        groups.setdefault((entry.invoice_id, entry.letter), []).append((entry, line))
    assert {bool(letter) for _, letter in groups} == {True, False}
    for (_, letter), members in groups.items():
        left = sum(line.debit_cents - line.credit_cents for _, line in members)
        assert (left == 0) is bool(letter), letter
        assert len({entry.lettered_on for entry, _ in members}) == 1
    codes = [letter for _, letter in groups if letter]
    assert len(set(codes)) == len(codes), "a letter is never used twice"


async def _check_books(portal):
    entries, lines = await rows(portal, JournalEntry), await rows(portal, JournalLine)
    for journal in (Journal.SALES, Journal.BANK):
        numbers = sorted(each.number for each in entries if each.journal == journal)
        assert numbers == list(range(1, len(numbers) + 1)), journal
    by_entry = {}
    for each in lines:
        by_entry.setdefault(each.entry_id, []).append(each.debit_cents - each.credit_cents)
    assert {sum(parts) for parts in by_entry.values()} == {0}
    entered = {each.entry_id: each for each in [*await rows(portal, Invoice), *await rows(portal, Payment)]}
    entered.pop(None, None)
    of = {each.key: each for each in entries}
    sales = [each for each in lines if of[each.entry_id].journal == Journal.SALES and each.aux]
    invoices = [each for each in entered.values() if isinstance(each, Invoice)]
    assert sum(each.debit_cents for each in sales) == sum(each.total_cents for each in invoices)
    bank = [each for each in lines if each.account == "512000"]
    standing = [each for each in bank if not of[each.entry_id].withdrawn_at]
    payments = [each for each in entered.values() if isinstance(each, Payment)]
    assert sum(each.debit_cents - each.credit_cents for each in standing) == sum(
        each.cents for each in payments
    )
