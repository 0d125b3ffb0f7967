"""Telephone numbers: each is stored once, shown as it is dialled, and called by its link."""

import re

import pytest
from pydantic import ValidationError

from app.employee_files.columns import read, written
from app.settings import Settings
from app.text.cells import COLUMNS as OF_MEMBERS
from app.text.cells import value
from app.text.fields import mobile_number
from app.text.phones import phone_link, phone_words, read_phone
from db.models import Account, CareCentre, Company, CompanyContact, Employee
from tests.employees.people import LIST, an_employee, the_employee

PLACES = [
    ("0262 12 34 56", "+262262123456"), ("0263 12 34 56", "+262263123456"),
    ("0269 61 23 45", "+262269612345"), ("0639 12 34 56", "+262639123456"),
    ("0692 12 34 56", "+262692123456"), ("0693 12 34 56", "+262693123456"),
    ("0590 12 34 56", "+590590123456"), ("0690 12 34 56", "+590690123456"),
    ("0691 12 34 56", "+590691123456"), ("0594 12 34 56", "+594594123456"),
    ("0694 12 34 56", "+594694123456"), ("0596 12 34 56", "+596596123456"),
    ("0696 12 34 56", "+596696123456"), ("0697 12 34 56", "+596697123456"),
    ("0508 41 23 45", "+508412345"), ("02 96 12 34 56", "+33296123456"),
    ("06 12 34 56 78", "+33612345678"), ("+687261234", "+687261234"),
    ("+68940412345", "+68940412345"), ("+681721234", "+681721234"),
    ("+447400123456", "+447400123456"),
]  # fmt: skip
EXTENDED = "02 96 12 34 56 poste 12"


@pytest.mark.parametrize(("typed", "stored"), PLACES)
def test_a_number_is_shown_as_it_is_dialled_and_read_again(typed, stored):
    assert read_phone(typed) == stored
    assert phone_words(stored) == typed
    assert phone_link(stored) == phone_link(typed) == f"tel:{stored}"
    assert read_phone(stored) == stored


@pytest.mark.parametrize(("typed", "stored"), PLACES)
def test_a_number_is_read_the_same_wherever_it_enters(typed, stored):
    assert mobile_number(typed) == stored
    assert value(OF_MEMBERS["phone"], typed) == stored
    assert read("phone", typed) == stored
    assert read("phone", written("phone", stored)) == stored
    assert Settings(secret_key="x" * 32, service_phone=typed).service_phone == phone_words(stored)


@pytest.mark.parametrize("typed", ["262123456", "262262123456", "0262.12.34.56", "00262 262 12 34 56"])
def test_a_spreadsheet_may_take_off_the_zero_or_the_plus(typed):
    assert read("phone", typed) == "+262262123456"


@pytest.mark.parametrize(
    "typed",
    [
        EXTENDED, "0296123456 p.12", "02.96.12.34.56 (poste 12)", "02 96 12 34 56 #12", "0296123456x12",
        "02 96 12 34 56, poste n° 12", "02 96 12 34 56 ext. 12", "tel:+33296123456;ext=12", "+33296123456x12",
        "02 96 12 34 56 POSTE : 12",
    ],
)  # fmt: skip
def test_an_extension_is_kept(typed):
    stored = read_phone(typed)
    assert stored == "+33296123456x12"
    assert phone_words(stored) == EXTENDED
    assert phone_link(stored) == phone_link(typed) == "tel:+33296123456;ext=12"
    assert read("phone", typed) == value(OF_MEMBERS["phone"], typed) == mobile_number(typed) == stored


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("06 12 34 56", "n’est pas complet"),
        ("02 96 12 34 56 poste", "a un poste qui ne se lit pas"),
        ("02 96 12 34 56 poste du chef", "a un poste qui ne se lit pas"),
        ("02 96 12 34 56 poste 12345678", "a un poste trop long"),
        ("02 96 12 34 56 / 06 12 34 56 78", "écrivez-en un seul"),
        ("02 96 12 34 AB", "contient autre chose que des chiffres"),
        ("٠٦١٢٣٤٥٦٧٨", "contient autre chose que des chiffres"),
    ],
)
def test_a_number_is_refused_for_its_own_reason(typed, why):
    for reader in (read_phone, mobile_number, lambda cell: value(OF_MEMBERS["phone"], cell)):
        with pytest.raises(ValueError, match=why):
            reader(typed)
    with pytest.raises(ValueError, match=why):
        read("phone", typed)
    with pytest.raises(ValidationError, match=why):
        Settings(secret_key="x" * 32, service_phone=typed)


def test_the_longest_stored_number_fits_every_column():
    longest = read_phone("0262 12 34 56 poste 123456")
    assert longest == "+262262123456x123456"
    columns = [
        *(Employee.phone, Company.phone, CompanyContact.phone, CareCentre.phone, Account.mobile),
    ]  # fmt: skip
    assert {column.type.length >= len(longest) for column in columns} == {True}


def test_a_short_number_is_called_as_it_is():
    assert Settings(secret_key="x" * 32, service_phone="3949").service_phone == "3949"
    assert phone_link("3949") == "tel:3949"


async def test_the_sheet_of_an_employee_shows_the_extension_and_keeps_it(alice, portal, world):
    employee = await an_employee(portal, world.site, phone="+262262123456x12")
    page = await alice.get(f"{LIST}/{employee.key}")
    assert "0262 12 34 56 poste 12" in page.text
    field = re.search(
        r'name="phone"[^>]*value="([^"]*)"', (await alice.get(f"{LIST}/{employee.key}/correction")).text
    )
    assert field
    assert field[1] == "0262 12 34 56 poste 12"
    assert (await the_employee(portal, employee.key)).phone == "+262262123456x12"
