"""The page that a sign-in leads to: straight to the one that the person works with."""

from typing import Any

from litestar.response import Response

from app import clock
from app.access import Access
from app.companies.queries import landing_of
from app.devices import OpenedBrowser
from app.web.caller import Caller
from app.web.pages import leave, path_to
from app.web.signatures import Request


async def landing_path(request: Request, access: Access, account_id: int) -> str:
    name, code = await landing_of(access, account_id, clock.now(), clock.today())
    return path_to(request, name, code=code) if code else path_to(request, name)


async def enter(
    request: Request, access: Access, account_id: int, opened: OpenedBrowser, path: str = ""
) -> Response[Any]:
    """Let this browser in with its new session: to `path`, else to where the person lands.

    Never through `/espace`: a reader of links2 or Dillo who was sent on from there once is sent to the same
    place for ever.
    """
    cookies = Caller.of(request).session_cookies(opened)
    return leave(request, path or await landing_path(request, access, account_id), cookies=cookies)
