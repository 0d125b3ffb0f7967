"""Codes and numbers that the service gives to its members."""

import re
import secrets

from stdnum import luhn

DECLARANT_LENGTH = 10


def is_digits(typed: str) -> bool:
    """Nothing but 0 to 9: Python's own `isdigit` takes ², which `int` refuses, and ٣, which it reads."""
    return re.fullmatch("[0-9]+", typed) is not None


def company_code(typed: str) -> str:
    """The code adhérent as it is kept, from what people type: `10`, ` 00010 `, `00010 5`, `00010/5`. "" if
    unclear.

    >>> company_code(" 10 "), company_code("00010 5"), company_code("000105"), company_code("12-34-56")
    ('00010', '00010-5', '', '')
    """
    spelled = re.fullmatch(r"\s*([0-9]{1,5})(?:\s*[-–—/._ ]\s*([0-9]{1,3}))?\s*", typed)
    if not spelled:
        return ""
    member, site = spelled.groups()
    return f"{int(member):05d}" + (f"-{int(site)}" if site and int(site) else "")


def declarant_number(typed: str) -> str:
    """The ten digits of a n° télédéclarant, without the spaces, dots and hyphens that people put between
    them.
    """
    return re.sub(r"[\s.\-–—/]", "", typed)


def is_declarant_number(digits: str) -> bool:
    """Ten digits, not all the same, the last a Luhn digit: a slip is seen before anything is counted."""
    return (
        len(set(digits)) > 1
        and len(digits) == DECLARANT_LENGTH
        and is_digits(digits)
        and bool(luhn.is_valid(digits))
    )


def draw_declarant_number() -> str:
    """A new number: nine random digits, the first not 0, which spreadsheets lose, and their Luhn digit."""
    digits = str(10**8 + secrets.randbelow(9 * 10**8))
    return digits + luhn.calc_check_digit(digits)
