"""Readers of statements: what a bank wrote is found again, what it did not write is refused in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bank import camt, cfonb
from app.bank.reading import read_statement
from app.bank.rules import NO_IBAN, WrongStatement, references_of
from tests.bank.files import DAY, OTHER, block, movement, record, signed, xml, xml_entry
from tests.bank.files import cfonb as file_of
from tests.invoices.steps import IBAN

CENTS = st.integers(-(10**9), 10**9)
NAME = {"NPY": "MENUISERIE LE GALL", "LCC": "COTISATION 2026"}


def read(content):
    return read_statement(content, IBAN)


def refusal(content, iban=IBAN):
    with pytest.raises(WrongStatement) as refused:
        read_statement(content, iban)
    return str(refused.value)


@given(st.lists(CENTS, min_size=1, max_size=20), CENTS)
def test_amounts_and_balances_are_found_again_to_the_cent(amounts, opening):
    found = read(file_of(*(movement(each, "VIR") for each in amounts), opening=opening))
    assert [each.cents for each in found.movements] == amounts
    assert (found.opening_cents, found.closing_cents) == (opening, opening + sum(amounts))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "cp500", "utf-8-sig"])
def test_lines_may_end_anyhow_and_letters_come_in_any_code(end, encoding):
    found = read(file_of(movement(-1_230, "PRLV", "REF7", **NAME), end=end, encoding=encoding))
    (one,) = found.movements
    assert one == (DAY, -1_230, "PRLV COTISATION 2026", "MENUISERIE LE GALL", "REF7")


def test_accents_are_read_from_latin_letters():
    found = read(file_of(movement(100, "REGLEMENT MENUISERIE HÉLÈNE"), encoding="latin-1"))
    assert found.movements[0].label == "REGLEMENT MENUISERIE HÉLÈNE"


def test_lines_without_their_last_spaces_are_read():
    rows = "\n".join(each.rstrip() for each in block(movement(100, "VIR", LCC="F2026-1")))
    assert read(rows.encode()).movements[0].label == "VIR F2026-1"


@pytest.mark.parametrize(("letter", "cents"), [("{", 0), ("A", 1), ("I", 9), ("}", 0), ("J", -1), ("R", -9)])
def test_the_last_letter_of_an_amount_is_its_sign_and_its_last_digit(letter, cents):
    assert signed(cents)[-1] == letter or cents == 0
    row = record("04", IBAN[4:25], DAY, 0, "")
    assert cfonb._cents(f"{row[:103]}{letter}{row[104:]}") == cents


@pytest.mark.parametrize(("plus", "minus"), [("éABCDEFGHI", "èJKLMNOPQR")])
def test_french_letters_stand_for_braces(plus, minus):
    rows = [row[:90] + row[90:103] + {"{": "é", "}": "è"}.get(row[103], row[103]) + row[104:] for row in
            block(movement(-1_230, "VIR"))]  # fmt: skip
    assert read("\r\n".join(rows).encode("latin-1")).movements[0].cents == -1_230
    assert (signed(10, plus, minus)[-1], signed(-10, plus, minus)[-1]) == ("é", "è")


@pytest.mark.parametrize(("decimals", "cents"), [("0", 123_400), ("1", 12_340), ("2", 1_234), ("3", None)])
def test_the_record_says_how_many_of_its_digits_are_decimals(decimals, cents):
    row = record("04", IBAN[4:25], DAY, 1_234, "", decimals=decimals)
    if cents is None:
        with pytest.raises(ValueError, match="3"):
            cfonb._cents(row)
    else:
        assert cfonb._cents(row) == cents


def test_days_that_follow_each_other_are_one_statement_and_a_gap_is_refused():
    first = block(movement(100, "VIR"), opening=0, since=date(2026, 2, 27), until=date(2026, 2, 27))
    found = read("\n".join(first + block(movement(50, "VIR"), opening=100)).encode())
    assert (found.since, found.until, found.closing_cents) == (date(2026, 2, 27), DAY, 150)
    assert "Il manque des jours" in refusal("\n".join(first + block(opening=7)).encode())


@given(st.integers(1, 10_000))
def test_a_file_cut_anywhere_is_refused(at):
    content = file_of(*(movement(each, "VIR", **NAME) for each in range(1, 20)))
    kept = content[: at % (len(content) - 20)]
    if kept:
        assert refusal(kept)


def test_what_is_no_statement_is_refused_in_words():
    assert "coupé" in refusal(file_of(movement(1, "VIR"))[:244])
    assert "CFONB120" in refusal(b"Date;Montant\n02/03/2026;120,00")
    assert "PDF" in refusal(b"%PDF-1.7")
    assert "archive" in refusal(b"PK\x03\x04")
    assert "enregistrement 2" in refusal(file_of(movement(1, "VIR")).replace(b"\n04", b"\n09"))
    assert "USD" in refusal(file_of(movement(1, "VIR")).replace(b"EUR", b"USD"))
    assert "aucun mouvement" in refusal(file_of())
    assert refusal(file_of(movement(1, "VIR")), iban="") == NO_IBAN


def test_a_movement_has_one_reference_whatever_the_file_and_two_alike_have_two():
    one, two = movement(100, "VIR", "R1"), movement(200, "VIR", "R2")
    day, both = read(file_of(one)), read(file_of(two, one, one))
    mine = list(references_of(day.movements, IBAN))
    others = list(references_of(both.movements, IBAN))
    assert mine[0] == others[1]
    assert len({*mine, *others}) == 3
    assert all(len(each) <= 60 for each in others)
    assert day.fingerprint != both.fingerprint


@pytest.mark.parametrize("version", ["02", "08"])
def test_a_camt_statement_says_the_same(version):
    entry = xml_entry("120.00", "RF18F20261", "MENUISERIE LE GALL", version)
    found = read(xml(entry, xml_entry("20.50", "FRAIS", "", version, sign="DBIT"), version=version))
    first, second = found.movements
    assert (first.cents, first.payer, first.booked_on) == (12_000, "MENUISERIE LE GALL", DAY)
    assert "RF18F20261" in first.label
    assert second.cents == -2_050
    assert (found.opening_cents, found.closing_cents) == (100_000, 109_950)


def test_a_camt_entry_of_several_transfers_is_as_many_movements():
    details = "".join(
        f"<TxDtls><Refs><AcctSvcrRef>R{n}</AcctSvcrRef></Refs><AmtDtls><TxAmt><Amt Ccy='EUR'>{n}.10</Amt>"
        f"</TxAmt></AmtDtls><RmtInf><Ustrd>F2026-{n}</Ustrd></RmtInf></TxDtls>" for n in (1, 2)
    )  # fmt: skip
    found = read(xml(xml_entry("3.20", details=details)))
    assert [(each.cents, each.label, each.own) for each in found.movements] == [
        (110, "F2026-1", "R1"), (210, "F2026-2", "R2")
    ]  # fmt: skip


def test_a_transfer_that_left_in_another_currency_is_its_entry_in_euros():
    def transfer(amount, currency):
        return f"<TxDtls><AmtDtls><TxAmt><Amt Ccy='{currency}'>{amount}</Amt></TxAmt></AmtDtls></TxDtls>"

    for details in (
        transfer("115.00", "CHF"), transfer("1000", "JPY"), transfer("60.00", "EUR") + transfer("57.5", "CHF")
    ):  # fmt: skip
        assert [each.cents for each in read(xml(xml_entry("120.00", details=details))).movements] == [12_000]


def test_another_account_in_another_currency_is_left_aside():
    entries = (xml_entry("1.00"), xml_entry("5.00"))
    ours, theirs = xml(entries[0]).decode(), xml(*entries).decode()
    theirs = theirs.replace(IBAN, OTHER).replace("'EUR'", "'TND'").replace("5.00", "5.125")
    start = ours.index("<Stmt>")
    both = ours[:start] + theirs[theirs.index("<Stmt>") : theirs.index("</BkTo")] + ours[start:]
    found = read(both.encode())
    assert ([each.cents for each in found.movements], found.aside) == ([100], {OTHER: 2})
    assert "TND" in refusal(xml(entries[0]).replace(b"'EUR'", b"'TND'"))
    dollars = "\n".join(block(movement(7, "VIR", account=OTHER, LCC="X"), account=OTHER)).replace(
        "EUR", "USD"
    )
    found = read("\n".join([dollars, *block(movement(100, "VIR"))]).encode())
    assert ([each.cents for each in found.movements], found.aside) == ([100], {OTHER: 1})


def test_an_entry_without_its_day_has_the_one_from_which_it_counts_or_that_of_the_statement():
    booked = f"<BookgDt><Dt>{DAY}</Dt></BookgDt>"
    for instead, on in (
        ("<ValDt><Dt>2026-03-04</Dt></ValDt>", date(2026, 3, 4)),
        ("<ValDt><DtTm>2026-03-04T00:00:00</DtTm></ValDt>", date(2026, 3, 4)), ("", DAY),
        ("<BookgDt><Dt>2026-03-04+01:00</Dt></BookgDt>", date(2026, 3, 4)),  # a day with its zone
    ):  # fmt: skip
        content = xml(xml_entry("1.00").replace(booked, instead))
        assert [each.booked_on for each in read(content).movements] == [on]


def test_what_is_pending_in_a_camt_statement_is_not_there_yet():
    entries = xml_entry("1.00"), xml_entry("5.00").replace("<Sts>BOOK</Sts>", "<Sts>PDNG</Sts>")
    assert [each.cents for each in read(xml(*entries, closing="1001.00")).movements] == [100]


def test_a_camt_file_that_is_not_one_is_refused_in_words():
    assert "camt.053" in refusal(b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"/>')
    assert refusal(xml(xml_entry("1.00"))[:-30]) == camt.DAMAGED
    assert refusal(xml(xml_entry("1,00"))) == camt.DAMAGED
    assert "ne tombe pas juste" in refusal(xml(xml_entry("1.00"), closing="7.00"))
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert refusal(b"<?xml version='1.0'?>" + bomb + xml(xml_entry("1.00"))) == camt.DOCTYPE
    assert refusal(xml(xml_entry("1.00")).replace(b"CLBD", b"ITBD")) == camt.UNBOUND
    assert OTHER in refusal(xml(xml_entry("1.00")).replace(IBAN.encode(), OTHER.encode()))
