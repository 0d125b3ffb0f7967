"""The convocation as a PDF that screen readers read too (PDF/UA-1), drawn by Typst in a thread of its own."""

import asyncio
import json
import re
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import typst
from babel.dates import format_datetime

from app.clock import PARIS
from app.employees.questions import VISITS
from app.formats import french_spaces, phone, plural
from app.planning.slot_queries import SlotRow
from app.settings import Settings

TEMPLATE = Path(__file__).parent.parent.parent / "templates" / "planning" / "convocation.typ"
STANDARD = "ua-1"
LONGEST = 300  # characters of one field, so that the smallest size holds them all on the page
MISSING = "□"
# Letters of which the fonts within Typst have every weight.
USUAL = re.compile(r"[ -~\u00a0-\u00ac\u00ae-\u017f’‘“”«»–—…€\u202f]*")
PROBE = b'#set document(title: "?")\n#for weight in (400, 600, 700) { text(weight: weight, sys.inputs.data) }'
_mine = threading.local()
_thread = ThreadPoolExecutor(1, "typst")


@dataclass(frozen=True, slots=True)
class Convocation:
    """What the letter says, as it is read. `state`: "", "changed" or "cancelled"."""

    service_name: str
    service_address: str
    service_phone: str
    service_email: str
    color: str
    state: str
    employee: str
    company: str
    kind: str
    starts: datetime
    minutes: int
    centre: str
    address: str
    access: str
    is_accessible: bool
    phone: str
    professional: str
    role: str
    notice_words: str


def convocation_of(row: SlotRow, settings: Settings, state: str, notice_words: str) -> Convocation:
    """The letter of a slot that calls somebody: an open slot calls nobody, and is a ValueError."""
    if not row.name:
        raise ValueError(f"slot {row.id} calls nobody")
    return Convocation(
        service_name=settings.service_name,
        service_address=settings.service_address,
        service_phone=settings.service_phone,
        service_email=settings.service_email,
        color=settings.service_color,
        state=state,
        employee=row.name,
        company=f"{row.company} (code adhérent {row.code})",
        kind=VISITS[row.kind],
        starts=row.starts,
        minutes=row.minutes,
        centre=row.centre,
        address=f"{row.address}, {row.postcode} {row.town}",
        access=row.access,
        is_accessible=row.is_accessible,
        phone=phone(row.phone),
        professional=row.professional,
        role=row.role,
        notice_words=notice_words,
    )


async def pdf_of(convocation: Convocation) -> bytes:
    """`as_pdf` away from the event loop, one at a time. Typst lets go of the interpreter while it works."""
    return await asyncio.get_running_loop().run_in_executor(_thread, as_pdf, convocation)


def as_pdf(convocation: Convocation) -> bytes:
    """One page, or `typst.TypstError`, also for a state or a colour that is none: never an empty file."""
    told = {name: value for name, value in asdict(convocation).items() if isinstance(value, str)} | {
        "when": when_words(convocation.starts),
        "duration": _duration(convocation.minutes),
        "accessibility": _accessibility(convocation.is_accessible),
    }
    return _compiled(TEMPLATE, json.dumps({name: _drawable(words) for name, words in told.items()}))


def when_words(starts: datetime) -> str:
    """mardi 1er décembre 2026 à 9 h 30, in Paris; the hour does not break."""
    local = starts.astimezone(PARIS)
    number = "'1er'" if local.day == 1 else "d"
    pattern = f"EEEE {number} MMMM y 'à'\N{NO-BREAK SPACE}H\N{NO-BREAK SPACE}'h'\N{NO-BREAK SPACE}mm"
    return format_datetime(local, pattern, locale="fr")


def _duration(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    if not hours:
        return plural(left, "minute")
    return f"{hours} h {left:02}" if left else plural(hours, "heure")


def _accessibility(is_accessible: bool) -> str:
    if is_accessible:
        return "Locaux accessibles aux personnes à mobilité réduite."
    return "Locaux difficiles d’accès en fauteuil roulant : prévenez avant de venir."


def _drawable(words: str) -> str:
    """The words that PDF/UA accepts: what is not seen (controls, changes of direction) goes, and a letter
    that no font within Typst has becomes a box.
    """
    spaced = french_spaces(" ".join(words[: 2 * LONGEST].split()))
    seen = "".join(each for each in unicodedata.normalize("NFC", spaced) if _is_seen(each))
    cut = seen if len(seen) <= LONGEST else seen[: LONGEST - 1] + "…"
    if USUAL.fullmatch(cut):
        return cut
    return "".join(letter if _has_glyph(letter) else MISSING for letter in _letters(cut))


def _is_seen(character: str) -> bool:
    is_variation = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return not is_variation and unicodedata.category(character)[0] != "C"


def _letters(words: str) -> list[str]:
    """Each with the marks on it, which one font must have too."""
    letters: list[str] = []
    for each in words:
        if letters and unicodedata.category(each).startswith("M"):
            letters[-1] += each
        else:
            letters.append(each)
    return letters


@lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    """Asked of Typst itself: PDF/UA refuses what would be drawn as nothing."""
    if USUAL.fullmatch(letter):
        return True
    try:
        _compiled(PROBE, letter)
    except typst.TypstError:
        return False
    return True


def _compiled(source: Path | bytes, data: str) -> bytes:
    """One compiler for each thread, which is not to be shared: it has read the fonts and the template."""
    if not hasattr(_mine, "compiler"):
        _mine.compiler = typst.Compiler(root=TEMPLATE.parent, ignore_system_fonts=True)
    made = _mine.compiler.compile(
        input=source, format="pdf", sys_inputs={"data": data}, pdf_standards=[STANDARD]
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{source!r} gave no PDF")
    return made
