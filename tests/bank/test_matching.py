"""Lines matched with open invoices: sums kept, the sure told from the doubtful, nothing paid twice."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.bank.matching import Ledger, Matched, OpenInvoice, Paid, match_all, share
from app.bank.rules import Movement
from app.invoices.rules import reference_of
from db.models import LineMatch

DAY = date(2026, 3, 2)
SUMS = st.lists(st.integers(1, 10**7), min_size=1, max_size=8)


def an_invoice(number=1, left=12_000, company=1, name="Menuiserie LE GALL", written=""):
    due = DAY + timedelta(days=number)
    return OpenInvoice(number, company, written or f"F2026-{number}", left, due, f"{company:05}", name)


def matched(*lines, invoices=(), known=(), payments=()):
    movements = [each if isinstance(each, Movement) else Movement(DAY, *each) for each in lines]
    return match_all(
        movements, known or [False] * len(movements), Ledger(invoices or [an_invoice()], dict(payments))
    )


@given(SUMS, st.integers(1, 10**8))
def test_shares_are_the_line_to_the_cent_and_only_the_last_takes_too_much(lefts, cents):
    invoices = [an_invoice(n, left) for n, left in enumerate(lefts, 1)]
    shares, over = share(cents, invoices, {each.id: each.left_cents for each in invoices})
    assert sum(part for _, part in shares) == cents
    assert over == max(0, cents - sum(lefts))
    for number, part in shares[:-1]:
        assert part == lefts[number - 1]
    assert all(part > 0 for _, part in shares)


@given(SUMS, st.randoms(use_true_random=False))
def test_however_payments_are_split_over_invoices_sums_are_kept(lefts, random):
    invoices = [an_invoice(n, left) for n, left in enumerate(lefts, 1)]
    lines = []
    for each in invoices:  # each paid in some parts
        cuts = sorted(random.sample(range(1, each.left_cents), min(2, each.left_cents - 1)))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, each.left_cents], strict=True)]
        lines += [(part, f"VIR {reference_of(each.number)}") for part in parts]
    random.shuffle(lines)
    found = matched(*lines, invoices=invoices)
    assert {each.match for each in found} == {LineMatch.SURE}
    assert {each.over_cents for each in found} == {0}
    paid = dict.fromkeys(range(1, len(lefts) + 1), 0)
    for number, part in (part for each in found for part in each.shares):
        paid[number] += part
    assert list(paid.values()) == lefts


def test_the_reference_is_found_in_groups_run_on_and_with_what_follows():
    code = reference_of("F2026-1")
    grouped = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
    for words in (code, grouped, f"SEPA{code}", f"{grouped} MERCI", f"REF {code.lower()} DU 02/03"):
        assert matched((12_000, words)) == [Matched(LineMatch.SURE, ((1, 12_000),))], words


def test_the_number_is_found_as_banks_write_it_and_not_in_another():
    for words in ("VIR F2026-1", "VIR F2026/1", "VIR F20261", "VIR F2026 1 MERCI"):
        assert matched((12_000, words))[0].match == LineMatch.SURE, words
    invoices = [an_invoice(1), an_invoice(12, company=2, name="Autre")]
    assert matched((12_000, "VIR F2026-12"), invoices=invoices)[0].shares == ((12, 12_000),)
    assert matched((12_000, "VIR F2026-1 2 RUE DU PORT"), invoices=invoices)[0].shares == ((1, 12_000),)
    assert matched((12_000, "VIR F2026-13"), invoices=invoices)[0].match == LineMatch.UNKNOWN
    # Cut by spaces, it may be either: nobody guesses.
    assert matched((500, "VIR F2026 1 2"), invoices=invoices)[0].match == LineMatch.UNKNOWN


def test_a_number_of_digits_only_is_sure_when_the_amount_agrees_too():
    invoice = an_invoice(written="20260302")
    assert matched((12_000, "VIR DU 20260302"), invoices=[invoice])[0].match == LineMatch.SURE
    assert matched((500, "VIR DU 20260302"), invoices=[invoice])[0].match == LineMatch.DOUBTFUL


def test_one_payment_for_several_invoices_is_sure_only_when_it_is_their_sum():
    invoices = [an_invoice(1), an_invoice(2, 8_000)]
    words = "VIR F2026-2 F2026-1"
    assert matched((20_000, words), invoices=invoices) == [Matched(LineMatch.SURE, ((1, 12_000), (2, 8_000)))]
    for cents in (15_000, 25_000):
        (one,) = matched((cents, words), invoices=invoices)
        assert (one.match, one.is_taken, sum(c for _, c in one.shares)) == (LineMatch.DOUBTFUL, False, cents)


def test_more_than_is_owed_is_doubtful():
    assert matched((15_000, "VIR F2026-1")) == [Matched(LineMatch.DOUBTFUL, ((1, 15_000),), 3_000)]
    twice = matched((12_000, "VIR F2026-1"), (12_000, "VIR F2026-1"))
    assert [(each.match, each.over_cents) for each in twice] == [
        (LineMatch.SURE, 0), (LineMatch.DOUBTFUL, 12_000)
    ]  # fmt: skip
    paid = [an_invoice(left=0)]
    assert matched((12_000, reference_of("F2026-1")), invoices=paid)[0].match == LineMatch.DOUBTFUL


def test_what_may_be_a_payment_recorded_already_is_doubtful():
    half = [an_invoice(left=6_000)]  # of 12 000
    for days, match in ((-5, LineMatch.DOUBTFUL), (5, LineMatch.DOUBTFUL), (-6, LineMatch.SURE)):
        payments = {1: [Paid(6_000, DAY + timedelta(days=days), "virement")]}
        assert matched((6_000, "VIR F2026-1"), invoices=half, payments=payments)[0].match == match, days
        assert matched((5_999, "VIR F2026-1"), invoices=half, payments=payments)[0].match == LineMatch.SURE


def test_amount_and_name_are_doubtful_and_one_member_only():
    assert matched((12_000, "VIR", "MENUISERIE LE GALL SARL")) == [
        Matched(LineMatch.DOUBTFUL, ((1, 12_000),))
    ]
    assert matched((12_001, "VIR", "MENUISERIE LE GALL"))[0].match == LineMatch.UNKNOWN
    assert matched((12_000, "VIR", "MENUISERIE LE GOFF"))[0].match == LineMatch.UNKNOWN
    namesakes = [an_invoice(1), an_invoice(2, company=2)]
    assert matched((12_000, "VIR", "MENUISERIE LE GALL"), invoices=namesakes)[0].match == LineMatch.UNKNOWN
    longer = [an_invoice(1), an_invoice(2, company=2, name="LE GALL Menuiserie Bois")]
    assert matched((12_000, "VIR", "MENUISERIE LE GALL BOIS"), invoices=longer)[0].shares == ((2, 12_000),)


def test_the_sum_of_what_a_member_owes_is_doubtful_too():
    invoices = [an_invoice(1), an_invoice(2, 8_000)]
    assert matched((20_000, "VIR", "Menuiserie Le Gall"), invoices=invoices) == [
        Matched(LineMatch.DOUBTFUL, ((1, 12_000), (2, 8_000)))
    ]


def test_who_names_the_invoice_is_served_before_who_only_agrees():
    guess, named = (12_000, "VIR", "MENUISERIE LE GALL"), (12_000, "VIR F2026-1")
    assert [each.match for each in matched(guess, named)] == [LineMatch.UNKNOWN, LineMatch.SURE]


def test_debits_and_what_another_statement_has_are_not_matched():
    lines = (-12_000, "REJET F2026-1"), (0, "F2026-1"), (12_000, "F2026-1")
    found = matched(*lines, known=[False, False, True])
    assert [each.match for each in found] == [LineMatch.DEBIT, LineMatch.DEBIT, LineMatch.KNOWN]
    assert not any(each.shares or each.is_taken for each in found)
