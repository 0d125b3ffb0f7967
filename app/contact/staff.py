"""Acts of the service on a thread: answer, end. The author of the thread gets a mail of each."""

from datetime import datetime

from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.clock import day_of
from app.contact.rules import may_read
from app.errors import Refused
from app.kept_files import Kept
from app.mail.outbox import queue_mail
from app.rights import rights_of
from app.sessions import is_alive
from app.settings import Settings
from app.text.fields import once_token
from db.models import (
    Account,
    AuditKind,
    Company,
    Inquiry,
    InquiryMessage,
    InquiryState,
    InquiryTheme,
    Membership,
)

STATE_WORDS = {
    InquiryState.SENT: "envoyé",
    InquiryState.ANSWERED: "répondu",
    InquiryState.CLOSED: "terminé",
}


def mailbox_of(theme: str, settings: Settings, team: str = "") -> str:
    """The mailbox that answers: about money the one of contributions, else the team that
    follows the company.
    """
    if theme == InquiryTheme.CONTRIBUTION:
        return settings.service_contributions_email
    return team or settings.service_email


async def answer_inquiry(
    access: StaffAccess, inquiry_id: int, text: str, now: datetime, file: Kept | None = None
) -> None:
    """A message of the service in the thread, which opens it again if it was ended."""
    inquiry = await access.get(Inquiry, inquiry_id)
    if not text.strip():
        raise Refused("Écrivez la réponse : l’employeur la lira.", "text")
    message = InquiryMessage(
        company_id=inquiry.company_id, inquiry_id=inquiry.key, account_id=access.account.key,
        from_service=True, token=once_token(), text=text.strip(), at=now,
    )  # fmt: skip
    if file:
        join_file(message, file)
    access.add(message)
    inquiry.state, inquiry.answered_at, inquiry.closed_at = InquiryState.ANSWERED, now, None
    _record(access, AuditKind.INQUIRY_ANSWERED, inquiry, now)
    await _notify_writers(access, inquiry, now, text.strip(), file.file_name if file else "")


async def close_inquiry(access: StaffAccess, inquiry_id: int, now: datetime) -> None:
    """End the thread and mail its author. Writing in it opens it again."""
    inquiry = await access.get(Inquiry, inquiry_id)
    if inquiry.state == InquiryState.CLOSED:
        return
    inquiry.state, inquiry.closed_at = InquiryState.CLOSED, now
    _record(access, AuditKind.INQUIRY_CLOSED, inquiry, now)
    await _notify_writers(access, inquiry, now)


def join_file(message: InquiryMessage, file: Kept) -> None:
    """Join this file, which is already stored, to the message."""
    for name, value in file.columns.items():
        setattr(message, name, value)


async def _notify_writers(
    access: Access, inquiry: Inquiry, now: datetime, text: str = "", file_name: str = ""
) -> None:
    """Mail the writers of the thread who still act for the company and may still read it; unread until one
    marks it.
    """
    inquiry.unread_at, inquiry.updated_at = now, now
    wrote = select(InquiryMessage.account_id).where(
        InquiryMessage.inquiry_id == inquiry.key,
        InquiryMessage.company_id == inquiry.company_id,
        col(InquiryMessage.from_service).is_(False),
    )
    statement = (
        select(Account, Membership, Company.code, Company.name)
        .join(Membership, col(Membership.account_id) == Account.id)
        .join(Company, col(Company.id) == Membership.company_id)
        .where(Company.id == inquiry.company_id, is_alive(day_of(now)))
        .where(col(Account.id).in_(wrote))
        .order_by(col(Account.id))
    )
    for account, membership, code, name in await access.rows(statement):
        rights = rights_of(membership.roles, third_party=membership.third_party)
        if not may_read(inquiry, account.key, rights):
            continue
        queue_mail(
            access, "inquiry_answered", account.email, now, code=code, company=f"{code} - {name}",
            inquiry_id=inquiry.key, about=inquiry.subject,
            state=STATE_WORDS[InquiryState(inquiry.state)], text=text, file_name=file_name,
            answered_at=mailbox_of(inquiry.theme, access.portal.settings),
        )  # fmt: skip


def _record(access: StaffAccess, kind: AuditKind, inquiry: Inquiry, now: datetime) -> None:
    access.record(kind, now, access.account.key, inquiry.company_id, inquiry.subject, inquiry.key)
