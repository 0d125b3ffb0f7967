"""Reads around one request: what was said, by whom, where, and the appointment that answers it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select

from app.access import MemberAccess
from app.appointments.queries import ANSWERING
from app.searching import folded
from db.models import Account, CareCentre, RequestMessage, Slot


class Said(NamedTuple):
    """A message of the thread; `who` is "" for the service."""

    at: datetime
    text: str
    who: str


async def thread_of(access: MemberAccess, request_id: int) -> list[Said]:
    statement = (
        select(RequestMessage, Account.first_name, Account.last_name)
        .join(Account, col(Account.id) == RequestMessage.account_id, isouter=True)
        .where(RequestMessage.company_id == access.company.key, RequestMessage.request_id == request_id)
        .order_by(col(RequestMessage.at), col(RequestMessage.id))
    )
    return [
        Said(each.at, each.text, "" if each.from_service else f"{first or ''} {last or ''}".strip())
        for each, first, last in await access.rows(statement)
    ]


async def centres(access: MemberAccess) -> dict[str, str]:
    """The service's centres by name, under their number as a form sends it."""
    rows = sorted(await access.all(select(CareCentre)), key=lambda row: (folded(row.name), row.key))
    return {str(row.key): f"{row.name} ({row.town})" for row in rows}


async def account_name(access: MemberAccess, account_id: int) -> str:
    account = await access.first(select(Account).where(col(Account.id) == account_id))
    return account.full_name if account else ""


async def slot_of_request(access: MemberAccess, request_id: int) -> Slot | None:
    """The appointment that answers a request, the latest if there are several."""
    mine = access.select(Slot).where(col(Slot.request_id) == request_id, col(Slot.state).in_(ANSWERING))
    return await access.first(mine.order_by(col(Slot.starts_at).desc()).limit(1))


async def slots_in_vain(access: MemberAccess, request_id: int) -> Sequence[Slot]:
    """The appointments that answered a request and came to nothing."""
    mine = access.select(Slot).where(col(Slot.request_id) == request_id, col(Slot.state).not_in(ANSWERING))
    return await access.all(mine)
