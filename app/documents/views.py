"""Views common to the pages of documents: one document, with its versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.access import MemberAccess
from app.documents.kinds import KIND_WORDS, may_be_withdrawn
from app.documents.queries import DocumentRow, document_of, versions_of
from app.rights import Right
from app.text.formats import size_words
from app.web.forms import Form
from app.web.pages import Page, page
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
        id=row.id, title=row.title, kind=KIND_WORDS[DocumentKind(row.kind)],
        is_new=row.from_service and row.read_at is None, from_service=row.from_service,
        version=f"version\N{NO-BREAK SPACE}{row.version}" if row.kind == DocumentKind.DUERP else "",
        created_at=row.created_at, file=file_words(row.file_name, row.media_type, row.size),
    )  # fmt: skip


def file_words(file_name: str, media_type: str, size: int) -> str:
    """PDF, 1,2 Mo"""
    return f"{FORMATS.get(media_type) or file_name.rpartition('.')[2].upper()}, {size_words(size)}"


ONE = "/espace/{code:str}/documents/{document_id:int}"
DONE = {
    "depose": "Le document est déposé. Le service est prévenu.",
    "certificat": "Le certificat est établi : téléchargez-le.",
    "retire": "Le document est retiré de la liste.",
    "vus": "Les nouveaux documents sont marqués comme vus.",
}


async def document_page(
    access: MemberAccess, document_id: int, notice: str = "", form: Form[Any] | None = None,
    template: str = "documents/show.html",
) -> Page:  # fmt: skip
    document = await document_of(access, document_id)
    versions = await versions_of(access, document.series)
    is_withdrawable = may_be_withdrawn(document.kind, from_service=document.from_service)
    return page(
        template,
        form=form,
        document=document,
        kind=KIND_WORDS[DocumentKind(document.kind)],
        file=file_words(document.file_name, document.media_type, document.size),
        is_new=document.from_service and document.read_at is None,
        by=next((who for each, who in versions if each.id == document.id), ""),
        versions=[
            (each, who, file_words(each.file_name, each.media_type, each.size)) for each, who in versions
        ],
        may_withdraw=is_withdrawable and Right.DOCUMENTS in access.rights,
        may_deposit=Right.DOCUMENTS in access.rights,
        notice=notice,
    )
