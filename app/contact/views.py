"""Threads as their pages display them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.access import MemberAccess
from app.contact.forms import THEMES
from app.contact.queries import InquiryRow, inquiry_of, messages_of
from app.contact.rules import may_act
from app.contact.staff import STATE_WORDS
from app.employees.declared import employee_name, names_apart
from app.rights import Right
from app.text.formats import size_words
from app.web.paging import written_place
from db.models import Employee, InquiryMessage, InquiryState, InquiryTheme, Invoice


class InquiryLine(NamedTuple):
    """`since`: when it came to its state. `place`: after which row the next page starts."""

    id: int
    subject: str
    theme: str
    who: str
    created_at: datetime
    state: str
    since: datetime
    is_unread: bool
    place: str


class ThreadMessage(NamedTuple):
    """A message; `who` is "" for the service. `file_name`: of what is joined to it, "" for nothing."""

    id: int
    at: datetime
    who: str
    text: str
    file_name: str
    size: str


class Thread(NamedTuple):
    """`employee`, `invoice`: the row and its name, no invoice when the reader may not see invoices.
    `seen`: up to when what waits to be read is shown.
    """

    id: int
    subject: str
    theme: str
    state: str
    since: datetime
    on_behalf: bool
    employee: tuple[int, str] | None
    invoice: tuple[int, str] | None
    messages: list[ThreadMessage]
    seen: str
    is_closed: bool
    may_act: bool


def lines_of(rows: Sequence[InquiryRow]) -> list[InquiryLine]:
    return [
        InquiryLine(
            id=row.id,
            subject=row.subject,
            theme=THEMES[InquiryTheme(row.theme)],
            who=f"{row.first_name} {row.last_name}".strip(),
            created_at=row.created_at,
            state=STATE_WORDS[InquiryState(row.state)],
            since=since(InquiryState(row.state), row.updated_at, row.answered_at, row.closed_at),
            is_unread=row.unread_at is not None,
            place=written_place(row.updated_at, row.id),
        )
        for row in rows
    ]


def about_several(people: Sequence[Employee]) -> str:
    """The beginning of a message about several employees: their names, a line each."""
    names = names_apart([(employee_name(each), each.birth_on) for each in people])
    return "\n".join(["À propos de :", *(f"- {name}" for name in names), "", ""])


def since(
    state: InquiryState, updated_at: datetime, answered_at: datetime | None, closed_at: datetime | None
) -> datetime:
    """The instant when the thread came to its state."""
    instants = {InquiryState.ANSWERED: answered_at, InquiryState.CLOSED: closed_at}
    return instants.get(state) or updated_at


async def thread_of(access: MemberAccess, inquiry_id: int) -> Thread:
    inquiry = await inquiry_of(access, inquiry_id)
    employee = await access.get(Employee, inquiry.employee_id) if inquiry.employee_id else None
    invoice = None
    if inquiry.invoice_id and Right.INVOICES in access.rights:
        invoice = await access.get(Invoice, inquiry.invoice_id)
    messages = [
        ThreadMessage(
            id=each.key,
            at=each.at,
            who="" if each.from_service else f"{first} {last}".strip(),
            text=each.text,
            file_name=each.file_name,
            size=size_words(each.size),
        )
        for each, first, last in await messages_of(access, inquiry.key)
    ]
    state = InquiryState(inquiry.state)
    return Thread(
        id=inquiry.key,
        subject=inquiry.subject,
        theme=THEMES[InquiryTheme(inquiry.theme)],
        state=STATE_WORDS[state],
        since=since(state, inquiry.updated_at, inquiry.answered_at, inquiry.closed_at),
        on_behalf=inquiry.on_behalf,
        employee=(employee.key, employee_name(employee)) if employee else None,
        invoice=(invoice.key, invoice.number) if invoice else None,
        messages=messages,
        seen=inquiry.unread_at.isoformat() if inquiry.unread_at else "",
        is_closed=state == InquiryState.CLOSED,
        may_act=may_act(inquiry, access.account.key, access.rights),
    )


async def file_of(access: MemberAccess, inquiry_id: int, message_id: int) -> InquiryMessage | None:
    """The message of this thread that carries a file."""
    inquiry = await inquiry_of(access, inquiry_id)
    message = await access.get(InquiryMessage, message_id)
    return message if message.inquiry_id == inquiry.key and message.sha256 else None
