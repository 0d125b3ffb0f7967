"""A screen that nobody looks at, and what an eye would read on it: words, and where they stand."""

import asyncio
import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

from app.text.search import folded

WIDTH, HEIGHT = 1024, 2400  # pixels: tall enough for any page, so that nothing scrolls
SIZES = (2, 3, 4)  # times: letters of 16 pixels are read badly, and each size misreads other words
ALIKE = 0.85  # of 1: how much of a word must have been read right
SURE = 20.0  # of 100: what the reader of letters is less sure of is a frame or a picture
FAR_BELOW = 260  # pixels: a label has hints, and what is wrong, between it and its field
FIELD, TEXT = 26, 60  # pixels: how high a field of one line is, and one of several at least
PALE = 0xD2  # of 0xFF: what is lighter is no line
FRAME = re.compile(rb"([\x00-\xd1])\1{49,}", re.DOTALL)
CURSOR = 30  # pixels: higher than one
LETTER = 24  # pixels: wider than one
HIGHER = 7  # pixels: Dillo's boxes to tick hang above their line
LINE_ACROSS, LINE_DOWN = (re.compile(rb"([\x00-\xc8])\1{%d,}" % length, re.DOTALL) for length in (60, 27))


def inverse(ground: int) -> bytes:
    """For each shade, how far it stands out from this one."""
    return bytes(255 - max(shade - ground, 0) * 255 // (255 - ground) for shade in range(256))


# The green of the bar and of buttons, and of the menu.
GROUNDS = {bytes([each]): inverse(each) for each in (0x5A, 0x2D)}


@dataclass(frozen=True, slots=True)
class Word:
    """Letters, and their box in pixels from the top left corner."""

    text: str
    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2


Line = list[Word]


@dataclass(frozen=True, slots=True)
class Picture:
    """Four bytes a pixel: blue, green, red, nothing."""

    pixels: bytes

    @staticmethod
    def of(framebuffer: Path) -> "Picture":
        """What Xvfb keeps in a file as X's own dump: a header, colours, then the pixels."""
        dump = framebuffer.read_bytes()
        (header,) = struct.unpack(">I", dump[:4])
        (colours,) = struct.unpack(">I", dump[76:80])
        start = header + 12 * colours
        return Picture(dump[start : start + 4 * WIDTH * HEIGHT])

    def colour(self, x: int, y: int) -> bytes:
        at = 4 * (y * WIDTH + x)
        return self.pixels[at : at + 3]

    def row(self, y: int) -> bytes:
        return self.pixels[4 * y * WIDTH : 4 * (y + 1) * WIDTH]

    def frame_of(self, label: Word) -> Word:
        """The box of the field that this is the label of: on its line, or below it."""
        for y in range(max(label.top - 10, 0), min(label.bottom + FAR_BELOW, HEIGHT - 20)):
            for line in FRAME.finditer(self.row(y)[1::4]):
                left = max(line.start(), label.left - 12)
                if line.end() - left > 40 and self._goes_down(line.start(), y):
                    is_tall = self._goes_down(line.start(), y, TEXT)
                    return Word("", left, y, line.end(), y + (TEXT if is_tall else FIELD))
        raise AssertionError(f"no field is drawn for « {label.text} »")

    def _goes_down(self, x: int, y: int, height: int = 15) -> bool:
        """Whether a line begins here that is as high as a field: its corner may be round."""
        columns, rows = range(max(x - 5, 0), min(x + 3, WIDTH)), range(5, min(height, HEIGHT - y))
        return any(all(self.colour(at, y + down)[1] < PALE for down in rows) for at in columns)

    def mark_before(self, label: Word) -> tuple[int, int]:
        """The middle of the box to tick, or of the round one, that stands before this label."""
        middle = (label.top + label.bottom) // 2
        ground = self.colour(label.left - 3, middle)
        for x in range(label.left - 4, max(label.left - 80, 0), -1):
            for y in (middle, middle - HIGHER):
                if self.colour(x, y) != ground:
                    return x - 6, y
        raise AssertionError(f"no box is drawn before « {label.text} »")

    def changed_since(self, before: "Picture", height: int = CURSOR) -> bool:
        """By more than a cursor that blinks, or than this many rows."""
        if self.pixels == before.pixels:
            return False
        return sum(self.row(y) != before.row(y) for y in range(HEIGHT)) > height

    def png(self, rows: int) -> bytes:
        """The top of it, as a file."""
        lines = bytearray()
        for y in range(rows):
            row, line = self.row(y), bytearray(3 * WIDTH)
            line[0::3], line[1::3], line[2::3] = row[2::4], row[1::4], row[0::4]
            lines += b"\0" + line
        head = struct.pack(">IIBBBBB", WIDTH, rows, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(lines), 6)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )

    def larger(self, times: int) -> bytes:
        """In black on white (a PGM file), without the empty rows at the end."""
        rows = [on_white(self.row(y)[1::4]) for y in range(HEIGHT)]
        while len(rows) > 1 and rows[-1] == rows[-2]:
            rows.pop()
        rows = without_frames(rows)
        found = bytearray(b"P5 %d %d 255\n" % (times * WIDTH, times * len(rows)))
        for row in rows:
            wide = bytearray(times * WIDTH)
            for each in range(times):
                wide[each::times] = row
            found += wide * times
        return bytes(found)


def on_white(row: bytes) -> bytes:
    """White letters on the service's two colours turn black on white."""
    for ground, inverted in GROUNDS.items():
        shade = re.escape(ground)
        spans = re.compile(rb"%b(?:.{0,24}?%b)*" % (shade, shade), re.DOTALL)
        row = spans.sub(partial(turned, ground, inverted), row)
    return row


def turned(ground: bytes, inverted: bytes, found: re.Match[bytes]) -> bytes:
    span = found[0]
    is_ground = len(span) > LETTER and 4 * span.count(ground) > len(span)
    return span.translate(inverted) if is_ground else span


def without_frames(rows: list[bytes]) -> list[bytes]:
    """No straight line that is longer than those of letters: beside a frame they are taken for a picture."""
    columns = [bytes(column) for column in zip(*(LINE_ACROSS.sub(blank, row) for row in rows), strict=True)]
    return [bytes(row) for row in zip(*(LINE_DOWN.sub(blank, column) for column in columns), strict=True)]


def blank(line: re.Match[bytes]) -> bytes:
    return b"\xff" * len(line[0])


async def read(picture: Picture, times: int = SIZES[0]) -> list[Line]:
    """Lines from the top, each a list of words; read in letters that many times larger."""
    command = ("tesseract", "-", "-", "--psm", "11", "-l", "fra", "-c", "tessedit_do_invert=0", "tsv")
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    out, _ = await process.communicate(picture.larger(times))
    lines: dict[tuple[str, ...], Line] = {}
    for row in out.decode().splitlines()[1:]:
        cells = row.split("\t")
        if cells[0] == "5" and float(cells[10]) > SURE and letters(cells[11]):
            left, top, width, height = (int(each) // times for each in cells[6:10])
            word = Word(cells[11], left, top, left + width, top + height)
            lines.setdefault(tuple(cells[1:5]), []).append(word)
    return sorted(lines.values(), key=lambda line: (line[0].top, line[0].left))


def letters(text: str) -> str:
    return "".join(each for each in folded(text) if each.isalnum())


def alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def stands_in(words: str, text: str) -> bool:
    """Whether these letters, or nearly, follow each other in those."""
    wanted = letters(words)
    at = SequenceMatcher(None, text, wanted, autojunk=False).find_longest_match()
    start = max(at.a - at.b, 0)
    return alike(text[start : start + len(wanted)], wanted) >= ALIKE


def places(words: str, lines: list[Line]) -> list[Word]:
    """Where they stand, each as one box, from the top: alone on their line if they do so anywhere, then at
    the beginning of one, then anywhere.
    """
    wanted, found = letters(words), []
    for line in lines:
        for start, end in spans(line, len(words.split())):
            likeness, without_first = (
                alike(letters("".join(each.text for each in line[first:end])), wanted)
                for first in (start, start + 1)
            )
            # A box to tick is read as a word, too.
            if likeness >= ALIKE and likeness >= without_first:
                begins = start == 0 and line[0].text[:1].isupper() == words[0].isupper()
                rank = (not (begins and end == len(line)), not begins, round(1 - likeness, 1))
                found.append((rank, around(line[start:end])))
    best = min((rank for rank, _ in found), default=None)
    return sorted((box for rank, box in found if rank == best), key=lambda box: (box.top, box.left))


def spans(line: Line, count: int) -> Iterator[tuple[int, int]]:
    """The runs of about as many words: one may have been read as two, or two as one."""
    for start in range(len(line)):
        for end in range(start + max(count - 1, 1), min(start + count + 2, len(line)) + 1):
            yield start, end


def around(words: Line) -> Word:
    return Word(
        " ".join(each.text for each in words),
        min(each.left for each in words), min(each.top for each in words),
        max(each.right for each in words), max(each.bottom for each in words),
    )  # fmt: skip
