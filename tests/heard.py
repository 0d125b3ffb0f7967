"""`python -m tests.heard`: a walk through the portal in Firefox, and what Orca says at each step.

Outside the suite: it needs Debian's orca, firefox-esr, at-spi2-core, dbus-x11, xvfb and xdotool, and somebody
who reads what it writes.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.served import portal_served
from tests.world import PASSWORD

NEEDED = ("orca", "firefox-esr", "dbus-run-session", "Xvfb", "xdotool")
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*?)'(?:\{|$)", re.MULTILINE)
PREFERENCES = """
user_pref("accessibility.force_disabled", -1);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("signon.rememberSignons", false);
"""
# What is done, in words, then as xdotool is told. Ctrl first: reading a page through moves the real focus.
WALK = (
    ("silence", "key ctrl"),
    ("to the address", "key Tab Tab Tab Tab Tab Tab Tab Tab"),
    ("a wrong address", "type alice@", "key Return"),
    ("back to the field", "key Tab", "key Return"),
    ("a right address", "key ctrl+a", "type alice@ours.example", "key Return"),
    ("the password", f"type {PASSWORD}", "key Return"),
    ("the list", "key ctrl+l", "type PORTAL/espace/00010/salaries", "key Return"),
    ("silence", "key ctrl"),
    ("a search that finds nobody", "key e", "type zzz"),
    ("the search cleared", "key ctrl+a", "key Delete"),
)
PAUSE = 6  # seconds for each step to be spoken
DISPLAY = ":97"


def main() -> None:
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        sys.exit(f"Il manque : {', '.join(missing)}")
    if "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        os.execvp("dbus-run-session", ["dbus-run-session", "--", sys.executable, "-m", "tests.heard"])
    with TemporaryDirectory(prefix="portail-heard-") as folder, portal_served() as portal:
        walk(Path(folder), portal.url)


def walk(folder: Path, url: str) -> None:
    log, profile = folder / "orca.log", folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(PREFERENCES)
    here = os.environ | {"DISPLAY": DISPLAY, "HOME": str(folder), "GNOME_ACCESSIBILITY": "1"}
    firefox = ["firefox-esr", "--profile", str(profile), "--new-instance", f"{url}/connexion"]
    with (
        running(["Xvfb", DISPLAY, "-screen", "0", "1280x900x24"], here, 1),
        running([LAUNCHER, "--launch-immediately"], here, 1),
        running(["orca", "--replace", f"--debug-file={log}", "--disable", "braille"], here, 4),
        running(firefox, here, 20),
    ):
        for words, *acts in (("the page",), *WALK):
            start = log.stat().st_size if acts else 0
            for act in acts:
                name, _, given = act.replace("PORTAL", url).partition(" ")
                keys = [given] if name == "type" else given.split()
                subprocess.run(["xdotool", name, *keys], env=here, check=True)
            time.sleep(PAUSE)
            tell(words, log, start)


@contextmanager
def running(command: list[str], env: dict[str, str], seconds: float) -> Iterator[None]:
    """That program, given this long to be ready; it ends with what is done in it."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=env, stdout=quiet, stderr=quiet)
    try:
        time.sleep(seconds)
        yield
    finally:
        process.terminate()
        process.wait(20)


def tell(words: str, log: Path, start: int) -> None:
    """What was spoken since, without the names of the keys that were pressed."""
    spoken = SPOKEN.findall(log.read_bytes()[start:].decode(errors="replace"))
    print(f"== {words}")
    for each in spoken:
        if each.strip():
            print(f"   {each.strip()}")


if __name__ == "__main__":
    main()
