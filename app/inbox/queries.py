"""Reads around what waits for the service: its list, the next one, threads, slots and visits beside it."""

from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, select

from app.access import BIGGEST_ID, StaffAccess
from app.errors import NotFound
from app.inbox.way import Way
from app.planning.queries import SlotRow, slot_rows
from app.staff_rights import StaffRight, staff_rights_of
from app.waiting import COUNTS, NOT_OTHERS, ONE, PAGE, Count, Place, Thing, page_statement, read_counts
from db.kinds import VisitKind
from db.models import (
    OF_COMPANY,
    Account,
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    Company,
    Employee,
    Inquiry,
    InquiryMessage,
    QuickAnswer,
    RequestMessage,
    Slot,
    SlotState,
    StaffMember,
    StaffNote,
    Subject,
    Visit,
)

MOST = 50  # slots of one company
FEW = 10  # visits of the past


async def counts_of(access: StaffAccess, team: int, today: date) -> dict[str, Count]:
    """The things of each kind that wait, of a team or of all."""
    given = {"team": team, "me": access.account.key, "today": today}
    return read_counts(await access.table(COUNTS, given))


def _given(access: StaffAccess, way: Way, place: Place, today: date) -> dict[str, Any]:
    mine = way.numbers(access.account.key) | {"me": access.account.key, "today": today}
    return mine | {"since": place.since, "kind": place.kind, "row": place.id}


async def things_of(access: StaffAccess, way: Way, today: date) -> tuple[list[Thing], bool]:
    """A page of the list, the oldest first, and whether there are more."""
    statement = page_statement(way.kind, PAGE + 1)
    rows = await access.table(statement, _given(access, way, way.place, today))
    return [Thing(*row) for row in rows[:PAGE]], len(rows) > PAGE


async def next_thing(access: StaffAccess, way: Way, today: date, but: tuple[str, int]) -> Thing | None:
    """The next thing of the list that no colleague looks after, from its beginning once its end is reached.

    `but`: subject and number of the one that is open.
    """
    for place in dict.fromkeys((way.place, Place())):
        given = _given(access, way, place, today)
        if not way.whose:
            given["whose"] = NOT_OTHERS
        for row in await access.table(page_statement(way.kind, 3), given):
            if (thing := Thing(*row)) and (thing.subject, thing.id) != but:
                return thing
    return None


async def thing_of(access: StaffAccess, subject: Subject, row_id: int, today: date) -> Thing | None:
    """The thing of that number; None when it waits no more."""
    if not 0 < row_id <= BIGGEST_ID:
        raise NotFound
    given = {"team": 0, "me": access.account.key, "today": today, "row": row_id}
    rows = await access.table(ONE[subject], given)
    return Thing(*rows[0]) if rows else None


# Colleagues, and who looks after a thing.


_COLLEAGUES = (
    sqlalchemy.select(
        col(Account.id), col(Account.first_name), col(Account.last_name), col(StaffMember.roles),
        col(StaffMember.teams), col(StaffMember.centres),
    )
    .join(StaffMember, col(StaffMember.account_id) == Account.id)
    .order_by(col(Account.last_name), col(Account.first_name), col(Account.id))
)  # fmt: skip


async def colleagues_of(access: StaffAccess, thing: Any) -> dict[str, str]:
    """Names of those who see this thing and may answer it, by number as a form writes it; the reader left
    out. A thing of no company, or of no centre yet, is everybody's.
    """
    company_id, centre_id = getattr(thing, "company_id", None), getattr(thing, "centre_id", None)
    company = await access.get(Company, company_id) if company_id else None
    return {
        str(number): f"{first} {last}".strip()
        for number, first, last, roles, teams, centres in await access.table(_COLLEAGUES, {})
        if number != access.account.key
        and StaffRight.INBOX in staff_rights_of(roles)
        and not (company and teams and company.team_id not in teams)
        and not (centre_id and centres and centre_id not in centres)
    }


class PastAct(NamedTuple):
    """An act of the history: who, which kind, when."""

    who: str
    kind: str
    at: datetime


async def latest_act(
    access: StaffAccess, company_id: int | None, about_id: int | None, kinds: tuple[AuditKind, ...]
) -> PastAct | None:
    """The latest act of these kinds on a row, or on any of its company, and its author."""
    statement = (
        select(Account.first_name, Account.last_name, AuditEvent.kind, AuditEvent.at)
        .join(AuditEvent, col(AuditEvent.account_id) == Account.id)
        .where(col(AuditEvent.company_id) == company_id, col(AuditEvent.kind).in_(kinds))
        .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
        .limit(1)
    )
    if about_id:
        statement = statement.where(col(AuditEvent.about_id) == about_id)
    for first, last, kind, at in await access.rows(statement):
        return PastAct(f"{first} {last}".strip(), kind, at)
    return None


# Notes that colleagues leave for each other, and texts that are kept to answer with.


class Note(NamedTuple):
    """`is_of_company`: about the company, so on each of its things."""

    at: datetime
    text: str
    who: str
    is_of_company: bool


def _notes(*conditions: Any) -> Any:
    return (
        sqlalchemy.select(
            col(StaffNote.at), col(StaffNote.text), col(StaffNote.subject), col(Account.first_name),
            col(Account.last_name),
        )
        .join(Account, col(Account.id) == StaffNote.account_id)
        .where(*conditions)
        .order_by(col(StaffNote.at), col(StaffNote.id))
    )  # fmt: skip


_ON_THING = (col(StaffNote.subject) == bindparam("subject")) & (col(StaffNote.subject_id) == bindparam("row"))
_ON_COMPANY = (col(StaffNote.subject) == OF_COMPANY) & (col(StaffNote.subject_id) == bindparam("company"))
_NOTES = _notes(_ON_THING | _ON_COMPANY)


async def notes_on(access: StaffAccess, subject: str, row_id: int, company_id: int | None) -> list[Note]:
    """Notes on a thing and on its company, the oldest first."""
    given = {"subject": subject, "row": row_id, "company": company_id or 0}
    return [
        Note(at, text, f"{first} {last}".strip(), about == OF_COMPANY)
        for at, text, about, first, last in await access.table(_NOTES, given)
    ]


_QUICK = select(QuickAnswer).order_by(QuickAnswer.title)


async def quick_answers(access: StaffAccess) -> list[QuickAnswer]:
    """By title."""
    return list(await access.all(_QUICK, {}))


# Threads as the service reads them: messages in order, each with its writer.


class Said(NamedTuple):
    """A message. `who`: its writer; `is_ours`: of the service. `file_name`: "" for none."""

    id: int
    at: datetime
    text: str
    who: str
    is_ours: bool
    file_name: str
    size: int


def _thread(model: Any, mine: Any, *file: Any) -> Any:
    columns: list[Any] = [model.id, model.at, model.text, model.from_service]
    columns += [Account.first_name, Account.last_name, *file]
    return (
        sqlalchemy.select(*columns)
        .select_from(model)
        .outerjoin(Account, col(Account.id) == model.account_id)
        .where(mine)
        .order_by(model.at, model.id)
    )


_REQUEST_THREAD = _thread(RequestMessage, col(RequestMessage.request_id) == bindparam("row"))
_INQUIRY_THREAD = _thread(
    InquiryMessage, col(InquiryMessage.inquiry_id) == bindparam("row"), InquiryMessage.file_name,
    InquiryMessage.size,
)  # fmt: skip


async def request_thread(access: StaffAccess, request: AppointmentRequest) -> list[Said]:
    return [_said(*row) for row in await access.table(_REQUEST_THREAD, {"row": request.key})]


async def inquiry_thread(access: StaffAccess, inquiry: Inquiry) -> list[Said]:
    return [_said(*row) for row in await access.table(_INQUIRY_THREAD, {"row": inquiry.key})]


def _said(row_id: int, at: datetime, text: str, is_ours: bool, *names: Any) -> Said:
    first, last, *file = names
    name, size = file or ("", 0)
    return Said(row_id, at, text, f"{first or ''} {last or ''}".strip(), bool(is_ours), name, size)


# Reads around one person: slots kept for their company, their visits, their next appointment.


async def own_slots(access: StaffAccess, company_id: int, kind: VisitKind, now: datetime) -> list[SlotRow]:
    """Open slots published to that company alone for that visit, the nearest first."""
    statement = slot_rows(
        col(Slot.company_id) == company_id, col(Slot.kind) == kind, col(Slot.state) == SlotState.PROPOSED,
        col(Slot.employee_id).is_(None), col(Slot.starts_at) > now,
    )  # fmt: skip
    return [SlotRow(*row) for row in await access.table(statement.limit(MOST))]


async def past_visits(access: StaffAccess, employee: Employee) -> list[Visit]:
    """Their latest visits, the last one first."""
    mine = access.select(Visit).where(
        Visit.company_id == employee.company_id, Visit.employee_id == employee.key
    )
    return list(await access.all(mine.order_by(col(Visit.done_on).desc()).limit(FEW)))


async def appointments_of(access: StaffAccess, employee: Employee, now: datetime) -> list[SlotRow]:
    """Their appointments to come, the nearest first."""
    statement = slot_rows(
        col(Slot.employee_id) == employee.key, col(Slot.starts_at) > now,
        col(Slot.state).in_((SlotState.PROPOSED, SlotState.CONFIRMED)),
    )  # fmt: skip
    return [SlotRow(*row) for row in await access.table(statement.limit(FEW))]


async def slot_of(access: StaffAccess, slot_id: int) -> SlotRow:
    """A slot of any company, as the service reads it."""
    is_number = 0 < slot_id <= BIGGEST_ID
    rows = await access.table(slot_rows(col(Slot.id) == slot_id)) if is_number else ()
    if not rows:
        raise NotFound
    return SlotRow(*rows[0])
