"""The door of the demo's own pages, opened for a request."""

from collections.abc import AsyncIterator

from app.access import VisitorAccess
from app.demo.queries import is_demo_base
from app.errors import NotFound
from app.web.caller import Caller
from app.web.doors import transaction
from app.web.signatures import Request


async def demo_access(request: Request) -> AsyncIterator[VisitorAccess]:
    """The row that the demo left, not only the setting: in any other base its pages do not exist."""
    async with transaction(request) as session:
        access = VisitorAccess(Caller.of(request).portal, session)
        if not await is_demo_base(access):
            raise NotFound
        yield access
