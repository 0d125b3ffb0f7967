"""Appointments proposed many at once, each to its person from the start, and one mail a company."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.access import StaffAccess
from app.appointments.staff import news_recipients
from app.employees.standings import OPEN_STATES
from app.mail.outbox import queue_mail
from app.planning.acts import notify_asker_of, plan
from app.planning.convocations import context_of, convocation_of, file_stem, when_words
from app.planning.queries import SlotRow, slot_rows
from app.planning.staff import withdraw_slot
from app.planning.views import about_slot
from db.models import (
    AppointmentRequest,
    AuditKind,
    Company,
    CompanyContact,
    ContactKind,
    NoticeKind,
    Slot,
    SlotState,
    VisitKind,
)

MOST_NAMED = 30  # people that one mail lists


@dataclass(frozen=True, slots=True)
class NewProposal:
    """A time of a session for somebody."""

    company_id: int
    employee_id: int
    kind: VisitKind
    starts_at: datetime
    minutes: int
    centre_id: int
    professional: str
    role: str
    session_id: int


async def write_proposals(
    access: StaffAccess, wanted: Sequence[NewProposal], now: datetime
) -> list[int | None]:
    """The number of the slot of each, None where the time or the person was taken. Requests that are open for
    such a visit are answered by it, and their authors mailed; the others are for `notify_proposals`.
    """
    requests = await _open_requests(access, [each.employee_id for each in wanted])
    slots = [_slot(each, requests.get((each.employee_id, each.kind)), now) for each in wanted]
    written = await _add(access, slots)
    ids = [slot.key if is_there else None for slot, is_there in zip(slots, written, strict=True)]
    rows = await rows_numbered(access, [each for each in ids if each])
    for row in rows:
        access.record(
            AuditKind.SLOT_PROPOSED, now, access.account.key, row.company_id, about_slot(row)[:200], row.id
        )
        request = requests.get((row.employee_id or 0, row.kind))
        if request:
            plan(request, now)
            request.taken_at = request.taken_at or now
            await notify_asker_of(access, request, row, now)
    return ids


async def rows_numbered(access: StaffAccess, ids: Sequence[int]) -> list[SlotRow]:
    """These appointments, by time."""
    if not ids:
        return []
    return [SlotRow(*row) for row in await access.table(slot_rows(col(Slot.id).in_(ids)))]


async def _add(access: StaffAccess, slots: Sequence[Slot]) -> list[bool]:
    """All of them at once; when the database refuses one, one by one. Whether each is there."""
    try:
        async with access.savepoint():
            for slot in slots:
                access.add(slot)
            await access.flush()
        return [True] * len(slots)
    except IntegrityError:
        return [await _add_one(access, slot) for slot in slots]


async def _add_one(access: StaffAccess, slot: Slot) -> bool:
    try:
        async with access.savepoint():
            access.add(slot)
            await access.flush()
    except IntegrityError:
        return False
    return True


def _slot(each: NewProposal, request: AppointmentRequest | None, now: datetime) -> Slot:
    return Slot(
        company_id=each.company_id, employee_id=each.employee_id, kind=each.kind, starts_at=each.starts_at,
        minutes=each.minutes, centre_id=each.centre_id, professional=each.professional, role=each.role,
        session_id=each.session_id, request_id=request.key if request else None, state=SlotState.PROPOSED,
        created_at=now, updated_at=now,
    )  # fmt: skip


async def _open_requests(
    access: StaffAccess, people: Sequence[int]
) -> dict[tuple[int, str], AppointmentRequest]:
    """The oldest open request of each person for each visit."""
    mine = access.select(AppointmentRequest).where(
        col(AppointmentRequest.employee_id).in_(people), col(AppointmentRequest.state).in_(OPEN_STATES)
    )
    found: dict[tuple[int, str], AppointmentRequest] = {}
    for each in await access.all(mine.order_by(col(AppointmentRequest.id))):
        found.setdefault((each.employee_id, each.kind), each)
    return found


async def withdraw_all(access: StaffAccess, rows: Sequence[SlotRow], now: datetime) -> None:
    """Withdraw these appointments, and mail each company, once, those that it had not answered yet."""
    for row in rows:
        await withdraw_slot(access, row.id, now)
    await notify_companies(access, [each for each in rows if _is_unanswered(each)], now, are_withdrawn=True)


async def notify_moves(access: StaffAccess, ids: Sequence[int], now: datetime) -> None:
    """Mail those of these appointments, as they now are, that nobody has answered yet: those who confirmed
    one have been mailed.
    """
    rows = [each for each in await rows_numbered(access, ids) if _is_unanswered(each)]
    for row in rows:
        if row.request_id:
            request = await access.get(AppointmentRequest, row.request_id)
            await notify_asker_of(access, request, row, now)
    await notify_companies(access, rows, now)


def _is_unanswered(row: SlotRow) -> bool:
    return row.state == SlotState.PROPOSED and row.employee_id is not None


async def notify_companies(
    access: StaffAccess, rows: Sequence[SlotRow], now: datetime, *, are_withdrawn: bool = False
) -> None:
    """One mail to each company of these; one that answers a request is left out: its author hears of it."""
    by_company: dict[int, list[SlotRow]] = defaultdict(list)
    for row in rows:
        if not row.request_id:
            by_company[row.company_id].append(row)
    for theirs in by_company.values():
        await notify_proposals(access, theirs, now, are_withdrawn=are_withdrawn)


async def notify_proposals(
    access: StaffAccess, rows: Sequence[SlotRow], now: datetime, *, are_withdrawn: bool = False
) -> None:
    """One mail to the company of these appointments: they wait for an answer, or are taken back. The
    convocation goes with it when there is one alone.
    """
    if not rows:
        return
    first, settings = rows[0], access.portal.settings
    lines = [f"{row.name} : {when_words(row.starts)}, {row.centre}" for row in rows[:MOST_NAMED]]
    joined: dict[str, Any] = {}
    if len(rows) == 1 and not are_withdrawn:
        letter = convocation_of(first, settings, "", "")
        joined["convocation"] = context_of(letter) | {"file": file_stem(first, NoticeKind.SUMMONS)}
    for recipient in await _recipients(access, first.company_id, now):
        queue_mail(
            access, "slots_proposed", recipient, now, code=first.code,
            company=f"{first.code} - {first.company}", lines=lines, count=len(rows),
            are_withdrawn=are_withdrawn, **joined,
        )  # fmt: skip


async def _recipients(access: StaffAccess, company_id: int, now: datetime) -> list[str]:
    """The convocations contact, else the company's own address, else those who may answer."""
    contact = select(CompanyContact.email).where(
        CompanyContact.company_id == company_id, CompanyContact.kind == ContactKind.SUMMONS
    )
    company = select(Company.email).where(col(Company.id) == company_id)
    for statement in (contact, company):
        if found := await access.first(statement):
            return [found]
    return await news_recipients(access, company_id, None, now)
