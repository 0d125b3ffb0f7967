"""Words as they are searched and sorted, and a sign of them that is quick to compare."""

import re
import unicodedata
from collections.abc import Iterable
from zlib import crc32

MOST_WORDS = 6  # of what was typed
BITS = 62  # of a signed integer of eight bytes
# Unicode takes the accent off é, and nothing off these: people without the key type what stands here. What a
# word processor makes of an apostrophe or a dash is what the keyboard has.
PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ĸ": "k", "ə": "e", "ƞ": "n", "ȷ": "j", "ı": "i"}
    | dict(zip("øđðħłŧƀɨʉɇɉɍɏȼȿɀ", "oddhltbiuejrycsz", strict=True))
    | dict.fromkeys("’‘ʼ", "'")
    | dict.fromkeys("‐‒–—−", "-")
)


def folded(words: str) -> str:
    """Lower case without accents or joined letters, for searching and sorting: Bœuf is boeuf, Łódź lodz.

    It is kept in rows: what it gives must never change without a migration (0014 was one).
    """
    # Some letters have capitals inside (℡), and others come apart only once they are small.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
    return "".join(each for each in spread if not unicodedata.combining(each)).translate(PLAIN)


def words_of(text: str) -> list[str]:
    """The words of a text as they are searched: folded, nothing but letters and digits."""
    return re.findall(r"\w+", folded(text).replace("_", " "))


def letters_of(title: str) -> str:
    """`N° Télédéclarant ` → `nteledeclarant`: its letters and digits run together, as titles are compared."""
    return re.sub(r"[^a-z0-9]", "", folded(title))


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
