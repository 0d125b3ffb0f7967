"""Every table, one aggregate a file."""

from db.kinds import (
    NEVER,
    ChangeKind,
    Contract,
    LineKind,
    Monitoring,
    RequestMotive,
    RequestState,
    SlotState,
    VisitKind,
)
from db.models.account import Account, StaffMember, StaffRead
from db.models.appointment import (
    AppointmentRequest,
    RequestMessage,
    ReturnCause,
)
from db.models.audit import AuditEvent, AuditKind
from db.models.base import Base, CompanyOwned, metadata
from db.models.batch import BatchLine, BatchState, ConvocationBatch, LineState
from db.models.bookkeeping import (
    Books,
    BooksClosing,
    ClosingState,
    Journal,
    JournalEntry,
    JournalLine,
)
from db.models.clinic import (
    ClinicSession,
    DroppedPaper,
    Professional,
    ProfessionalAbsence,
    SessionCompany,
    WaitingPerson,
)
from db.models.company import BuyerKind, CareTeam, Company, CompanyContact, CompanyCorrection, ContactKind
from db.models.contribution import (
    AnnualDeclaration,
    CorrectionState,
    DeclarationAnswer,
    DeclarationCorrection,
    Tariff,
)
from db.models.demo import DemoBase
from db.models.document import Document, DocumentKind
from db.models.dunning import DunningLetter, DunningRun, DunningStep, Reminder, RunState, StepKind
from db.models.employee import (
    Employee,
    EmployeeChange,
    EmployeeDraft,
    Visit,
)
from db.models.employee_import import ColumnHabit, EmployeeImport, ImportLine, ImportState, SentFile
from db.models.factor import Passkey, RecoveryCode, SecondFactor
from db.models.inbox import OF_COMPANY, QuickAnswer, StaffNote, Subject, Taking
from db.models.inquiry import Inquiry, InquiryMessage, InquiryState, InquiryTheme, PublicInquiry
from db.models.invoice import CallState, ContributionCall, Invoice, InvoiceKind, InvoiceSeries, Payment
from db.models.kept_file import KeptBytes, KeptFile
from db.models.mail import DemoMail, OutboxMail
from db.models.member_import import (
    MemberImport,
    MemberImportFile,
    MemberImportKind,
    MemberImportLine,
    MemberImportState,
)
from db.models.membership import Invitation, Membership
from db.models.plan import PaymentPlan, PlanInvoice
from db.models.planning import CalendarFeed, CareCentre, NoticeKind, Slot, VisitNotice
from db.models.platform import FlowKind, FlowState, InvoiceStatus, PlatformFlow
from db.models.retention import RetentionPeriod
from db.models.session import (
    DRAFT_KEPT,
    AccountSession,
    AccountToken,
    Draft,
    Housework,
    KnownDevice,
    SignInFlow,
    Throttle,
    TokenKind,
)
from db.models.statement import BankStatement, LineMatch, StatementLine, StatementWork

__all__ = [
    "DRAFT_KEPT",
    "NEVER",
    "OF_COMPANY",
    "Account",
    "AccountSession",
    "AccountToken",
    "AnnualDeclaration",
    "AppointmentRequest",
    "AuditEvent",
    "AuditKind",
    "BankStatement",
    "Base",
    "BatchLine",
    "BatchState",
    "Books",
    "BooksClosing",
    "BuyerKind",
    "CalendarFeed",
    "CallState",
    "CareCentre",
    "CareTeam",
    "ChangeKind",
    "ClinicSession",
    "ClosingState",
    "ColumnHabit",
    "Company",
    "CompanyContact",
    "CompanyCorrection",
    "CompanyOwned",
    "ContactKind",
    "Contract",
    "ContributionCall",
    "ConvocationBatch",
    "CorrectionState",
    "DeclarationAnswer",
    "DeclarationCorrection",
    "DemoBase",
    "DemoMail",
    "Document",
    "DocumentKind",
    "Draft",
    "DroppedPaper",
    "DunningLetter",
    "DunningRun",
    "DunningStep",
    "Employee",
    "EmployeeChange",
    "EmployeeDraft",
    "EmployeeImport",
    "FlowKind",
    "FlowState",
    "Housework",
    "ImportLine",
    "ImportState",
    "Inquiry",
    "InquiryMessage",
    "InquiryState",
    "InquiryTheme",
    "Invitation",
    "Invoice",
    "InvoiceKind",
    "InvoiceSeries",
    "InvoiceStatus",
    "Journal",
    "JournalEntry",
    "JournalLine",
    "KeptBytes",
    "KeptFile",
    "KnownDevice",
    "LineKind",
    "LineMatch",
    "LineState",
    "MemberImport",
    "MemberImportFile",
    "MemberImportKind",
    "MemberImportLine",
    "MemberImportState",
    "Membership",
    "Monitoring",
    "NoticeKind",
    "OutboxMail",
    "Passkey",
    "Payment",
    "PaymentPlan",
    "PlanInvoice",
    "PlatformFlow",
    "Professional",
    "ProfessionalAbsence",
    "PublicInquiry",
    "QuickAnswer",
    "RecoveryCode",
    "Reminder",
    "RequestMessage",
    "RequestMotive",
    "RequestState",
    "RetentionPeriod",
    "ReturnCause",
    "RunState",
    "SecondFactor",
    "SentFile",
    "SessionCompany",
    "SignInFlow",
    "Slot",
    "SlotState",
    "StaffMember",
    "StaffNote",
    "StaffRead",
    "StatementLine",
    "StatementWork",
    "StepKind",
    "Subject",
    "Taking",
    "Tariff",
    "Throttle",
    "TokenKind",
    "Visit",
    "VisitKind",
    "VisitNotice",
    "WaitingPerson",
    "metadata",
]
