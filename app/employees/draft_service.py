"""A declaration under way: kept after each step, found again on any device, gone once declared."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete

from app.access import MemberAccess
from app.errors import Refused
from db.models import EmployeeDraft

KEPT = timedelta(days=30)


async def draft_of(access: MemberAccess, now: datetime, *, held: bool = False) -> EmployeeDraft | None:
    """`held`: under a lock, to be changed: of two steps at once, the second changes what the first kept."""
    mine = access.select(EmployeeDraft).where(EmployeeDraft.account_id == access.account.key)
    mine = mine.where(col(EmployeeDraft.updated_at) > now - KEPT)
    if held:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    return await access.first(mine)


async def keep_typed(access: MemberAccess, typed: dict[str, str], names: set[str], now: datetime) -> None:
    """What a step typed, in place of what it had typed before (`names`: all that the step may hold)."""
    draft = await draft_of(access, now, held=True)
    if draft is None:
        await drop_draft(access, before=now - KEPT)
        draft = await _begun(access, now)
    others = {name: value for name, value in draft.typed.items() if name not in names}
    draft.typed = others | {name: value[:300] for name, value in typed.items() if name in names and value}
    draft.updated_at = now


async def _begun(access: MemberAccess, now: datetime) -> EmployeeDraft:
    """A new one; or, of several at once, the one that came first."""
    draft = EmployeeDraft(company_id=access.company.key, account_id=access.account.key, updated_at=now)
    try:
        async with access.savepoint():
            access.add(draft)
            await access.flush()
    except IntegrityError:
        first = await draft_of(access, now, held=True)
        if first is None:
            raise
        return first
    return draft


async def drop_draft(access: MemberAccess, before: datetime | None = None) -> int:
    """`before`: only one that was left alone since then."""
    mine = delete(EmployeeDraft).where(
        col(EmployeeDraft.company_id) == access.company.key,
        col(EmployeeDraft.account_id) == access.account.key,
    )
    if before:
        mine = mine.where(col(EmployeeDraft.updated_at) <= before)
    return await access.change(mine)


async def use_draft(access: MemberAccess) -> None:
    """Settles a button pressed twice: only one declaration comes out of a draft."""
    if not await drop_draft(access):
        raise Refused("Cette déclaration est déjà enregistrée.", status_code=409)
