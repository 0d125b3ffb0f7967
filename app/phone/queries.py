"""Calls under way of somebody of the service."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from app.access import Access, StaffAccess
from app.sessions import CALL_LIFE
from db.models import Account, PhoneCall


async def open_calls(access: StaffAccess, now: datetime) -> Sequence[PhoneCall]:
    """Those of this person of the service."""
    mine = select(PhoneCall).where(
        PhoneCall.account_id == access.account.key, col(PhoneCall.ended_at).is_(None),
        col(PhoneCall.started_at) > now - CALL_LIFE,
    )  # fmt: skip
    return await access.all(mine)


async def name_of(access: Access, account_id: int) -> str:
    names = select(Account.first_name, Account.last_name).where(col(Account.id) == account_id)
    ((first, last),) = await access.rows(names)
    return f"{first} {last}".strip()
