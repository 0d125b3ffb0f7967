"""Events: an author, an act, an instant. Rows are added, never changed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String
from sqlmodel import Field

from db.models.base import Base, instant


class AuditKind(StrEnum):
    ACCOUNT_CREATED = "account_created"
    COMPANY_LINKED = "company_linked"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    DEVICE_FORGOTTEN = "device_forgotten"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET_ASKED = "password_reset_asked"
    EMAIL_CHANGE_ASKED = "email_change_asked"
    EMAIL_CHANGED = "email_changed"
    EMAIL_RESTORED = "email_restored"
    PROFILE_CHANGED = "profile_changed"
    GUESSING_ALERT = "guessing_alert"
    COMPANY_CORRECTED = "company_corrected"
    COMPANY_LEFT = "company_left"
    PERSON_INVITED = "person_invited"
    INVITATION_CANCELLED = "invitation_cancelled"
    INVITATION_ACCEPTED = "invitation_accepted"
    ROLES_CHANGED = "roles_changed"
    ACCESS_REVOKED = "access_revoked"
    CODE_LINK_SENT = "code_link_sent"
    ADMIN_RECOVERED = "admin_recovered"
    EMPLOYEE_DECLARED = "employee_declared"
    EMPLOYEE_CORRECTED = "employee_corrected"
    EMPLOYEE_LEFT = "employee_left"
    EMPLOYEE_CAME_BACK = "employee_came_back"
    EMPLOYEE_CHANGE_UNDONE = "employee_change_undone"
    EMPLOYEES_IMPORTED = "employees_imported"
    IMPORT_UNDONE = "import_undone"
    CALENDAR_OPENED = "calendar_opened"
    CALENDAR_REVOKED = "calendar_revoked"
    APPOINTMENT_ASKED = "appointment_asked"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    DECLARATION_SUBMITTED = "declaration_submitted"
    DECLARATION_CORRECTED = "declaration_corrected"
    CORRECTION_ASKED = "correction_asked"
    DOCUMENT_SHARED = "document_shared"
    DOCUMENT_DEPOSITED = "document_deposited"
    DOCUMENT_WITHDRAWN = "document_withdrawn"
    CERTIFICATE_MADE = "certificate_made"
    INVOICE_ISSUED = "invoice_issued"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    PAYMENT_RECORDED = "payment_recorded"
    PAYMENT_REMOVED = "payment_removed"
    REFUND_RECORDED = "refund_recorded"
    REFUND_REMOVED = "refund_removed"
    STATEMENT_CHANGED = "statement_changed"
    INQUIRY_SENT = "inquiry_sent"
    INQUIRY_REPLIED = "inquiry_replied"
    INQUIRY_ANSWERED = "inquiry_answered"
    INQUIRY_CLOSED = "inquiry_closed"
    SLOT_CONFIRMED = "slot_confirmed"
    SLOT_REPLACED = "slot_replaced"
    SLOT_DECLINED = "slot_declined"
    ANOTHER_DATE_ASKED = "another_date_asked"
    SLOT_PROPOSED = "slot_proposed"
    SLOT_MOVED = "slot_moved"
    SLOT_WITHDRAWN = "slot_withdrawn"
    VISIT_DONE = "visit_done"
    VISIT_MISSED = "visit_missed"
    CENTRE_CHANGED = "centre_changed"
    PROFESSIONAL_CHANGED = "professional_changed"
    SESSION_CHANGED = "session_changed"
    TEAM_CHANGED = "team_changed"
    BATCH_CHANGED = "batch_changed"
    REQUEST_TAKEN = "request_taken"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_REFUSED = "request_refused"
    PUBLIC_ANSWERED = "public_answered"
    PUBLIC_CLOSED = "public_closed"
    CORRECTION_ANSWERED = "correction_answered"
    TARIFF_PUBLISHED = "tariff_published"
    CAMPAIGN_CHANGED = "campaign_changed"
    REMINDERS_ASKED = "reminders_asked"
    CALL_ISSUED = "call_issued"
    THING_TAKEN = "thing_taken"
    THING_GIVEN = "thing_given"
    THING_RELEASED = "thing_released"
    THING_HANDLED = "thing_handled"
    NOTE_WRITTEN = "note_written"
    QUICK_ANSWER_CHANGED = "quick_answer_changed"
    DETAILS_ACCEPTED = "details_accepted"
    DETAILS_REFUSED = "details_refused"
    NUMBER_RENEWED = "number_renewed"
    ACCESS_SENT_AGAIN = "access_sent_again"
    ACCOUNT_UNBLOCKED = "account_unblocked"
    MEMBER_ENTERED = "member_entered"
    MEMBER_SUSPENDED = "member_suspended"
    MEMBER_RESUMED = "member_resumed"
    MEMBER_CLOSED = "member_closed"
    MEMBER_REOPENED = "member_reopened"
    SIRET_CHANGED = "siret_changed"
    BILLING_CHANGED = "billing_changed"
    MEMBER_MOVED = "member_moved"
    MEMBERS_MERGED = "members_merged"
    MEMBERS_IMPORTED = "members_imported"
    MEMBERS_IMPORT_UNDONE = "members_import_undone"
    SEEN_AS_MEMBER = "seen_as_member"
    STAFF_INVITED = "staff_invited"
    STAFF_CHANGED = "staff_changed"
    STAFF_LEFT = "staff_left"
    FACTOR_INSTALLED = "factor_installed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    FACTOR_LOST = "factor_lost"
    FACTOR_GIVEN_BACK = "factor_given_back"
    RETENTION_CHANGED = "retention_changed"
    RETENTION_APPLIED = "retention_applied"
    ACCOUNT_ERASED = "account_erased"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    DATA_GIVEN = "data_given"
    IDENTITY_CORRECTED = "identity_corrected"


class AuditEvent(Base, table=True):
    """`account_id` is who acted, when known; `about` names the object in a few words.

    `about_id`: its row, in the table that the kind tells (`app.history.targets`), when it is of one row. No
    foreign key: an event outlives what it speaks of. `on_behalf`: a third party acted for the company."""

    # A company's history is read newest first, by key.
    __table_args__ = (Index("ix_auditevent_company_id_at_id", "company_id", "at", "id"),)

    at: datetime = instant(index=True)
    kind: AuditKind = Field(sa_type=String(30))
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    company_id: int | None = Field(default=None, foreign_key="company.id")
    about: str = Field(default="", max_length=200)
    about_id: int | None = None
    on_behalf: bool = False
