"""One address a page: any other that the router would understand as it is no page."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from app.errors import NotFound


async def one_address(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """The address is, byte for byte, the one that our own links have.

    The router also reads /planning/+1, /planning/١, /salaries/1_0, a slash too many, `%2F` or `%61`: a second
    address is a way around whoever filters by address. A slash at the end is no exception: no link of ours
    has one, and a redirect would repeat what somebody else wrote.
    """
    scope: Any = connection.scope
    if scope["raw_path"] != scope["path_template"].format_map(scope["path_params"]).encode():
        raise NotFound
