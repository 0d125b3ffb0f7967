"""The running of uvicorn: its own answers have our headers, and a silent connection is closed."""

import sys
from asyncio import TimerHandle
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.settings import Settings
from app.web.edge import NO_STORE, headers_of
from app.web.workers import Worker, Workers

# Seconds between two requests, for the head of one, and without a byte of its body. nginx, in front, hands a
# request over at once.
SILENCE = 15
MALFORMED = (
    "<!doctype html><html lang=fr><title>Erreur</title><h1>Cette demande n’est pas du HTTP lisible.</h1>"
).encode()


class Protocol(HttpToolsProtocol):
    """uvicorn's, the quicker of its two. It answers alone to what is not HTTP or has an unknown method: the
    application, which sets the headers, never hears of it.
    """

    ours: ClassVar[list[tuple[bytes, bytes]]] = []
    _hanging_up: TimerHandle | None = None
    _heard_at = 0.0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._listen()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._listen()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._listen()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._listen()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._listen()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._hanging_up:
            self._hanging_up.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """A page in place of uvicorn's words, which are not for readers. In the middle of another answer,
        only hang up.
        """
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering:
            lines = [b"HTTP/1.1 400 Bad Request", b"content-type: text/html; charset=utf-8"]
            lines += [b"content-length: %d" % len(MALFORMED), b"connection: close"]
            lines += [name + b": " + value for name, value in (*self.ours, NO_STORE)]
            self.transport.write(b"\r\n".join([*lines, b"", MALFORMED]))
        self.transport.close()

    def _listen(self) -> None:
        """Give the client `SILENCE` seconds from now to send something. One timer looks now and then."""
        self._heard_at = self.loop.time()
        if self._hanging_up is None:
            self._hanging_up = self.loop.call_later(SILENCE, self._hang_up)

    def _hang_up(self) -> None:
        # It is we who have not read yet.
        left = SILENCE if self.flow.read_paused else self._heard_at + SILENCE - self.loop.time()
        self._hanging_up = self.loop.call_later(left, self._hang_up) if left > 0 else None
        if left <= 0 and (self.cycle is None or self.cycle.response_complete or self.cycle.more_body):
            self.transport.close()


def run(app: Any, settings: Settings, workers: int = 1) -> None:
    if workers == 1:
        uvicorn.run(app, **options(settings))
        return
    config = uvicorn.Config(app, **options(settings))
    config.load()
    port = config.bind_socket()
    sys.exit(Workers(workers, lambda lifeline: Worker(config, lifeline).run([port])).run())


def options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "forwarded_allow_ips": settings.trusted_proxies,
        "access_log": False,
        "server_header": False,
        "log_config": None,
        "log_level": "warning",
        "timeout_graceful_shutdown": 10,
        "timeout_keep_alive": SILENCE,
        "http": type("OurProtocol", (Protocol,), {"ours": headers_of(secure=settings.is_secure)}),
        "ws": "none",
    }
