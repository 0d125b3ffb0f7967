"""/espace/{code}/documents: the list, one of them, its file, and what is new in it."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import MemberAccess
from app.documents import deposit_routes
from app.documents.deposit_service import mark_as_seen
from app.documents.forms import Seen
from app.documents.kinds import KIND_WORDS, kinds_open_to
from app.documents.pages import DONE, ONE, shown_document
from app.documents.queries import document_of, documents_before, news_of
from app.documents.shown import line_of
from app.employees.queries import PAGE
from app.file_types import disposition
from app.forms import Form
from app.places import read_place, row_number, written_place
from app.rights import Right
from app.web import page, see

DOCUMENTS = "/espace/{code:str}/documents"
LONGEST_SEARCH = 80


@get(DOCUMENTS, name="documents.index")
async def index(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    q: FromQuery[str] = "",
    nature: FromQuery[str] = "",
    avant: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    """The newest first, 25 a page; of what has versions, the latest."""
    access.require(Right.VIEW)
    open_kinds = {str(kind): KIND_WORDS[kind] for kind in kinds_open_to(access.rights)}
    kind, q = nature if nature in open_kinds else "", q[:LONGEST_SEARCH]
    before = read_place(avant)
    found = await documents_before(access, q, kind, before)
    rows = found[:PAGE]
    asked = {name: value for name, value in (("q", q), ("nature", kind)) if value}
    place = written_place(rows[-1].created_at, rows[-1].id) if len(found) > PAGE else ""
    return page(
        "documents/index.html",
        "partials/documents/table.html",
        company=access.company,
        lines=[line_of(row) for row in rows],
        news=await news_of(access),
        typed=Form({"q": q}),
        kinds={"": "Toutes"} | open_kinds,
        kind=kind,
        asked=urlencode(asked),
        older=urlencode(asked | {"avant": place}) if place else "",
        is_first=before is None,
        may_deposit=Right.DOCUMENTS in access.rights,
        notice=DONE.get(fait, ""),
    )


@get(ONE, name="documents.show")
async def show(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    document_id: FromPath[int],
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    """One document, and the versions that came before it."""
    return await shown_document(access, document_id, DONE.get(fait, ""))


@get(f"{ONE}/fichier", name="documents.file")
async def file(
    access: NamedDependency[MemberAccess], code: FromPath[str], document_id: FromPath[int]
) -> Response[Any]:
    """Its bytes, in chunks, to be saved and never shown in place. The size lets a cut be noticed."""
    document = await document_of(access, document_id)
    chunks = await access.portal.storage.opened(document.sha256)
    headers = {
        "Content-Disposition": disposition(document.file_name),
        "Content-Length": str(document.size),
    }
    return Stream(chunks, media_type=document.media_type, headers=headers)


@get(f"{DOCUMENTS}/vus", name="documents.seeing")
async def seeing(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    return page("documents/seeing.html", company=access.company, news=await news_of(access))


@post(f"{DOCUMENTS}/vus", name="documents.see")
async def mark(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    form = await Form.read(request, Seen)
    if form.data:
        await mark_as_seen(access, row_number(form.data.until), clock.now())
        return see(request, "documents.index", code=access.company.code, query={"fait": "vus"})
    return page("documents/seeing.html", form=form, company=access.company, news=await news_of(access))


MEMBER: list[Any] = [index, seeing, mark, show, file, *deposit_routes.MEMBER]
