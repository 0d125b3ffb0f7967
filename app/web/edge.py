"""Around the application: static files, HEAD, headers on every answer, not too many at once, one log line a
request.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

import structlog
from litestar.types import ASGIApp, Message, Receive, Send

from app.errors import ClientClosed
from app.web.assets import Assets
from app.web.crowd import Crowd
from app.web.encodings import accepted_encoding
from app.web.posted import as_we_write
from app.web.uploads import DRAINED
from db.turns import one_request

log = structlog.get_logger()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
NO_STORE = (b"cache-control", b"no-store, max-age=0")
HELD = 1 << 18  # bytes of an answer in memory, beyond which it waits on disk
FOREVER = b"public, max-age=31536000, immutable"


def headers_of(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """Headers of every answer, whoever gives it."""
    return [*HEADERS, HSTS] if secure else list(HEADERS)


class Edge:
    """The ASGI application that the server runs."""

    def __init__(self, app: ASGIApp, assets: Assets, crowd: Crowd, *, secure: bool) -> None:
        self.app = app
        self._assets = assets
        self._crowd = crowd
        self._headers = headers_of(secure=secure)
        # Bound once: a logger that is not looks all of its settings up for each line, half of what it costs.
        self._log = log.bind()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asset = self._assets.files.get(scope["raw_path"].decode("latin-1"))
        if asset and scope["method"] in {"GET", "HEAD"}:
            await self._send_asset(scope, send, asset)
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        head = scope["method"] == "HEAD"
        if head:
            scope = {**scope, "method": "GET"}
        scope = _addressed(scope)
        status: int | None = None

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], *self._headers, NO_STORE]}
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        arriving = Arriving(receive)
        try:
            with told_its_length(scope, send_safely) as answer:
                await self._in_turn(scope, arriving if scope["method"] == "POST" else receive, answer)
        except ClientClosed:
            pass
        except Exception:
            log.exception("fault_outside_the_pages")
            if status is None:
                await _apologise(send_safely)
        elapsed = round((time.perf_counter() - started) * 1000, 1)
        route = scope.get("path_template") or "-"
        method = "HEAD" if head else scope["method"]
        if arriving.is_cut:
            self._log.info("client_closed", method=method, route=route, ms=elapsed)
        else:
            self._log.info("request", method=method, route=route, status=status, ms=elapsed)

    async def _in_turn(self, scope: Any, receive: Receive, send: Send) -> None:
        if not self._crowd.has_room(scope):
            await self._crowd.refuse(scope, send)
            return
        arriving = self._crowd.not_counting(receive)

        async def send_heard(message: Message) -> None:
            if message["type"] == "http.response.start" and isinstance(receive, Arriving):
                await receive.let_go(arriving)
            await send(message)

        with self._crowd, one_request():
            await self.app(scope, arriving, send_heard)

    async def _send_asset(self, scope: Any, send: Send, asset: Any) -> None:
        given = {name: value.decode("latin-1") for name, value in scope["headers"]}
        tag = f'"{asset.path.split(".")[-2]}"'
        headers = [
            (b"cache-control", FOREVER),
            (b"etag", tag.encode()),
            (b"vary", b"Accept-Encoding"),
            *self._headers,
        ]
        if given.get(b"if-none-match") == tag:
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        encoding = accepted_encoding(given.get(b"accept-encoding", ""), once=True)
        encoding = encoding if encoding in asset.bodies else ""
        body = asset.bodies[encoding]
        headers += [
            (b"content-type", asset.media_type.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.body", "body": body, "more_body": False})


class Arriving:
    """A body on its way in. That its sender left in the middle is no fault of ours."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_whole = False
        self.is_cut = False

    async def let_go(self, receive: Receive) -> None:
        """Read the rest of the body before the answer leaves: a server that answers and hangs up in the
        middle of a sending is heard by no browser, and nginx makes a 502 of it. `receive`: the pending call.
        """
        seen = 0
        while not self._is_whole and seen <= DRAINED:
            piece: Any = (await receive()).get("body", b"")
            seen += len(piece)

    async def __call__(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            self._is_whole = not message.get("more_body", False)
        elif message["type"] == "http.disconnect" and not self._is_whole:
            self.is_cut = True
            raise ClientClosed
        return message


@contextmanager
def told_its_length(scope: Any, send: Send) -> Iterator[Send]:
    """The same `send`, but for a reader of HTTP/1.0 who comes without nginx. It knows no answer in pieces:
    uvicorn sends some all the same, and w3m 0.5.3 saves the size of each within the file. An answer of
    unknown length is then held on disk until its end. nginx, which asks in HTTP/1.0 too, reads pieces.
    """
    if scope["http_version"] != "1.0" or any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
        yield send
        return
    start: Any = None
    with SpooledTemporaryFile(max_size=HELD) as held:

        async def hold(message: Any) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if any(name.lower() == b"content-length" for name, _ in message["headers"]):
                    start = None
                    await send(message)
            elif start is None:
                await send(message)
            else:
                held.write(message.get("body", b""))
                if not message.get("more_body", False):
                    length = (b"content-length", b"%d" % held.tell())
                    start["headers"] = [*start["headers"], length]
                    await send(start)
                    held.seek(0)
                    while piece := held.read(HELD):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

        yield hold


def _addressed(scope: Any) -> Any:
    """The address as it is understood."""
    query = as_we_write(scope["query_string"])
    if "\0" in scope["path"] or b"%00" in query or b"\0" in query:
        # PostgreSQL refuses this character wherever it stands: no page has it in its address.
        return {**scope, "path": "/introuvable", "raw_path": b"/introuvable", "query_string": b""}
    return scope if query == scope["query_string"] else {**scope, "query_string": query}


async def _apologise(send: Send) -> None:
    """The last net: something failed where no page could be made of it."""
    body = "<!doctype html><html lang=fr><title>Erreur</title><h1>Une erreur est survenue.</h1>"
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode(), "more_body": False})
