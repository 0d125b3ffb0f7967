"""Threads as their pages tell them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.access import MemberAccess
from app.contact.forms import THEMES
from app.contact.queries import InquiryRow, inquiry_of, messages_of
from app.contact.rules import may_act
from app.contact.service import STATE_WORDS
from app.employees.declared import declared_of, name_of
from app.formats import size_words
from app.places import written_place
from app.rights import Right
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


class Said(NamedTuple):
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
    said: list[Said]
    seen: str
    is_closed: bool
    may_act: bool


def lines_of(rows: Sequence[InquiryRow]) -> list[InquiryLine]:
    return [
        InquiryLine(
            row.id, row.subject, THEMES[InquiryTheme(row.theme)], f"{row.first_name} {row.last_name}".strip(),
            row.created_at, STATE_WORDS[InquiryState(row.state)],
            since(InquiryState(row.state), row.updated_at, row.answered_at, row.closed_at),
            row.unread_at is not None, written_place(row.updated_at, row.id),
        )
        for row in rows
    ]  # fmt: skip


def since(
    state: InquiryState, updated_at: datetime, answered_at: datetime | None, closed_at: datetime | None
) -> datetime:
    """When the thread came to its state."""
    instants = {InquiryState.ANSWERED: answered_at, InquiryState.CLOSED: closed_at}
    return instants.get(state) or updated_at


async def thread_of(access: MemberAccess, inquiry_id: int) -> Thread:
    inquiry = await inquiry_of(access, inquiry_id)
    employee = await access.get(Employee, inquiry.employee_id) if inquiry.employee_id else None
    invoice = None
    if inquiry.invoice_id and Right.INVOICES in access.rights:
        invoice = await access.get(Invoice, inquiry.invoice_id)
    said = [
        Said(
            each.key, each.at, "" if each.from_service else f"{first} {last}".strip(), each.text,
            each.file_name, size_words(each.size),
        )
        for each, first, last in await messages_of(access, inquiry.key)
    ]  # fmt: skip
    state = InquiryState(inquiry.state)
    return Thread(
        inquiry.key, inquiry.subject, THEMES[InquiryTheme(inquiry.theme)], STATE_WORDS[state],
        since(state, inquiry.updated_at, inquiry.answered_at, inquiry.closed_at), inquiry.on_behalf,
        (employee.key, name_of(declared_of(employee))) if employee else None,
        (invoice.key, invoice.number) if invoice else None, said,
        inquiry.unread_at.isoformat() if inquiry.unread_at else "", state == InquiryState.CLOSED,
        may_act(inquiry, access.account.key, access.rights),
    )  # fmt: skip


async def file_of(access: MemberAccess, inquiry_id: int, message_id: int) -> InquiryMessage | None:
    """The message of this thread that carries a file."""
    inquiry = await inquiry_of(access, inquiry_id)
    message = await access.get(InquiryMessage, message_id)
    return message if message.inquiry_id == inquiry.key and message.sha256 else None
