"""A form with a file, read into memory up to a limit. Nothing of it is ever written to disk.

Litestar's own reader spools parts to temporary files: a payroll file must not lie there.
"""

from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from app.posted import posted, text_of
from app.visit import MULTIPART_TYPE, TOKEN_FIELD, Visit
from db.numbers import is_digits

BIGGEST = 5 * 1024 * 1024  # bytes of the file
# Read to its end and thrown away, so that the browser hears the answer instead of a cut connection.
DRAINED = 300 * 1024 * 1024
LONGEST_FIELD = 2_000
LONGEST_NAME = 200
FILE_FIELD = "fichier"
NO_FILE = "Choisissez un fichier."
FEWER = "ne gardez que les colonnes utiles, ou envoyez-le en plusieurs fois"
CUT = "L’envoi du fichier s’est interrompu : renvoyez-le."


@dataclass(slots=True)
class Upload:
    """`problem`: why there is no usable file, in French, or "". `is_garbled`: a field was not UTF-8."""

    name: str = ""
    content: bytes = field(default=b"", repr=False)
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    is_garbled: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """`size` of the file and `field` of a text, in bytes; `advice`: what to do of a file that is larger."""

    size: int = BIGGEST
    advice: str = FEWER
    field: int = LONGEST_FIELD


async def read_upload(request: Request[Any, Any, Any], limit: Limit = Limit()) -> Upload:
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
    except (MultipartError, ValueError):
        upload.problem = CUT
    visit = Visit.of(request)
    visit.verified = visit.portal.keys.is_form_token(visit.binding, upload.fields.pop(TOKEN_FIELD, ""))
    if not upload.content and not upload.problem:
        upload.problem = "Ce fichier est vide." if upload.name else NO_FILE
    return upload


async def drain(request: Request[Any, Any, Any]) -> None:
    """The rest of a file that is refused unread: nothing of it stays, and the browser hears why."""
    if request.method != "POST" or not request.is_connected:
        return
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > DRAINED:
            return


async def _read(request: Request[Any, Any, Any], boundary: str, upload: Upload, limit: Limit) -> None:
    # Headers through latin-1, where each byte is a letter and back: `text_of` says what the bytes mean.
    parser = PushMultipartParser(boundary, max_segment_count=10, header_charset="latin-1")
    parts: list[bytes] = []
    segment: MultipartSegment | None = None
    size, seen = 0, 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > DRAINED:
            raise HTTPException(status_code=413)
        if upload.problem:
            continue
        for event in parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                segment, parts, size = event, [], 0
            elif event is None and segment is not None:
                _keep(upload, segment, b"".join(parts))
            elif event is not None and segment is not None:
                size += len(event)
                if size > (limit.size if segment.filename is not None else limit.field):
                    upload.problem, parts = _too_big(request, segment, limit), []
                    break
                parts.append(bytes(event))
    if not upload.problem:
        parser.close()


def _keep(upload: Upload, segment: MultipartSegment, content: bytes) -> None:
    if segment.filename is not None:
        # A name may be in the letters of its system; its extension stays.
        upload.name, upload.content = _text(segment.filename)[0][-LONGEST_NAME:], content
    else:
        (name, is_clear), (value, is_read) = _text(segment.name), text_of(content)
        upload.fields[name] = value
        upload.is_garbled |= not (is_clear and is_read)


def _text(header: str) -> tuple[str, bool]:
    return text_of(header.encode("latin-1"))


def _too_big(request: Request[Any, Any, Any], segment: MultipartSegment, limit: Limit) -> str:
    if segment.filename is None:
        return CUT
    told, most = request.headers.get("content-length", ""), limit.size // 1_000_000
    weighs = int(told) // 1_000_000 if is_digits(told) and len(told) < 15 else 0
    size = f" (il en pèse {weighs})" if weighs > most else ""
    return f"Ce fichier dépasse {most} Mo{size} : {limit.advice}."
