"""Codes of applications and codes on paper."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app.factors.rules import (
    CODES,
    NEAR,
    STEP,
    address_of,
    grouped,
    matching_step,
    new_codes,
    plain_code,
    secret_of,
    step_of,
)

SECRET = secret_of(b"12345678901234567890")
AT = datetime(2026, 11, 30, 9, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924")],
)
def test_codes_are_those_of_the_standard(seconds, code):
    """RFC 6238, appendix B, the last six of its eight digits."""
    assert matching_step(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // STEP


@pytest.mark.parametrize("off", [-2, -1, 0, 1, 2])
def test_a_clock_may_be_half_a_minute_off_and_no_more(off):
    code = pyotp.TOTP(SECRET).at(AT + timedelta(seconds=STEP * off))
    found = matching_step(SECRET, code, AT)
    assert found == (step_of(AT) + off if off in NEAR else None)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "²²²²²²", "9" * 5_000])
def test_what_is_no_code_matches_nothing(typed):
    assert matching_step(SECRET, typed, AT) is None


def test_a_secret_is_said_in_groups_of_four_and_in_the_address_of_the_drawing():
    assert grouped(SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
    address = address_of(SECRET, "claude@service.example", "AIST22")
    assert pyotp.parse_uri(address).secret == SECRET
    assert "AIST22" in address


def test_codes_on_paper_are_many_different_and_read_however_they_are_typed():
    codes = new_codes()
    assert len(set(codes)) == CODES
    assert {len(plain_code(code)) for code in codes} == {10}
    assert plain_code(" ABCDE – fghij ") == "abcdefghij"
