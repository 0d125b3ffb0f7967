"""Somebody in front of a text browser: keys go in, the screen and the place of the cursor come out.

A terminal of tmux, tall enough for any page: nothing scrolls, and the cursor tells which link has the hand.
"""

import asyncio
import os
import re
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

COLUMNS, ROWS = 100, 240
PATIENCE = 40.0  # seconds: a machine that does much else at once
CONTROLS = 120
# Of another terminal than theirs: lynx believes the LINES that workers of tests are told, and draws nothing.
NOT_THEIRS = {"TMUX", "WWW_HOME", "COLUMNS", "LINES"}


@dataclass(frozen=True, slots=True)
class Program:
    """`onward`: to the next link. `opening`, `closing`: the keys around what a field is given.

    `mark`: what stands before the word of a button; before one that says which of several was pressed, lynx
    writes that value. `greets`: words of the box that its first start shows.
    `asks`: words of the box that it shows before it sends a form. `goes`: the key that asks for an address.
    `has_editor`: a text of several lines is written in the reader's own editor. `saving`: what it says when a
    link leads to a file that it cannot show, and the keys that keep the file under the name that it proposes;
    without keys, what it says is a link. `keeps`: the key on such a link; w3m and lynx would read a ZIP.
    `sends_files`: a form goes as soon as its file is named, where a page says which kinds it takes.
    `talks_in`: how many lines at the bottom hold the cursor while the browser is busy, or asks for words.
    """

    name: str
    goes: str
    saving: tuple[tuple[str, tuple[str, ...]], ...]
    options: tuple[str, ...] = ()
    onward: str = "Down"
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    mark: str = ""
    greets: str = ""
    asks: str = ""
    has_editor: bool = False
    sends_files: bool = False
    keeps: str = "Enter"
    talks_in: int = 0


# Each as Debian installs it, but for the questions that lynx asks about every cookie.
PROGRAMS = {
    "w3m": Program(
        "w3m", "U", (("Save file to", ("Enter",)),),
        onward="Tab", opening=("Enter", "C-u"), closing=("Enter",), has_editor=True,
        sends_files=True, talks_in=1, keeps="a",
    ),
    "lynx": Program(
        "lynx", "g", (("Save to disk", ()), ("Enter a filename", ("Enter",))),
        options=("-accept_all_cookies",), opening=("C-u",), mark="(BUTTON) ", talks_in=3, keeps="d",
    ),
    "links2": Program(
        "links2", "g", (("Do you want to save", ("Enter",)), ("Save to file", ("Enter",))),
        opening=("C-u",), greets="Welcome to",
    ),
    "elinks": Program(
        "elinks",
        "g",
        (("What would you like", ("Tab", "Enter")), ("Save to file", ("Enter",))),
        opening=("Enter", "C-u"), closing=("Tab",), greets="Welcome to", asks="Do you want to post",
    ),
}  # fmt: skip
NEEDED = (*PROGRAMS, "tmux")


def missing() -> list[str]:
    return [name for name in NEEDED if not shutil.which(name)]


class TextBrowser:
    """One window and one home folder: cookies and history are this reader's."""

    def __init__(self, program: Program, home: Path) -> None:
        self.program = program
        self._home = home
        self._lines: list[str] = []
        self.seen: list[str] = []

    async def start(self, address: str) -> "TextBrowser":
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        started = (self.program.name, *self.program.options, address)
        await self._tmux("new-session", "-d", "-c", str(self._home), *size, *started)
        if self.program.greets:
            await self._closes(self.program.greets)
        return self

    async def _closes(self, box: str) -> None:
        """A box of the browser's own, by its first button."""

        async def is_open() -> bool:
            return box in await self.screen()

        async def is_closed() -> bool:
            return not await is_open()

        await self._until(f"opens {box}", is_open)
        await self._keys("Enter")
        await self._until(f"closes {box}", is_closed)

    async def close(self) -> None:
        await self._tmux("kill-server")

    async def sees(self, *words: str) -> str:
        """The screen, once all these words are on it."""

        async def shown() -> bool:
            plain = " ".join((await self.screen()).split())
            return all(each in plain for each in words)

        await self._until(f"shows {words}", shown)
        self.seen.append(await self.screen())
        return self.seen[-1]

    async def screen(self) -> str:
        await self._look()
        return "\n".join(line for line in self._lines if line.strip())

    async def _look(self) -> tuple[int, int]:
        """What is shown, kept in `_lines`; and where the cursor is."""
        place = ("display", "-p", "#{cursor_y},#{cursor_x}")
        place_and_lines = await self._tmux(*place, ";", "capture-pane", "-p")
        said, *self._lines = place_and_lines.replace("\N{NO-BREAK SPACE}", " ").splitlines()
        row, _, column = said.partition(",")
        return int(row), int(column)

    async def opens(self, address: str) -> None:
        """An address that somebody types, or copies from a letter."""
        await self._rests()
        await self._keys(self.program.goes)
        await self._until("asks for an address", self._is_asked)
        await self._keys("C-u")
        await self._type(address)
        await self._shows_typed(address)
        await self._keys("Enter")

    async def _is_asked(self) -> bool:
        """Where it writes to its reader: at the bottom, or in a box."""
        row, _ = await self._look()
        return row >= ROWS - self.program.talks_in or any("URL" in line for line in self._lines)

    async def follow(self, words: str, nth: int = 1) -> None:
        await self._reach(words, nth)
        await self._keys("Enter")

    async def asks_again(self, words: str) -> None:
        """Follow a link to the page that it stands on: the cursor is then elsewhere."""
        await self._reach(words, 1)
        place = await self._look()  # before the key: a page of a machine that is quick is there after it
        await self._keys("Enter")

        async def is_new() -> bool:
            return await self._look() != place

        await self._until(f"shows again the page of {words}", is_new)

    async def saves(self, words: str, kind: str, *, beside: str = "") -> list[Path]:
        """The files of this kind in the reader's folder once this link was followed and its file kept.
        `beside`: what stands on its line.
        """
        await self._reach(words, 1, beside=beside)
        await self._keys(self.program.keeps)
        for said, keys in self.program.saving:
            await self.sees(said)
            if not keys:
                await self.follow(said)
            for key in keys:
                await self._keys(key)

        async def is_kept() -> bool:
            return any(file.stat().st_size for file in self._home.glob(f"*.{kind}"))

        await self._until("keeps a file", is_kept)
        return sorted(self._home.glob(f"*.{kind}"))

    async def gives_up(self) -> None:
        """Closes what is open: a box or a list."""
        for _ in range(3):
            if "+---" in await self.screen():
                await self._keys("Escape")
                await asyncio.sleep(1)

    async def press(self, words: str) -> None:
        """A button, and with it the form."""
        await self._reach(words, 1, mark=self.program.mark)
        await self._keys("Enter")
        if self.program.asks:
            await self._closes(self.program.asks)

    async def fill(self, label: str, text: str) -> None:
        """The field that comes after its label, which is said with the star of what is compulsory."""
        await self._to_field(label)
        await self._keys(*self.program.opening)
        await self._type(text)
        await self._shows_typed(text)
        await self._keys(*self.program.closing)
        await self._rests()

    async def _shows_typed(self, text: str) -> None:
        """The end of what was typed is there, before the cursor: keys that come after it find it whole."""
        last = text[-8:]

        async def is_there() -> bool:
            row, column = await self._look()
            before = self._lines[row][:column] if row < len(self._lines) else ""
            return before.endswith((last, "*" * len(last)))

        await self._until(f"shows {last} before the cursor", is_there)

    async def sends(self, label: str, file: Path, words: str) -> None:
        """A file, and with it the form, by this button where naming the file is not enough."""
        await self.fill(label, str(file))
        if not self.program.sends_files:
            await self.press(words)

    async def write(self, label: str, text: str) -> None:
        """A field of several lines."""
        if not self.program.has_editor:
            await self.fill(label, text)
            return
        await self._to_field(label)
        (self._home / "typed").write_text(text + "\n")
        await self._keys("Enter")
        await self.sees(text[:12])

    async def choose(self, label: str, option: str) -> None:
        """One of a list, which the browser opens as a menu."""
        place = await self._to_field(label)
        await self._keys("Enter")

        async def is_open() -> bool:
            return await self._look() != place or any("┌" in line or "+--" in line for line in self._lines)

        await self._until(f"opens the list of {label}", is_open)
        place = await self._look()
        for _ in range(CONTROLS):
            if option in self._lines[place[0]]:
                break
            place = await self._step("Down", place)
        await self._keys("Enter")
        await self._rests()

    async def tick(self, label: str) -> None:
        """A box or a button of choice, which stands before its label."""
        await self._reach(label, 1, box=True)
        await self._keys("Enter")
        await self._rests()

    async def _to_field(self, label: str) -> tuple[int, int]:
        await self.sees(label)
        place = await self._rests()
        row, column = self._place_of(label)
        for _ in range(CONTROLS):
            if place >= (row, column + len(label)):
                return place
            place = await self._step(self.program.onward, place)
        raise AssertionError(f"{self.program.name} reaches no field of {label}")

    def _place_of(self, label: str) -> tuple[int, int]:
        """Where a line begins with this label: alone, or with its field beside it."""
        for row, line in enumerate(self._lines):
            if re.match(rf"{re.escape(label)} *($|[\[_])", line.strip()):
                return row, line.find(label)
        raise AssertionError(f"{self.program.name} shows no {label}")

    async def _reach(
        self, words: str, nth: int, *, box: bool = False, mark: str = "", beside: str = ""
    ) -> None:
        """From the control that has the hand to the nth of these words; `box`: it stands before them."""
        before = r"[\[(].[\])] *" if box else ""
        if mark:
            before = f"(?:{re.escape(mark)}|{re.escape(f'({words}) ')})"
        control = re.compile(".{0,3}?" + before + re.escape(words))
        place, seen = await self._rests(), set()
        for _ in range(CONTROLS):
            row, column = place
            # lynx rests before the first letter of a link, links2 two letters into a button.
            line = self._lines[row] if row < len(self._lines) else ""
            if beside in line and control.match(line, max(column - 2, 0)):
                seen.add(place)
                if len(seen) == nth:
                    return
            place = await self._step(self.program.onward, place)
        raise AssertionError(f"{self.program.name} reaches no {words}:\n{await self.screen()}")

    async def _step(self, key: str, place: tuple[int, int]) -> tuple[int, int]:
        """Press the key: the cursor leaves this place, and stays on another one of the page. Between two
        places it may be seen where the browser talks.
        """
        await self._keys(key)
        seen: list[tuple[int, int]] = []

        async def moved() -> bool:
            seen.append(await self._look())
            is_on_page = seen[-1][0] < ROWS - self.program.talks_in
            return seen[-1] != place and is_on_page and seen[-2:-1] == seen[-1:]

        await self._until(f"{key} leads on from {place}", moved)
        return seen[-1]

    async def _rests(self) -> tuple[int, int]:
        """What was typed has arrived, a box is closed, a page is drawn: the cursor stands still, here."""
        seen: list[tuple[int, int]] = []

        async def is_still() -> bool:
            seen.append(await self._look())
            row = seen[-1][0]
            return len(seen) > 5 and len(set(seen[-6:])) == 1 and row < ROWS - self.program.talks_in

        await self._until("rests", is_still)
        return seen[-1]

    async def _until(self, what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.program.name}: never {what}:\n{await self.screen()}")
            await asyncio.sleep(0.03)

    async def _keys(self, *keys: str) -> None:
        if keys:
            await self._tmux("send-keys", *keys)

    async def _type(self, text: str) -> None:
        await self._tmux("send-keys", "-l", "--", text)

    async def _tmux(self, *arguments: str) -> str:
        words = {
            "HOME": str(self._home),
            "TMUX_TMPDIR": str(self._home),
            "LC_ALL": "C.UTF-8",
            "TERM": "screen",
            "EDITOR": f"cp {self._home / 'typed'}",
        }
        kept = {name: value for name, value in os.environ.items() if name not in NOT_THEIRS}
        process = await asyncio.create_subprocess_exec(
            "tmux", "-f", "/dev/null", *arguments, env=kept | words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        if process.returncode and arguments != ("kill-server",):
            raise AssertionError(f"tmux {arguments[0]}: {errors.decode()}")
        return out.decode()
