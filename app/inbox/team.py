"""Acts of the service on who looks after a thing: taken, given to a colleague, released."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from app.access import StaffAccess
from app.appointments.staff import take_request
from app.errors import Refused
from app.inbox.queries import colleagues_of
from app.text.formats import moment
from db.models import (
    Account,
    AppointmentRequest,
    AuditKind,
    CompanyCorrection,
    DeclarationCorrection,
    Document,
    EmployeeChange,
    Inquiry,
    PublicInquiry,
    RequestState,
    Slot,
    StaffMember,
    Subject,
    Taking,
)

TABLES: dict[Subject, Any] = {
    Subject.REQUEST: AppointmentRequest,
    Subject.INQUIRY: Inquiry,
    Subject.PUBLIC: PublicInquiry,
    Subject.CORRECTION: DeclarationCorrection,
    Subject.SLOT: Slot,
    Subject.DOCUMENT: Document,
    Subject.HIRE: EmployeeChange,
    Subject.DETAILS: CompanyCorrection,
}


async def take_thing(access: StaffAccess, subject: Subject, row_id: int, now: datetime) -> None:
    """I look after it. `Refused` (409) names the colleague who came first."""
    await row_of(access, subject, row_id)
    await _set(access, subject, row_id, access.account.key, now)
    access.record(AuditKind.THING_TAKEN, now, access.account.key, None, str(subject), row_id)
    if subject == Subject.REQUEST:
        request = await access.get(AppointmentRequest, row_id)
        if request.state == RequestState.SENT:
            await take_request(access, row_id, now)


async def give_thing(
    access: StaffAccess, subject: Subject, row_id: int, account_id: int, now: datetime
) -> None:
    """A colleague who may answer it looks after it: of something that is mine, or nobody's."""
    row = await row_of(access, subject, row_id)
    colleagues = await colleagues_of(access, row)
    if (name := colleagues.get(str(account_id))) is None:
        raise Refused("Choisissez un collègue.", "a")
    await release_thing(access, subject, row_id, now, is_given=True)
    await _set(access, subject, row_id, account_id, now)
    access.record(AuditKind.THING_GIVEN, now, access.account.key, None, name, row_id)


async def release_thing(
    access: StaffAccess, subject: Subject, row_id: int, now: datetime, *, is_given: bool = False
) -> None:
    """Anybody may take it again. Only mine: of something else, nothing changes."""
    mine = delete(Taking).where(
        col(Taking.subject) == subject, col(Taking.subject_id) == row_id,
        col(Taking.account_id) == access.account.key,
    )  # fmt: skip
    if await access.change(mine) and not is_given:
        access.record(AuditKind.THING_RELEASED, now, access.account.key, None, str(subject), row_id)


async def row_of(access: StaffAccess, subject: Subject, row_id: int) -> Any:
    """The thing itself; NotFound when it is not there, or not in the reader's scope."""
    return await access.get(TABLES[subject], row_id)


async def _set(access: StaffAccess, subject: Subject, row_id: int, account_id: int, now: datetime) -> None:
    await _forget_leaver(access, subject, row_id)
    try:
        async with access.savepoint():
            access.add(Taking(subject=subject, subject_id=row_id, account_id=account_id, taken_at=now))
            await access.flush()
    except IntegrityError:
        await _refuse_unless(access, subject, row_id, account_id)


async def _forget_leaver(access: StaffAccess, subject: Subject, row_id: int) -> None:
    """A person who left the service looks after nothing."""
    here = select(StaffMember.account_id)
    await access.change(
        delete(Taking).where(
            col(Taking.subject) == subject, col(Taking.subject_id) == row_id,
            col(Taking.account_id).not_in(here),
        )
    )  # fmt: skip


async def _refuse_unless(access: StaffAccess, subject: Subject, row_id: int, account_id: int) -> None:
    taken = (
        select(Taking, Account)
        .join(Account, col(Account.id) == Taking.account_id)
        .where(col(Taking.subject) == subject, col(Taking.subject_id) == row_id)
    )
    for taking, account in await access.rows(taken):
        if account.key != account_id:
            words = f"{account.full_name} s’en occupe depuis le {moment(taking.taken_at)}."
            raise Refused(words, status_code=409)
