"""What an employer does: write, answer back, say that an answer was read, end.

`Forbidden` for those who may not act in a colleague's thread.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from app.access import BIGGEST_ID, MemberAccess
from app.company_details.queries import team_of
from app.contact.forms import THEMES, NewInquiry, Reply
from app.contact.queries import (
    MOST_NAMESAKES,
    inquiry_by_token,
    inquiry_to_act_in,
    message_by_token,
    people_named,
)
from app.contact.service import join, mailbox_of
from app.employees.declared import declared_of, name_of
from app.errors import NotFound, Refused
from app.fields import once_key
from app.kept_files import Kept
from app.mail import queue_mail
from app.rights import Right
from db.models import AuditKind, Employee, Inquiry, InquiryMessage, InquiryState, InquiryTheme, Invoice

NOBODY = "Aucun salarié ne porte ce nom. Vérifiez-le, ou laissez ce champ vide."
SEVERAL = "Plusieurs salariés répondent à ce nom : choisissez lequel."
TOO_MANY = "Beaucoup de salariés répondent à ce nom : ajoutez le prénom."


async def send_inquiry(access: MemberAccess, data: NewInquiry, file: Kept | None, now: datetime) -> Inquiry:
    """A new thread. The same form sent twice gives the thread that the first one opened."""
    key = key_of(data, file)
    if already := await inquiry_by_token(access, key):
        return already
    employee = await _person(access, data)
    inquiry = access.add(
        Inquiry(
            company_id=access.company.key, account_id=access.account.key,
            on_behalf=access.membership.third_party, theme=InquiryTheme(data.theme), subject=data.subject,
            employee_id=employee.key if employee else None, invoice_id=await _invoice_id(access, data),
            token=key, created_at=now, updated_at=now,
        )
    )  # fmt: skip
    await access.flush()
    _say(access, inquiry, data.text, key, file, now)
    access.trace(AuditKind.INQUIRY_SENT, now, f"{THEMES[InquiryTheme(data.theme)]} : {data.subject}")
    person = name_of(declared_of(employee)) if employee else ""
    await _tell_service(access, inquiry, data.text, file, now, person=person)
    return inquiry


async def may_be_about(access: MemberAccess, data: NewInquiry) -> None:
    """NotFound, or `Refused`, for whom and what this message may not be about."""
    await _person(access, data)
    await _invoice_id(access, data)


async def write_reply(
    access: MemberAccess, inquiry_id: int, data: Reply, file: Kept | None, now: datetime
) -> None:
    """One more message, which opens an ended thread again. It reads only what its writer had been shown."""
    inquiry = await inquiry_to_act_in(access, inquiry_id)
    key = key_of(data, file)
    if await message_by_token(access, inquiry.key, key):
        return
    _say(access, inquiry, data.text, key, file, now)
    await access.flush()  # Here the constraint tells the second of two at once.
    inquiry.state, inquiry.closed_at, inquiry.updated_at = InquiryState.SENT, None, now
    if inquiry.unread_at and inquiry.unread_at <= data.seen:
        inquiry.unread_at = None
    access.trace(AuditKind.INQUIRY_REPLIED, now, inquiry.subject)
    await _tell_service(access, inquiry, data.text, file, now)


async def mark_as_read(access: MemberAccess, inquiry_id: int, seen: datetime) -> None:
    """Up to what the page showed: an answer that came meanwhile still waits."""
    inquiry = await inquiry_to_act_in(access, inquiry_id)
    await access.change(
        update(Inquiry)
        .where(col(Inquiry.id) == inquiry.key, col(Inquiry.company_id) == access.company.key)
        .where(col(Inquiry.unread_at) <= seen)
        .values(unread_at=None)
    )


async def end_inquiry(access: MemberAccess, inquiry_id: int, now: datetime) -> None:
    """The question is settled. Of two at once, one line in the history."""
    inquiry = await inquiry_to_act_in(access, inquiry_id)
    ended = (
        update(Inquiry)
        .where(col(Inquiry.id) == inquiry.key, col(Inquiry.company_id) == access.company.key)
        .where(col(Inquiry.state) != InquiryState.CLOSED)
        .values(state=InquiryState.CLOSED, closed_at=now, updated_at=now, unread_at=None)
    )
    if await access.change(ended):
        access.trace(AuditKind.INQUIRY_CLOSED, now, inquiry.subject)


def key_of(data: NewInquiry | Reply, file: Kept | None) -> str:
    return once_key(data, file.sha256 if file else "")


async def _person(access: MemberAccess, data: NewInquiry) -> Employee | None:
    if data.salarie:
        return await access.get(Employee, data.salarie)
    if not data.person:
        return None
    found = await people_named(access, data.person)
    if not found:
        raise Refused(NOBODY, "person")
    if len(found) > 1:
        few = len(found) <= MOST_NAMESAKES
        raise Refused(SEVERAL if few else TOO_MANY, "salarie" if few else "person")
    return found[0]


async def _invoice_id(access: MemberAccess, data: NewInquiry) -> int | None:
    if not data.facture:
        return None
    if Right.INVOICES not in access.rights or data.facture > BIGGEST_ID:
        raise NotFound
    return (await access.get(Invoice, data.facture)).key


def _say(
    access: MemberAccess, inquiry: Inquiry, text: str, key: str, file: Kept | None, now: datetime
) -> None:
    message = InquiryMessage(
        company_id=access.company.key, inquiry_id=inquiry.key, account_id=access.account.key,
        token=key, text=text, at=now,
    )  # fmt: skip
    if file:
        join(message, file)
    access.add(message)


async def _tell_service(
    access: MemberAccess, inquiry: Inquiry, text: str, file: Kept | None, now: datetime, *, person: str = ""
) -> None:
    team = await team_of(access)
    recipient = mailbox_of(inquiry.theme, access.portal.settings, team.email if team else "")
    queue_mail(
        access, "inquiry_received", recipient, now, company=access.company.label,
        theme=THEMES[InquiryTheme(inquiry.theme)], about=inquiry.subject, person=person, text=text,
        who=access.account.full_name, email=access.account.email, on_behalf=access.membership.third_party,
        file=[file.file_name, file.media_type, file.sha256] if file else [],
    )  # fmt: skip
