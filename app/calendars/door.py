"""The door of a calendar's secret address, opened for a request."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock
from app.calendars.queries import access_of_token
from app.errors import NotFound
from app.web.caller import Caller
from app.web.doors import Inside
from app.web.signatures import Request


async def feed_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    """The door of a person who holds a calendar's secret address, without a session; others get a 404."""
    token, dot, kind = request.path_params["token"].partition(".")
    access = await access_of_token(Caller.of(request).portal, session, token, clock.today())
    if access is None or (dot, kind) != (".", "ics"):
        raise NotFound
    return await inside(access)
