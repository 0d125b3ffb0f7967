#!/usr/bin/env bash
# A question with "oui" and "non", of which nobody has chosen any, is answered "oui" by lynx.
#
# Version: lynx 2.9.0dev.12-1, with w3m 0.5.3+git20230121-2, links 2.28-1+b2 (links2 is the same with pictures) and
#          elinks 0.13.2-1+b4 beside it (Debian 12).
# Guess:   radio buttons without checked send nothing until one is chosen, so the server sees that the question is open
#          and asks again; required, and the absence of the name, are two ways to be sure of it.
# Seen:    lynx draws the first of each group as chosen and sends it: exposed=oui&amiante=oui for two questions that
#          nobody has read. required changes nothing, no byte tells it from an answer. The three others send nothing.
# Source:  RFC 1866 (HTML 2.0), 8.1.2.4: where none is marked, the user agent "must check the first"; HTML standard,
#          radio button state: a group may well have none that is checked.
# So:      a declaration of risks, a consent or an "accepter / refuser" would be given by pressing Enter. While none is
#          chosen, each group has one button more, checked, with an empty value ("Pas encore répondu").
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

FORM = b"""<!doctype html><html lang="fr"><meta charset="utf-8"><title>Questions</title>
<form action="/sent"><p><button name="ok" value="1">Go</button></p>
<fieldset><legend>Expos\xc3\xa9 ?</legend><label><input type="radio" name="exposed" value="oui">oui</label>
<label><input type="radio" name="exposed" value="non">non</label></fieldset>
<fieldset><legend>Amiante ?</legend><label><input type="radio" name="amiante" value="oui" required>oui</label>
<label><input type="radio" name="amiante" value="non" required>non</label></fieldset></form></html>"""
SEEN = {
    "lynx -cfg=root/etc/lynx/lynx.cfg": "ok=1&exposed=oui&amiante=oui",
    "w3m": "ok=1",
    "links": "ok=1",
    "elinks": "ok=1",
}
sent = []


class Questions(BaseHTTPRequestHandler):
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
        os.mkdir(home := f"home-{os.getpid()}")
        os.environ |= {"TERM": "xterm", "HOME": os.path.abspath(home)}
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


server = HTTPServer(("127.0.0.1", 0), Questions)
threading.Thread(target=server.serve_forever, daemon=True).start()
for browser, expected in SEEN.items():
    seen = pressed([*browser.split(), f"http://127.0.0.1:{server.server_port}/"])
    print(f"{browser.split()[0]:6} sends {seen}")
    assert seen == expected, f"changed in {browser}: {seen}"
PYTHON
