"""Somebody in front of a browser's window, with a mouse, keys and eyes: it offers nothing else."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.light.screen import (
    FIELD,
    HEIGHT,
    SIZES,
    WIDTH,
    Line,
    Picture,
    Word,
    letters,
    places,
    read,
    stands_in,
)

PATIENCE = 90.0  # seconds: a machine that does much else at once
LIST_OF_FILES = 150  # pixels: its window is higher, and the ring around a button that has the hand is not
# Dillo's list completes a folder with what begins alike: nothing else there begins with this number.
NUMBERED = Path("/tmp", str(os.getpid()))
FIRST_SIGHT = 768  # pixels: what an ordinary screen shows of a page


@dataclass(frozen=True, slots=True)
class Program:
    """`package`: Debian's. `files`: what stands in its home before it starts. `settings`: of its environment.

    `bars`: pixels above the page. `runs_scripts`: whether htmx swaps what others load anew. `names_all`:
    whether it shows what the sheet only says to who listens. `types_ahead`: whether the first letters of an
    option choose it in an open list. `accepts`: the key that takes the file whose path was typed. `emptying`:
    the keys by which a field loses what it holds. `refuses_cookies`: when none of `files` is there.
    `chooser`: what it writes on the button to choose a file, where that has no frame to be seen; its list
    then opens on `/tmp`, looks a folder up as soon as it is typed, and loses what is typed after a first
    « / ».
    """

    name: str
    package: str
    command: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    bars: int = 80
    runs_scripts: bool = False
    names_all: bool = False
    types_ahead: bool = False
    accepts: str = "Return"
    emptying: tuple[str, ...] = ("ctrl+a",)
    refuses_cookies: bool = False
    chooser: str = ""


FIREFOX = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("signon.rememberSignons", false);
user_pref("browser.translations.automaticallyPopup", false);
"""
CHROMIUM = '{"credentials_enable_service": false, "translate": {"enabled": false}}'
PROGRAMS = {
    "dillo": Program(
        "Dillo", "dillo", ("dillo", "-g", f"{WIDTH}x{HEIGHT}+0+0"),
        {".dillo/cookiesrc": "DEFAULT ACCEPT\n"},
        bars=70,
        names_all=True,
        emptying=("ctrl+a", "ctrl+k"),
        refuses_cookies=True,
        chooser="File selector",
    ),
    "netsurf": Program("NetSurf", "netsurf-gtk", ("netsurf-gtk",), bars=40),
    "falkon": Program(
        "Falkon", "falkon", ("falkon", "--private-browsing"),
        bars=70,
        settings={"QTWEBENGINE_DISABLE_SANDBOX": "1", "QTWEBENGINE_CHROMIUM_FLAGS": "--disable-gpu"},
        types_ahead=True,
    ),
    "chromium": Program(
        "Chromium", "chromium",
        (
            "chromium", "--no-sandbox", "--test-type", "--no-first-run", "--disable-gpu",
            "--password-store=basic", "--user-data-dir=profile",
            "--window-position=0,0", f"--window-size={WIDTH},{HEIGHT}",
        ),
        {"profile/Default/Preferences": CHROMIUM},
        runs_scripts=True,
        accepts="alt+o",
        types_ahead=True,
    ),
    "firefox": Program(
        "Firefox ESR", "firefox-esr",
        ("firefox-esr", "--profile", "profile", "--width", str(WIDTH), "--height", str(HEIGHT)),
        {"profile/user.js": FIREFOX},
        runs_scripts=True,
        types_ahead=True,
    ),
}  # fmt: skip
NEEDED = {"Xvfb": "xvfb", "xdotool": "xdotool", "tesseract": "tesseract-ocr tesseract-ocr-fra"}


def missing(names: list[str]) -> list[str]:
    """Debian's packages without which these cannot be driven."""
    wanted = NEEDED | {PROGRAMS[name].command[0]: PROGRAMS[name].package for name in names}
    return [package for command, package in wanted.items() if not shutil.which(command)]


class Window:
    """One browser on one screen, with a home folder of its own: cookies and history are this reader's."""

    def __init__(self, program: Program, home: Path, display: str, env: dict[str, str]) -> None:
        self.program = program
        self._framebuffer = home / "Xvfb_screen0"
        self._env = env | {"DISPLAY": display}
        self._seen, self._lines, self._readings = Picture(b""), list[Line](), [list[Line]()]
        self._is_known = False

    async def sees(self, *words: str) -> str:
        """The letters of the page, once all these words are on it."""
        text = ""

        async def shown() -> bool:
            nonlocal text
            text = "".join(letters(word.text) for line in await self.lines() for word in line)
            return all(stands_in(each, text) for each in words)

        await self._until(f"shows {words}", shown)
        return text

    async def lines(self) -> list[Line]:
        """Read anew where the picture has changed, and again if it did so meanwhile: a page comes bit by bit,
        and its sheet after it.
        """
        while (picture := self.picture()).changed_since(self._seen):
            self._seen, self._readings = picture, [await self._read(picture, SIZES[0])]
            self._lines = self._readings[0]
            self._is_known = True
            if not self.picture().changed_since(picture):
                return self._lines
        # The same again: a word may be read better in letters of another size.
        if len(self._readings) < len(SIZES):
            self._readings.append(await self._read(self._seen, SIZES[len(self._readings)]))
        turn = self._readings.index(self._lines) + 1
        self._lines = self._readings[turn % len(self._readings)]
        self._is_known = True
        return self._lines

    async def _read(self, picture: Picture, times: int) -> list[Line]:
        """The page: the title on its tab and its address are words of the browser."""
        return [line for line in await read(picture, times) if line[0].top >= self.program.bars]

    def picture(self) -> Picture:
        return Picture.of(self._framebuffer)

    def keep(self, file: Path, rows: int = FIRST_SIGHT) -> None:
        file.write_bytes(self.picture().png(rows))

    async def go(self, address: str) -> None:
        await self._do("key", "ctrl+l")
        await self._write(address)
        await self._rests()  # Falkon looks it up meanwhile
        await self._do("key", "Delete", "Return")  # without what it would add from its history
        self._is_known = False
        await self._rests()

    async def follow(self, words: str, nth: int = 1) -> None:
        box = await self._find(words, nth)
        self._is_known = False
        await self._click(*box.middle)
        await self._do("mousemove", str(WIDTH - 2), str(HEIGHT - 2))  # off the words of the next page

    press = follow

    async def fill(self, label: str, text: str, nth: int = 1) -> None:
        """The field under this label, or beside it: what it held is written over."""
        frame = self.picture().frame_of(await self._find(label, nth, is_label=True))
        # Dillo draws a field of several lines within its frame.
        await self._click(
            frame.left + 15 if frame.bottom - frame.top == FIELD else frame.left + 40, frame.middle[1]
        )
        await self._write(text)
        await self._rests()

    async def choose(self, label: str, words: str) -> None:
        """From the list of this field."""
        frame = self.picture().frame_of(await self._find(label, 1, is_label=True))
        await self._click(frame.left + 30, frame.top + 13)
        await self.pick(words, near=frame.top)

    async def opens_switcher(self, label: str, button: str) -> None:
        """A list on a dark ground, where no frame is seen: after its label, or before its button."""
        if self.program.names_all:
            box = await self._find(label, 1, is_label=True, is_framed=False)
            await self._click(box.right + 60, box.middle[1])
        else:
            box = await self._find(button, 1)
            await self._click(box.left - 60, box.middle[1])

    async def pick(self, words: str, near: int = 0, last: str = "") -> None:
        """From the list that is open: by its first letters where they are heard, else where it is seen; by
        its `last` word where that is enough.
        """
        if self.program.types_ahead:
            await self._do("type", "--delay", "40", words)
            await self._rests()
            await self._do("key", "Return")
        else:
            options: list[Word] = []

            async def is_offered() -> bool:
                options[:] = places(last or words, await self.lines())
                return bool(options)

            await self._until(f"offers {words}", is_offered)
            await self._click(*min(options, key=lambda each: abs(each.top - near)).middle)
        self._is_known = False
        await self._rests()

    async def attach(self, label: str, file: Path) -> None:
        """The button to choose a file, which stands beside its label or below it."""
        path, slowly = str(file), "40"
        if self.program.chooser:
            place = (await self._find(self.program.chooser, 1)).middle
            path, slowly = f"{NUMBERED.name}/{file.name}", "300"
            NUMBERED.mkdir(exist_ok=True)
            shutil.copy(file, NUMBERED)
        else:
            frame = self.picture().frame_of(await self._find(label, 1, is_label=True))
            place = frame.left + 30, frame.top + 13
        before = self.picture()
        await self._click(*place)

        async def is_open() -> bool:
            return self.picture().changed_since(before, LIST_OF_FILES)

        await self._until("opens a list of files", is_open)
        await self._rests()
        await self._write(path[0])  # GTK opens a field for it, and loses what comes meanwhile
        await asyncio.sleep(2)
        await self._do("type", "--delay", slowly, path[1:])
        await self._rests()
        await self._do("key", self.program.accepts)
        await self._rests()

    async def gives_up(self) -> None:
        """Closes what is open: a list of files."""
        await self._do("key", "Escape")
        await self._rests()

    async def tick(self, words: str, nth: int = 1) -> None:
        box = await self._find(words, nth)
        await self._click(*self.picture().mark_before(box))

    async def _find(self, words: str, nth: int, *, is_label: bool = False, is_framed: bool = True) -> Word:
        """The nth from the top, or, of a negative one, from the end. A label begins its line."""
        found: list[Word] = []

        async def is_there() -> bool:
            # Filling a form moves nothing on its page, which was read when it came.
            known = self._lines if self._is_known else await self.lines()
            self._is_known = False
            firsts = {line[0].left for line in known}
            found[:] = places(words, known)
            if is_label:
                found[:] = [each for each in found if each.left in firsts]
                found[:] = [each for each in found if not is_framed or self._has_field(each)]
            return len(found) >= abs(nth)

        await self._until(f"shows « {words} »", is_there)
        self._is_known = True
        return found[nth - 1 if nth > 0 else nth]

    def _has_field(self, label: Word) -> bool:
        try:
            self.picture().frame_of(label)
        except AssertionError:
            return False
        return True

    async def _click(self, x: int, y: int) -> None:
        await self._do("mousemove", str(x), str(y))
        await asyncio.sleep(0.3)  # Firefox takes no choice from a list that has not felt the mouse come
        await self._do("click", "1")
        await self._rests()

    async def _write(self, text: str) -> None:
        """Over what the field held."""
        await self._do("key", *self.program.emptying)
        await asyncio.sleep(0.5)  # QtWebEngine loses a letter that comes with the choosing of all
        await self._do("type", "--delay", "40", text)

    async def _rests(self) -> None:
        """What was done has been drawn: the picture stays the same for a moment, but for a cursor's."""
        before, deadline = self.picture(), time.monotonic() + 4
        await asyncio.sleep(0.8)
        while (now := self.picture()).changed_since(before) and time.monotonic() < deadline:
            before = now
            await asyncio.sleep(0.5)

    async def _until(self, what: str, is_so) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.program.name} never {what}")
            await asyncio.sleep(0.5)

    async def _do(self, *words: str) -> None:
        assert await self._tries(*words), words

    async def _tries(self, *words: str) -> bool:
        process = await asyncio.create_subprocess_exec("xdotool", *words, env=self._env)
        return await process.wait() == 0


@asynccontextmanager
async def opened(program: Program, home: Path, address: str) -> AsyncIterator[Window]:
    """Its window fills a screen of its own."""
    home.mkdir(parents=True)
    for name, text in program.files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | program.settings
    async with _screen(home, env) as display:
        window = Window(program, home, display, env)
        command = (*program.command, address)
        async with _running(command, env | {"DISPLAY": display}, home):
            await _fills_the_screen(window)
            yield window
    shutil.rmtree(NUMBERED, ignore_errors=True)


async def _fills_the_screen(window: Window) -> None:
    """No window manager does it for them."""

    async def has_grown() -> bool:
        search = ("search", "--onlyvisible", "--name", ".", "windowmove", "%@", "0", "0")
        return await window._tries(*search, "windowsize", "%@", str(WIDTH), str(HEIGHT))

    for _ in range(2):  # Chromium gives itself a size of its own when it has come
        await window._until("opens", has_grown)
        await asyncio.sleep(3)
    await window._rests()


@asynccontextmanager
async def _screen(home: Path, env: dict[str, str]) -> AsyncIterator[str]:
    """A display number that Xvfb chose, and its picture in a file.

    No key repeats itself: on a machine that does much else, one seems to be held down.
    """
    size = ("-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-noreset", "-r", "-fbdir", str(home))
    reading, writing = os.pipe()
    command = ("Xvfb", "-displayfd", str(writing), *size)
    async with _running(command, env, home, writing):
        os.close(writing)
        with os.fdopen(reading) as told:
            number = await asyncio.to_thread(told.readline)
        yield f":{number.strip()}"


@asynccontextmanager
async def _running(
    command: tuple[str, ...], env: dict[str, str], home: Path, *kept: int
) -> AsyncIterator[None]:
    """Ended with all that it started, such as Dillo's keeper of cookies."""
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, env=env, cwd=home, stdout=nowhere, stderr=nowhere, pass_fds=kept, start_new_session=True
    )
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
