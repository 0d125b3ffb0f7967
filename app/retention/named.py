"""Names of people in words that were written once, found whole and of nobody else. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from app.retention.rules import NOBODY
from app.text.search import words_of

Names = Mapping[int, set[str]]  # by number of a company


def names_by_company(pairs: Iterable[tuple[int, str]]) -> Names:
    found: dict[int, set[str]] = defaultdict(set)
    for company, name in pairs:
        if name and name != NOBODY:
            found[company].add(name)
    return found


def names_of_nobody_else(names: Names, others: Iterable[tuple[int, str]]) -> Names:
    """The same without those that one of `others` (company, name) has too, written with or without
    accents and capitals: a line that holds such a name may be theirs.
    """
    taken = {(company, *words_of(name)) for company, name in others}
    return {
        company: {name for name in those if (company, *words_of(name)) not in taken}
        for company, those in names.items()
    }


def whole_names(names: Collection[str]) -> re.Pattern[str]:
    """One of these names, not as a part of another: an elision may come before it.

    >>> [bool(whole_names(["ARMAND Anne"]).search(each)) for each in (
    ...     "départ d’ARMAND Anne, le 3 mai", "ARMAND Anne-Marie", "ARMAND Annette", "D’ARMAND Anne")]
    [True, False, False, False]
    """
    any_of = "|".join(map(re.escape, sorted(names)))
    return re.compile(rf"(?:(?<=\b[dl]['’])|(?<![\w'’‐‑.@+-]))(?:{any_of})(?![\w'’‐‑-])")
