"""Words typed by the service, as the two databases look for them. Pure."""

from app.text.search import MOST_WORDS, words_of
from db.numbers import is_digits

LONGEST = 200  # characters of a search
WHOLE = 2  # letters of a word that is looked for as it is: it would begin too many others
SIREN, SIRET = 9, 14


def wanted_words(typed: str) -> list[str]:
    """The words of a search, folded. A SIREN or a SIRET is one word, however its digits are spaced.

    >>> wanted_words("732 829 320 00074"), wanted_words("Bœuf, Élodie"), wanted_words("00010-5")
    (['73282932000074'], ['boeuf', 'elodie'], ['00010', '5'])
    """
    words = words_of(typed)[:MOST_WORDS]
    joined = "".join(words)
    return [joined] if is_digits(joined) and SIREN <= len(joined) <= SIRET else words


def fts_query(words: list[str], *, whole: bool) -> str:
    """For SQLite's FTS5: every word, or the beginning of it."""
    return " ".join(f'"{word}"' + ("" if whole or len(word) <= WHOLE else " *") for word in words)


def ts_query(words: list[str], *, whole: bool) -> str:
    """The same for PostgreSQL. A word has nothing but letters and digits: nothing to escape."""
    return " & ".join(f"'{word}'" + ("" if whole or len(word) <= WHOLE else ":*") for word in words)
