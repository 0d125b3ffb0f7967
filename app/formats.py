"""How France writes dates, numbers and the rest: Jinja filters."""

import html
import re
from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from app.clock import PARIS
from app.event_words import event
from app.fields import read_day
from app.phones import called, shown_phone
from app.rights import role_name
from app.searching import folded

NARROW = "\u202f"
TIED = "\N{NO-BREAK SPACE}"


def day(value: date) -> str:
    """23 novembre 2026, 1er janvier 2026"""
    return _first(format_date(value, "d MMMM y", locale="fr"))


def short_day(value: date) -> str:
    """23/11/2026, of an instant in Paris: for the columns of a table."""
    return f"{value.astimezone(PARIS) if isinstance(value, datetime) else value:%d/%m/%Y}"


def moment(value: datetime) -> str:
    """23 novembre 2026 à 14 h 05, in Paris; the hour does not break."""
    pattern = f"d MMMM y 'à'{TIED}H{TIED}'h'{TIED}mm"
    return _first(format_datetime(value.astimezone(PARIS), pattern, locale="fr"))


def _first(words: str) -> str:
    return f"1er{words[1:]}" if words.startswith("1 ") else words


def machine(value: date) -> str:
    """A day or an instant for `<time datetime>`: HTML takes no microseconds."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def plural(number: int, one: str, many: str = "") -> str:
    """0 salarié, 1 salarié, 2 salariés, 4 900 salariés"""
    return f"{thousands(number)} {one if abs(number) < 2 else many or one + 's'}"


def named(names: Sequence[str], most: int) -> str:
    """The first of them, and how many others: « A, B et 3 autres »."""
    more = f" et {plural(len(names) - most, 'autre')}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def thousands(number: int) -> str:
    """4 900"""
    return f"{number:,}".replace(",", NARROW)


def siret(value: str) -> str:
    """732 829 320 00074"""
    return f"{value[:3]} {value[3:6]} {value[6:9]} {value[9:]}" if len(value) == 14 else value


def wait(seconds: float) -> str:
    """How long to wait: « une minute », « 12 minutes », « 3 heures »."""
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


def french_spaces(words: str) -> str:
    """No-break spaces before ? ! : ; » and after «."""
    return re.sub(r" (?=[?!:;»])|(?<=«) ", TIED, words)


def of(name: str) -> str:
    """d’ABGRALL, d’Hélène, d’Yves, de MARTIN, de Yann: every H is taken for mute, as most are in names."""
    plain = folded(name)
    return f"d’{name}" if re.match(r"[aeiouh]|y[^aeiou]", plain) else f"de {name}"


def day_typed(typed: str) -> str:
    """A day as people write it, 31/12/1990 for 1990-12-31; what cannot be read is left as it was."""
    try:
        return f"{read_day(typed):%d/%m/%Y}"
    except ValueError:
        return typed


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
    "of": of,
    "plural": plural,
    "phone": shown_phone,
    "tel": called,
    "siret": siret,
    "thousands": thousands,
    "wait": wait,
}
