"""A cookie that the portal takes back is no longer sent, by any text browser that keeps cookies."""

import asyncio
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from app.web.caller import Caller

pytestmark = pytest.mark.browser

BROWSERS = {
    "w3m": ("-dump", "-cookie"),
    "lynx": ("-dump", "-accept_all_cookies"),
    "links2": ("-dump",),
    "elinks": ("-dump",),
}


@pytest.fixture
def server():
    """Gives a cookie at /, takes it back at /leave as the portal does, tells at /sent what it was sent."""
    app = SimpleNamespace(state=SimpleNamespace(portal=Keeping()))
    visit = Caller(SimpleNamespace(app=app, scope={"state": {}, "headers": []}, client=None))
    steps = {
        "/": (visit.cookie("session", "secret"), "/leave"),
        "/leave": (visit.no_cookie("session"), "/sent"),
    }

    class Steps(BaseHTTPRequestHandler):
        def do_GET(self):
            said = f"cookies: {self.headers.get('Cookie')}".encode()
            self.send_response(302 if self.path in steps else 200)
            if self.path in steps:
                cookie, onward = steps[self.path]
                self.send_header("Set-Cookie", cookie.to_header(header=""))
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}{onward}")
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *words):
            pass

    running = HTTPServer(("127.0.0.1", 0), Steps)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


class Keeping:
    settings = SimpleNamespace(is_secure=False)


@pytest.mark.parametrize("name", BROWSERS)
async def test_what_is_taken_back_is_not_sent(server, name, tmp_path):
    if not shutil.which(name):
        pytest.skip(f"absent : {name}")
    process = await asyncio.create_subprocess_exec(
        name, *BROWSERS[name], f"{server}/", env=os.environ | {"HOME": str(tmp_path)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert "cookies:" in said
    assert "session" not in said
