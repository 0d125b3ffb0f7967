"""The door of the demo's own pages, opened for a request."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import VisitorAccess
from app.demo.queries import is_demo_base
from app.errors import NotFound
from app.web.caller import Caller
from app.web.doors import Inside
from app.web.signatures import Request


async def demo_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    """The row that the demo left, not only the setting: in any other base its pages do not exist."""
    access = VisitorAccess(Caller.of(request).portal, session)
    if not await is_demo_base(access):
        raise NotFound
    return await inside(access)
