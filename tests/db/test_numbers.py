"""Codes and numbers of members: one form for what people type, and a last digit that sees a slip."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import luhn

from db.numbers import company_code, declarant_number, draw_declarant_number, is_declarant_number, is_digits

CODE = st.integers(0, 99_999)
SITE = st.integers(0, 999)


@given(CODE, SITE, st.sampled_from("-–—/._ "), st.sampled_from(["", " ", "  ", "\t", "\u00a0"]))
def test_a_code_is_kept_in_one_form_however_its_site_is_cut_off(code, site, between, space):
    kept = company_code(f"{space}{code}{space}{between}{space}{site}{space}")
    assert kept == (f"{code:05}-{site}" if site else f"{code:05}")
    assert company_code(kept) == kept


@given(st.text("0123456789-–/._ \u0663\u00b2x\n", max_size=12))
@example("1²")
@example("٣")
@example("1-")
@example("-1")
@example("1--2")
def test_a_code_is_plain_digits_or_nothing(typed):
    code = company_code(typed)
    assert not code or (code.isascii() and is_digits(code.replace("-", "", 1)) and len(code) in {5, 7, 8, 9})
    assert company_code(code) == code


@pytest.mark.parametrize("typed", ["", "123456", "1-1000", "1-2-3", "A1", "1e3", "+10", "10,5", "10 - - 5"])
def test_a_code_that_is_not_clear_is_none(typed):
    assert company_code(typed) == ""


@pytest.mark.parametrize("typed", ["", "²", "٣", "1 2", "+1", "-1", "1.0", "1_0", "1\n", "\n", "½", "Ⅷ"])
def test_digits_are_those_of_a_keyboard(typed):
    assert not is_digits(typed)


@given(st.integers(0, 10**20))
def test_a_number_as_it_is_printed_is_digits(number):
    assert is_digits(str(number))


def test_a_number_drawn_is_one_that_no_spreadsheet_shortens_and_no_slip_makes_of_another():
    for _ in range(200):
        number = draw_declarant_number()
        assert is_declarant_number(number)
        assert number[0] != "0"
        assert declarant_number(f" {number[:4]} {number[4:8]}-{number[8:]}. ") == number
        assert not any(
            is_declarant_number(number[:place] + other + number[place + 1 :])
            for place in range(10)
            for other in "0123456789"
            if other != number[place]
        )


@given(st.text("0123456789 ²", max_size=12))
def test_a_number_of_a_letter_has_ten_digits_and_luhns_last_one(typed):
    expected = len(typed) == 10 and is_digits(typed) and luhn.is_valid(typed) and len({*typed}) > 1
    assert is_declarant_number(typed) is expected


@pytest.mark.parametrize("digit", "0123456789")
def test_one_digit_ten_times_is_no_number(digit):
    assert not is_declarant_number(digit * 10)
