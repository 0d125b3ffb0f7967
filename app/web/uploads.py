"""A form with a file, read into memory up to a limit. Nothing of it is ever written to disk.

Litestar's own reader spools parts to temporary files: a payroll file must not lie there. A kind of file that
may be large is made smaller as it arrives (`Limit.larger`), so that memory never holds it whole.

The form token is in the body, so the guard lets the POST in unverified, and an unverified POST cannot commit.
The body is read outside the transaction: up to 15 MB are kept (of a DSN of 50 MB, a tenth) and 300 MB thrown
away, so that the browser hears why. Revisit for forms with several large files.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from litestar.exceptions import HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from app.errors import Refused
from app.text.fields import Input
from app.web.caller import MULTIPART_TYPE, TOKEN_FIELD, Caller
from app.web.forms import Form
from app.web.posted import posted, text_of
from app.web.signatures import Request
from db.numbers import is_digits

BIGGEST_UPLOAD = 5 * 1024 * 1024  # bytes of the file
# Read to its end and thrown away, so that the browser hears the answer instead of a cut connection.
DRAINED = 300 * 1024 * 1024
PIECE = 32 * 1024  # bytes looked at before others have their turn
LONGEST_FIELD = 2_000
TELLING = 64  # bytes that tell of what kind a file is
LONGEST_NAME = 200
FILE_FIELD = "fichier"
NO_FILE = "Choisissez un fichier."
FEWER = "ne gardez que les colonnes utiles, ou envoyez-le en plusieurs fois"
CUT = "L’envoi du fichier s’est interrompu : renvoyez-le."


@dataclass(slots=True)
class Upload:
    """`problem`: why there is no usable file, in French, or "". `is_garbled`: a field was not UTF-8.

    `name` and `content`: the last file; `files`: the last ones, as many as the form takes (`Limit.files`).
    """

    name: str = ""
    content: bytes = field(default=b"", repr=False)
    files: list[tuple[str, bytes]] = field(default_factory=list, repr=False)
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    is_garbled: bool = False


class Cut(Exception):  # noqa: N818
    """The sieve stopped in the middle of a file."""


class Sieving(Protocol):
    """A sieve that makes a file smaller as it comes."""

    async def feed(self, piece: bytes, *, is_last: bool = False) -> bytes:
        """The bytes to hold of these, and of those that had to wait for more; or `Cut`."""

    def close(self) -> None:
        """Called in the end, whatever became of the file."""


class Larger(NamedTuple):
    """A kind of file that may have more bytes, of which `sieve` leaves what is to be held."""

    size: int
    advice: str
    sieve: Sieving


@dataclass(frozen=True, slots=True)
class Limit:
    """`size` of the file and `field` of a text, in bytes; `advice`: what to do of a file that is larger.

    `larger`: from the first bytes of a file, another limit for its kind, or None. `files`: those that are
    kept, the last ones: the others are dropped as the next one begins. `parts`: fields and files together;
    `whole`: bytes of all of them.
    """

    size: int = BIGGEST_UPLOAD
    advice: str = FEWER
    field: int = LONGEST_FIELD
    larger: Callable[[bytes], Larger | None] | None = None
    files: int = 1
    parts: int = 10
    whole: int = DRAINED


async def read_upload(request: Request, limit: Limit = Limit()) -> Upload:
    """The file and the fields of this POST; its form token decides whether anything may be written.

    Outside the transaction (`access.paused()`): the network may be slow.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != MULTIPART_TYPE:
        # A browser that cannot send files sends what was typed, and the name of the field.
        sent = await posted(request)
        fields = {name: value for name, value in sent.fields if name not in {TOKEN_FIELD, FILE_FIELD}}
        return Upload(fields=fields, problem=NO_FILE, is_garbled=sent.is_garbled)
    upload = Upload()
    try:
        await _read(request, options.get("boundary", ""), upload, limit)
    except (MultipartError, ValueError, Cut):
        upload.problem = CUT
    visit = Caller.of(request)
    visit.verified = visit.portal.keys.is_form_token(visit.binding, upload.fields.pop(TOKEN_FIELD, ""))
    if not upload.content and not upload.problem:
        upload.problem = "Ce fichier est vide." if upload.name else NO_FILE
    return upload


async def read_file_form(request: Request, limit: Limit) -> tuple[Upload, Form[Input]]:
    """A POST of one file and nothing typed. The form has no data when the file is not to be looked at."""
    upload = await read_upload(request, limit)
    form = Form.of(request, Input, {}, is_garbled=upload.is_garbled)
    if upload.problem and form.data:
        form.data = None
        form.refuse(Refused(upload.problem, FILE_FIELD))
    return upload, form


async def drain(request: Request) -> None:
    """The rest of a file that is refused unread: nothing of it stays, and the browser hears why."""
    if request.method != "POST" or not request.is_connected:
        return
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > DRAINED:
            return


class _Part:
    """A part of the form, as its bytes come."""

    def __init__(self, segment: MultipartSegment, limit: Limit) -> None:
        self.segment = segment
        self._limit, self._larger = limit, None if segment.filename is None else limit.larger
        self._size, self._held = 0, [b""]
        self._kind: Larger | None = None

    async def add(self, piece: bytes) -> bool:
        """Add a piece; False when the part is then too big."""
        self._size += len(piece)
        if self._kind:
            self._held.append(await self._kind.sieve.feed(piece))
        else:
            self._held.append(piece)
            if self._larger and self._size >= TELLING:
                await self._look()
        return self._size <= self._most()

    async def content(self) -> bytes:
        if self._larger:
            await self._look()
        rest = await self._kind.sieve.feed(b"", is_last=True) if self._kind else b""
        return b"".join([*self._held, rest])

    def close(self) -> None:
        if self._kind:
            self._kind.sieve.close()

    def too_big(self, announced: str) -> str:
        """`announced`: the length announced by the browser."""
        if self.segment.filename is None:
            return CUT
        most = self._most() // 1_000_000
        weighs = int(announced) // 1_000_000 if is_digits(announced) and len(announced) < 15 else 0
        size = f" (il en pèse {weighs})" if weighs > most else ""
        return f"Ce fichier dépasse {most} Mo{size} : {(self._kind or self._limit).advice}."

    async def _look(self) -> None:
        start, looked = b"".join(self._held), self._larger
        self._larger = None
        if looked and (kind := looked(start)):
            self._kind, self._held = kind, [await kind.sieve.feed(start)]

    def _most(self) -> int:
        if self.segment.filename is None:
            return self._limit.field
        return (self._kind or self._limit).size


class _Parts:
    """The parts of the form, as its bytes come, into an `upload`. `announced`: see `too_big`."""

    def __init__(self, boundary: str, upload: Upload, limit: Limit, announced: str) -> None:
        # Headers through latin-1, where each byte is a letter and back: `text_of` says what the bytes mean.
        self._parser = PushMultipartParser(boundary, max_segment_count=limit.parts, header_charset="latin-1")
        self._upload, self._limit, self._announced = upload, limit, announced
        self._part: _Part | None = None

    async def feed(self, piece: bytes) -> None:
        for event in () if self._upload.problem else self._parser.parse(piece):
            if isinstance(event, MultipartSegment):
                self.close()
                self._part = _Part(event, self._limit)
                if event.filename is not None:
                    del self._upload.files[: max(0, len(self._upload.files) + 1 - self._limit.files)]
                    self._upload.name, self._upload.content = "", b""
            elif event is None and self._part is not None:
                _keep(self._upload, self._part.segment, await self._part.content())
            elif event is not None and self._part is not None and not await self._part.add(bytes(event)):
                self._upload.problem = self._part.too_big(self._announced)
                self.close()
                break

    def end(self) -> None:
        if not self._upload.problem:
            self._parser.close()

    def close(self) -> None:
        """Drop the part that was being read."""
        if self._part:
            self._part.close()
        self._part = None


async def _read(request: Request, boundary: str, upload: Upload, limit: Limit) -> None:
    parts = _Parts(boundary, upload, limit, request.headers.get("content-length", ""))
    with closing(parts):
        await _read_into(request, parts, upload, limit)
        parts.end()


async def _read_into(request: Request, parts: _Parts, upload: Upload, limit: Limit) -> None:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > DRAINED:
            raise HTTPException(status_code=413)
        if seen > limit.whole and not upload.problem:
            most = limit.whole // 1_000_000
            upload.problem = f"Ces fichiers dépassent {most} Mo : envoyez-les en plusieurs fois."
        for start in range(0, 0 if upload.problem else len(chunk), PIECE):
            await parts.feed(chunk[start : start + PIECE])
            await asyncio.sleep(0)


def _keep(upload: Upload, segment: MultipartSegment, content: bytes) -> None:
    if segment.filename is not None:
        # A name may be in the letters of its system; its extension stays.
        upload.name, upload.content = _text(segment.filename)[0][-LONGEST_NAME:], content
        upload.files.append((upload.name, content))
    else:
        (name, is_clear), (value, is_read) = _text(segment.name), text_of(content)
        upload.fields[name] = value
        upload.is_garbled |= not (is_clear and is_read)


def _text(header: str) -> tuple[str, bool]:
    return text_of(header.encode("latin-1"))
