"""Acts of an employer on a thread: write, answer back, mark an answer as read, end.

`Forbidden` for people who may not act in a colleague's thread.
"""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from app.access import BIGGEST_ID, MemberAccess, VisitorAccess
from app.contact.forms import THEMES, NewInquiry, PublicMessage, Reply
from app.contact.queries import (
    MOST_NAMESAKES,
    inquiry_to_act_in,
    message_by_token,
    people_named,
)
from app.contact.staff import join_file, mailbox_of
from app.employees.declared import employee_name
from app.errors import NotFound, Refused
from app.kept_files import Kept
from app.mail.outbox import may_leave, queue_mail
from app.rights import Right
from app.text.fields import once_key
from db.models import (
    AuditKind,
    Employee,
    Inquiry,
    InquiryMessage,
    InquiryState,
    InquiryTheme,
    Invoice,
    PublicInquiry,
)

NOBODY = "Aucun salarié ne porte ce nom. Vérifiez-le, ou laissez ce champ vide."
SEVERAL = "Plusieurs salariés répondent à ce nom : choisissez lequel."
TOO_MANY = "Beaucoup de salariés répondent à ce nom : ajoutez le prénom."


async def send_inquiry(access: MemberAccess, data: NewInquiry, file: Kept | None, now: datetime) -> Inquiry:
    """A new thread, of a form that opened none yet: `inquiry_by_token` says so. Of the same one sent twice at
    once, the database refuses the second.
    """
    key = message_key(data, file)
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
    _add_message(access, inquiry, data.text, key=key, file=file, now=now)
    about = f"{THEMES[InquiryTheme(data.theme)]} : {data.subject}"
    access.trace(AuditKind.INQUIRY_SENT, now, about, inquiry.key)
    person = employee_name(employee) if employee else ""
    _notify_service(access, inquiry, data.text, file, now, person=person)
    return inquiry


async def may_be_about(access: MemberAccess, data: NewInquiry) -> None:
    """NotFound, or `Refused`, when this person's message may not be about that employee or invoice."""
    await _person(access, data)
    await _invoice_id(access, data)


async def write_reply(
    access: MemberAccess, inquiry_id: int, data: Reply, file: Kept | None, now: datetime
) -> None:
    """Add a message, which opens an ended thread again. Only answers displayed to its writer become read."""
    inquiry = await inquiry_to_act_in(access, inquiry_id)
    key = message_key(data, file)
    if await message_by_token(access, inquiry.key, key):
        return
    _add_message(access, inquiry, data.text, key=key, file=file, now=now)
    await access.flush()  # Here the constraint tells the second of two at once.
    inquiry.state, inquiry.closed_at, inquiry.updated_at = InquiryState.SENT, None, now
    if inquiry.unread_at and inquiry.unread_at <= data.seen:
        inquiry.unread_at = None
    access.trace(AuditKind.INQUIRY_REPLIED, now, inquiry.subject, inquiry.key)
    _notify_service(access, inquiry, data.text, file, now)


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
        access.trace(AuditKind.INQUIRY_CLOSED, now, inquiry.subject, inquiry.key)


def message_key(data: NewInquiry | Reply, file: Kept | None) -> str:
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


def _add_message(
    access: MemberAccess, inquiry: Inquiry, text: str, key: str, file: Kept | None, now: datetime
) -> None:
    message = InquiryMessage(
        company_id=access.company.key, inquiry_id=inquiry.key, account_id=access.account.key,
        token=key, text=text, at=now,
    )  # fmt: skip
    if file:
        join_file(message, file)
    access.add(message)


def _notify_service(
    access: MemberAccess, inquiry: Inquiry, text: str, file: Kept | None, now: datetime, *, person: str = ""
) -> None:
    team = access.team.email if access.team else ""
    recipient = mailbox_of(inquiry.theme, access.portal.settings, team)
    queue_mail(
        access, "inquiry_received", recipient, now, company=access.company.label,
        theme=THEMES[InquiryTheme(inquiry.theme)], about=inquiry.subject, person=person, text=text,
        who=access.account.full_name, email=access.account.email, on_behalf=access.membership.third_party,
        file=[file.file_name, file.media_type, file.sha256] if file else [],
    )  # fmt: skip


# A message of somebody who cannot sign in. Nobody learns from it whether an address or a code exists.


async def is_stored(access: VisitorAccess, data: PublicMessage) -> bool:
    """True when this very message was stored already."""
    same = select(PublicInquiry.token).where(PublicInquiry.token == once_key(data))
    return await access.first(same) is not None


async def write_public_message(access: VisitorAccess, data: PublicMessage, now: datetime) -> None:
    """Store a public message and mail it to the service. A receipt leaves too, without a word of the message:
    the address could be somebody else's. Too many from one network: `Refused` (429); too many receipts: none,
    in silence.
    """
    if await is_stored(access, data):
        return
    access.add(
        PublicInquiry(
            name=data.name, email=data.email, code=data.code, theme=InquiryTheme(data.theme), text=data.text,
            token=once_key(data), sent_at=now,
        )
    )  # fmt: skip
    await access.flush()  # Of the same one sent several times at once, one goes on, and it alone is counted.
    theme, recipient = THEMES[InquiryTheme(data.theme)], mailbox_of(data.theme, access.portal.settings)
    queue_mail(
        access, "public_inquiry", recipient, now, name=data.name, email=data.email, code=data.code,
        theme=theme, text=data.text,
    )  # fmt: skip
    if await may_leave(access, "public_receipt", data.email, now):
        queue_mail(access, "public_receipt", data.email, now, theme=theme, answered_at=recipient)
