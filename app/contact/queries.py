"""Reads of a company's threads with the service. A thread that a person may not read is not listed."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import col, select

from app.access import MemberAccess
from app.contact.rules import may_act, may_read, themes_open_to
from app.employees.listing import name_conditions
from app.errors import Forbidden
from app.rights import Right
from app.web.paging import PAGE
from db.models import Account, Employee, Inquiry, InquiryMessage, InquiryState, InquiryTheme
from db.types import Instant

MOST_NAMESAKES = 10
FEW_NAMES = 5
FILTERS = {
    "attente": InquiryState.SENT,
    "repondus": InquiryState.ANSWERED,
    "termines": InquiryState.CLOSED,
}


class InquiryRow(NamedTuple):
    """A thread as the list shows it. `updated_at`: when it came to its state or was last written in."""

    id: int
    theme: str
    subject: str
    state: str
    created_at: datetime
    updated_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    unread_at: datetime | None
    first_name: str
    last_name: str


async def inquiries_of(
    access: MemberAccess, state: str, before: tuple[datetime, int] | None
) -> list[InquiryRow]:
    """The latest moved first: a page of them, and one more if there are more."""
    given = _reader(access)
    if before:
        given["at"], given["row"] = before
    statement = _inquiries(access.rights, state, is_after=before is not None)
    return [InquiryRow._make(row) for row in await access.table(statement, given)]


@cache
def _inquiries(rights: frozenset[Right], state: str, *, is_after: bool) -> Any:
    columns: list[Any] = [getattr(Inquiry, name) for name in InquiryRow._fields[:-2]]
    columns += [Account.first_name, Account.last_name]
    statement = (
        sqlalchemy.select(*columns)
        .select_from(Inquiry)
        .join(Account, col(Account.id) == Inquiry.account_id)
        .where(_HERE, open_to(rights))
        .order_by(col(Inquiry.updated_at).desc(), col(Inquiry.id).desc())
        .limit(PAGE + 1)
    )
    if state in FILTERS:
        statement = statement.where(col(Inquiry.state) == FILTERS[state])
    if is_after:
        at = bindparam("at", type_=Instant)
        older = and_(col(Inquiry.updated_at) == at, col(Inquiry.id) < bindparam("row"))
        statement = statement.where(or_(col(Inquiry.updated_at) < at, older))
    return statement


async def unread_inquiries(access: MemberAccess) -> Sequence[tuple[int, str, datetime]]:
    """Number and subject of the threads whose answer nobody said to have read, and since when, the latest
    first: those where this person may say so.
    """
    return [
        (number, subject, at)
        for number, subject, at in await access.table(_unread(access.rights), _reader(access))
    ]


@cache
def _unread(rights: frozenset[Right]) -> Any:
    columns: list[Any] = [Inquiry.id, Inquiry.subject, Inquiry.unread_at]
    may = open_to(rights) if Right.CONTACT in rights else _MINE
    return (
        sqlalchemy.select(*columns)
        .where(_HERE, col(Inquiry.unread_at).is_not(None), may)
        .order_by(col(Inquiry.updated_at).desc(), col(Inquiry.id).desc())
        .limit(FEW_NAMES)
    )


async def inquiry_of(access: MemberAccess, inquiry_id: int) -> Inquiry:
    """NotFound for another company's; Forbidden for one that this person may not read."""
    inquiry = await access.get(Inquiry, inquiry_id)
    if not may_read(inquiry, access.account.key, access.rights):
        raise Forbidden
    return inquiry


async def inquiry_to_act_in(access: MemberAccess, inquiry_id: int) -> Inquiry:
    inquiry = await access.get(Inquiry, inquiry_id)
    if not may_act(inquiry, access.account.key, access.rights):
        raise Forbidden
    return inquiry


_MESSAGES = (
    select(InquiryMessage, Account.first_name, Account.last_name)
    .join(Account, col(Account.id) == InquiryMessage.account_id)
    .where(
        col(InquiryMessage.company_id) == bindparam("company"),
        col(InquiryMessage.inquiry_id) == bindparam("inquiry"),
    )
    .order_by(col(InquiryMessage.at), col(InquiryMessage.id))
)


async def messages_of(access: MemberAccess, inquiry_id: int) -> Sequence[tuple[InquiryMessage, str, str]]:
    """Messages of the thread, oldest first, each with the name of its author."""
    return await access.rows(_MESSAGES, {"company": access.company.key, "inquiry": inquiry_id})


async def inquiry_by_token(access: MemberAccess, token: str) -> Inquiry | None:
    return await access.first(access.select(Inquiry).where(Inquiry.token == token))


async def message_by_token(access: MemberAccess, inquiry_id: int, token: str) -> InquiryMessage | None:
    mine = access.select(InquiryMessage).where(InquiryMessage.inquiry_id == inquiry_id)
    return await access.first(mine.where(InquiryMessage.token == token))


async def people_named(access: MemberAccess, typed: str) -> Sequence[Employee]:
    """Employees whose name, job or number begins with each of these words, the first few by name."""
    if not (wanted := name_conditions(typed)):
        return []
    ordered = access.select(Employee).where(*wanted).order_by(col(Employee.sort_key), col(Employee.id))
    return await access.all(ordered.limit(MOST_NAMESAKES + 1))


_HERE = col(Inquiry.company_id) == bindparam("company")
_MINE = col(Inquiry.account_id) == bindparam("account")


def _reader(access: MemberAccess) -> dict[str, Any]:
    return {"company": access.company.key, "account": access.account.key}


def open_to(rights: frozenset[Right]) -> ColumnElement[bool]:
    """The rule of `may_read` as SQL, for many threads at once."""
    themes = themes_open_to(rights)
    is_open = [col(Inquiry.theme).in_(themes)]
    if InquiryTheme.CONTRIBUTION not in themes:
        is_open.append(col(Inquiry.invoice_id).is_(None))
    return or_(_MINE, and_(*is_open))
