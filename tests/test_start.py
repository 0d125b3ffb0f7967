"""A start loads what every process uses; the rest is loaded where it is used."""

import subprocess
import sys

from tests.bench.served import ROOT

LATER = {
    "aiosmtplib", "alembic", "dns", "emails", "facturx", "holidays", "icalendar", "lxml", "nh3", "obstore",
    "pikepdf", "pygments", "rich", "segno", "typst", "webauthn", "xlsxwriter", "zxcvbn",
}  # fmt: skip
STARTED = "import sys, app.__main__, app.main, app.web.server; print(*sys.modules)"


def test_no_heavy_library_is_loaded_by_a_start():
    command = [sys.executable, "-c", STARTED]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert LATER & {each.partition(".")[0] for each in found.split()} == set()
