"""Forms under way when their session ended, or when their right went, given back to the same account.

Keeping them in the browser would leave personal data on shared machines. The POST that finds the session over
or the right gone is stored here for half a day, without passwords. Revisit for forms with files.
"""

import re
from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import AccountAccess, StaffAccess, of_account
from app.web.caller import TOKEN_FIELD, Caller
from app.web.posted import posted
from app.web.signatures import Request
from db.models import DRAFT_KEPT, Draft
from db.types import Instant

MOST_FIELDS, LONGEST = 200, 5_000
RESUMED = "reprise"  # in the address that a draft is sent to


async def keep_draft(
    request: Request, account_id: int, now: datetime, uploaded: dict[str, str] | None = None
) -> bool:
    """Keep the fields of this POST, passwords left out, in place of an older draft. True if there were any.
    `uploaded`: those of a form with a file, which is not kept.
    """
    items = (await posted(request)).fields if uploaded is None else uploaded.items()
    fields = [
        [name, value[:LONGEST].replace("\x00", "")]
        for name, value in items
        if name != TOKEN_FIELD and "password" not in name
    ][:MOST_FIELDS]
    if not any(value for _, value in fields):
        return False
    async with Caller.of(request).portal.database.transaction(write=True) as session:
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


_DRAFT = of_account(Draft).where(col(Draft.created_at) > bindparam("since", type_=Instant))


async def draft_of(access: AccountAccess | StaffAccess, now: datetime) -> Draft | None:
    return await access.first(_DRAFT, {"account": access.account.key, "since": now - DRAFT_KEPT})


async def drop_resumed(request: Request, session: AsyncSession, account_id: int) -> None:
    """The draft goes with what is now sent in its place; a refusal gives the form back, filled."""
    if request.method == "POST" and RESUMED in request.query_params:
        await session.exec(delete(Draft).where(col(Draft.account_id) == account_id))


# Where the sign-in may lead back to: an allow-list of addresses that a signed-in reader can GET.


def is_return_path(request: Request, path: str) -> bool:
    """Only a path of a page behind the sign-in: no host, no query, no other address of the portal."""
    pattern: re.Pattern[str] = request.app.state.return_paths()
    return bool(pattern.fullmatch(path))


def return_pattern(path_formats: list[str]) -> re.Pattern[str]:
    """`/espace/{code}` → one segment of plain characters in place of each parameter; any of these paths."""
    return re.compile("|".join(re.sub(r"\{[^}]+\}", r"[0-9A-Za-z_-]{1,40}", path) for path in path_formats))
