"""What several pages of the documents share: one document, with its versions."""

from typing import Any

from app.access import MemberAccess
from app.documents.kinds import KIND_WORDS, may_be_withdrawn
from app.documents.queries import document_of, versions_of
from app.documents.shown import file_words
from app.forms import Form
from app.rights import Right
from app.web import Page, page
from db.models import DocumentKind

ONE = "/espace/{code:str}/documents/{document_id:int}"
DONE = {
    "depose": "Le document est déposé. Le service est prévenu.",
    "certificat": "Le certificat est établi : téléchargez-le.",
    "retire": "Le document est retiré de la liste.",
    "vus": "Les nouveaux documents sont marqués comme vus.",
}


async def shown_document(
    access: MemberAccess, document_id: int, notice: str = "", form: Form[Any] | None = None,
    template: str = "documents/show.html",
) -> Page:  # fmt: skip
    document = await document_of(access, document_id)
    versions = await versions_of(access, document.series)
    is_withdrawable = may_be_withdrawn(document.kind, from_service=document.from_service)
    return page(
        template,
        form=form,
        company=access.company,
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
