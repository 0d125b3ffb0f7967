#!/usr/bin/env bash
# A redirect that said no-store is followed again from memory by links: after a sign-in it shows the sign-in.
#
# Version: links 2.28-1+b2 (links2 is the same with pictures), with w3m 0.5.3+git20230121-2, lynx 2.9.0dev.12-1 and
#          elinks 0.13.2-1+b4 beside it (Debian 12).
# Guess:   Cache-Control: no-store, an Expires long past and Pragma: no-cache make any browser ask again; the usual
#          "not signed in, 303 to the sign-in" from a deep link, and back to it afterwards, is then safe.
# Seen:    links asks for the deep link once. Its link on the page after the sign-in leads to the door again, without a
#          request: the redirect of before is remembered, in spite of the three headers, and so is the page behind it.
#          With -aggressive-cache 0, not its default, it asks again, as w3m, lynx and elinks do.
# Source:  RFC 9111, 5.2.2.5 (no-store: nothing of the answer is kept); RFC 9110, 15.4.4 (303).
# So:      a person who signs in is sent back for ever, and a second act of a kind lands on the page of the first. Each
#          redirect after a POST carries a number that makes its address a new one; a door that is asked by somebody
#          who is signed in sends on to where they wanted to go, whatever the address says.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download w3m=0.5.3+git20230121-2 lynx=2.9.0dev.12-1 lynx-common=2.9.0dev.12-1 \
    links=2.28-1+b2 elinks=0.13.2-1+b4 libgc1=1:8.2.2-3 libgpm2=1.20.7-10+b1 libbsd0=0.11.7-2 liblz1=1.13-5 \
    libev4=1:4.33-1 libfsplib0=0.14-5 libidn12=1.41-1 liblua5.1-0=5.1.5-9 libtre5=0.8.0-7 \
    libperl5.36=5.36.0-7+deb12u4
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd ':')
export LD_LIBRARY_PATH
python3 - <<'PYTHON'
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

AGAIN, FROM_MEMORY = ["/deep", "/door", "/sign-in", "/deep"], ["/deep", "/door", "/sign-in"]
SEEN = {
    "w3m": AGAIN,
    "lynx -cfg=root/etc/lynx/lynx.cfg": AGAIN,
    "links": FROM_MEMORY,
    "links -aggressive-cache 0": AGAIN,
    "elinks": AGAIN,
}
ONWARD = {"/door": "/sign-in", "/sign-in": "/deep"}
asked = []


class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        is_shut = self.path == "/deep" and "/sign-in" not in asked
        self.send_response(303 if is_shut else 200)
        if is_shut:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/door")
        self.send_header("Cache-Control", "no-store, max-age=0")
        self.send_header("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")
        self.send_header("Pragma", "no-cache")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        onward = ONWARD.get(self.path, "")
        body = f'<a href="{onward}">onward</a> from {self.path}' if onward else "" if is_shut else "inside"
        self.wfile.write(f"<!doctype html><title>Page</title><p>{body}</p>".encode())

    def log_message(self, *words):
        pass


def walked(command):
    """What is asked for by somebody who opens the deep link, then follows the first link of each page."""
    asked.clear()
    process, terminal = pty.fork()
    if not process:
        os.mkdir(home := f"home-{os.getpid()}")
        os.environ |= {"TERM": "xterm", "HOME": os.path.abspath(home)}
        os.execv(f"root/usr/bin/{command[0]}", command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    presses = 0
    while presses < 5:
        # Enter once nothing more is drawn: it closes a welcome, and then follows the link that has the hand.
        if select.select([terminal], [], [], 1)[0]:
            os.read(terminal, 65536)
        else:
            presses += 1
            os.write(terminal, b"\r")
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return list(asked)


server = HTTPServer(("127.0.0.1", 0), Door)
threading.Thread(target=server.serve_forever, daemon=True).start()
for browser, expected in SEEN.items():
    seen = walked([*browser.split(), f"http://127.0.0.1:{server.server_port}/deep"])
    print(f"{browser:32} asks for {' '.join(seen)}")
    assert seen == expected, f"changed in {browser}: {seen}"
PYTHON
