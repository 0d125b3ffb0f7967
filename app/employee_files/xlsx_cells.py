"""The cells of a sheet of a workbook, as the text that they show."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder, XMLParser
from xml.parsers import expat

from app.employee_files.spreadsheet import WIDEST
from app.text.cells import LITERAL
from db.numbers import is_digits

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ECMA-376, 22.9.2.19: a carriage return is _x000D_
# Formats that have a number and no words in the file (ECMA-376, 18.8.30): dates, then percentages.
DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
PERCENTS = {9, 10}
# Of a format, what is shown as it stands, in quotes or after a backslash; then what is not shown.
LITERALS = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
TOKEN = re.compile(LITERALS.pattern + "|[0#?]|.", re.DOTALL)
THOUSANDS = re.compile("#[, \xa0]##0")
BARE = set(" -/()+:°")  # shown as they are without quotes
SINCE = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001
BOOLEANS = {"1": "VRAI", "true": "VRAI", "0": "FAUX", "false": "FAUX"}


class NoDoctype(TreeBuilder):
    """A parser for a part of a workbook, which never declares anything."""

    def doctype(self, *_: Any) -> None:
        _refuse()


def _refuse(*_: Any) -> None:
    raise ValueError("a part of a workbook declares no entities")


def parsed(xml: bytes) -> Element:
    """The tree of a small part; an empty one when there is no such part."""
    if not xml:
        return Element("none")
    parser = XMLParser(target=NoDoctype())  # noqa: S314
    parser.feed(xml)
    root: Element = parser.close()
    return root


def local(name: str) -> str:
    """The name without its namespace, which the strict kind of workbook changes, or its prefix."""
    return re.split("[}:]", name)[-1]


class Reader(ABC):
    """A reader of the XML of a large part, as its pieces are unpacked.

    `heard`: the text since an element last began or ended. `names`: these, without their namespace.
    `is_aside`: within what tells how a text is pronounced.
    """

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.names: dict[str, str] = {}
        self.is_aside = False
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._hear
        self.parser.StartDoctypeDeclHandler = _refuse

    def _hear(self, text: str) -> None:
        self.heard.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        short = self.names.get(name) or self.names.setdefault(name, local(name))
        if short == "rPh":
            self.is_aside = True
        self.begun(short, attributes)
        self.heard.clear()

    def _end(self, name: str) -> None:
        short = self.names[name]
        if short == "rPh":
            self.is_aside = False
        self.ended(short)
        self.heard.clear()

    @abstractmethod
    def begun(self, name: str, attributes: dict[str, str]) -> None:
        """An element of this name begins."""

    @abstractmethod
    def ended(self, name: str) -> None:
        """An element of this name ends."""


class StringReader(Reader):
    """The texts that cells name by their place, each of one or several runs."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        piece = b""
        for piece in pieces:
            self.parser.Parse(piece, False)
        if piece:  # a workbook without a text has no such part
            self.parser.Parse(b"", True)

    def begun(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self.text = ""

    def ended(self, name: str) -> None:
        if name == "t" and not self.is_aside:
            self.text += "".join(self.heard)
        elif name == "si":
            self.found.append(unescaped(self.text))


def unescaped(text: str) -> str:
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class Styles:
    """The display of a number, by the place of the cell's style in the file."""

    def __init__(self, xml: bytes, *, is_1904: bool) -> None:
        root = parsed(xml)
        named = {
            each.get("numFmtId", ""): each.get("formatCode", "")
            for each in root.iter()
            if local(each.tag) == "numFmt"
        }
        cells = (each for each in root if local(each.tag) == "cellXfs")
        self.formats = [_format_of(each.get("numFmtId", ""), named) for group in cells for each in group]
        self.is_1904 = is_1904
        self.shown = lru_cache(maxsize=50_000)(self._shown)

    def _shown(self, stored: str, style: str) -> str:
        """12345.0 is 12345; 0.8 shown as a percentage is 80 %; 7 shown as 00000 is 00007."""
        number = float(stored)
        pattern = self.formats[int(style)] if style and int(style) < len(self.formats) else ""
        if not math.isfinite(number):
            return stored
        if "[h" in pattern.lower():
            return f"{int(number * 24)}h{round(number * 1440) % 60:02}"
        if is_date(pattern):
            return self._moment(number)
        if "%" in pattern:
            return f"{number * 100:.10g} %"
        return in_format(int(number), pattern) if number == int(number) else f"{number:.15g}"

    def _moment(self, number: float) -> str:
        """Zero is no day, but an empty cell that a formula or a query filled. 1900 had no 29 February."""
        if 0 <= number < 1 and not self.is_1904:
            return ""
        shift = 1 if number < 60 and not self.is_1904 else 0
        try:
            moment = SINCE[self.is_1904] + timedelta(int(number) + shift, minutes=round(number % 1 * 1440))
        except OverflowError:
            return f"{number:.15g}"
        is_day = not (moment.hour or moment.minute or moment.second)
        return moment.date().isoformat() if is_day else moment.isoformat()


def _format_of(number: str, named: dict[str, str]) -> str:
    if number in named:
        return named[number]
    code = int(number) if is_digits(number) else 0
    return "yyyy" if code in DATES else "0%" if code in PERCENTS else ""


@lru_cache(maxsize=1_000)
def is_date(pattern: str) -> bool:
    """True when the format shows a year, a month or a day: in a file, these are always in English."""
    return bool(re.search("[ymdYMD]", LITERALS.sub("", pattern.partition(";")[0])))


def in_format(number: int, shown_as: str) -> str:
    """7 shown as `"M"000` is M007; a number with decimals or thousands is shown without them."""
    pattern = shown_as.partition(";")[0].replace("General", "0")
    tokens = [match[0] for match in TOKEN.finditer(pattern)]
    places = [token for token in tokens if token in "0#?"]
    is_odd = any(len(token) == 1 and token not in BARE and token not in "0#?" for token in tokens)
    if number < 0 or not places or is_odd or THOUSANDS.search(pattern):
        return str(number)
    least = len(places) - places.index("0") if "0" in places else 0
    return _filled(str(number).zfill(least), tokens)


def _filled(digits: str, tokens: list[str]) -> str:
    """The digits in their places, from the right; those that have no place stand at the first one."""
    left = len([token for token in tokens if token in "0#?"])
    filled = []
    for token in reversed(tokens):
        if token in "0#?":
            left -= 1
            taken = digits if not left else digits[-1:]
            digits = digits[: len(digits) - len(taken)]
            filled.append(taken)
        else:
            literal = LITERALS.fullmatch(token)
            filled.append(token if not literal else literal[1] or literal[2] or "")
    return "".join(reversed(filled)).strip()


class SheetReader(Reader):
    """The rows of one sheet, from the pieces of its XML, as these are unpacked."""

    def __init__(self, strings: list[str], styles: Styles) -> None:
        super().__init__()
        self.strings, self.styles = strings, styles
        self.found: list[tuple[int, list[str]]] = []
        self.line, self.cells, self.place = 0, [""], -1
        self.kind = self.style = ""
        self.said: dict[str, str] = {}
        self.columns: dict[str, int] = {}

    def rows(self, pieces: Iterable[bytes]) -> Iterator[tuple[int, list[str]]]:
        """Each row with its line, from 1."""
        for piece in pieces:
            self.parser.Parse(piece, False)
            yield from self.found
            self.found.clear()
        self.parser.Parse(b"", True)
        yield from self.found

    def begun(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.kind, self.style = attributes.get("t", ""), attributes.get("s", "")
            self.place = self._column(attributes.get("r", ""))
            self.said = {}
        elif name == "row":
            self.line = int(attributes.get("r", 0)) or self.line + 1
            self.cells, self.place = [], -1

    def _column(self, reference: str) -> int:
        """The column from 0; the one after the last for a cell that does not say it."""
        letters = reference.rstrip("0123456789")
        if not letters:
            return self.place + 1
        if letters not in self.columns:
            number = 0
            for letter in letters.upper():
                number = number * 26 + ord(letter) - ord("A") + 1
            self.columns[letters] = number - 1
        return self.columns[letters]

    def ended(self, name: str) -> None:
        if name in {"v", "t", "f"}:
            if not self.is_aside:
                self.said[name] = self.said.get(name, "") + "".join(self.heard)
        elif name == "c" and self.said and 0 <= self.place < WIDEST:
            self.cells += [""] * (self.place - len(self.cells))
            self.cells[self.place :] = [self._text(self.said)]
        elif name == "row":
            self.found.append((self.line, self.cells))

    def _text(self, attributes: dict[str, str]) -> str:
        """The text that the cell shows. A formula is only « = »: nobody typed its last result."""
        if "f" in attributes:
            return f"={attributes['f']}" if LITERAL.fullmatch(f"={attributes['f']}") else "="
        stored = attributes.get("v", "")
        if not self.kind or self.kind == "n":
            return self.styles.shown(stored, self.style) if stored else ""
        if self.kind == "b":
            return BOOLEANS.get(stored, stored)
        if self.kind == "d":
            return stored.removesuffix("T00:00:00")
        text = self.strings[int(stored)] if self.kind == "s" else unescaped(attributes.get("t", stored))
        return f"'{text}" if text.startswith("=") and not LITERAL.fullmatch(text) else text
