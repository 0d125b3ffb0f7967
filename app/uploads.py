"""A form with a file, read into memory up to a limit. Nothing of it is ever written to disk.

Litestar's own reader spools parts to temporary files: a payroll file must not lie there.
"""

from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from app.visit import MULTIPART_TYPE, TOKEN_FIELD, Visit

BIGGEST = 5 * 1024 * 1024  # bytes of the file
# Read to its end and thrown away, so that the browser hears the answer instead of a cut connection.
DRAINED = 300 * 1024 * 1024
LONGEST_FIELD = 2_000
LONGEST_NAME = 200
NO_FILE = "Choisissez un fichier."
FEWER = "ne gardez que les colonnes utiles, ou envoyez-le en plusieurs fois"
CUT = "L’envoi du fichier s’est interrompu : renvoyez-le."


@dataclass(slots=True)
class Upload:
    """`problem`: why there is no usable file, in French, or ""."""

    name: str = ""
    content: bytes = field(default=b"", repr=False)
    fields: dict[str, str] = field(default_factory=dict)
    problem: str = ""


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
        return Upload(problem=NO_FILE)
    upload = Upload()
    try:
        await _read(request, options.get("boundary", ""), upload, limit)
    except (MultipartError, UnicodeDecodeError, ValueError):
        upload.problem = CUT
    visit = Visit.of(request)
    visit.verified = visit.portal.keys.is_form_token(visit.binding, upload.fields.pop(TOKEN_FIELD, ""))
    if not upload.content and not upload.problem:
        upload.problem = "Ce fichier est vide." if upload.name else NO_FILE
    return upload


async def _read(request: Request[Any, Any, Any], boundary: str, upload: Upload, limit: Limit) -> None:
    parser = PushMultipartParser(boundary, max_segment_count=10)
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
        upload.name, upload.content = segment.filename[-LONGEST_NAME:], content  # Its extension stays.
    else:
        upload.fields[segment.name] = content.decode()


def _too_big(request: Request[Any, Any, Any], segment: MultipartSegment, limit: Limit) -> str:
    if segment.filename is None:
        return CUT
    told, most = request.headers.get("content-length", ""), limit.size // 1_000_000
    weighs = int(told) // 1_000_000 if told.isdigit() and len(told) < 15 else 0
    size = f" (il en pèse {weighs})" if weighs > most else ""
    return f"Ce fichier dépasse {most} Mo{size} : {limit.advice}."
