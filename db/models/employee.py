"""The employees of a company, their visits, and every change of what is declared about them.

The next visit is a pair of columns, `due_on` and `due_kind`, computed together, so that "who may take this
slot" is an indexed read among 10 000 and never a rule run for each. Revisit with a rule that counts from
today.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlmodel import Field

from db.kinds import NEVER, ChangeKind, Contract, Monitoring, VisitKind
from db.models.base import CompanyOwned, instant

URGENT = text("urgent_on IS NOT NULL AND handled_at IS NULL AND undone_at IS NULL")
NAMED = text("anonymised_at IS NULL")
# Whom a date may end, or the rules of the yearly declaration look at one by one.
ENDING = text(
    "exit_on IS NOT NULL OR contract_ends_on IS NOT NULL OR contract IN ('cdd', 'saisonnier', 'mandat')"
)
DRIVES, WIRES = text("driving_until IS NOT NULL"), text("electrical_until IS NOT NULL")
# An address or an old page may still hold the number of a row that is gone: SQLite would give it to the next.
NUMBERED_ONCE = {"sqlite_autoincrement": True}
# A place in a list is compared in Python too: one order, whatever the locale of the server.
ORDERED = String(240).with_variant(String(240, "C"), "postgresql")


class Employee(CompanyOwned, table=True):
    """One person employed. No NIR, nothing medical.

    `risks`: codes of `app.follow_up.law.RISKS`, in order, separated by spaces. `monitoring`: what these
    alone ask for (being under 18 is added when it is read). `due_on`: deadline of the next visit, or NEVER;
    `due_kind`: which visit that is, or "".
    `sort_key` and `search_key` are folded (`app.text.search`); in `search_key` every word follows a space.
    `person_key`: the folded name at birth and the birth date, the same for one person at several members.
    `anonymised_at`: since when the row counts and is of nobody any more.
    """

    __table_args__ = (
        # The search and the usual filter are read in it, so that a rare word costs no visit to the table.
        Index("ix_employee_list", "company_id", "sort_key", "id", "search_key", "exit_on"),
        Index("ix_employee_company_id_due_on_id", "company_id", "due_on", "id"),
        Index("ix_employee_company_id_due_kind_due_on_id", "company_id", "due_kind", "due_on", "id"),
        Index("ix_employee_company_id_entry_on_id", "company_id", "entry_on", "id"),
        # Lists of the service, over all companies.
        Index("ix_employee_due_on", "due_on", "due_kind", "company_id"),
        # Minors, with all that the yearly declaration asks of them.
        Index(
            "ix_employee_minors", "company_id", "birth_on", "monitoring", "contract", "entry_on", "exit_on",
            "contract_ends_on",
        ),
        # The jobs to filter by, and how many are present: the narrowest that holds both.
        Index("ix_employee_job", "company_id", "job_title", "exit_on"),
        Index("ix_employee_person_key", "person_key"),
        Index("ix_employee_birth_on", "birth_on"),
        Index("ix_employee_left", "exit_on", "id", sqlite_where=NAMED, postgresql_where=NAMED),
        # What is about to expire, over all companies: few have either.
        Index("ix_employee_driving", "driving_until", sqlite_where=DRIVES, postgresql_where=DRIVES),
        Index("ix_employee_electrical", "electrical_until", sqlite_where=WIRES, postgresql_where=WIRES),
        # Few have an end: by its day, or by name, with all that decides whether they count.
        Index(
            "ix_employee_ending", "company_id", "exit_on", "contract_ends_on", "contract", "entry_on",
            "monitoring", "due_on", sqlite_where=ENDING, postgresql_where=ENDING,
        ),
        Index(
            "ix_employee_ending_named", "company_id", "sort_key", "id", "exit_on", "contract_ends_on",
            "contract", "entry_on", sqlite_where=ENDING, postgresql_where=ENDING,
        ),
        NUMBERED_ONCE,
    )  # fmt: skip

    company_id: int = Field(foreign_key="company.id")
    staff_number: str = Field(default="", max_length=30)
    birth_name: str = Field(max_length=80)
    usual_name: str = Field(default="", max_length=80)
    first_names: str = Field(max_length=80)
    sex: str = Field(default="", max_length=1)
    birth_on: date
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=20)
    entry_on: date
    exit_on: date | None = None
    contract: Contract = Field(sa_type=String(20))
    contract_ends_on: date | None = None
    job_title: str = Field(max_length=120)
    pcs: str = Field(default="", max_length=4)
    part_time: bool = False
    risks: str = Field(default="", max_length=160)
    post_reason: str = Field(default="", max_length=300)
    driving_until: date | None = None
    electrical_until: date | None = None
    # The expiry that a reminder was already sent for: another date is another reminder.
    driving_told: date | None = None
    electrical_told: date | None = None
    monitoring: Monitoring = Field(default=Monitoring.SIMPLE, sa_type=String(3))
    sort_key: str = Field(sa_type=ORDERED)
    search_key: str = Field(max_length=500)
    person_key: str = Field(default="", max_length=120)
    last_visit_on: date | None = None
    due_on: date = NEVER
    due_kind: str = Field(default="", max_length=20)
    version: int = 1
    created_at: datetime = instant()
    updated_at: datetime = instant()
    anonymised_at: datetime | None = instant(nullable=True)


class Visit(CompanyOwned, table=True):
    """A visit that took place: what the employer may know of it, hence no reason and no result.

    `next_on`: the earlier date that the professional set for the next one. `notice`: the paper that the
    employer received ("attestation", "avis d’aptitude").
    """

    __table_args__ = (
        Index("ix_visit_company_id_employee_id_done_on", "company_id", "employee_id", "done_on"),
        Index("ix_visit_company_id_done_on_id", "company_id", "done_on", "id"),
    )

    company_id: int = Field(foreign_key="company.id")
    employee_id: int = Field(foreign_key="employee.id", ondelete="CASCADE", index=True)
    kind: VisitKind = Field(sa_type=String(20))
    done_on: date
    professional: str = Field(default="", max_length=120)
    place: str = Field(default="", max_length=120)
    notice: str = Field(default="", max_length=40)
    next_on: date | None = None


class EmployeeChange(CompanyOwned, table=True):
    """A declared change: the fields that changed, `before` and `after`, so that it can be undone.

    `employee_id` becomes empty when the declaration of that person is undone; `about` keeps the name.
    `undoes_id`: the change that this one took back. `urgent_on`: for a hire whose visit comes before the
    work, until when; `handled_at`: when the service looked at it.
    """

    __table_args__ = (
        Index("ix_employeechange_company_id_at_id", "company_id", "at", "id"),
        Index("ix_employeechange_company_id_employee_id", "company_id", "employee_id"),
        Index("ix_employeechange_company_id_import_id", "company_id", "import_id"),
        Index("ix_employeechange_urgent", "at", "id", sqlite_where=URGENT, postgresql_where=URGENT),
        NUMBERED_ONCE,
    )

    company_id: int = Field(foreign_key="company.id")
    employee_id: int | None = Field(default=None, foreign_key="employee.id", ondelete="SET NULL", index=True)
    import_id: int | None = Field(default=None, foreign_key="employeeimport.id")
    undoes_id: int | None = None
    kind: ChangeKind = Field(sa_type=String(20))
    about: str = Field(max_length=200)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    account_id: int | None = Field(default=None, foreign_key="account.id")
    on_behalf: bool = False
    urgent_on: date | None = None
    handled_at: datetime | None = instant(nullable=True)
    at: datetime = instant()
    undone_at: datetime | None = instant(nullable=True)


class EmployeeDraft(CompanyOwned, table=True):
    """A declaration under way, by one account for one company: what was typed so far."""

    __table_args__ = (UniqueConstraint("company_id", "account_id"),)

    company_id: int = Field(foreign_key="company.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    typed: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    updated_at: datetime = instant(index=True)
