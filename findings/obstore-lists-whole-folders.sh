#!/usr/bin/env bash
# obstore finds no object under the prefix "releves/2026-1", where S3 itself gives the keys of three months.
#
# Version: obstore 0.12.1 (PyPI).
# Guess:   prefix is S3's own: the first characters of a key, wherever they end. A whole key is a prefix of itself, so
#          list(prefix=key) is a way to ask whether it is there.
# Seen:    a prefix ends where a "/" is: "releves/2026-1" finds neither releves/2026-10/a.xml nor releves/2026-12.csv, and
#          a whole key finds nothing. No error and no warning; of S3 it asks for "releves/2026-1/", with a slash that
#          nobody wrote. A folder, "releves" or "releves/", is found in full. In memory and on disk it is the same.
# Source:  developmentseed/obstore issue 494, open since June 2025; Amazon S3, "Organizing objects using prefixes" (it is a
#          string of characters at the beginning of the key).
# So:      to list, to erase or to count "all of October" by the beginning of a key does nothing and says that it is done.
#          Keys have a folder for whatever is asked for later, or the list of the folder is sifted; head() asks for one.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check obstore==0.12.1
venv/bin/python - <<'PYTHON'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.store import LocalStore, MemoryStore, S3Store

KEYS = ["releves/2026-09/a.xml", "releves/2026-10/a.xml", "releves/2026-11/b.xml", "releves/2026-12.csv"]
asked = []


class Bucket(BaseHTTPRequestHandler):
    """An empty bucket of S3, which remembers the prefixes that it was asked for."""

    def do_GET(self):
        asked.extend(parse_qs(urlsplit(self.path).query)["prefix"])
        words = b'<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'
        self.send_response(200)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def log_message(self, *words):
        pass


def found(store, prefix):
    return sorted(each["path"] for some in obstore.list(store, prefix=prefix) for each in some)


for store in (MemoryStore(), LocalStore("objects", mkdir=True)):
    for key in KEYS:
        obstore.put(store, key, b"")
    for prefix in ("releves", "releves/", "releves/2026-1", "releves/2026-12.csv"):
        print(f"{type(store).__name__}, {prefix}: {found(store, prefix)}")
    assert found(store, "releves") == found(store, "releves/") == KEYS
    assert found(store, "releves/2026-1") == [], "changed: a part of a name is a prefix"
    assert found(store, "releves/2026-12.csv") == [], "changed: a key is a prefix of itself"
    assert found(store, "releves/2026-11") == ["releves/2026-11/b.xml"]
    assert obstore.head(store, "releves/2026-12.csv")["path"] == "releves/2026-12.csv"

server = HTTPServer(("127.0.0.1", 0), Bucket)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"
config = {"endpoint": address, "access_key_id": "a", "secret_access_key": "b", "region": "eu-west-3"}
assert found(S3Store("bucket", config=config, client_options={"allow_http": True}), "releves/2026-1") == []
print("asked of S3:", asked)
assert asked == ["releves/2026-1/"], "changed: S3 is asked for the prefix as it is written"
PYTHON
