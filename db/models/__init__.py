"""Every table, one aggregate a file."""

from db.models.account import Account, StaffMember
from db.models.audit import AuditEvent, AuditKind
from db.models.base import Base, CompanyOwned, metadata
from db.models.company import CareTeam, Company, CompanyContact, ContactKind
from db.models.mail import DemoMail, OutboxMail
from db.models.membership import Invitation, Membership
from db.models.session import AccountSession, AccountToken, Draft, SignInFlow, Throttle, TokenKind

__all__ = [
    "Account",
    "AccountSession",
    "AccountToken",
    "AuditEvent",
    "AuditKind",
    "Base",
    "CareTeam",
    "Company",
    "CompanyContact",
    "CompanyOwned",
    "ContactKind",
    "DemoMail",
    "Draft",
    "Invitation",
    "Membership",
    "OutboxMail",
    "SignInFlow",
    "StaffMember",
    "Throttle",
    "TokenKind",
    "metadata",
]
