"""Every table, one aggregate a file."""

from db.models.account import Account, StaffMember
from db.models.audit import AuditEvent, AuditKind
from db.models.base import Base, CompanyOwned, metadata
from db.models.company import Company, Membership
from db.models.mail import DemoMail, OutboxMail
from db.models.session import AccountSession, AccountToken, Draft, SignInFlow, Throttle, TokenKind

__all__ = [
    "Account",
    "AccountSession",
    "AccountToken",
    "AuditEvent",
    "AuditKind",
    "Base",
    "Company",
    "CompanyOwned",
    "DemoMail",
    "Draft",
    "Membership",
    "OutboxMail",
    "SignInFlow",
    "StaffMember",
    "Throttle",
    "TokenKind",
    "metadata",
]
