"""How codes, numbers and telephones are understood."""

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import db.numbers
from app.text.fields import mobile_number
from db.numbers import company_code, declarant_number, draw_declarant_number, is_declarant_number


def test_the_examples_of_the_module_hold():
    assert doctest.testmod(db.numbers).failed == 0


@given(st.integers(1, 99_999), st.integers(0, 999))
def test_a_code_is_found_again_whatever_stands_between_its_parts(member, site):
    wanted = f"{member:05d}" + (f"-{site}" if site else "")
    for between in ("-", " ", " - ", "/", "."):
        typed = f" {member}{between}{site} " if site else f" {member} "
        assert company_code(typed) == wanted


@given(st.text(max_size=30))
def test_any_text_gives_a_code_or_nothing(typed):
    found = company_code(typed)
    assert found == "" or re.fullmatch(r"[0-9]{5}(-[0-9]{1,3})?", found)


@given(st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_always_seen(position, digit):
    number = draw_declarant_number()
    changed = number[:position] + str(digit) + number[position + 1 :]
    assert is_declarant_number(number)
    assert is_declarant_number(changed) == (changed == number)


def test_spaces_and_hyphens_in_the_number_do_not_matter():
    assert declarant_number(" 2022-000 422") == "2022000422"


@pytest.mark.parametrize("typed", ["06 12 34 56 78", "+33 6 12 34 56 78", "06.12.34.56.78", "0612345678"])
def test_a_mobile_is_kept_in_one_form(typed):
    assert mobile_number(typed) == "+33612345678"


@pytest.mark.parametrize("typed", ["06 12", "abc", "00000000000000000000"])
def test_a_number_that_cannot_be_called_is_refused(typed):
    with pytest.raises(ValueError, match="pas complet"):
        mobile_number(typed)
