"""What was being typed when the session ended, given back after the next sign-in."""

from datetime import datetime
from typing import Any

from litestar import Request
from sqlalchemy import delete
from sqlmodel import col

from app.access import AccountAccess
from app.posted import posted
from app.visit import TOKEN_FIELD, Visit
from db.models import DRAFT_KEPT, Draft

MOST_FIELDS, LONGEST = 200, 5_000


async def keep_draft(
    request: Request[Any, Any, Any], account_id: int, now: datetime, uploaded: dict[str, str] | None = None
) -> bool:
    """Keep the fields of this POST, passwords left out, in place of an older draft. Whether any
    were. `uploaded`: those of a form with a file, which is not kept.
    """
    items = (await posted(request)).fields if uploaded is None else uploaded.items()
    fields = [
        [name, value[:LONGEST].replace("\x00", "")]
        for name, value in items
        if name != TOKEN_FIELD and "password" not in name
    ][:MOST_FIELDS]
    if not any(value for _, value in fields):
        return False
    async with Visit.of(request).portal.database.transaction(write=True) as session:
        await session.exec(delete(Draft).where(col(Draft.account_id) == account_id))
        session.add(
            Draft(
                account_id=account_id,
                path="/" + request.scope["path"].lstrip("/")[:199],
                fields=fields,
                created_at=now,
            )
        )
    return True


async def draft_of(access: AccountAccess, now: datetime) -> Draft | None:
    return await access.first(access.select(Draft).where(Draft.created_at > now - DRAFT_KEPT))
