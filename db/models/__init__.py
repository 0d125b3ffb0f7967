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
from db.models.base import Base, CompanyOwned, all_defined, metadata
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
from db.models.counts import KEPT_COUNTS, HiringMonth, VisitMonth
from db.models.debit import (
    Debit,
    DebitFile,
    DebitReturn,
    DebitRun,
    DebitRunState,
    DebitState,
    Mandate,
    MandateState,
    Scheme,
)
from db.models.demo import DemoBase
from db.models.dispute import AbsenceBilling, InvoiceDispute
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
from db.models.letters import (
    Audience,
    CampaignLetter,
    LetterFile,
    LetterKind,
    LetterRun,
    LetterRunState,
    LetterText,
)
from db.models.mail import DemoMail, OutboxMail
from db.models.member_import import (
    MemberImport,
    MemberImportFile,
    MemberImportKind,
    MemberImportLine,
    MemberImportState,
)
from db.models.membership import Invitation, Membership
from db.models.phone import PhoneCall, PhoneState
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

all_defined()

__all__ = [
    "DRAFT_KEPT",
    "KEPT_COUNTS",
    "NEVER",
    "OF_COMPANY",
    "AbsenceBilling",
    "Account",
    "AccountSession",
    "AccountToken",
    "AnnualDeclaration",
    "AppointmentRequest",
    "Audience",
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
    "CampaignLetter",
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
    "Debit",
    "DebitFile",
    "DebitReturn",
    "DebitRun",
    "DebitRunState",
    "DebitState",
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
    "HiringMonth",
    "Housework",
    "ImportLine",
    "ImportState",
    "Inquiry",
    "InquiryMessage",
    "InquiryState",
    "InquiryTheme",
    "Invitation",
    "Invoice",
    "InvoiceDispute",
    "InvoiceKind",
    "InvoiceSeries",
    "InvoiceStatus",
    "Journal",
    "JournalEntry",
    "JournalLine",
    "KeptBytes",
    "KeptFile",
    "KnownDevice",
    "LetterFile",
    "LetterKind",
    "LetterRun",
    "LetterRunState",
    "LetterText",
    "LineKind",
    "LineMatch",
    "LineState",
    "Mandate",
    "MandateState",
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
    "PhoneCall",
    "PhoneState",
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
    "Scheme",
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
    "VisitMonth",
    "VisitNotice",
    "WaitingPerson",
    "metadata",
]
