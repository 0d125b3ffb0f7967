"""Words as they are searched and sorted.

A rare word is searched by reading the index `(company, sort key, id, search key, exit)`, which holds all that
the search needs: it goes in the order of the list and stops at 26 found. A word that nobody has reads the 10
000 entries of a large company, in 1.5 ms of processor. A table of words would be quicker, with five times as
many rows to keep right. Revisit for companies of 100 000.
"""

import re
import unicodedata

MOST_WORDS = 6  # of what was typed
# Unicode takes the accent off é, and nothing off these: people without the key type what stands here. What a
# word processor makes of an apostrophe or a dash is what the keyboard has.
PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng", "ĸ": "k", "ə": "e", "ƞ": "n", "ȷ": "j", "ı": "i"}
    | dict(zip("øđðħłŧƀɨʉɇɉɍɏȼȿɀ", "oddhltbiuejrycsz", strict=True))
    | dict.fromkeys("’‘ʼ", "'")
    | dict.fromkeys("‐‒–—−", "-")
)
WORD = re.compile(r"[^\W_]+")


class _Plain(dict[int, str | int | None]):
    """PLAIN, and each other letter as it is, without its accents. Those of the languages that are written
    here are looked up once: a list of 10 000 people is compared in half the time.
    """

    OF_LETTERS = 0x2000

    def __missing__(self, code: int) -> int | None:
        plain = None if unicodedata.combining(chr(code)) else code
        if code < self.OF_LETTERS:
            self[code] = plain
        return plain


_plain = _Plain(PLAIN)


def folded(words: str) -> str:
    """Lower case without accents or joined letters, for searching and sorting: Bœuf is boeuf, Łódź lodz.

    It is kept in rows: what it gives must never change without a migration (0014 was one).
    """
    if words.isascii():
        return words.casefold()
    # Some letters have capitals inside (℡), and others come apart only once they are small.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", words).casefold())
    return spread.translate(_plain)


def words_of(text: str) -> list[str]:
    """The words of a text as they are searched: folded, nothing but letters and digits."""
    return WORD.findall(folded(text))


def letters_of(title: str) -> str:
    """`N° Télédéclarant ` → `nteledeclarant`: its letters and digits run together, as titles are compared."""
    return re.sub(r"[^a-z0-9]", "", folded(title))
