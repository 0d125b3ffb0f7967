"""Files of refusals, of any version: what a bank refuses is found again, and nothing else is."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.debits.returns import DAMAGED, NOTHING, Refusal, WrongReturn, read_returns, references_in_batch
from tests.debits.test_refusals import notice, status
from tests.invoices.steps import IBAN

REFERENCES = st.lists(st.from_regex(r"[A-Z0-9-]{1,35}", fullmatch=True), min_size=1, max_size=6)
CODES = st.sampled_from(["AM04", "AC04", "MD01", "MS03"])


@given(st.lists(st.tuples(st.from_regex(r"[A-Z0-9-]{1,35}", fullmatch=True), CODES), min_size=1, max_size=6))
@settings(max_examples=30)
def test_each_debit_refused_is_found_with_its_reason_in_the_order_of_the_file(refused):
    found = read_returns(status(*refused), IBAN)
    assert [(each.reference, each.code) for each in found] == refused
    assert {each.on for each in found} == {date(2026, 3, 17)}


@given(st.integers(1, 10_000), st.booleans())
@settings(max_examples=40)
def test_a_file_cut_anywhere_records_nothing(at, is_notice):
    content = notice("F-1-P1", "AC04") if is_notice else status(("F-1-P1", "AM04"))
    cut = content[: 1 + at % (len(content) - 1)]
    with pytest.raises(WrongReturn):
        read_returns(cut, IBAN)


@given(st.binary(max_size=300), st.integers(0, 1_000))
@settings(max_examples=60)
def test_bytes_that_spoil_a_file_are_refused_in_words_or_read(spoil, at):
    """Never another fault, which the clerk would see as a page of excuses."""
    content = status(("F-1-P1", "AM04"), ("F-2-P1", "AC04"))
    place = at % len(content)
    with suppress(WrongReturn):
        read_returns(content[:place] + spoil + content[place:], IBAN)


@pytest.mark.parametrize("version", ["02", "08", "13"])
@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
def test_every_version_of_a_banks_notice_is_read(kind, version):
    (one,) = read_returns(notice("F-1-P1", "MD06", kind=f"{kind}.001.{version}"), IBAN)
    assert (one.reference, one.code, one.on) == ("F-1-P1", "MD06", date(2026, 3, 18))


@pytest.mark.parametrize(
    ("written", "on"),
    [
        ("<BookgDt><Dt>2026-03-18</Dt></BookgDt>", date(2026, 3, 18)),
        ("<BookgDt><Dt>2026-03-18+01:00</Dt></BookgDt>", date(2026, 3, 18)),
        ("<BookgDt><DtTm>2026-03-18T07:30:00</DtTm></BookgDt>", date(2026, 3, 18)),
        ("<ValDt><Dt>2026-03-19</Dt></ValDt>", date(2026, 3, 19)),
    ],
)
def test_the_day_of_a_refusal_is_that_of_its_booking_else_the_one_from_which_it_counts(written, on):
    content = notice("F-1-P1", "AC04").replace(b"<BookgDt><Dt>2026-03-18</Dt></BookgDt>", written.encode())
    assert [each.on for each in read_returns(content, IBAN)] == [on]


def test_a_notice_without_any_day_is_damaged():
    content = notice("F-1-P1", "AC04").replace(b"<BookgDt><Dt>2026-03-18</Dt></BookgDt>", b"")
    with pytest.raises(WrongReturn, match="abîmé"):
        read_returns(content, IBAN)
    assert DAMAGED


def whole(*parts, message="PORTAIL-1"):
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'><CstmrPmtStsRpt><GrpHdr>"
        f"<CreDtTm>2026-03-17T08:00:00+01:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message}"
        f"</OrgnlMsgId></OrgnlGrpInfAndSts>{''.join(parts)}</CstmrPmtStsRpt></Document>"
    ).encode()


def batch(name, state="", code="", debits=""):
    why = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
    stated = f"<PmtInfSts>{state}</PmtInfSts>" if state else ""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{stated}{why}{debits}</OrgnlPmtInfAndSts>"
    )


def one(reference, state="RJCT", rest="<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"):
    return (
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{state}</TxSts>{rest}"
        "</TxInfAndSts>"
    )


def test_a_batch_refused_whole_is_said_by_its_name_and_what_was_accepted_is_left():
    content = whole(
        batch("FRST-1", "RJCT", "AG01"),
        batch("RCUR-1", "PART", "", one("A", "ACSC") + one("B")),
        batch("RCUR-2", "ACCP", "", ""),
    )
    on = date(2026, 3, 17)
    assert read_returns(content, IBAN) == [
        Refusal("", "AG01", on, "PORTAIL-1", "FRST-1"),
        Refusal("B", "AM04", on),
    ]


def test_a_debit_of_a_refused_batch_has_its_own_reason_or_that_of_the_batch():
    content = whole(batch("B1", "RJCT", "AG01", one("A") + one("B", "RJCT", "")))
    assert [(each.reference, each.code) for each in read_returns(content, IBAN)] == [
        ("A", "AM04"), ("B", "AG01"),
    ]  # fmt: skip


def test_a_reason_in_the_banks_own_words_is_kept_to_four_letters():
    own = "<StsRsnInf><Rsn><Prtry>ZZZZ9</Prtry></Rsn></StsRsnInf>"
    (found,) = read_returns(whole(batch("B1", "PART", "", one("A", rest=own))), IBAN)
    assert found.code == "ZZZZ"


@pytest.mark.parametrize("state", ["ACCP", "ACSC", "ACSP", "PDNG", ""])
def test_what_is_accepted_or_waits_refuses_nothing(state):
    with pytest.raises(WrongReturn) as refused:
        read_returns(whole(batch("B1", "", "", one("A", state))), IBAN)
    assert str(refused.value) == NOTHING


def test_money_that_goes_for_another_reason_is_no_refusal():
    """A transfer of the service's own, whose reference is not given, stands in the same statement."""
    with pytest.raises(WrongReturn) as refused:
        read_returns(notice("NOTPROVIDED", "", kind="camt.053.001.02"), IBAN)
    assert str(refused.value) == NOTHING


@given(st.dictionaries(st.from_regex(r"[A-Z0-9-]{1,20}", fullmatch=True), REFERENCES, min_size=1, max_size=4))
@settings(max_examples=30)
def test_the_debits_of_a_batch_are_read_in_our_own_file_and_no_others(batches):
    content = "".join(
        f"<PmtInf><PmtInfId>{name}</PmtInfId>"
        + "".join(f"<EndToEndId>{each}</EndToEndId>" for each in references)
        + "</PmtInf>\n"
        for name, references in batches.items()
    ).encode()
    for name, references in batches.items():
        assert references_in_batch(content, name) == references
    assert references_in_batch(content, "") == [
        each for references in batches.values() for each in references
    ]
    assert references_in_batch(content, "absent+") == []
