"""Pages that lines of a history lead to: by kind of event, of the row it speaks of, or of a section."""

from typing import Any, NamedTuple

from app.contact.queries import open_to
from app.documents.kinds import kinds_open_to
from app.people.queries import is_open
from app.rights import Right
from db.models import (
    AnnualDeclaration,
    AppointmentRequest,
    AuditKind,
    Document,
    Employee,
    Inquiry,
    Invitation,
    Invoice,
    Membership,
    Slot,
)


class Link(NamedTuple):
    """A page: the name of its route, and what its address holds beside the company."""

    name: str
    params: dict[str, int]


class Section(NamedTuple):
    """A page without a row, and the right that opens it."""

    route: str
    right: Right


class Target(NamedTuple):
    """A table whose rows have a page. `param`: what the page's address names, the `named` column of the row;
    "" when one page shows them all. `since`: the column of its first instant.
    """

    model: Any
    route: str
    param: str
    right: Right
    since: str = "created_at"
    named: str = "id"

    def conditions(self, rights: frozenset[Right]) -> list[Any]:
        """Of the company's rows, those whose page opens to an `account` with these rights."""
        if self.model is Document:
            kinds = kinds_open_to(rights)
            return [Document.withdrawn_at.is_(None), Document.kind.in_(kinds)]  # type: ignore[union-attr, attr-defined]
        if self.model is Inquiry:
            return [open_to(rights)]
        return [is_open()] if self.model is Invitation else []


EMPLOYEE = Target(Employee, "employees.show", "employee_id", Right.VIEW)
SLOT = Target(Slot, "planning.show", "slot_id", Right.VIEW)
REQUEST = Target(AppointmentRequest, "appointments.show", "request_id", Right.VIEW, "sent_at")
INQUIRY = Target(Inquiry, "contact.show", "inquiry_id", Right.VIEW)
INVOICE = Target(Invoice, "invoices.show", "invoice_id", Right.INVOICES)
DOCUMENT = Target(Document, "documents.show", "document_id", Right.VIEW)
DECLARATION = Target(AnnualDeclaration, "contributions.show", "year", Right.VIEW, "started_at", "year")
PERSON = Target(Membership, "people.edit", "membership_id", Right.PEOPLE)
INVITATION = Target(Invitation, "people.index", "", Right.PEOPLE)
TARGETS = {
    AuditKind.COMPANY_LINKED: PERSON,
    AuditKind.PERSON_INVITED: INVITATION,
    AuditKind.INVITATION_ACCEPTED: PERSON,
    AuditKind.ROLES_CHANGED: PERSON,
    AuditKind.ADMIN_RECOVERED: PERSON,
    AuditKind.EMPLOYEE_DECLARED: EMPLOYEE,
    AuditKind.EMPLOYEE_CORRECTED: EMPLOYEE,
    AuditKind.EMPLOYEE_LEFT: EMPLOYEE,
    AuditKind.EMPLOYEE_CAME_BACK: EMPLOYEE,
    AuditKind.EMPLOYEE_CHANGE_UNDONE: EMPLOYEE,
    AuditKind.IDENTITY_CORRECTED: EMPLOYEE,
    AuditKind.APPOINTMENT_ASKED: REQUEST,
    AuditKind.APPOINTMENT_CANCELLED: REQUEST,
    AuditKind.ANOTHER_DATE_ASKED: REQUEST,
    AuditKind.DECLARATION_SUBMITTED: DECLARATION,
    AuditKind.DECLARATION_CORRECTED: DECLARATION,
    AuditKind.CORRECTION_ASKED: DECLARATION,
    AuditKind.DOCUMENT_SHARED: DOCUMENT,
    AuditKind.DOCUMENT_DEPOSITED: DOCUMENT,
    AuditKind.CERTIFICATE_MADE: DOCUMENT,
    AuditKind.INVOICE_ISSUED: INVOICE,
    AuditKind.CREDIT_NOTE_ISSUED: INVOICE,
    AuditKind.PAYMENT_RECORDED: INVOICE,
    AuditKind.PAYMENT_REMOVED: INVOICE,
    AuditKind.REFUND_RECORDED: INVOICE,
    AuditKind.REFUND_REMOVED: INVOICE,
    AuditKind.LOSS_RECORDED: INVOICE,
    AuditKind.LOSS_REMOVED: INVOICE,
    AuditKind.INVOICE_SENT_AGAIN: INVOICE,
    AuditKind.INVOICE_DELIVERED: INVOICE,
    AuditKind.REMINDER_SENT: INVOICE,
    AuditKind.REMINDER_UNDONE: INVOICE,
    AuditKind.DISPUTE_SETTLED: INVOICE,
    AuditKind.PLAN_AGREED: INVOICE,
    AuditKind.PLAN_ENDED: INVOICE,
    AuditKind.DEBIT_REFUSED: INVOICE,
    AuditKind.INQUIRY_SENT: INQUIRY,
    AuditKind.PHONE_CONTESTED: INQUIRY,
    AuditKind.INQUIRY_REPLIED: INQUIRY,
    AuditKind.INQUIRY_ANSWERED: INQUIRY,
    AuditKind.INQUIRY_CLOSED: INQUIRY,
    AuditKind.SLOT_CONFIRMED: SLOT,
    AuditKind.SLOT_REPLACED: SLOT,
    AuditKind.SLOT_DECLINED: SLOT,
    AuditKind.SLOT_PROPOSED: SLOT,
    AuditKind.SLOT_MOVED: SLOT,
    AuditKind.SLOT_WITHDRAWN: SLOT,
    AuditKind.VISIT_DONE: SLOT,
    AuditKind.VISIT_MISSED: SLOT,
    AuditKind.REQUEST_TAKEN: REQUEST,
    AuditKind.REQUEST_ANSWERED: REQUEST,
    AuditKind.REQUEST_REFUSED: REQUEST,
    AuditKind.CORRECTION_ANSWERED: DECLARATION,
}
# Events that are of no row, or of several.
SECTIONS = {
    AuditKind.COMPANY_CORRECTED: Section("company_details.show", Right.VIEW),
    AuditKind.DETAILS_ACCEPTED: Section("company_details.show", Right.VIEW),
    AuditKind.DETAILS_REFUSED: Section("company_details.show", Right.VIEW),
    AuditKind.PHONE_BEGUN: Section("contributions.index", Right.VIEW),
    AuditKind.PHONE_CONFIRMED: Section("contributions.index", Right.VIEW),
    AuditKind.EMPLOYEES_IMPORTED: Section("imports.index", Right.EMPLOYEES),
    AuditKind.IMPORT_UNDONE: Section("imports.index", Right.EMPLOYEES),
    AuditKind.MANDATE_SIGNED: Section("debits.mandate", Right.INVOICES),
    AuditKind.MANDATE_SUSPENDED: Section("debits.mandate", Right.INVOICES),
    AuditKind.MANDATE_RESUMED: Section("debits.mandate", Right.INVOICES),
    AuditKind.NOTICE_AGREED: Section("debits.mandate", Right.INVOICES),
    AuditKind.MANDATE_REVOKED: Section("debits.mandate", Right.INVOICES),
}
