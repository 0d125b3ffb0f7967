"""Words as they are searched, and a sign of them that is quick to compare."""

import re
from collections.abc import Iterable
from zlib import crc32

from app.formats import folded

MOST_WORDS = 6  # of what was typed
BITS = 62  # of a signed integer of eight bytes


def words_of(text: str) -> list[str]:
    """The words of a text as they are searched: no accents, no capitals, nothing but letters and digits."""
    return re.findall(r"\w+", folded(text.replace("œ", "oe").replace("Œ", "oe")).replace("_", " "))


def sign_of(words: Iterable[str]) -> int:
    """A bit for the first, the first two and the first three letters of each word.

    A row that has words beginning so has all the bits of these: an AND rules out nearly all the others, in
    half the time of a LIKE. It is kept in rows: what it gives must never change.
    """
    starts = {word[:length] for word in words for length in (1, 2, 3)}
    sign = 0
    for start in starts:
        sign |= 1 << crc32(start.encode()) % BITS
    return sign
