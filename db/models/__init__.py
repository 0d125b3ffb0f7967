"""Every table, one aggregate a file."""

from db.models.account import Account, StaffMember
from db.models.appointment import (
    AppointmentRequest,
    RequestMessage,
    RequestMotive,
    RequestState,
    ReturnCause,
)
from db.models.audit import AuditEvent, AuditKind
from db.models.base import Base, CompanyOwned, metadata
from db.models.company import CareTeam, Company, CompanyContact, ContactKind
from db.models.employee import (
    NEVER,
    ChangeKind,
    Contract,
    Employee,
    EmployeeChange,
    EmployeeDraft,
    Monitoring,
    Visit,
    VisitKind,
)
from db.models.employee_import import ColumnHabit, EmployeeImport, ImportLine, ImportState, LineKind
from db.models.mail import DemoMail, OutboxMail
from db.models.membership import Invitation, Membership
from db.models.planning import CalendarFeed, CareCentre, NoticeKind, Slot, SlotState, VisitNotice
from db.models.session import AccountSession, AccountToken, Draft, SignInFlow, Throttle, TokenKind

__all__ = [
    "NEVER",
    "Account",
    "AccountSession",
    "AccountToken",
    "AppointmentRequest",
    "AuditEvent",
    "AuditKind",
    "Base",
    "CalendarFeed",
    "CareCentre",
    "CareTeam",
    "ChangeKind",
    "ColumnHabit",
    "Company",
    "CompanyContact",
    "CompanyOwned",
    "ContactKind",
    "Contract",
    "DemoMail",
    "Draft",
    "Employee",
    "EmployeeChange",
    "EmployeeDraft",
    "EmployeeImport",
    "ImportLine",
    "ImportState",
    "Invitation",
    "LineKind",
    "Membership",
    "Monitoring",
    "NoticeKind",
    "OutboxMail",
    "RequestMessage",
    "RequestMotive",
    "RequestState",
    "ReturnCause",
    "SignInFlow",
    "Slot",
    "SlotState",
    "StaffMember",
    "Throttle",
    "TokenKind",
    "Visit",
    "VisitKind",
    "VisitNotice",
    "metadata",
]
