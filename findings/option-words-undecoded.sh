#!/usr/bin/env bash
# A choice written <option>L&#39;atelier R&amp;D</option> comes back from links and elinks with its entities undecoded.
#
# Version: links 2.28-1+b2 (links2 is the same with pictures), elinks 0.13.2-1+b4, w3m 0.5.3+git20230121-2,
#          lynx 2.9.0dev.12-1 (Debian 12).
# Guess:   an entity and its character are the same thing once the page is read: how a template escapes an apostrophe or
#          a no-break space is nobody's business; an option without a value sends its words.
# Seen:    links and elinks send the source of the words: "L&#39;atelier R&amp;D". With a value attribute they send the
#          right name. A no-break space typed as itself in a value comes back from all four, but &nbsp; does not: a
#          hidden field of lynx sends the byte A0 alone, which is no UTF-8, a textarea of links the control character 1,
#          and w3m a plain space. Only elinks gives it back.
# Source:  HTML standard, "attribute value (double-quoted) state" and "data state" (both decode character references), and
#          the option element (its value is its text where it has no value attribute).
# So:      French names hold apostrophes, which template engines escape, and amounts hold no-break spaces: a company or a
#          job chosen by name is "not in the list", or kept with "&#39;". Each option has a value, best a number; a page
#          writes U+00A0 itself, never &nbsp;, wherever it comes back with a form.
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
from urllib.parse import unquote_to_bytes

FORM = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Choix</title><form action="/sent" method="post">
<p><button name="ok" value="1">Go</button> <select name="words"><option selected>L&#39;atelier R&amp;D</select>
<select name="value"><option value="L&#39;atelier R&amp;D" selected>atelier</select>
<input type="hidden" name="itself" value="12\N{NO-BREAK SPACE}h"><input type="hidden" name="entity" value="12&nbsp;h">
<textarea name="area">12&nbsp;h</textarea></form></html>""".encode()
ITSELF = b"12\xc2\xa0h"
SEEN = {  # what is sent of the words of the option, of the entity in the hidden field and of that in the textarea
    "links": (b"L&#39;atelier R&amp;D", b"12 h", b"12\x01h"),
    "elinks": (b"L&#39;atelier R&amp;D", ITSELF, ITSELF),
    "w3m": (b"L'atelier R&D", b"12 h", b"12 h"),
    "lynx -cfg=root/etc/lynx/lynx.cfg": (b"L'atelier R&D", b"12\xa0h", ITSELF),
}
sent = []


class Choice(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(FORM)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        pairs = (pair.partition("=") for pair in body.split("&"))
        sent.append({name: unquote_to_bytes(value.replace("+", " ")) for name, _, value in pairs})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words):
        pass


def pressed(command):
    """What is sent once Enter was pressed on the button, which has the hand when the page is drawn."""
    sent.clear()
    process, terminal = pty.fork()
    if not process:
        os.mkdir(home := f"home-{os.getpid()}")
        os.environ |= {"TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": os.path.abspath(home)}
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


server = HTTPServer(("127.0.0.1", 0), Choice)
threading.Thread(target=server.serve_forever, daemon=True).start()
for browser, expected in SEEN.items():
    back = pressed([*browser.split(), f"http://127.0.0.1:{server.server_port}/"])
    seen = back["words"], back["entity"], back["area"]
    print(f"{browser.split()[0]:6} sends {seen}")
    assert (back["value"], back["itself"]) == (b"L'atelier R&D", ITSELF)
    assert seen == expected, f"changed in {browser}"
PYTHON
