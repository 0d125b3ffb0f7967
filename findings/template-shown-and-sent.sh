#!/usr/bin/env bash
# A <template> inside a form is shown by text browsers, and its fields are sent with the form.
#
# Version: w3m 0.5.3+git20230121-2, lynx 2.9.0dev.12-1 (Debian 12).
# Guess:   a browser that does not know <template> shows nothing of it, as scripts alone use it; or shows dead text.
# Seen:    the unknown tag is skipped and its content is ordinary page: w3m and lynx show the model's field to type in,
#          and lynx sends it: ?nom=A&nom=MODELE&ok=1 for a form that has one name in every other browser.
# Source:  HTML standard, 4.12.3 (a template's content is in a fragment of its own, so no form owns its fields);
#          xwiki/xwiki-platform change 1733, where lynx was seen to show it.
# So:      a row model for "add an employee" is never a <template> in the form: each submission would carry a person
#          who does not exist. It is kept after </form>, without names, or fetched from the server when asked for.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download w3m=0.5.3+git20230121-2 lynx=2.9.0dev.12-1 \
    lynx-common=2.9.0dev.12-1 libgc1=1:8.2.2-3 libgpm2=1.20.7-10+b1 libbsd0=0.11.7-2
for package in *.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(dirname "$(find root -name 'libgc.so*' | head -1)")
export LD_LIBRARY_PATH=$dir/$LD_LIBRARY_PATH
cat > form.html <<'HTML'
<!doctype html><html lang="fr"><meta charset="utf-8"><title>Salariés</title>
<form action="/f" method="get"><p><label>Nom <input name="nom" value="A"></label></p>
<template><p><label>Autre nom <input name="nom" value="MODELE"></label></p></template>
<p><button name="ok" value="1">Envoyer</button></p></form></html>
HTML
for browser in "w3m -T text/html" "lynx -cfg=root/etc/lynx/lynx.cfg -nolist"; do
    shown=$(root/usr/bin/$browser -dump form.html)
    echo "${browser%% *} shows: $(grep MODELE <<< "$shown" | xargs)"
    grep -q "Autre nom.*MODELE" <<< "$shown" || { echo "changed: the template is hidden" >&2; exit 1; }
done
python3 - <<'PYTHON'
import os
import pty
import select
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

asked = []


class Form(BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(open("form.html", "rb").read())

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Form)
threading.Thread(target=server.serve_forever, daemon=True).start()
# Past the two names, on the button: press it, then quit.
open("keys", "w").write("".join(f"key {key}\n" for key in ("Down Arrow", "Down Arrow", "^J", "Q", "y")))
child, screen = pty.fork()
if child == 0:
    os.environ["TERM"] = "vt100"
    options = ["-cfg=root/etc/lynx/lynx.cfg", "-cmd_script=keys", f"http://127.0.0.1:{server.server_port}/"]
    os.execv("root/usr/bin/lynx", ["lynx", *options])
end = time.monotonic() + 20
try:
    while time.monotonic() < end:
        if select.select([screen], [], [], 0.5)[0] and not os.read(screen, 4096):
            break
except OSError:  # the browser has left
    pass
print("lynx sends:", asked[-1])
assert asked[-1] == "/f?nom=A&nom=MODELE&ok=1", "changed: the template's field is not sent"
PYTHON
