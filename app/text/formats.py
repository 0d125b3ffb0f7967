"""Dates, numbers and the rest as France writes them: Jinja filters."""

import html
import re
from datetime import date, datetime
from functools import lru_cache

from markupsafe import Markup

from app.clock import PARIS
from app.rights import role_name
from app.text.counts import plural, siret, thousands
from app.text.events import event
from app.text.phones import phone_link, phone_words
from app.text.search import folded
from app.text.states import tone
from app.text.values import read_day

TIED = "\N{NO-BREAK SPACE}"


# A library of all the languages of the world would be 4 MB of a process: a test compares with it.
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip


def numbered(value: date) -> str:
    return "1er" if value.day == 1 else str(value.day)


def long_day(value: date) -> str:
    """mardi 1er décembre"""
    return f"{DAYS[value.weekday()]} {numbered(value)} {MONTHS[value.month - 1]}"


def month_title(value: date) -> str:
    """décembre 2026"""
    return f"{MONTHS[value.month - 1]} {value.year}"


def day(value: date) -> str:
    """23 novembre 2026, 1er janvier 2026; of an instant, its day in Paris."""
    in_paris = value.astimezone(PARIS) if isinstance(value, datetime) else value
    return f"{numbered(in_paris)} {month_title(in_paris)}"


def month_words(month: str) -> str:
    """Words of 2026-11: novembre 2026"""
    return month_title(date(int(month[:4]), int(month[5:]), 1))


def short_day(value: date) -> str:
    """23/11/2026, of an instant in Paris: for the columns of a table."""
    return f"{value.astimezone(PARIS) if isinstance(value, datetime) else value:%d/%m/%Y}"


@lru_cache(maxsize=4096)
def moment(value: datetime) -> str:
    """23 novembre 2026 à 14 h 05, in Paris; the hour does not break."""
    return f"{day(value)} à{TIED}{_hour(value)}"


WEEKDAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip


def agenda_day(value: date) -> str:
    """mar. 1er déc., in Paris for an instant; the parts do not break."""
    at = value.astimezone(PARIS) if isinstance(value, datetime) else value
    return f"{WEEKDAYS[at.weekday()]}{TIED}{brief_day(at, at)}"


def brief_day(value: date, today: date) -> str:
    """1er déc.; with the year when it is another than today's."""
    year = f"{TIED}{value.year}" if value.year != today.year else ""
    return f"{numbered(value)}{TIED}{SHORT_MONTHS[value.month - 1]}{year}"


def agenda_moment(value: datetime) -> str:
    """mar. 1er déc. à 9 h 00, in Paris."""
    return f"{agenda_day(value)} à{TIED}{_hour(value)}"


def short_moment(value: datetime) -> str:
    """01/12/2026 à 9 h 00, in Paris: for the columns of a table."""
    return f"{short_day(value)} à{TIED}{_hour(value)}"


def _hour(value: datetime) -> str:
    at = value.astimezone(PARIS)
    return f"{at.hour}{TIED}h{TIED}{at.minute:02}"


def machine(value: date) -> str:
    """A day or an instant for `<time datetime>`: HTML takes no microseconds."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def wait(seconds: float) -> str:
    """The duration of a wait: « une minute », « 12 minutes », « 3 heures »."""
    minutes = max(1, -(-int(seconds) // 60))
    if minutes == 1:
        return "une minute"
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} heures"


def amount(cents: int) -> str:
    """1 234,50 € or −70,00 €: of what is owed, the cents are always written."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}{thousands(whole)},{rest:02}{TIED}€"


def euros(cents: int) -> str:
    """70 € or 70,50 €: of a price in a sentence."""
    return amount(cents).replace(",00", "")


def size_words(size: int) -> str:
    """640 ko or 1,2 Mo, of bytes; never 0."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))}{TIED}ko"
    return f"{size / 1_000_000:.1f}{TIED}Mo".replace(".", ",")


# Typed: text and markup of the same letters are equal, and only one of them was escaped.
@lru_cache(maxsize=4096, typed=True)
def french_spaces(words: str) -> str:
    """No-break spaces before ? ! : ; » and after «."""
    tied = re.sub(r" (?=[?!:;»])|(?<=«) ", TIED, words)
    return Markup(tied) if isinstance(words, Markup) else tied  # noqa: S704 - was markup already


def of(name: str) -> str:
    """d’ABGRALL, d’Hélène, d’Yves, de MARTIN, de Yann: every H is taken for mute, as most are in names."""
    return _elided("de", name)


def that(name: str) -> str:
    """qu’AIST22, que MARTIN"""
    return _elided("que", name)


def _elided(word: str, name: str) -> str:
    is_elided = re.match(r"[aeiouh]|y[^aeiou]", folded(name))
    return f"{word[:-1]}’{name}" if is_elided else f"{word} {name}"


def day_typed(typed: str) -> str:
    """A day as people write it, 31/12/1990 for 1990-12-31; what cannot be read is left as it was."""
    try:
        return f"{read_day(typed):%d/%m/%Y}"
    except ValueError:
        return typed


def written(typed: str) -> Markup:
    """Typed text with its lines: a style that keeps them is unknown to text browsers."""
    return Markup("<br>").join(typed.splitlines())


def escaped(value: str) -> str:
    return html.escape(value)


def unescaped(value: str) -> str:
    return html.unescape(value)


FILTERS = {
    "short_day": short_day,
    "role": role_name,
    "event": event,
    "amount": amount,
    "euros": euros,
    "french": french_spaces,
    "day_typed": day_typed,
    "day": day,
    "machine": machine,
    "moment": moment,
    "short_moment": short_moment,
    "of": of,
    "that": that,
    "plural": plural,
    "phone": phone_words,
    "tel": phone_link,
    "month_words": month_words,
    "siret": siret,
    "thousands": thousands,
    "tone": tone,
    "wait": wait,
    "written": written,
}
