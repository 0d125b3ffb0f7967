"""Parts of handlers: method and address, the door that they stand behind, the request."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import litestar
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from app.access import AccountAccess, FeedAccess, MemberAccess, StaffAccess, VisitorAccess

Request = litestar.Request[Any, Any, Any]
Member = NamedDependency[MemberAccess]
SignedIn = NamedDependency[AccountAccess]
Visitor = NamedDependency[VisitorAccess]
Staff = NamedDependency[StaffAccess]
Feed = NamedDependency[FeedAccess]


class Guarded(HTTPRouteHandler):
    """A handler that its guards see as it is. Litestar makes a copy for each guard of each request: 8 % of a
    short page.
    """

    given: Mapping[str, Any]

    def for_another(self, function: Callable[..., Any]) -> "Guarded":
        """The same address, method and options, for another function. (A copy of a handler keeps what was
        read of the first.)
        """
        return _made(function, self.given)

    async def authorize_connection(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        for guard in self.resolve_guards():
            await guard(connection, self)  # type: ignore[misc]

    async def written(self, answered: Any, request: Request) -> ASGIResponse:
        """Bytes and headers of what a handler gave."""
        return await super().to_response(request.app, answered, request)  # type: ignore[return-value]

    async def to_response(self, app: litestar.Litestar, data: Any, request: Request) -> ASGIApp:
        """The same, for what is not written yet: behind a door it is (see `behind`)."""
        return data if isinstance(data, ASGIResponse) else await super().to_response(app, data, request)


Decorator = Callable[[Callable[..., Any]], Guarded]


def get(path: str, **given: Any) -> Decorator:
    """The decorator of what answers a GET of `path`, by which templates and redirects name it: the area's
    folder and the function, as in `employees.edit`. `given`: what Litestar takes beside, and `right`.
    """
    return _named("GET", path, given)


def post(path: str, **given: Any) -> Decorator:
    """As `get`, for what a form sends."""
    return _named("POST", path, given)


def _named(method: Literal["GET", "POST"], path: str, given: dict[str, Any]) -> Decorator:
    def handler(function: Callable[..., Any]) -> Guarded:
        name = f"{function.__module__.split('.')[1]}.{function.__name__}"
        return _made(function, {"path": path, "http_method": method, "name": name, **given})

    return handler


def _made(function: Callable[..., Any], given: Mapping[str, Any]) -> Guarded:
    made = Guarded(**given)
    made(function)
    made.given = given
    return made
