"""A DSN, the monthly statement of the payroll (norm P26V01): its declarations and their people.

The file is gone through line by line, as it comes. Only the rubrics of `READ` are ever kept: never
the number of the Sécurité sociale (30.001), a disability (40.072), a reason of departure (62.002) or a pay.
"""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.employee_files.decoding import decoded_once, guessed_text
from app.employee_files.rows import Unreadable
from app.text.counts import plural, thousands
from db.numbers import is_digits

# First rubric of each block, and what is read in it. The rest of the norm is skipped, whatever it may become.
READ = {
    b"S10.G00.00": {b"005": "test", b"006": "norm"},
    b"S20.G00.05": {
        b"001": "nature",
        b"002": "kind",
        b"003": "fraction",
        b"005": "month",
        b"007": "made",
        b"008": "scope",
    },
    b"S21.G00.06": {b"001": "siren"},
    b"S21.G00.11": {b"001": "nic"},
    b"S21.G00.30": {
        b"002": "birth_name",
        b"003": "usual_name",
        b"004": "first_names",
        b"005": "sex",
        b"006": "birth_on",
        b"018": "email",
        b"019": "staff_number",
    },
    b"S21.G00.40": {
        b"001": "start",
        b"004": "pcs",
        b"006": "job",
        b"007": "nature",
        b"008": "scheme",
        b"009": "number",
        b"010": "planned_end",
        b"014": "hours",
        b"019": "workplace",
    },
    b"S21.G00.62": {b"001": "end"},
    b"S90.G00.90": {b"001": "count"},
}
SKIPPED = b"."  # what a sieve leaves of a line that is not read, so that the lines can still be counted
BETWEEN_FILES = (b"\x1a", codecs.BOM_UTF8)  # what several files put end to end leave between two
LONGEST = 64 * 1024  # bytes of one line: what is longer is no line of a DSN, and is not kept


class Lines:
    """Pieces in, whole lines out, without their ends: in UTF-8 when the file is in UTF-16, else untouched."""

    def __init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._is_begun = False
        self._rest = b""

    def feed(self, piece: bytes, *, is_last: bool = False) -> list[bytes]:
        if not self._is_begun:
            self._is_begun = True
            self._decoder = _decoder(piece)
        if self._decoder:
            piece = self._decoder.decode(piece, is_last).lstrip("\ufeff").encode(errors="replace")
        text = self._rest + piece
        for mark in BETWEEN_FILES:
            text = text.replace(mark, b"") if mark in text else text
        # A carriage return may be the first half of an end of line.
        held = b"\r" if text.endswith(b"\r") and not is_last else b""
        text = text.removesuffix(held)
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        self._rest = (rest if len(rest) <= LONGEST else b"") + held
        return [*lines, rest] if is_last and rest else lines


class Sieve:
    """A DSN as it arrives, without the number of the Sécurité sociale, the pay nor anything else that is not
    read: a tenth of the bytes, every line still in its place.
    """

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, piece: bytes, *, is_last: bool = False) -> bytes:
        """These bytes without the lines left out, in whole lines."""
        kept = [self._kept(line) for line in self._lines.feed(piece, is_last=is_last)]
        return b"\n".join([*kept, b""]) if kept else b""

    @staticmethod
    def _kept(line: bytes) -> bytes:
        read = READ.get(line[:10])
        if read is None:
            return SKIPPED if line[:1] == b"S" or line == SKIPPED else b""
        return line if line[11:14] in read else line[:14] + b",''" if parts_of(line) else b""


def parts_of(line: bytes) -> tuple[bytes, bytes] | None:
    """`S21.G00.30.002,'LE GALL'` → its rubric and its value; None when it was torn."""
    trimmed = line.rstrip(b" \t\x1a\0")
    if len(trimmed) < 17 or trimmed[14:16] != b",'" or trimmed[-1:] != b"'":
        return None
    return trimmed[:14], trimmed[16:-1]


def value_of(raw: bytes) -> str:
    """The text of a value. Bytes that are not UTF-8 are Windows-1252, of which the norm's ISO-8859-1 is a
    part, unless another encoding alone makes them look French.
    """
    try:
        text = decoded_once(raw.decode())
    except UnicodeDecodeError:
        text = guessed_text(raw)
    return text.replace("''", "'").strip()


def _decoder(start: bytes) -> codecs.IncrementalDecoder | None:
    """The decoder of UTF-16, which a DSN shows by a mark or by the zero beside its first letter."""
    if start.startswith(codecs.BOM_UTF16_LE) or start[1:2] == b"\0":
        return codecs.getincrementaldecoder("utf-16-le")(errors="replace")
    if start.startswith(codecs.BOM_UTF16_BE) or start[:1] == b"\0":
        return codecs.getincrementaldecoder("utf-16-be")(errors="replace")
    return None


AGAIN = "Exportez-la à nouveau depuis votre logiciel de paie."
TOO_LONG = "Envoyez plutôt votre liste en tableur, en plusieurs fois."
SENDING, DECLARATION, COMPANY, PLACE = b"S10.G00.00", b"S20.G00.05", b"S21.G00.06", b"S21.G00.11"
PERSON, CONTRACT, END, COUNT = b"S21.G00.30", b"S21.G00.40", b"S21.G00.62", b"S90.G00.90"
MOST_BLOCKS = 60_000  # people and contracts, in memory at once


@dataclass(slots=True)
class DeclaredPerson:
    """A block of somebody, with what its contracts say. `siret`: the establishment that declares them."""

    line: int
    siret: str
    said: dict[str, str] = field(default_factory=dict)
    contracts: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Declaration:
    """Lines of one declaration: those of the file that it came in (`sent`) and its own (`said`), by the names
    of `READ`.
    """

    sent: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)
    people: list[DeclaredPerson] = field(default_factory=list)

    @property
    def month(self) -> str:
        """01112026 → 2026-11; "" when it is not said."""
        return _day(self.said.get("month", ""))[:7]

    @property
    def when(self) -> tuple[str, str]:
        """The order of two declarations: the month, then the day of making."""
        made = _day(self.said.get("made", ""))
        return self.month or made[:7], made


def declarations_of(pieces: Iterable[bytes]) -> list[Declaration]:
    """The declarations of all the sendings in the bytes, end to end.

    `Unreadable` when one was cut or altered: each says itself how many lines it has.
    """
    lines, walk = Lines(), _Walk()
    for piece in pieces:
        walk.through(lines.feed(piece))
    walk.through(lines.feed(b"", is_last=True))
    walk.check_count()
    return walk.found


class _Walk:
    """The place of the reading in the tree, which only the order of the lines makes."""

    def __init__(self) -> None:
        self.found: list[Declaration] = []
        self._line = self._count = self._blocks = 0
        self._kind = self._rubric = b""
        self._sent: dict[str, str] = {}
        self._place: dict[str, str] = {}
        self._last: dict[str, str] = {}
        # Where what is read of each block goes; a block that has nobody to belong to goes nowhere.
        self._into: dict[bytes, dict[str, str]] = {COMPANY: self._place, PLACE: self._place}
        self._begin = {
            SENDING: self._begin_sending,
            DECLARATION: self._begin_declaration,
            PERSON: self._begin_person,
            CONTRACT: self._begin_contract,
        }

    def through(self, lines: list[bytes]) -> None:
        """Nine lines in ten are only counted: hence no call for them."""
        number, count, last = self._line, 0, self._kind
        for number, line in enumerate(lines, number + 1):  # noqa: B020
            kind = line[:10]
            if kind in READ:
                self._line = number
                self._count, count = self._count + count, 0
                self._step(kind, line, is_new=kind != last)
                last = kind
            elif line[:1] == b"S" or line == SKIPPED:
                count += 1
                last = b""
        self._line, self._count, self._kind = number, self._count + count, last

    def _step(self, kind: bytes, line: bytes, *, is_new: bool) -> None:
        parts = parts_of(line)
        if not parts:
            return  # not counted either: the count will say that the file was altered
        rubric, raw = parts
        # A block that comes again starts with a rubric that is not after the last one.
        if (is_new or rubric <= self._rubric) and (begin := self._begin.get(kind)):
            begin()
        self._rubric = rubric
        self._count += 1
        into, name = self._into.get(kind), READ[kind].get(rubric[11:])
        if into is not None and name:
            into[name] = value_of(raw)

    def _begin_sending(self) -> None:
        if self._count:
            self.check_count()
        self._count, self._sent, self._last = 0, {}, {}
        self._place = {}
        self._into = {
            SENDING: self._sent, COUNT: self._last, COMPANY: self._place, PLACE: self._place
        }  # fmt: skip

    def _begin_declaration(self) -> None:
        self.found.append(Declaration(self._sent))
        self._into[DECLARATION] = self.found[-1].said
        for kind in (PERSON, CONTRACT, END):
            self._into.pop(kind, None)

    def _begin_person(self) -> None:
        if DECLARATION not in self._into:
            self._begin_declaration()
        self._held()
        siret = self._place.get("siren", "") + self._place.get("nic", "")
        self.found[-1].people.append(DeclaredPerson(self._line, siret))
        self._into[PERSON] = self.found[-1].people[-1].said
        self._into.pop(CONTRACT, None)
        self._into.pop(END, None)

    def _begin_contract(self) -> None:
        if PERSON in self._into:
            self._held()
            contract: dict[str, str] = {}
            self.found[-1].people[-1].contracts.append(contract)
            self._into[CONTRACT] = self._into[END] = contract

    def _held(self) -> None:
        self._blocks += 1
        if self._blocks > MOST_BLOCKS:
            raise Unreadable(
                f"Cette DSN compte plus de {thousands(MOST_BLOCKS)} salariés et contrats. {TOO_LONG}"
            )

    def check_count(self) -> None:
        declared = self._last.get("count", "")
        if not is_digits(declared):
            raise Unreadable(
                "La DSN est coupée : sa dernière ligne, qui compte les autres, manque"
                f" ({plural(self._count, 'ligne lue', 'lignes lues')}). {AGAIN}"
            )
        if (announced := int(declared[:12])) != self._count:
            raise Unreadable(
                f"La DSN est incomplète ou a été modifiée : elle annonce {plural(announced, 'ligne')}"
                f" et en compte {thousands(self._count)}. {AGAIN}"
            )


def _day(written: str) -> str:
    """01112026 → 2026-11-01; "" for anything else."""
    spelled = re.fullmatch(r"([0-9]{2})(0[1-9]|1[0-2])([0-9]{4})", written)
    return f"{spelled[3]}-{spelled[2]}-{spelled[1]}" if spelled else ""
