"""The meaning of each column of a file: by the names in use in software and by the reader's corrections.

« Nom et prénom » in one column is cut in two: by a comma, by the capitals, or by the order of the column.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from app.employee_files.columns import FULL_NAME, READABLE
from app.text.cells import holds_social_number, one_line
from app.text.search import letters_of, words_of

LONGEST = 70  # characters of a title that are shown: with « (2) », its letters_of form stays under 80
EXAMPLE = 30  # characters of the cell that shows what a column without a title holds
SPELLINGS = {spelled: field for field, column in READABLE.items() for spelled in column.spellings}
# Beside a birth name, these are the name in use; alone and without a first name, they hold both.
ANY_NAME = {"nom", "noms", "nomdefamille", "nomfamille", "lastname", "surname", "familyname", "name"}
# Words of a title that only say whose it is, or how it is written.
BARE_WORDS = (
    "a au aux d de des du en et l la le les sur dans salarie salaries employe employee agent"
    " collaborateur individu personne employees staff worker of the legal libelle jj mm aaaa jjmmaaaa"
    " format dd yyyy"
)
BARE = frozenset(BARE_WORDS.split())
SHORT = {"dt": "date", "dte": "date", "naiss": "naissance", "nais": "naissance", "num": "numero"}
# A spreadsheet made from a DSN may keep its rubrics as titles: « S21.G00.30.002 - Nom de famille ».
RUBRIC = re.compile(r"S21[._ -]?G00[._ -]?([0-9]{2})[._ -]?([0-9]{3})(?![0-9])", re.IGNORECASE)
ANY_RUBRIC = re.compile(r" *S[0-9]{2}[._ -]?G[0-9]{2}", re.IGNORECASE)
RUBRICS = {
    "30002": "birth_name",
    "30003": "usual_name",
    "30004": "first_names",
    "30005": "sex",
    "30006": "birth_on",
    "30018": "email",
    "30019": "staff_number",
    "40001": "entry_on",
    "40004": "pcs",
    "40006": "job_title",
    "40007": "contract",
    "40010": "contract_ends_on",
    "40014": "part_time",
    "62001": "exit_on",
}
NEVER_READ = re.compile(r"nir|nss|n?(umero|o)?(de)?(securitesociale|secu|ss|insee)")
# Nobody chooses a column by what these hold, and nothing of it is kept, not even to be shown.
NEVER_SHOWN = re.compile(
    "nir|nss|securitesociale|secu|insee|salaire|remuneration|brut|taux|prime|iban|rib|bic|banque|sante|arret"
    "|maladie|handicap|rqth|boeth|inaptitude|invalidite|motif"
    "|salary|wage|payrate|bonus|compensation|bank|ssn|socialsecurity|sick|disab|health"
)
ENGLISH = re.compile("name|birth|hire|join|start|gender|job")
ENOUGH_ENGLISH = 2  # titles


def is_shown(title: str) -> bool:
    """True when cells of this column may be shown. A rubric of the DSN that is not read is pay or health."""
    is_unread = ANY_RUBRIC.match(title) and not field_of(title)
    return not (is_unread or NEVER_SHOWN.search(letters_of(title)))


def column_names(cells: list[str]) -> list[str]:
    """Names for the columns of a file without titles: « Colonne A (ex. DURAND) ». A number of the Sécurité
    sociale is not displayed.
    """
    names = []
    for place, cell in enumerate(cells):
        example = "" if holds_social_number(cell) else " ".join(cell.split())[:EXAMPLE]
        names.append(f"Colonne {letters(place)}" + (f" (ex. {example})" if example else ""))
    return names


def distinct_titles(cells: list[str]) -> list[str]:
    """The titles, each different from the others: « Nom (2) », « Colonne D » when it is empty.

    A number of the Sécurité sociale is no title, and is not shown.
    """
    titles: list[str] = []
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        title = "" if holds_social_number(cell) else " ".join(cell.split())[:LONGEST]
        title = title or f"Colonne {letters(place)}"
        number = 2
        unique = title
        while letters_of(unique) in seen:
            unique = f"{title} ({number})"
            number += 1
        seen.add(letters_of(unique))
        titles.append(unique)
    return titles


def letters(place: int) -> str:
    """A, B … Z, AA: how spreadsheets name a column, from 0."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


@lru_cache(maxsize=5_000)
def field_of(title: str) -> str:
    """The column that this title means for everybody, or ""."""
    if rubric := RUBRIC.match(title.strip()):
        return RUBRICS.get("".join(rubric.groups()), "")
    return next((SPELLINGS[each] for each in _forms_of(title) if each in SPELLINGS), "")


def _forms_of(title: str) -> list[str]:
    """The title as it is, without its number or what is between brackets, then without the words that add
    nothing to it: « 4. Date d’entrée du salarié (JJ/MM/AAAA) ».
    """
    title = title.replace("#", " no ")
    bare = re.sub(r"\([^)]*\)?|^ *[0-9]{1,2} *[.)-] +", "", title)
    words = [SHORT.get(word, word) for word in words_of(bare.replace("%", " pourcentage "))]
    plain = [word for word in words if word not in BARE]
    return [letters_of(title), letters_of(bare), "".join(words), "".join(plain)]


def _is_name(title: str) -> bool:
    """True when it may be either name, or both: « Nom », « Nom du salarié », « Salarié - Nom »."""
    return any(each in ANY_NAME for each in _forms_of(title))


def how_many_known(cells: list[str], corrections: Mapping[str, str]) -> int:
    """The number of different columns that a row of titles would give."""
    return len({corrections.get(letters_of(cell)) or field_of(cell) for cell in cells if cell} - {""})


def fields_of(
    titles: list[str], habits: Mapping[str, str], mapping: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The field of each column ("" for none), and what is said of the columns left aside.

    What the reader says of this file comes before what was remembered, which comes before the spellings:
    a field given to "" is a column to leave. Of several columns for a field, the first keeps it.
    """
    keys = {letters_of(title) for title in titles}
    usual = _usual_meanings(
        titles, {f for source in (habits, mapping) for k, f in source.items() if k in keys}
    )
    wanted: list[tuple[int, int, str]] = []
    for place, title in enumerate(titles):
        key = letters_of(title)
        sources = [source for source in (mapping, habits) if key in source]
        rank = 2 if not sources else 0 if sources[0] is mapping else 1
        wanted.append((rank, place, sources[0][key] if sources else usual[place]))
    fields = [""] * len(titles)
    taken: dict[str, str] = {}
    notes: list[str] = []
    for _, place, field in sorted(wanted):
        if field in taken:
            words = f"dit aussi « {READABLE[field].title} », déjà lu dans « {taken[field]} »"
            notes.append(f"La colonne « {titles[place]} » n’a pas été lue : elle {words}.")
        elif field in READABLE:
            fields[place] = field
            taken[field] = titles[place]
    return fields, notes + _left_aside([t for t, f in zip(titles, fields, strict=True) if not f])


def _usual_meanings(titles: list[str], known_fields: Collection[str]) -> list[str]:
    """The meaning of each title beside the others, and beside the fields already `known_fields`.

    The column « Nom » is the name of birth, unless another one is, and both names where no column holds the
    first ones.
    """
    fields = [field_of(title) for title in titles]
    of_any = [field == "birth_name" and _is_name(title) for title, field in zip(titles, fields, strict=True)]
    instead = "birth_name"
    if any(f == "birth_name" and not is_any for f, is_any in zip(fields, of_any, strict=True)):
        instead = "" if "usual_name" in fields else "usual_name"
    elif not {"first_names", FULL_NAME} & {*fields, *known_fields}:
        instead = FULL_NAME
    return [instead if is_any else field for field, is_any in zip(fields, of_any, strict=True)]


def is_french(titles: list[str]) -> bool:
    """True when the day comes first, by the language of the titles: in English it may be the month."""
    return sum(bool(ENGLISH.search(letters_of(title))) for title in titles) < ENOUGH_ENGLISH


def _left_aside(titles: list[str]) -> list[str]:
    """A column of numbers of the Sécurité sociale is named: people must know that it was not read."""
    return [
        f"La colonne « {title} » n’a pas été lue : le portail ne demande pas ce numéro."
        for title in titles
        if NEVER_READ.fullmatch(letters_of(title))
    ]


# A word of its own: the last letter of ADAM is no « M. ».
TITLE = re.compile(
    r"(?<![\w’'-])(?:M|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle|Mrs|Ms|Miss)\.? +", re.IGNORECASE
)
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
