"""A screen of its own, Firefox on it, and Orca that writes down what it says."""

import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

from tests.bench.served import Served, free_port
from tests.heard.marionette import Marionette

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
SPOKEN = re.compile(r"SPEECH OUTPUT: '(.*?)' ?(?:\{|\r?$)", re.MULTILINE)
PREFERENCES = """
user_pref("accessibility.force_disabled", -1);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("signon.rememberSignons", false);
user_pref("intl.locale.requested", "fr");
user_pref("marionette.port", PORT);
"""
FOCUS = """const words = arguments[0];
  const named = (each) => (each.labels?.[0] ?? each).textContent.replace(/\\s+/g, " ").trim();
  const found = [...document.querySelectorAll("a,button,input,select,textarea")]
    .find((each) => named(each).startsWith(words));
  found?.focus();
  return Boolean(found);"""
UNDER_WAY = 'return document.readyState !== "complete" || Boolean(document.querySelector(".htmx-request"))'
DISPLAY = ":97"
FIREFOX_SECONDS = 60
SILENCE, MOST = 4, 40  # seconds: all is said after so long without a word; whoever goes on is cut


class Ear:
    """Somebody at the keyboard who does not see the screen.

    A walk is made of acts. "go" opens an address and "at" gives the focus, both by script; "key" and "type"
    are the reader's own; "sql" is what others do meanwhile; "wait" lets the page's clock go on, in seconds.
    """

    def __init__(self, portal: Served, firefox: Marionette, log: "Log", env: dict[str, str]) -> None:
        self._portal = portal
        self._firefox = firefox
        self._log = log
        self._env = env
        self._acts: dict[str, Callable[[str], None]] = {
            "go": lambda path: firefox.open(portal.url + path),
            "at": self._give_focus,
            "key": lambda keys: self._press("key", *keys.split()),
            "type": lambda words: self._press("type", words),
            "sql": self._change,
            "wait": lambda seconds: time.sleep(float(seconds)),
        }

    def sign_in(self) -> None:
        self._firefox.open(f"{self._portal.url}/connexion")
        self._firefox.keep("session", self._portal.session)

    def hear(self, acts: list[str]) -> list[str]:
        """What is spoken from the first of these acts until a silence."""
        start = len(self._log.written)
        for act in acts:
            name, _, given = act.partition(" ")
            self._acts[name](given)
        self._until_silence()
        spoken = SPOKEN.findall(self._log.written[start:].decode(errors="replace"))
        return [words for each in spoken if (words := each.strip())]

    def prepare(self, acts: list[str]) -> None:
        """Acts that are not listened to. Ctrl cuts the reading of a page, which would move the focus."""
        for act in acts:
            self.hear([act])
            self._press("key", "ctrl")

    def _press(self, kind: str, *given: str) -> None:
        subprocess.run(["xdotool", kind, *given], env=self._env, check=True)

    def _give_focus(self, words: str) -> None:
        if not self._firefox.run(FOCUS, words):
            raise RuntimeError(f"« {words} » is not on the page")

    def _change(self, statement: str) -> None:
        with closing(sqlite3.connect(self._portal.database, timeout=20)) as base, base:
            base.execute(statement)

    def _until_silence(self) -> None:
        deadline, size, since = time.monotonic() + MOST, -1, time.monotonic()
        while time.monotonic() < deadline and time.monotonic() - since < SILENCE:
            now = len(self._log.written)
            if now != size or self._firefox.run(UNDER_WAY):
                size, since = now, time.monotonic()
            time.sleep(0.3)


class Log:
    """What Orca writes down, as it writes it: into a terminal, since a file would get it in blocks."""

    def __init__(self) -> None:
        self.written = bytearray()
        self._end, self._terminal = os.openpty()
        self.path = os.ttyname(self._terminal)
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while text := os.read(self._end, 65536):
            self.written += text


@contextmanager
def listening(folder: Path, portal: Served) -> Iterator[Ear]:
    """Orca and Firefox in French, in a home of their own. Speech goes nowhere: without a voice Orca writes
    down what it says all the same, and one that has no loudspeaker would wait for it.
    """
    log, profile, port = Log(), folder / "profile", free_port()
    profile.mkdir()
    (profile / "user.js").write_text(PREFERENCES.replace("PORT", str(port)))
    env = os.environ | {
        "DISPLAY": DISPLAY, "HOME": str(folder), "GNOME_ACCESSIBILITY": "1", "LANG": "fr_FR.UTF-8",
        "SPEECHD_CMD": "/bin/false", "SPEECHD_ADDRESS": f"unix_socket:{folder}/no-voice",
    }  # fmt: skip
    browser = ["firefox-esr", "--marionette", "--profile", str(profile), "--new-instance", "about:blank"]
    with (
        running(["Xvfb", DISPLAY, "-screen", "0", "1280x900x24"], env, 1),
        running(["openbox"], env, 1),
        running([LAUNCHER, "--launch-immediately"], env, 1),
        running(["orca", "--replace", f"--debug-file={log.path}", "--disable", "braille"], env, 4),
        running(browser, env, 0),
        closing(Marionette(port, FIREFOX_SECONDS)) as firefox,
    ):
        yield Ear(portal, firefox, log, env)


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
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
