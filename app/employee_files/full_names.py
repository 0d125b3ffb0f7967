"""« Nom et prénom » in one column, cut in two: by a comma, by the capitals, or by the order of the column."""

import re
from collections.abc import Collection
from typing import NamedTuple

from app.text.cells import one_line
from app.text.search import letters_of

TITLE = re.compile(r"(?:M|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle|Mrs|Ms|Miss)\.? +", re.IGNORECASE)
NUMBER = re.compile(r"^[0-9]+(?: *[-–:.])? +| *[-–(]* *[0-9]+\)?$")  # of the staff, before or after
# Words that begin a name of several: LE GALL, DE LA TOUR, BEN SALEM.
PARTICLES = {
    *("le", "la", "les", "de", "du", "des", "d", "l", "van", "von", "der", "den", "ter", "ben", "bin", "el"),
    *("al", "di", "da", "do", "dos", "del", "della", "mac", "mc", "saint", "sainte", "st", "ste", "abou"),
}


class Cut(NamedTuple):
    """`is_guess`: nothing in the cell nor in the column says where the name ends."""

    birth_name: str
    first_names: str
    is_guess: bool = False


def cut_names(cells: Collection[str], title: str) -> dict[str, Cut]:
    """Each cell of a column « Nom et prénom » → its two halves."""
    spelled = {cell: TITLE.sub("", NUMBER.sub("", one_line(cell)), count=1) for cell in cells}
    sure = {cell: _sure(words) for cell, words in spelled.items()}
    orders = [_is_name_first(spelled[cell], cut) for cell, cut in sure.items() if cut]
    is_name_first = sum(orders) * 2 >= len(orders) if orders else _order_of(title)
    return {
        cell: sure[cell] or _by_order(words.split(), is_name_first is not False, is_name_first is None)
        for cell, words in spelled.items()
    }


def _sure(words: str) -> Cut | None:
    """« DURAND, Jean », « LE GALL Jean-Pierre », « Jean-Pierre LE GALL »; or else None."""
    if "," in words:
        name, _, first = words.partition(",")
        return Cut(name.strip(), first.strip())
    parts = words.split()
    capitals = _in_capitals(parts)
    if len(parts) < 2:
        return Cut(words, "")
    if capitals[0] and not capitals[-1]:
        end = capitals.index(False)
        return Cut(" ".join(parts[:end]), " ".join(parts[end:])) if True not in capitals[end:] else None
    if capitals[-1] and not capitals[0]:
        start = capitals.index(True)
        return (
            Cut(" ".join(parts[start:]), " ".join(parts[:start])) if False not in capitals[start:] else None
        )
    return None


def _in_capitals(words: list[str]) -> list[bool]:
    """Of each word, whether it belongs to a name in capitals: « Le GALL », « McDONALD »; not an initial."""
    found: list[bool] = []
    for word in reversed(words):
        bare = re.sub(r"[^\w]", "", re.sub("^(?:Mc|Mac)(?=[A-Z])", "", word))
        is_begun = letters_of(word) in PARTICLES and found[:1] == [True]
        found.insert(0, is_begun or (bare.isupper() and len(bare) > 1))
    return found


def _is_name_first(words: str, cut: Cut) -> bool:
    return words.startswith(cut.birth_name)


def _order_of(title: str) -> bool | None:
    """True when the title puts the name first; None when it does not say."""
    spelled = letters_of(title)
    if "prenom" not in spelled:
        return None
    return not spelled.startswith("prenom")


def _by_order(parts: list[str], is_name_first: bool, is_unknown: bool) -> Cut:
    """The name is one word after its particles; several first names might be a part of it."""
    if is_name_first:
        end = 1
        while end < len(parts) - 1 and letters_of(parts[end - 1]) in PARTICLES:
            end += 1
        name, first = parts[:end], parts[end:]
    else:
        start = len(parts) - 1
        while start > 1 and letters_of(parts[start - 1]) in PARTICLES:
            start -= 1
        name, first = parts[start:], parts[:start]
    return Cut(" ".join(name), " ".join(first), is_unknown or len(first) > 1)
