"""A date as people and spreadsheets write it: what one cell can mean, then a column of dates decided as a
whole: in which order its days are written, and what makes one doubt it.

« 03/02/90 » can be several days, according to the order of its column; « 2026-11-25 », a month in letters or
a spreadsheet's day number can be only one.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import Any, Literal, NamedTuple

from app import clock
from app.text.cells import holds_social_number, one_line
from app.text.search import folded, letters_of

FIRST, LAST = 1900, 2100  # the years that a file about living people may hold
MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
Order = Literal["dmy", "mdy", "ymd"]
ORDERS: dict[Order, str] = {"dmy": "jour/mois/année", "mdy": "mois/jour/année", "ymd": "année/mois/jour"}
Kind = Literal["birth", "past", "future"]
# Somebody born in 21 is from 1921: nobody born in 2021 works before 2035, nobody born in 1920 still does.
BIRTH_PIVOT = 20
# Years ahead that a year of two digits may be: beyond, it is of the 1900s. Nobody is hired so long before;
# the end of a contract or an authorisation may be some years away.
AHEAD: dict[Kind, int] = {"past": 1, "future": 20}
ZONE = r"Z|UTC|(?:GMT)?[+-][0-9]{2}:?(?:[0-9]{2})?|GMT"
TIME = (
    r"(?:[T ]+(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::[0-9]{2})?(?:[.,][0-9]+)?"
    rf"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?: ?(?P<zone>{ZONE})(?: \(.*\))?)?|Z|[+-][0-9]{{2}}:[0-9]{{2}})?"
)
BETWEEN = r" ?[/.\-\\_,|] ?"
PARTS = re.compile(
    rf"([0-9]{{1,2}})(?:{BETWEEN}| )([0-9]{{1,2}})(?:{BETWEEN}| )([0-9]{{4}}|[0-9]{{2}}){TIME}"
)
YEAR_FIRST = re.compile(rf"([0-9]{{4}}){BETWEEN}([0-9]{{1,2}}){BETWEEN}([0-9]{{1,2}}){TIME}")
IN_WORDS = re.compile(
    r"(?:[a-z]+,? )?([0-9]{1,2})(?:er|eme|e|st|nd|rd|th)?[ \-/.]*([a-z]{3,9})\.?,?[ \-/.]*([0-9]{4}|[0-9]{2})"
    + TIME,
    re.IGNORECASE,
)
MONTH_IN_WORDS = re.compile(
    r"(?:[a-z]+,? )?([a-z]{3,9})\.?[ \-]+([0-9]{1,2})(?:st|nd|rd|th)?,?[ \-]+([0-9]{4}|[0-9]{2})" + TIME,
    re.IGNORECASE,
)
YEAR_THEN_WORDS = re.compile(r"([0-9]{4})[ \-/.]([a-z]{3,9})\.?[ \-/.]([0-9]{1,2})" + TIME, re.IGNORECASE)
COMPACT_TIME = re.compile("((?:19|20)[0-9]{6})[0-9]{6}")  # of a database: 19901125000000
AROUND = re.compile(r"^(?:le |')|[.,;]$", re.IGNORECASE)
SERIAL = re.compile(r"([0-9]{1,5})(?:[.,][0-9]+)?")
SHAPES = (PARTS, YEAR_FIRST, IN_WORDS, MONTH_IN_WORDS, YEAR_THEN_WORDS, re.compile("60|[0-9]{6,8}"))
SINCE_1904 = 1462  # days between the two counts
# Words of software and people where there is no date; the last days that spreadsheets count.
NOTHING_WORDS = (
    "null nan nat none na nd nc so neant aucun aucune vide sans sansobjet n non no nil empty blank"
    " undefined tbd indetermine indeterminee indefini indefinie dureeindeterminee cdi illimite illimitee"
    " sansfin sansterme pasdefin indefinite unlimited openended permanent never jamais encours"
    " encoursdecontrat encontrat enposte toujoursenposte enactivite present presente toujourspresent"
    " toujourspresente presentacejour actif active acejour ongoing current tilldate todate inconnu"
    " inconnue nonconnu nonconnue nonrenseigne nonrenseignee noncommunique noncommuniquee nondefini"
    " nondefinie nonconcerne nonconcernee adefinir sansdate pasdedate pasdesortie pasdedatedesortie"
    " unknown notapplicable notavailable notset invaliddate 2958465 2957003"
)
NOTHING = frozenset(NOTHING_WORDS.split())
NINES = re.compile("9{6,8}")  # a day that software fills up when there is none
EDGES_OF_YEAR = {"01-01", "12-30", "12-31"}
EDGES = {(1, 1), (12, 30), (12, 31)}  # month and day of « never », and of a count that begins
NEVER = 9999
FIRST_OF_ALL = ("00010101", "01010001", "00011900", "19000100")


class Spelled(NamedTuple):
    """A year, a month and a day; the year may have two digits."""

    year: int
    month: int
    day: int


def day_of(
    typed: str,
    words: str,
    *,
    kind: Kind = "past",
    order: Order = "dmy",
    is_1904: bool = False,
    is_compact: bool = False,
    today: date | None = None,
) -> date:
    """The day, or ValueError with a clause that names the column (`words`) and what was typed."""
    text = one_line(typed)
    meanings = meanings_of(text, is_1904=is_1904, is_compact=is_compact)
    if not meanings and re.fullmatch("19[0-9]{2}|20[0-9]{2}|2100", text):
        raise ValueError(f"{words} « {text} » n’est qu’une année : écrivez-la JJ/MM/AAAA")
    spelled = meanings.get(order) or meanings.get("")
    if spelled is None:
        is_date = meanings or any(shape.fullmatch(folded(text)) for shape in SHAPES)
        wrong = "n’existe pas dans le calendrier" if is_date else "ne se lit pas : écrivez-la JJ/MM/AAAA"
        raise ValueError(f"{words} « {text[:40]} » {wrong}")
    year = spelled.year if spelled.year >= 100 else full_year(spelled.year, kind, today or clock.today())
    if not FIRST <= year <= LAST:
        raise ValueError(f"{words} « {text[:40]} » tombe en {year}")
    try:
        return date(year, spelled.month, spelled.day)
    except ValueError:
        raise ValueError(f"{words} « {text[:40]} » n’existe pas dans le calendrier") from None


def in_french(day: date) -> str:
    """25/11/2026"""
    return f"{day:%d/%m/}{day.year:04d}"


def is_blank(typed: str) -> bool:
    """Nothing but spaces and strokes: « - », « / / », « … »."""
    return not any(map(str.isalnum, typed))


def is_no_date(typed: str, kind: Kind) -> bool:
    """True when the cell is empty under another name: NULL, « Indéterminée », 00/00/0000, 31/12/9999, or the
    first day of a spreadsheet's count.
    """
    bare = letters_of(typed)
    if is_blank(typed.replace("0", "")) or bare in NOTHING or bare.startswith(FIRST_OF_ALL):
        return True
    if NINES.fullmatch(bare):
        return True
    return any(_is_edge(each, kind) for each in meanings_of(" ".join(typed.split())).values())


def _is_edge(day: Spelled, kind: Kind) -> bool:
    """« Never », or the beginning of a count of days. Somebody is hired for long, but not from 2099 on."""
    if (day.month, day.day) not in EDGES or day.year < 100:
        return day.year >= NEVER
    is_far = day.year > LAST or (kind != "birth" and day.year >= LAST - 1 and day.month == 12)
    return is_far or day.year < FIRST or day == (FIRST, 1, 1)


def full_year(year: int, kind: Kind, today: date) -> int:
    """The year of two digits, in the nearest sensible century: a hire in 98 was in 1998."""
    if kind == "birth":
        return year + (1900 if year > BIRTH_PIVOT else 2000)
    return year + (2000 if 2000 + year <= today.year + AHEAD[kind] else 1900)


@lru_cache(maxsize=50_000)
def meanings_of(
    text: str, *, is_1904: bool = False, is_compact: bool = False
) -> dict[Order | Literal[""], Spelled]:
    """Order → the day in that order, of those that the calendar allows; under "" when there is only one way.

    `is_compact`: days of six digits, JJMMAA, of which a spreadsheet takes off the first zero. `is_1904`: how
    the workbook counts its days.
    """
    text = AROUND.sub("", text)
    if spelled := COMPACT_TIME.fullmatch(text):
        text = spelled[1]
    if spelled := PARTS.fullmatch(text):
        return {o: _on_its_day(each, spelled) for o, each in _orders(spelled[1], spelled[2], spelled[3])}
    if spelled := YEAR_FIRST.fullmatch(text):
        day = Spelled(*map(int, spelled.groups()[:3]))
        return {"": _on_its_day(day, spelled)} if _exists(day) else {}
    if re.fullmatch("[0-9]{7,8}" if not is_compact else "[0-9]{5,8}", text) or re.fullmatch("[0-9]{6}", text):
        digits = text.zfill(8 if len(text) > 6 else 6)
        return dict(_compact(digits))
    return _from_words(text) or _from_serial(text, is_1904)


def _compact(digits: str) -> Iterator[tuple[Order | Literal[""], Spelled]]:
    """Digits without a separator; eight that begin by a year are in no order of the column."""
    if len(digits) == 6:
        yield from _orders(digits[:2], digits[2:4], digits[4:])
        return
    year_first = Spelled(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    others = list(_orders(digits[:2], digits[2:4], digits[4:]))
    if _exists(year_first) and (FIRST <= year_first.year <= LAST or not others):
        yield "", year_first
    else:
        yield from others


def _orders(first: str, second: str, last: str) -> Iterator[tuple[Order, Spelled]]:
    a, b, c = int(first), int(second), int(last)
    ways: list[tuple[Order, Spelled]] = [("dmy", Spelled(c, b, a)), ("mdy", Spelled(c, a, b))]
    if len(last) == 2:
        ways.append(("ymd", Spelled(a, b, c)))
    return (way for way in ways if _exists(way[1]))


def _exists(day: Spelled) -> bool:
    """True when the day exists; of an unknown century, in a leap year."""
    if not 1 <= day.month <= 12 or not 1 <= day.day <= 31:
        return False
    try:
        date(day.year if 100 <= day.year <= 9999 else 2000, day.month, day.day)
    except ValueError:
        return False
    return True


def _on_its_day(day: Spelled, written: re.Match[str]) -> Spelled:
    """Midnight in Paris is the evening before in UTC: a time with a zone is the day that it was in Paris.

    Without a zone that evening is midnight too, or some seconds before it as old versions of JavaScript
    counted: nobody is born nor hired at these very hours.
    """
    if not written["hour"] or not 1000 <= day.year < NEVER:
        return day
    hour = int(written["hour"]) % 24 + (12 if (written["half"] or "").lower() == "p" else 0)
    try:
        instant = datetime(*day, hour % 24, int(written["minute"]), tzinfo=UTC)
        if zone := written["zone"]:
            instant -= _ahead_of(zone)
        elif instant.astimezone(clock.PARIS).time() != time() and instant.time() != time(23, 59):
            return day
        there = clock.day_of(instant + timedelta(minutes=1))
    except (ValueError, OverflowError):
        return day
    return Spelled(there.year, there.month, there.day)


def _ahead_of(zone: str) -> timedelta:
    """The time that a zone is ahead of UTC: Z, GMT+0100, -05:00."""
    digits = re.sub("[^0-9]", "", zone).ljust(4, "0")
    return timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if "-" in zone else 1)


def _from_words(text: str) -> dict[Order | Literal[""], Spelled]:
    """25 novembre 2026, 1er mars 90, 3 sept. 2024, Nov 25, 2026: a beginning that only one month has."""
    plain = folded(text)
    if spelled := IN_WORDS.fullmatch(plain):
        day, name, year = spelled.groups()[:3]
    elif spelled := MONTH_IN_WORDS.fullmatch(plain):
        name, day, year = spelled.groups()[:3]
    elif spelled := YEAR_THEN_WORDS.fullmatch(plain):
        year, name, day = spelled.groups()[:3]
    else:
        return {}
    months = {place % 12 + 1 for place, month in enumerate(MONTHS) if month.startswith(name)}
    day_read = Spelled(int(year), months.pop(), int(day)) if len(months) == 1 else None
    return {"": _on_its_day(day_read, spelled)} if day_read and _exists(day_read) else {}


def _from_serial(text: str, is_1904: bool) -> dict[Order | Literal[""], Spelled]:
    """A spreadsheet's day number. The system of 1900 counts a 29 February 1900 that was not."""
    spelled = SERIAL.fullmatch(text)
    if not spelled or (text == spelled[1] and FIRST <= int(text) <= LAST):
        return {}
    number = int(spelled[1]) + (SINCE_1904 if is_1904 else 0)
    if not 1 <= number <= 109_000 or number == 60:
        return {}
    day = date(1899, 12, 31 if number < 60 else 30) + timedelta(days=number)
    return {"": Spelled(day.year, day.month, day.day)}


USUAL: Order = "dmy"
ONE_IN = 10  # to one: with so many cells of an order for each of another, the others are slips
ENOUGH_DATES = 4  # all within the first twelve days of a month: one chance in forty
SAMPLES = 2
UNSETTLED = {"dmy", "mdy"}
PADDED, UNPADDED = re.compile(r"(?<![0-9])0[0-9](?![0-9])"), re.compile(r"(?<![0-9])[1-9](?![0-9])")


class DayColumn(NamedTuple):
    """`words`: its name in a sentence. `kind`: see `day_cells`. `chosen`: the order that the reader said."""

    cells: Collection[str]
    words: str
    kind: Kind
    chosen: str = ""


class Evidence(NamedTuple):
    """`ways`: how many different cells can be read in exactly these orders. `exact`: how many say one day
    whatever the order; `early`: of these, how many are within the first twelve of a month.

    `is_two_hands`: what could be read in two orders is written with zeros, the rest without.
    """

    ways: Counter[frozenset[str]]
    exact: int
    early: int
    is_compact: bool
    is_two_hands: bool


class Days(NamedTuple):
    """`order`: "" where no cell depends on it. `is_sure`: the cells, or somebody, leave no other.
    `doubts`: clauses in French, about every row. `as_likely`: the orders that the cells say as much for.
    """

    order: str
    is_sure: bool
    is_compact: bool = False
    doubts: tuple[str, ...] = ()
    as_likely: frozenset[str] = frozenset()


def decided(columns: Mapping[str, DayColumn], *, is_1904: bool, is_french: bool) -> dict[str, Days]:
    """Each column by itself first; one that says nothing follows the others, which the same hand wrote."""
    alone = {field: _alone(each, evidence_of(each, is_1904)) for field, each in columns.items()}
    sure = {days.order for days in alone.values() if days.is_sure and days.order}
    orders = {}
    for field, days in alone.items():
        is_mute = bool(days.order) and not days.is_sure and not days.doubts
        others = sure & days.as_likely
        if is_mute and len(others) == 1:
            orders[field] = days._replace(order=min(others))
        elif is_mute and (others or not is_french):
            words = f"rien ne dit si {columns[field].words} est en jour/mois ou en mois/jour"
            orders[field] = days._replace(doubts=(words,))
        else:
            orders[field] = days
    return orders


def evidence_of(column: DayColumn, is_1904: bool = False) -> Evidence:
    spelled = dict.fromkeys(one_line(cell) for cell in column.cells if not is_no_date(cell, column.kind))
    is_compact = any(re.fullmatch("[0-9]{6}", cell) and meanings_of(cell) for cell in spelled)
    meanings = {cell: meanings_of(cell, is_1904=is_1904, is_compact=is_compact) for cell in spelled}
    ways = Counter(
        frozenset(map(str, spellings)) for spellings in meanings.values() if spellings and "" not in spellings
    )
    exact = [spellings[""].day for spellings in meanings.values() if "" in spellings]
    in_doubt = [cell.split()[0] for cell, spellings in meanings.items() if spellings.keys() >= UNSETTLED]
    settled = [
        cell.split()[0] for cell, spellings in meanings.items() if len(spellings.keys() & UNSETTLED) == 1
    ]
    is_two_hands = (
        all(map(PADDED.search, in_doubt)) and any(map(UNPADDED.search, settled)) if in_doubt else False
    )
    return Evidence(ways, len(exact), sum(day <= 12 for day in exact), is_compact, is_two_hands)


def reader_of(column: DayColumn, days: Days, *, is_1904: bool, today: date) -> Callable[[str], str]:
    """The function that turns a cell of this column into the day to store, "" for none; it
    raises ValueError.
    """
    order: Any = days.order or USUAL
    read = partial(
        day_of, kind=column.kind, order=order, is_1904=is_1904, is_compact=days.is_compact, today=today
    )
    return lambda typed: "" if is_no_date(typed, column.kind) else read(typed, column.words).isoformat()


def summary_of(column: DayColumn, days: Days) -> dict[str, Any]:
    """The column for `Reading.dates`: two cells that depend on its order, with the order in words."""
    depending = (
        cell
        for cell in dict.fromkeys(map(one_line, column.cells))
        if not is_no_date(cell, column.kind) and not holds_social_number(cell) and "" not in meanings_of(cell)
    )
    samples = [cell for cell, _ in zip(depending, range(SAMPLES), strict=False)]
    words = ORDERS.get(days.order, "")  # type: ignore[call-overload]
    return {"order": days.order, "words": words, "samples": samples, "is_sure": days.is_sure}


def _alone(column: DayColumn, seen: Evidence) -> Days:
    if column.chosen in ORDERS:
        turned = tuple(_turned(column, seen, column.chosen))
        return Days(column.chosen, is_sure=True, is_compact=seen.is_compact, doubts=turned)
    if not seen.ways:
        return Days("", is_sure=True, is_compact=seen.is_compact)
    votes = {order: sum(n for ways, n in seen.ways.items() if order in ways) for order in ORDERS}
    best = max(ORDERS, key=lambda order: (votes[order], order == USUAL))
    as_likely = frozenset(order for order, count in votes.items() if count == votes[best])
    doubts = (*_two_orders(column, seen, best), *_turned(column, seen, best))
    return Days(best, len(as_likely) == 1, seen.is_compact, doubts, as_likely)


def _two_orders(column: DayColumn, seen: Evidence, best: str) -> Iterable[str]:
    against = sum(n for ways, n in seen.ways.items() if best not in ways)
    settled = sum(n for ways, n in seen.ways.items() if not ways >= UNSETTLED)
    if against and against * ONE_IN >= settled - against:
        yield f"{column.words} est écrite tantôt en jour/mois, tantôt en mois/jour"


def _turned(column: DayColumn, seen: Evidence, best: str) -> Iterable[str]:
    """A spreadsheet that expects the other order makes dates of those it can, turned over, and leaves the
    others as text: all of its dates are then of the first twelve days of a month, and no text is.
    """
    is_split = seen.exact and seen.exact == seen.early and any(not ways >= UNSETTLED for ways in seen.ways)
    is_by_chance = any(ways >= UNSETTLED for ways in seen.ways) and seen.exact < ENOUGH_DATES
    if (is_split and not is_by_chance) or (best == "mdy" and seen.is_two_hands):
        yield (
            f"dans la colonne de {column.words}, un tableur semble avoir inversé le jour et le mois"
            " d’une partie des dates"
        )
