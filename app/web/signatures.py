"""Parts of handlers: method and address, the door that they stand behind, the request."""

from collections.abc import Callable
from typing import Any, Literal

import litestar
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from app.access import AccountAccess, FeedAccess, MemberAccess, StaffAccess, VisitorAccess

Request = litestar.Request[Any, Any, Any]
Member = NamedDependency[MemberAccess]
SignedIn = NamedDependency[AccountAccess]
Visitor = NamedDependency[VisitorAccess]
Staff = NamedDependency[StaffAccess]
Feed = NamedDependency[FeedAccess]
Decorator = Callable[[Callable[..., Any]], HTTPRouteHandler]


class Guarded(HTTPRouteHandler):
    """A handler that its guards see as it is. Litestar makes a copy for each guard of each request: 8 % of a
    short page.
    """

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]


def get(path: str, **given: Any) -> Decorator:
    """The decorator of what answers a GET of `path`, by which templates and redirects name it: the area's
    folder and the function, as in `employees.edit`. `given`: what Litestar takes beside, and `right`.
    """
    return _named("GET", path, given)


def post(path: str, **given: Any) -> Decorator:
    """As `get`, for what a form sends."""
    return _named("POST", path, given)


def _named(method: Literal["GET", "POST"], path: str, given: dict[str, Any]) -> Decorator:
    def handler(function: Callable[..., Any]) -> HTTPRouteHandler:
        area = function.__module__.split(".")[1]
        return Guarded(path, http_method=method, name=f"{area}.{function.__name__}", **given)(function)

    return handler
