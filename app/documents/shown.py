"""Documents in words."""

from dataclasses import dataclass
from datetime import datetime

from app.documents.kinds import KIND_WORDS
from app.documents.queries import DocumentRow
from app.formats import size_words
from db.models import DocumentKind

FORMATS = {
    "application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """`version`: "" for what has none."""

    id: int
    title: str
    kind: str
    is_new: bool
    from_service: bool
    version: str
    created_at: datetime
    file: str


def line_of(row: DocumentRow) -> DocumentLine:
    return DocumentLine(
        row.id, row.title, KIND_WORDS[DocumentKind(row.kind)], row.from_service and row.read_at is None,
        row.from_service, f"version\N{NO-BREAK SPACE}{row.version}" if row.kind == DocumentKind.DUERP else "",
        row.created_at, file_words(row.file_name, row.media_type, row.size),
    )  # fmt: skip


def file_words(file_name: str, media_type: str, size: int) -> str:
    """PDF, 1,2 Mo"""
    return f"{FORMATS.get(media_type) or file_name.rpartition('.')[2].upper()}, {size_words(size)}"
