"""Conditions on employees and accounts: their period has ended, or something holds them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.invoices.queries import UNPAID
from app.people.queries import administers
from app.planning.rules import LIVE
from app.retention.rules import SETTLED, WARNED, End, end_of
from app.sessions import is_alive
from db.models import (
    Account,
    AppointmentRequest,
    Company,
    Employee,
    EmployeeChange,
    Inquiry,
    InquiryState,
    Invoice,
    InvoiceKind,
    Membership,
    RequestState,
    Slot,
    SlotState,
    StaffMember,
)

OPEN_REQUEST = col(AppointmentRequest.state).in_(
    (RequestState.SENT, RequestState.TAKEN, RequestState.PLANNED)
)


def _of_employee(model: Any, condition: Any) -> Any:
    """The people named by what is open, which is little: read once, not once a person."""
    named = select(col(model.employee_id)).where(condition, col(model.employee_id).is_not(None))
    return col(Employee.id).in_(named)


# Employees: by their exit, or with the membership of an employer who never said it.


def employee_over(end: End) -> ColumnElement[bool]:
    closed = select(col(Company.id)).where(col(Company.closed_at) < end.instant)
    left = col(Employee.exit_on) < end.day
    forgotten = col(Employee.exit_on).is_(None) & col(Employee.company_id).in_(closed)
    return col(Employee.anonymised_at).is_(None) & or_(left, forgotten)


def employee_waits(end: End) -> ColumnElement[bool]:
    other = aliased(Employee)
    living = select(col(Company.id)).where(col(Company.closed_at).is_(None))
    elsewhere = exists().where(
        col(other.person_key) == col(Employee.person_key), col(other.id) != col(Employee.id),
        col(other.anonymised_at).is_(None), col(other.company_id).in_(living),
        or_(col(other.exit_on).is_(None), col(other.exit_on) >= end.today),
    )  # fmt: skip
    billed = select(col(Invoice.company_id)).where(col(Invoice.kind) == InvoiceKind.ABSENCE, UNPAID)
    missed = _of_employee(Slot, col(Slot.state) == SlotState.ABSENT)
    settled = end_of(SETTLED, end.now).instant
    touched = exists().where(
        col(EmployeeChange.employee_id) == col(Employee.id), col(EmployeeChange.at) >= settled
    )
    return or_(
        col(Employee.updated_at) >= settled, touched, elsewhere,
        _of_employee(AppointmentRequest, OPEN_REQUEST), _of_employee(Slot, col(Slot.state).in_(LIVE)),
        _of_employee(Inquiry, col(Inquiry.state) == InquiryState.SENT),
        missed & col(Employee.company_id).in_(billed),
    )  # fmt: skip


# Accounts: not of the service, warned a month before.


def last_seen(of: Any) -> ColumnElement[datetime]:
    return func.coalesce(col(of.last_signed_in_at), col(of.created_at))


LAST_SEEN = last_seen(Account)


def account_over(end: End, of: Any = Account) -> ColumnElement[bool]:
    of_service = exists().where(col(StaffMember.account_id) == col(of.id))
    return and_(col(of.erased_at).is_(None), end.instant > last_seen(of), ~of_service)


def account_waits(end: End) -> ColumnElement[bool]:
    warned = and_(col(Account.warned_at) > LAST_SEEN, col(Account.warned_at) <= end.now - WARNED)
    open_thread = exists().where(
        col(Inquiry.account_id) == col(Account.id), col(Inquiry.state) == InquiryState.SENT
    )
    request = exists().where(col(AppointmentRequest.account_id) == col(Account.id), OPEN_REQUEST)
    return or_(~func.coalesce(warned, false()), open_thread, request, is_last_administrator(end))


def is_last_administrator(end: End) -> ColumnElement[bool]:
    """A living company would keep no administrator for good without this account. Of several whose period
    has ended, the one of the highest number stays.
    """
    mine, theirs, other = aliased(Membership), aliased(Membership), aliased(Account)
    stays = or_(~account_over(end, other), col(other.id) > col(Account.id))
    another = exists().where(
        col(theirs.company_id) == col(mine.company_id), administers(theirs), col(theirs.ends_on).is_(None),
        col(other.id) == col(theirs.account_id), col(other.id) != col(Account.id), stays,
    )  # fmt: skip
    living = select(col(Company.id)).where(col(Company.closed_at).is_(None))
    here = exists().where(
        col(mine.account_id) == col(Account.id), administers(mine), is_alive(end.today, mine),
        col(mine.company_id).in_(living), ~another.correlate(mine, Account),
    )  # fmt: skip
    return here.correlate(Account)


def to_warn(months: int, now: datetime, most: int) -> Any:
    """Accounts whose period ends within a month, or has, and whom no mail told since they last came.
    The last administrator is not told of an end that does not come.
    """
    soon = end_of(months, now + WARNED)
    told = or_(col(Account.warned_at).is_(None), col(Account.warned_at) < LAST_SEEN)
    wanted = select(Account).where(account_over(soon), told, ~is_last_administrator(soon))
    return wanted.order_by(col(Account.id)).limit(most)
