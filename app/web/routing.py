"""Addresses to handlers. What a handler wants to be called with is worked out for its first request.

Litestar reads the signature of every handler when it starts, and again for each level above it: a quarter of
a second and 12 MB for 550 of them, of which a process meets some dozens in a day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any

from litestar import Litestar, Router
from litestar.enums import MediaType
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import PluginProtocol
from litestar.response import Response
from litestar.routes import HTTPRoute

from app.web.behind import behind
from app.web.doors import Door
from app.web.signatures import Guarded, Request


class Bare(Litestar):
    """Litestar without what it finds installed: pydantic's and attrs' plugins are for handlers whose fields
    it checks itself, which ours do (3 MB).
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return plugins


class Handlers(Router):
    """Handlers of one door, or of none."""

    def __init__(self, handlers: Sequence[HTTPRouteHandler], door: Door | None = None) -> None:
        super().__init__("/", route_handlers=[])
        self.handlers, self.door = handlers, door


async def options(request: Request) -> Response[None]:
    """The methods of an address."""
    template = request.scope["path_template"]
    methods = next(each.methods for each in request.app.routes if each.path_format == template)
    return Response(
        None, status_code=204, headers={"Allow": ", ".join(sorted(methods))}, media_type=MediaType.TEXT
    )


OPTIONS = HTTPRouteHandler("/", http_method=["OPTIONS"], status_code=204)(options)


class Route(HTTPRoute):
    """An address whose handlers are worked out when they are first asked."""

    __slots__ = ()

    def create_handler_map(self) -> None:
        for handler in self.route_handlers:
            for method in handler.http_methods:
                if method in self.route_handler_map:
                    raise ImproperlyConfiguredException(f"{self.path} has two handlers of {method}")
                self.route_handler_map[method] = handler, None  # type: ignore[assignment]

    def create_options_handler(self, path: str) -> HTTPRouteHandler:  # noqa: ARG002
        return copy(OPTIONS)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        handler, wanted = self.route_handler_map[scope["method"]]
        if wanted is None:
            self.work_out(handler)
        await super().handle(scope, receive, send)

    def work_out(self, handler: HTTPRouteHandler) -> None:
        door = handler.owner.door if isinstance(handler.owner, Handlers) else None
        # The methods of an address are no secret: the handler that tells them asks for no access.
        called = behind(door, handler) if door and isinstance(handler, Guarded) else handler
        called.on_registration(called.app)
        wanted = called.create_kwargs_model(path_parameters=self.path_parameters)
        self.route_handler_map.update(dict.fromkeys(called.http_methods, (called, wanted)))


def add_routes(app: Litestar, routers: Iterable[Handlers]) -> None:
    """Make these handlers answer, each at its address: in this application alone, which another one shares
    none of them with.
    """
    at: dict[str, list[HTTPRouteHandler]] = defaultdict(list)
    for router in routers:
        router.owner = app
        for each in map(copy, router.handlers):
            each.owner = router
            for path in each.paths:
                at[path].append(each)
    for path, handlers in at.items():
        route = Route(path=path, route_handlers=handlers)
        route.create_handler_map()
        app.routes.append(route)
    app.asgi_router.construct_routing_trie()
