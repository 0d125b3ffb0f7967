"""Firefox's own remote control, as much as a walk needs: open an address, give the focus, keep a cookie."""

import json
import socket
import time
from typing import Any


class Marionette:
    """A conversation with `firefox --marionette`: each message is its length, a colon and JSON."""

    def __init__(self, port: int, seconds: float) -> None:
        self._socket = _connected(port, seconds)
        self._answers = self._socket.makefile("rb")
        self._number = 0
        self._read()
        self._ask("WebDriver:NewSession")

    def open(self, address: str) -> None:
        self._ask("WebDriver:Navigate", url=address)

    def keep(self, name: str, value: str) -> None:
        """A cookie of the site that is open."""
        self._ask("WebDriver:AddCookie", cookie={"name": name, "value": value, "path": "/"})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._ask("WebDriver:ExecuteScript", script=script, args=list(arguments))["value"]

    def close(self) -> None:
        self._socket.close()

    def _ask(self, name: str, **given: Any) -> Any:
        self._number += 1
        body = json.dumps([0, self._number, name, given]).encode()
        self._socket.sendall(b"%d:%s" % (len(body), body))
        _, _, fault, answer = self._read()
        if fault:
            raise RuntimeError(f"{name}: {fault['message']}")
        return answer

    def _read(self) -> Any:
        size = b""
        while (digit := self._answers.read(1)) != b":":
            if not digit:
                raise RuntimeError("Firefox hung up")
            size += digit
        return json.loads(self._answers.read(int(size)))


def _connected(port: int, seconds: float) -> socket.socket:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
