"""Values of fields that forms and files share. It imports nothing heavy: readers of files use it."""

import re
import unicodedata
from datetime import date

from app.text.addresses import checked

LONGEST_NAME = 80
SITE = re.compile(r":\s*//|www\s*\.", re.IGNORECASE)
FRENCH_DAY = re.compile(r"(\d{1,2})\s*[/. -]\s*(\d{1,2})\s*[/. -]\s*(\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)
EUROS = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?\s*(?:€|euros?)?", re.ASCII)
THOUSANDS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))", re.ASCII)  # their space
# The portal itself writes 1 116,50 € and 23 novembre with spaces that do not break: they come back pasted.
PLAIN_SPACES = str.maketrans("\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "  ")
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)  # what a browser's own field sends
FIRST_YEAR, LAST_YEAR = 1900, 2100


def without_site(value: str) -> str:
    """A name stands in mails to others, where the address of a site becomes a link."""
    if SITE.search(unicodedata.normalize("NFKC", value)):
        raise ValueError("contient une adresse de site : ôtez « www. » ou « :// »")
    return value


def email_address(value: str) -> str:
    """The address in lower case: see `app.text.addresses` for what is refused."""
    if not value:
        raise ValueError("Saisissez votre adresse e-mail.")
    return checked(value)


def read_day(typed: str) -> date:
    """31/12/2026, 31-12-2026, 31122026 or 2026-12-31, from 1900 to 2100. ValueError says what to write."""
    typed = typed.translate(PLAIN_SPACES).strip()
    match = FRENCH_DAY.fullmatch(typed)
    in_french = ISO_DAY.sub(r"\3/\2/\1", typed[:20])
    try:
        parts = [int(part) for part in match.groups() if part] if match else []
        day = date(*reversed(parts)) if parts else date.fromisoformat(typed)
    except ValueError:
        words = "n’existe pas" if match or ISO_DAY.fullmatch(typed) else "ne se lit pas"
        raise ValueError(f"La date « {in_french} » {words}. Exemple : 31/12/2026") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"La date « {in_french} » doit être entre {FIRST_YEAR} et {LAST_YEAR}.")
    return day


def read_euros(typed: str) -> int:
    """116,50 or 1 116.5 € as cents, from 0 to 9 999 999,99 €. ValueError says what to write."""
    match = EUROS.fullmatch(THOUSANDS.sub("", typed.translate(PLAIN_SPACES).strip()))
    if not match:
        raise ValueError(f"Le montant « {typed.strip()[:20]} » ne se lit pas. Exemple : 116,50")
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
