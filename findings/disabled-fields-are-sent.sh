#!/usr/bin/env bash
# A field that is disabled goes with the form in w3m and elinks, and one of a disabled fieldset in lynx and links too.
#
# Version: w3m 0.5.3+git20230121-2, lynx 2.9.0dev.12-1, links 2.28-1+b2 (links2 is the same with pictures),
#          elinks 0.13.2-1+b4 (Debian 12).
# Guess:   what is disabled is not sent: no browser that knows forms at all has missed so old a rule.
# Seen:    <input disabled> is sent by w3m, which lets it be filled in as well, and by elinks; a field in
#          <fieldset disabled> is sent by all four; w3m and lynx send even an <option selected disabled>.
# Source:  HTML 4.01, 17.12.1 (disabled controls "cannot be successful"); HTML standard, "Constructing the entry list".
# So:      "disabled" guards nothing and tells nothing: a price, a role or an owner that is shown disabled comes back as
#          it was typed over. What may not change is text on the page, and the server takes only what this reader may
#          say. A form of two halves, one of them disabled, sends both: each half is a form of its own.
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

FORM = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Form</title>
<form action="/sent"><p><button>Go</button> <input name="field" value="1" disabled>
<fieldset disabled><legend>Half</legend><input name="inside" value="1"></fieldset>
<select name="list"><option value="1">one<option value="2" selected disabled>two</select></form></html>"""
SEEN = {
    "w3m": "field=1&inside=1&list=2",
    "lynx -cfg=root/etc/lynx/lynx.cfg": "inside=1&list=2",
    "links": "inside=1&list=1",
    "elinks": "field=1&inside=1&list=1",
}
sent = []


class Form(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/sent?"):
            sent.append(self.path.partition("?")[2])
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(FORM)

    def log_message(self, *words):
        pass


def pressed(command):
    """What is sent once Enter was pressed on the button, which has the hand when the page is drawn."""
    sent.clear()
    process, terminal = pty.fork()
    if not process:
        os.environ |= {"TERM": "xterm", "HOME": os.getcwd()}
        os.execv(f"root/usr/bin/{command[0]}", command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    for _ in range(200):
        if sent:
            break
        # Enter once nothing more is drawn: it closes a welcome, and then presses the button.
        if select.select([terminal], [], [], 0.5)[0]:
            os.read(terminal, 65536)
        else:
            os.write(terminal, b"\r")
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return sent[0]


server = HTTPServer(("127.0.0.1", 0), Form)
threading.Thread(target=server.serve_forever, daemon=True).start()
for browser, expected in SEEN.items():
    seen = pressed([*browser.split(), f"http://127.0.0.1:{server.server_port}/"])
    print(f"{browser.split()[0]:6} sends {seen}")
    assert seen == expected, f"changed in {browser}: {seen}"
PYTHON
