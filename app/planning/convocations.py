"""The convocation as a PDF, and the mails that carry it.

It is drawn when its mail leaves: the outbox keeps its words, Typst makes the PDF/UA in a thread of its own, a
tenth of the time allowed, and a retry draws the same letter. Mails about an appointment never say why it is
off. Revisit for letters with pictures.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from app.access import Access
from app.appointments.staff import news_recipients
from app.clock import PARIS
from app.files.typesetting import typeset_apart
from app.follow_up.words import VISITS
from app.mail.letters import File
from app.mail.outbox import queue_mail
from app.planning.ics import invitation_of, source_of
from app.planning.queries import SlotRow
from app.planning.rules import notice_for
from app.planning.views import notice_words
from app.settings import Settings
from app.text.counts import plural
from app.text.formats import DAYS, moment
from app.text.phones import phone_words
from db.models import Account, Company, CompanyContact, ContactKind, NoticeKind, SlotState, VisitNotice

TEMPLATE = "planning/convocation.typ"


@dataclass(frozen=True, slots=True)
class Convocation:
    """The words of the letter. `state`: "", "changed" or "cancelled"."""

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
    file: str = "convocation"  # the stem of its name


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
        kind=VISITS.true(row.kind),
        starts=row.starts,
        minutes=row.minutes,
        centre=row.centre,
        address=f"{row.address}, {row.postcode} {row.town}",
        access=row.access,
        is_accessible=row.is_accessible,
        phone=phone_words(row.phone),
        professional=row.professional,
        role=row.role,
        notice_words=notice_words,
    )


async def pdf_of(convocation: Convocation) -> bytes:
    """One page, or `Undrawn`, also for a state or a colour that is none: never an empty file."""
    return await typeset_apart(TEMPLATE, _letter_words(convocation))


def when_words(starts: datetime) -> str:
    """mardi 1er décembre 2026 à 9 h 30, in Paris; the hour does not break."""
    local = starts.astimezone(PARIS)
    return f"{DAYS[local.weekday()]} {moment(local)}"


def _letter_words(convocation: Convocation) -> dict[str, str]:
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


# The convocation that goes with a mail: kept in the outbox as plain text, drawn when the mail leaves.


def context_of(convocation: Convocation) -> dict[str, Any]:
    """The values that the outbox stores."""
    return asdict(convocation) | {"starts": convocation.starts.isoformat()}


async def draw(kept: dict[str, Any], _settings: Settings) -> File:
    """The PDF joined to the mail of this convocation."""
    convocation = Convocation(**kept | {"starts": datetime.fromisoformat(kept["starts"])})
    return f"{convocation.file}.pdf", await pdf_of(convocation), "application/pdf"


async def draw_event(kept: dict[str, str], _settings: Settings) -> File:
    """The same appointment for a calendar: who is called has no account here to follow it."""
    media_type = f"text/calendar; method={kept['method']}; charset=utf-8"
    return kept["name"], kept["content"].encode(), media_type


def _event(
    row: SlotRow, kind: NoticeKind, recipient: str, settings: Settings, now: datetime
) -> dict[str, str]:
    if kind == NoticeKind.CANCELLED:  # the row is the appointment as it was mailed
        row = row._replace(state=SlotState.CANCELLED, sequence=row.sequence + 1, updated_at=now)
    method, content = invitation_of(row, source_of(settings), recipient, with_names=not row.email)
    return {"name": f"{file_stem(row, kind)}.ics", "method": method, "content": content.decode()}


def file_stem(row: SlotRow, kind: NoticeKind) -> str:
    """convocation-2026-03-11-7: several are kept in one folder; what is off is not taken for what holds."""
    return f"{STEMS.get(kind, 'convocation')}-{row.starts:%Y-%m-%d}-{row.id}"


# Convocations and what follows them, by mail.

STATES = {NoticeKind.CHANGED: "changed", NoticeKind.CANCELLED: "cancelled"}
STEMS = {NoticeKind.CHANGED: "nouvelle-convocation", NoticeKind.CANCELLED: "annulation"}


async def send_convocation(access: Access, row: SlotRow, now: datetime) -> None:
    """The convocation of a confirmed appointment."""
    await _send(access, row, NoticeKind.SUMMONS, now)


async def notify_change(access: Access, row: SlotRow, now: datetime) -> None:
    """Mail the new state of an appointment that was moved, to the recipients of its convocation."""
    if await was_called(access, row):
        await _send(access, row, NoticeKind.CHANGED, now)


async def notify_cancellation(access: Access, before: SlotRow, now: datetime) -> None:
    """Mail that it does not take place, or not with this person. `before`: the appointment as
    it was mailed.
    """
    if await was_called(access, before):
        await _send(access, before, NoticeKind.CANCELLED, now)


async def notify_answerer(access: Access, before: SlotRow, after: SlotRow | None, now: datetime) -> None:
    """Mail the employer: the service moved (`after`) or withdrew an appointment that they had confirmed."""
    if before.state != SlotState.CONFIRMED:
        return
    for email in await news_recipients(access, before.company_id, before.answered_by, now):
        queue_mail(
            access, "slot_changed", email, now, code=before.code, company=f"{before.code} - {before.company}",
            person=before.name, before=when_words(before.starts), slot_id=before.id,
            after=f"{when_words(after.starts)}, {after.place}" if after else "",
        )  # fmt: skip


async def send_reminder(access: Access, row: SlotRow, kind: NoticeKind, now: datetime) -> None:
    await _send(access, row, kind, now)


async def was_called(access: Access, row: SlotRow) -> bool:
    """True when this person was notified of this appointment, and not yet of its end."""
    if row.employee_id is None:
        return False
    sent = select(VisitNotice.kind).where(
        VisitNotice.company_id == row.company_id, VisitNotice.slot_id == row.id,
        VisitNotice.employee_id == row.employee_id,
    )  # fmt: skip
    kinds = await access.all(sent.order_by(col(VisitNotice.id).desc()).limit(1))
    return bool(kinds) and kinds[0] != NoticeKind.CANCELLED


async def _send(access: Access, row: SlotRow, kind: NoticeKind, now: datetime) -> None:
    if row.employee_id is None:
        return
    recipient = row.email or await _employer_address(access, row)
    if not recipient:
        return
    convocation = _convocation_now(access, row, kind, now)
    mail = queue_mail(
        access, "convocation", recipient, now, kind=str(kind), to_employee=bool(row.email),
        convocation=context_of(convocation), when=when_words(row.starts),
        event=_event(row, kind, recipient, access.portal.settings, now),
        counted_as="convocation.employee" if row.email else "convocation",
    )  # fmt: skip
    access.add(
        VisitNotice(
            company_id=row.company_id, slot_id=row.id, employee_id=row.employee_id, kind=kind,
            sequence=row.sequence, recipient=recipient, to_employee=bool(row.email), sent_at=now,
            message_id=mail.message_id,
        )
    )  # fmt: skip


def _convocation_now(access: Access, row: SlotRow, kind: NoticeKind, now: datetime) -> Convocation:
    settings = access.portal.settings
    notice = notice_for(row.starts_at, now, settings.service_notice_days, settings.service_absence_fee_cents)
    words = notice_words(notice) if notice.is_free else ""
    return replace(convocation_of(row, settings, STATES.get(kind, ""), words), file=file_stem(row, kind))


async def _employer_address(access: Access, row: SlotRow) -> str:
    """The convocations contact, else the company's own address, else who confirmed."""
    contact = select(CompanyContact.email).where(
        CompanyContact.company_id == row.company_id, CompanyContact.kind == ContactKind.SUMMONS
    )
    company = select(Company.email).where(col(Company.id) == row.company_id)
    account = select(Account.email).where(col(Account.id) == (row.answered_by or 0))
    for statement in (contact, company, account):
        if found := await access.first(statement):
            return found
    return ""
