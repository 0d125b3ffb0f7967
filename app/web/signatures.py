"""Parts of handlers: method and address, the door that they stand behind, the request."""

from collections.abc import Callable
from typing import Any

import litestar
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


def get(path: str, **given: Any) -> Decorator:
    """The decorator of what answers a GET of `path`, by which templates and redirects name it: the area's
    folder and the function, as in `employees.edit`. `given`: what Litestar takes beside, and `right`.
    """
    return _named(litestar.get, path, given)


def post(path: str, **given: Any) -> Decorator:
    """As `get`, for what a form sends."""
    return _named(litestar.post, path, given)


def _named(method: type[HTTPRouteHandler], path: str, given: dict[str, Any]) -> Decorator:
    def handler(function: Callable[..., Any]) -> HTTPRouteHandler:
        area = function.__module__.split(".")[1]
        return method(path, name=f"{area}.{function.__name__}", **given)(function)

    return handler
