"""The convocation as a PDF."""

from dataclasses import asdict, dataclass
from datetime import datetime

from babel.dates import format_datetime

from app.clock import PARIS
from app.employees.questions import VISITS
from app.formats import plural
from app.phones import shown_phone
from app.planning.slot_queries import SlotRow
from app.settings import Settings
from app.typesetting import typeset, typeset_apart

TEMPLATE = "planning/convocation.typ"


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
        phone=shown_phone(row.phone),
        professional=row.professional,
        role=row.role,
        notice_words=notice_words,
    )


def as_pdf(convocation: Convocation) -> bytes:
    """One page, or `typst.TypstError`, also for a state or a colour that is none: never an empty file."""
    return typeset(TEMPLATE, _told(convocation))


async def pdf_of(convocation: Convocation) -> bytes:
    """The same, away from the event loop."""
    return await typeset_apart(TEMPLATE, _told(convocation))


def when_words(starts: datetime) -> str:
    """mardi 1er décembre 2026 à 9 h 30, in Paris; the hour does not break."""
    local = starts.astimezone(PARIS)
    number = "'1er'" if local.day == 1 else "d"
    pattern = f"EEEE {number} MMMM y 'à'\N{NO-BREAK SPACE}H\N{NO-BREAK SPACE}'h'\N{NO-BREAK SPACE}mm"
    return format_datetime(local, pattern, locale="fr")


def _told(convocation: Convocation) -> dict[str, str]:
    return {name: value for name, value in asdict(convocation).items() if isinstance(value, str)} | {
        "when": when_words(convocation.starts),
        "duration": _duration(convocation.minutes),
        "accessibility": _accessibility(convocation.is_accessible),
    }


def _duration(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    if not hours:
        return plural(left, "minute")
    return f"{hours} h {left:02}" if left else plural(hours, "heure")


def _accessibility(is_accessible: bool) -> str:
    if is_accessible:
        return "Locaux accessibles aux personnes à mobilité réduite."
    return "Locaux difficiles d’accès en fauteuil roulant : prévenez avant de venir."
