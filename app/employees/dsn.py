"""A DSN, the monthly statement of the payroll (norm P26V01): its people, from the few lines that are read.

The file is gone through line by line. Only the rubrics listed here are ever kept: never the number of the
Sécurité sociale (30.001), a disability (40.072), a reason of departure (62.002) or a pay.
"""

import io
import re
from dataclasses import dataclass, field

from app.employees.reading import Unreadable
from app.formats import plural, thousands
from db.numbers import is_digits

NORM = "P26V01"
MONTHLY = "01"
AGAIN = "Exportez-la à nouveau depuis votre logiciel de paie."
# Where each rubric that is read goes. The rest of the norm is skipped, whatever it may become.
OF_PERSON = {
    "S21.G00.30.002": "birth_name",
    "S21.G00.30.003": "usual_name",
    "S21.G00.30.004": "first_names",
    "S21.G00.30.005": "sex",
    "S21.G00.30.006": "birth_on",
    "S21.G00.30.018": "email",
    "S21.G00.30.019": "staff_number",
}
OF_CONTRACT = {
    "S21.G00.40.001": "start",
    "S21.G00.40.004": "pcs",
    "S21.G00.40.006": "job",
    "S21.G00.40.007": "nature",
    "S21.G00.40.008": "scheme",
    "S21.G00.40.010": "planned_end",
    "S21.G00.40.014": "hours",
    "S21.G00.40.019": "workplace",
    "S21.G00.62.001": "end",
}
OF_FILE = {
    "S10.G00.00.006": "norm",
    "S20.G00.05.001": "nature",
    "S20.G00.05.005": "month",
    "S21.G00.06.001": "siren",
    "S21.G00.11.001": "nic",
    "S90.G00.90.001": "count",
}
READ = {rubric.encode() for rubric in (*OF_PERSON, *OF_CONTRACT, *OF_FILE)}
LINE = re.compile(rb"(S[0-9]{2}\.G[0-9]{2}\.[0-9]{2}\.[0-9]{3}),'(.*)'")
PERSON, CONTRACT = "S21.G00.30", "S21.G00.40"


@dataclass(slots=True)
class Person:
    """Somebody in the file, with what the contracts say. `siret`: the establishment that declares them."""

    line: int
    siret: str
    said: dict[str, str] = field(default_factory=dict)
    contracts: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Statement:
    """`month`: 2026-11, or "" when the file does not say it. `notes`: sentences in French."""

    month: str = ""
    notes: list[str] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)


def statement_of(content: bytes) -> Statement:
    """The whole file, or `Unreadable` when it was cut or altered: it says itself how many lines it has."""
    walk = _Walk()
    for line, raw in enumerate(io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")), 1):
        spelled = LINE.fullmatch(raw.strip())
        if spelled:
            walk.step(line, spelled[1], spelled[2])
    walk.check_count()
    return Statement(_month(walk.said.get("month", "")), walk.notes(), walk.people)


class _Walk:
    """Where the reading is in the tree, which only the order of the lines makes."""

    def __init__(self) -> None:
        self.count = 0
        self.last = ""
        self.said: dict[str, str] = {}
        self.natures: set[str] = set()
        self.people: list[Person] = []

    def step(self, line: int, raw_rubric: bytes, raw_value: bytes) -> None:
        self.count += 1
        rubric = raw_rubric.decode()
        # A block that comes again starts with a rubric that is not after the last one.
        is_new = rubric[:10] != self.last[:10] or rubric <= self.last
        self.last = rubric
        if is_new and rubric.startswith(PERSON):
            self.people.append(Person(line, self.said.get("siren", "") + self.said.get("nic", "")))
        elif is_new and rubric.startswith(CONTRACT) and self.people:
            self.people[-1].contracts.append({})
        if raw_rubric in READ:
            self._keep(rubric, _value(raw_value))

    def _keep(self, rubric: str, value: str) -> None:
        if rubric in OF_FILE:
            self.said[OF_FILE[rubric]] = value
            if rubric == "S20.G00.05.001":
                self.natures.add(value)
        elif rubric in OF_PERSON and self.people:
            self.people[-1].said[OF_PERSON[rubric]] = value
        elif rubric in OF_CONTRACT and self.people and self.people[-1].contracts:
            self.people[-1].contracts[-1][OF_CONTRACT[rubric]] = value

    def check_count(self) -> None:
        declared = self.said.get("count", "")
        if not is_digits(declared):
            raise Unreadable(
                "La DSN est coupée : sa dernière ligne, qui compte les autres, manque"
                f" ({plural(self.count, 'ligne lue', 'lignes lues')}). {AGAIN}"
            )
        if (said := int(declared[:12])) != self.count:
            raise Unreadable(
                f"La DSN est incomplète ou a été modifiée : elle annonce {plural(said, 'ligne')}"
                f" et en compte {thousands(self.count)}. {AGAIN}"
            )

    def notes(self) -> list[str]:
        norm, notes = self.said.get("norm", "")[:20], []
        if norm != NORM:
            which = f"suit la norme « {norm} »" if norm else "ne dit pas quelle norme elle suit"
            notes.append(f"Cette DSN {which} ; le portail connaît {NORM} : relisez ce qui a été lu.")
        if self.natures != {MONTHLY}:
            notes.append("Cette DSN n’est pas une déclaration mensuelle : relisez ce qui a été lu.")
        return notes


def _value(raw: bytes) -> str:
    """The norm is in ISO-8859-1. Some software writes UTF-8, which no ISO-8859-1 name looks like."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("''", "'").strip()


def _month(written: str) -> str:
    """01112026 → 2026-11"""
    spelled = re.fullmatch(r"[0-9]{2}(0[1-9]|1[0-2])([0-9]{4})", written)
    return f"{spelled[2]}-{spelled[1]}" if spelled else ""
