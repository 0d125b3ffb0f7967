"""Convocations and what follows them, by mail.

To the employee when an address is known, else to whoever the company named for convocations.
"""

from datetime import datetime

from sqlmodel import col, select

from app.access import Access
from app.appointments.service import who_is_told
from app.mail import queue_mail
from app.planning.document import Convocation, convocation_of, when_words
from app.planning.letter import in_context
from app.planning.rules import notice_for
from app.planning.shown import notice_words
from app.planning.slot_queries import SlotRow, slot_rows
from db.models import Account, Company, CompanyContact, ContactKind, NoticeKind, Slot, SlotState, VisitNotice

STATES = {NoticeKind.CHANGED: "changed", NoticeKind.CANCELLED: "cancelled"}


async def call(access: Access, slot_id: int, company_id: int, now: datetime) -> None:
    """The convocation of a confirmed appointment."""
    await _send(access, await _row(access, slot_id, company_id), NoticeKind.SUMMONS, now)


async def tell_change(access: Access, row: SlotRow, now: datetime) -> None:
    """The new state of an appointment that was moved, to whom it was told before."""
    if await was_called(access, row):
        await _send(access, row, NoticeKind.CHANGED, now)


async def tell_cancelled(access: Access, before: SlotRow, now: datetime) -> None:
    """That it does not take place, or not with this person. `before`: the appointment as it was told."""
    if await was_called(access, before):
        await _send(access, before, NoticeKind.CANCELLED, now)


async def tell_answerer(access: Access, before: SlotRow, after: SlotRow | None, now: datetime) -> None:
    """To the employer: the service moved (`after`) or withdrew an appointment that they had confirmed."""
    if before.state != SlotState.CONFIRMED:
        return
    for email in await who_is_told(access, before.company_id, before.answered_by, now):
        queue_mail(
            access, "slot_changed", email, now, code=before.code, company=f"{before.code} - {before.company}",
            person=before.name, before=when_words(before.starts), slot_id=before.id,
            after=f"{when_words(after.starts)}, {after.place}" if after else "",
        )  # fmt: skip


async def remind(access: Access, row: SlotRow, kind: NoticeKind, now: datetime) -> None:
    await _send(access, row, kind, now)


async def was_called(access: Access, row: SlotRow) -> bool:
    """Whether this person was told of this appointment, and not yet that it is off."""
    if row.employee_id is None:
        return False
    sent = select(VisitNotice.kind).where(
        VisitNotice.company_id == row.company_id, VisitNotice.slot_id == row.id,
        VisitNotice.employee_id == row.employee_id,
    )  # fmt: skip
    kinds = await access.all(sent.order_by(col(VisitNotice.id).desc()).limit(1))
    return bool(kinds) and kinds[0] != NoticeKind.CANCELLED


async def _row(access: Access, slot_id: int, company_id: int) -> SlotRow:
    await access.flush()
    statement = slot_rows(col(Slot.company_id) == company_id, col(Slot.id) == slot_id)
    (row,) = await access.table(statement)
    return SlotRow(*row)


async def _send(access: Access, row: SlotRow, kind: NoticeKind, now: datetime) -> None:
    if row.employee_id is None:
        return
    recipient = row.email or await _who_calls(access, row)
    if not recipient:
        return
    told = _told(access, row, kind, now)
    access.add(
        VisitNotice(
            company_id=row.company_id, slot_id=row.id, employee_id=row.employee_id, kind=kind,
            sequence=row.sequence, recipient=recipient, to_employee=bool(row.email), sent_at=now,
        )
    )  # fmt: skip
    queue_mail(
        access, "convocation", recipient, now, kind=str(kind), to_employee=bool(row.email),
        convocation=in_context(told), when=when_words(row.starts),
        counted_as="convocation.employee" if row.email else "convocation",
    )  # fmt: skip


def _told(access: Access, row: SlotRow, kind: NoticeKind, now: datetime) -> Convocation:
    settings = access.portal.settings
    notice = notice_for(row.starts_at, now, settings.service_notice_days, settings.service_absence_fee_cents)
    return convocation_of(row, settings, STATES.get(kind, ""), notice_words(notice) if notice.is_free else "")


async def _who_calls(access: Access, row: SlotRow) -> str:
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
