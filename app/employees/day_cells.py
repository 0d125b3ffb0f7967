"""A date as people and spreadsheets write it, turned into a `date`."""

import re
from datetime import date, timedelta

from app.searching import letters_of

FIRST, LAST = 1900, 2100  # the years that a file about living people may hold
MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
# Somebody born in 21 is from 1921: nobody born in 2021 works before 2035, nobody born in 1920 still does.
BIRTH_PIVOT = 20
TIME = r"(?:[T ]+[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})" + TIME)
YEAR_FIRST = re.compile(r"([0-9]{4})[/.\-]([0-9]{1,2})[/.\-]([0-9]{1,2})" + TIME)
IN_WORDS = re.compile(
    r"(?:[a-z]+di |dimanche )?([0-9]{1,2})(?:er)?[ \-]+([^\W\d_]{3,9})\.?[ \-]+([0-9]{4}|[0-9]{2})"
)
SERIAL = re.compile(r"([0-9]{1,6})(?:[.,][0-9]+)?")


def day_of(typed: str, words: str, *, is_birth: bool = False) -> date:
    """The day, or ValueError with a clause that names the column (`words`) and what was typed."""
    text = " ".join(typed.split())
    year, month, day = _parts(text) or _from_words(text) or _from_serial(text, words) or (None, 0, 0)
    if year is None:
        raise ValueError(f"{words} « {text[:40]} » ne se lit pas : écrivez-la JJ/MM/AAAA")
    if year < 100:
        year += 1900 if is_birth and year > BIRTH_PIVOT else 2000
    if not FIRST <= year <= LAST:
        raise ValueError(f"{words} « {text[:40]} » tombe en {year}")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{words} « {text[:40]} » n’existe pas dans le calendrier") from None


def in_french(day: date) -> str:
    """25/11/2026"""
    return f"{day:%d/%m/}{day.year:04d}"


def _parts(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date written in digits. Seven digits have lost the zero of their day."""
    if spelled := DAY_FIRST.fullmatch(text):
        day, month, year = spelled.groups()
        return int(year), int(month), int(day)
    if spelled := YEAR_FIRST.fullmatch(text):
        year, month, day = spelled.groups()
        return int(year), int(month), int(day)
    if re.fullmatch(r"[0-9]{7,8}", text):
        digits = text.zfill(8)
        if int(digits[4:]) >= FIRST:
            return int(digits[4:]), int(digits[2:4]), int(digits[:2])
        return int(digits[:4]), int(digits[4:6]), int(digits[6:])
    return None


def _from_words(text: str) -> tuple[int, int, int] | None:
    """25 novembre 2026, 1er mars 90, 3 sept. 2024, 25-nov-26: a month's beginning that only one month has."""
    spelled = IN_WORDS.fullmatch(text.casefold())
    if not spelled:
        return None
    day, name, year = spelled.groups()
    begun = letters_of(name)
    months = [place for place, month in enumerate(MONTHS, 1) if month.startswith(begun)]
    return (int(year), months[0], int(day)) if len(months) == 1 else None


def _from_serial(text: str, words: str) -> tuple[int, int, int] | None:
    """A spreadsheet's day number, of the system of 1900, which counts a 29 February 1900 that was not."""
    spelled = SERIAL.fullmatch(text)
    if not spelled:
        return None
    number = int(spelled[1])
    if text == spelled[1] and FIRST <= number <= 2100:
        raise ValueError(f"{words} « {text} » n’est qu’une année : écrivez-la JJ/MM/AAAA")
    if not 1 <= number <= 109_000:
        return None
    if number == 60:
        return 1900, 2, 29
    day = date(1899, 12, 31 if number < 60 else 30) + timedelta(days=number)
    return day.year, day.month, day.day
