"""Handlers behind a door, as the framework is to call them.

`access` comes from the door and `fait` from the request: both are known when the handler is named, so nothing
has to be looked for at each request. As dependencies of Litestar's they took an exit stack, a generator that
the loop keeps a note of, and the checking of their types: 50 µs of a short page's 310. Revisit when its
dependencies cost less.
"""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from litestar.response.base import ASGIResponse

from app.web.doors import Door, through
from app.web.pages import done_here
from app.web.signatures import Guarded, Request

OURS = ("access", "fait")


def behind(door: Door, handler: Guarded) -> Guarded:
    """The handler of a router: Litestar gives it the request and what the address holds, the door the rest.
    Its page is written inside the transaction, which a fault in a template takes back too.
    """
    function = handler.fn
    given = signature(function).parameters
    takes_request, hears = "request" in given, "fait" in given

    async def answer(request: Request, **from_address: Any) -> Any:
        async def inside(access: Any) -> ASGIResponse:
            if takes_request:
                from_address["request"] = request
            if hears:
                from_address["fait"] = done_here(request)
            return await opened.written(await function(access=access, **from_address), request)

        return await through(door, request, inside)

    opened = handler.for_another(_named_as(function, answer))
    opened.owner = handler.owner
    return opened


def _named_as(function: Callable[..., Any], answer: Callable[..., Any]) -> Callable[..., Any]:
    """The answer with the name and the parameters of the function, but for those that are ours."""
    named: Any = wraps(function)(answer)
    asked = [each for each in signature(function).parameters.values() if each.name not in OURS]
    request = Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request)
    others = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in asked if each.name != "request"]
    named.__signature__ = signature(function).replace(parameters=[request, *others])
    named.__annotations__ = {**function.__annotations__, "request": Request}
    return named  # type: ignore[no-any-return]
