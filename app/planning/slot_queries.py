"""One slot as it is told everywhere: on pages, in convocations, in calendars. Columns, no entities."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Select
from sqlmodel import col

from app.clock import PARIS
from app.employees.declared import shown_name
from db.models import CareCentre, Company, Employee, Slot


class SlotRow(NamedTuple):
    """The columns of COLUMNS. An open slot has no employee: their columns are None."""

    id: int
    company_id: int
    code: str
    company: str
    starts_at: datetime
    minutes: int
    kind: str
    state: str
    sequence: int
    professional: str
    role: str
    reason: str
    fee_cents: int
    request_id: int | None
    answered_by: int | None
    answered_at: datetime | None
    confirmed_at: datetime | None
    created_at: datetime
    updated_at: datetime
    employee_id: int | None
    birth_name: str | None
    usual_name: str | None
    first_names: str | None
    sex: str | None
    email: str | None
    exit_on: date | None
    centre_id: int
    centre: str
    address: str
    postcode: str
    town: str
    phone: str
    access: str
    is_accessible: bool

    @property
    def starts(self) -> datetime:
        """In Paris, where the visit takes place."""
        return self.starts_at.astimezone(PARIS)

    @property
    def ends(self) -> datetime:
        return (self.starts_at + timedelta(minutes=self.minutes)).astimezone(PARIS)

    @property
    def name(self) -> str:
        """Who is called, or "" for an open slot."""
        names = (self.birth_name, self.usual_name, self.first_names, self.sex)
        return shown_name(*(each or "" for each in names)) if self.employee_id else ""

    @property
    def is_gone(self) -> bool:
        """Whether who is called will have left the company."""
        return self.exit_on is not None and self.exit_on < self.starts.date()

    @property
    def is_as_answered(self) -> bool:
        """Whether the company's answer was the last change: since then, the service changed nothing."""
        return self.answered_at is not None and self.answered_at == self.updated_at

    @property
    def place(self) -> str:
        return f"{self.centre}, {self.address}, {self.postcode} {self.town}"


def _columns(model: Any, *names: str) -> list[Any]:
    return [getattr(model, name) for name in names]


COLUMNS: list[Any] = [
    *_columns(Slot, "id", "company_id"),
    *_columns(Company, "code", "name"),
    *_columns(
        Slot, "starts_at", "minutes", "kind", "state", "sequence", "professional", "role", "reason",
        "fee_cents", "request_id", "answered_by", "answered_at", "confirmed_at", "created_at", "updated_at",
    ),
    *_columns(Employee, "id", "birth_name", "usual_name", "first_names", "sex", "email", "exit_on"),
    *_columns(CareCentre, "id", "name", "address", "postcode", "town", "phone", "access", "is_accessible"),
]  # fmt: skip


def slot_rows(*conditions: Any) -> Select[Any]:
    """Slots as `SlotRow`, by time. The caller gives the company, or the companies: nobody else is told."""
    theirs = (col(Employee.id) == Slot.employee_id) & (col(Employee.company_id) == Slot.company_id)
    return (
        sqlalchemy.select(*COLUMNS)
        .select_from(Slot)
        .join(Company, col(Company.id) == Slot.company_id)
        .join(CareCentre, col(CareCentre.id) == Slot.centre_id)
        .outerjoin(Employee, theirs)
        .where(*conditions)
        .order_by(col(Slot.starts_at), col(Slot.id))
    )
