"""Somebody in front of a text browser: keys go in, the screen and the place of the cursor come out.

A terminal of tmux, tall enough for any page: nothing scrolls, and the cursor tells which link has the hand.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

COLUMNS, ROWS = 100, 240
PATIENCE = 40.0  # seconds: a machine that does much else at once
CONTROLS = 120


@dataclass(frozen=True, slots=True)
class Program:
    """`onward`: to the next link. `opening`, `closing`: the keys around what a field is given.

    `mark`: what stands before the word of a button. `greets`: its first start shows a box to close.
    """

    name: str
    options: tuple[str, ...] = ()
    onward: str = "Down"
    opening: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    mark: str = ""
    greets: bool = False


# Each as Debian installs it, but for the questions that lynx asks about every cookie.
PROGRAMS = {
    "w3m": Program("w3m", onward="Tab", opening=("Enter", "C-u"), closing=("Enter",)),
    "lynx": Program("lynx", options=("-accept_all_cookies",), opening=("C-u",), mark="(BUTTON) "),
    "links2": Program("links2", greets=True),
}
NEEDED = (*PROGRAMS, "tmux")


def missing() -> list[str]:
    return [name for name in NEEDED if not shutil.which(name)]


class TextBrowser:
    """One window and one home folder: cookies and history are this reader's."""

    def __init__(self, program: Program, home: Path) -> None:
        self.program = program
        self._home = home
        self._lines: list[str] = []

    async def start(self, address: str) -> "TextBrowser":
        size = ("-x", str(COLUMNS), "-y", str(ROWS))
        await self._tmux("new-session", "-d", *size, self.program.name, *self.program.options, address)
        if self.program.greets:
            await self.sees("Welcome to")
            await self._keys("Enter")
            await self._until("the greeting is closed", self._greets_no_more)
        return self

    async def _greets_no_more(self) -> bool:
        return "Welcome to" not in await self.screen()

    async def close(self) -> None:
        await self._tmux("kill-server")

    async def sees(self, *words: str) -> str:
        """The screen, once all these words are on it."""

        async def shown() -> bool:
            plain = " ".join((await self.screen()).split())
            return all(each in plain for each in words)

        await self._until(f"shows {words}", shown)
        return await self.screen()

    async def screen(self) -> str:
        shown = (await self._tmux("capture-pane", "-p")).replace("\N{NO-BREAK SPACE}", " ")
        self._lines = shown.splitlines()
        return "\n".join(line for line in self._lines if line.strip())

    async def follow(self, words: str, nth: int = 1) -> None:
        await self._reach(words, nth)
        await self._keys("Enter")

    async def press(self, words: str) -> None:
        await self._reach(self.program.mark + words, 1)
        await self._keys("Enter")

    async def fill(self, label: str, text: str) -> None:
        """The compulsory field that comes after its label, and after the star of it: titles have none."""
        label += " *"
        await self.sees(label)
        row, column = self._place_of(label)
        place = await self._cursor()
        for _ in range(CONTROLS):
            if place >= (row, column + len(label)):
                break
            place = await self._step(self.program.onward, place)
        await self._keys(*self.program.opening)
        await self._type(text)
        await self._keys(*self.program.closing)
        await self._rests()

    def _place_of(self, label: str) -> tuple[int, int]:
        for row, line in enumerate(self._lines):
            if (column := line.find(label)) >= 0:
                return row, column
        raise AssertionError(f"{self.program.name} shows no {label}")

    async def _reach(self, words: str, nth: int) -> None:
        """From the control that has the hand to the nth that begins with these words."""
        place, seen = await self._cursor(), set()
        for _ in range(CONTROLS):
            row, column = place
            # lynx rests before the first letter of a link, links2 two letters into a button.
            line = self._lines[row] if row < len(self._lines) else ""
            if any(line.startswith(words, at) for at in range(max(column - 2, 0), column + 2)):
                seen.add(place)
                if len(seen) == nth:
                    return
            place = await self._step(self.program.onward, place)
        raise AssertionError(f"{self.program.name} reaches no {words}:\n{await self.screen()}")

    async def _step(self, key: str, place: tuple[int, int]) -> tuple[int, int]:
        """Press the key: the cursor moves."""
        await self._keys(key)

        async def moved() -> bool:
            return await self._cursor() != place

        await self._until(f"{key} leads on from {place}", moved)
        await self.screen()
        return await self._cursor()

    async def _rests(self) -> None:
        """What was typed has arrived: the cursor, which follows it, stands still."""
        seen = [await self._cursor()]
        while len(seen) < 4 or len(set(seen[-4:])) > 1:
            await asyncio.sleep(0.05)
            seen.append(await self._cursor())

    async def _until(self, what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await is_so():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.program.name}: never {what}:\n{await self.screen()}")
            await asyncio.sleep(0.03)

    async def _cursor(self) -> tuple[int, int]:
        row, _, column = (await self._tmux("display", "-p", "#{cursor_y},#{cursor_x}")).partition(",")
        return int(row), int(column)

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
        }
        kept = {name: value for name, value in os.environ.items() if name not in {"TMUX", "WWW_HOME"}}
        process = await asyncio.create_subprocess_exec(
            "tmux", "-f", "/dev/null", *arguments, env=kept | words,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        if process.returncode and arguments != ("kill-server",):
            raise AssertionError(f"tmux {arguments[0]}: {errors.decode()}")
        return out.decode()
