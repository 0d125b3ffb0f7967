#!/usr/bin/env bash
# The header by which web frameworks delete a cookie leaves it in w3m, links and elinks.
#
# Version: w3m 0.5.3+git20230121-2, links 2.28-1+b2 (links2 is the same with pictures), elinks 0.13.2-1+b4 (Debian 12).
# Guess:   empty value, Expires on 1 January 1970 and Max-Age=0, all three at once, is the form that anybody obeys.
# Seen:    that form, whose value is a pair of quotes, is obeyed by none of the three. Where nothing at all is the value,
#          links drops the header before it looks at the date and goes on sending the old value. elinks does not know
#          Max-Age and takes the second 0 for "no date given". In w3m and links a Max-Age after an Expires replaces
#          it, and Max-Age=0 is not yet over. A value, a date of 2021 and no Max-Age are obeyed by the three.
# Source:  RFC 6265, 3.1 and 5.2.2 (a Max-Age of zero or less is the earliest time); the header is the one of Django's
#          HttpResponse.delete_cookie.
# So:      "sign out" that only deletes a cookie does not sign out in them: the session ends on the server, and what is
#          to be forgotten is sent with a value and a past date after 1970, without Max-Age.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download w3m=0.5.3+git20230121-2 links=2.28-1+b2 elinks=0.13.2-1+b4 \
    libgc1=1:8.2.2-3 libgpm2=1.20.7-10+b1 liblz1=1.13-5 libev4=1:4.33-1 libfsplib0=0.14-5 libidn12=1.41-1 \
    liblua5.1-0=5.1.5-9 libtre5=0.8.0-7 libperl5.36=5.36.0-7+deb12u4
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(find "$dir/root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd ':')
export LD_LIBRARY_PATH
python3 - <<'PYTHON'
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

EPOCH, LATER = "expires=Thu, 01 Jan 1970 00:00:00 GMT", "expires=Fri, 01 Jan 2021 00:00:00 GMT"
FORMS = {
    "as frameworks do": f'=""; {EPOCH}; Max-Age=0; Path=/',
    "Max-Age=0 alone": "=; Max-Age=0; Path=/",
    "empty, date of 1970": f"=; {EPOCH}; Path=/",
    "value, date of 2021": f"=x; {LATER}; Path=/",
}
SEEN = {
    "w3m": ['seat=""', "seat=", "None", "None"],
    "links": ['seat=""', "seat=1", "seat=1", "None"],
    "elinks": ['seat=""', "seat=", "seat=", "None"],
}
form = ""


class Steps(BaseHTTPRequestHandler):
    def do_GET(self):
        said, onward = {"/": ("seat=1; Path=/", "/leave"), "/leave": ("seat" + form, "/sent")}.get(self.path, ("", ""))
        self.send_response(302 if said else 200)
        if said:
            self.send_header("Set-Cookie", said)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}{onward}")
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(f"sent: {self.headers.get('Cookie')}".encode())

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Steps)
threading.Thread(target=server.serve_forever, daemon=True).start()
for browser, expected in SEEN.items():
    seen = []
    for name, form in FORMS.items():
        home = f"{browser}-{len(seen)}"
        os.mkdir(home)
        command = [f"root/usr/bin/{browser}", "-dump", f"http://127.0.0.1:{server.server_port}/"]
        shown = subprocess.run(command, env={**os.environ, "HOME": os.path.abspath(home)}, capture_output=True, text=True)
        seen.append(shown.stdout.partition("sent: ")[2].strip())
        print(f"{browser:6} {name:20} then sends: {seen[-1]}")
    assert seen == expected, f"changed in {browser}: {seen}"
PYTHON
