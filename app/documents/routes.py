"""/espace/{code}/documents: the list, one of them, its file, and what is new in it."""

from typing import Any
from urllib.parse import urlencode

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response, Stream

from app import clock
from app.access import MemberAccess
from app.documents.acts import add_certificate, deposit_document, mark_as_seen, withdraw_document
from app.documents.certificate import certificate_of, pdf_of
from app.documents.forms import Deposit, Once, SeenNews
from app.documents.kinds import DEPOSITED, KIND_WORDS, kinds_open_to
from app.documents.queries import document_of, documents_before, files_of, news_of
from app.documents.views import DONE, ONE, document_page, line_of
from app.errors import NotFound, Refused
from app.files.types import disposition
from app.files.zipped import Stored, names_in, zip_of
from app.kept_files import Kept, keep_file
from app.rights import OWN, Right
from app.text.fields import Input, once_token
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import PAGE, read_place, row_number, written_place
from app.web.signatures import Member, Request, get, post
from app.web.uploads import DRAINED, Limit, read_upload
from db.models import DocumentKind

DEPOSIT = "/espace/{code:str}/documents/depot"
CERTIFICATE = "/espace/{code:str}/documents/certificat"
MOST = Limit(10_000_000, "enregistrez-le en plus petit (images réduites), ou en plusieurs parties")


@get(DEPOSIT, right=Right.DOCUMENTS)
async def new(access: Member, nature: FromQuery[str] = "") -> Response[Any]:
    kind = nature if nature in set(DEPOSITED) else ""
    return _new_page(Form({"token": once_token(), "kind": kind, "title": ""}))


async def may_deposit(access: MemberAccess, **_: Any) -> None:
    access.require(Right.DOCUMENTS)


@post(DEPOSIT, request_max_body_size=DRAINED, opt={"file": may_deposit}, right=OWN)
async def create(request: Request, access: Member) -> Response[Any]:
    """The file is checked and stored before the transaction writes the row that names it."""
    kept: Kept | None = None
    async with access.paused():
        upload = await read_upload(request, MOST)
        form = Form.of(request, Deposit, upload.fields, is_garbled=upload.is_garbled)
        if upload.problem and "" not in form.errors:
            form.errors["fichier"] = upload.problem
        elif form.data:
            kept = await _stored(access, form, upload.name, upload.content)
    document_id = 0
    if kept and form.data:
        async with form.attempt(access):
            document_id = (await deposit_document(access, form.data, kept, clock.now())).key
    if form.errors or not document_id:
        return _new_page(form)
    return _see_document(request, document_id, "depose")


@get(CERTIFICATE, right=Right.DOCUMENTS)
async def certificate(access: Member) -> Response[Any]:
    return page("documents/certificate.html", form=Form({"token": once_token()}))


@post(CERTIFICATE, right=Right.DOCUMENTS)
async def certify(request: Request, access: Member) -> Response[Any]:
    form = await Form.read(request, Once)
    document_id, today = 0, clock.today()
    if form.data:
        async with form.attempt(access):
            values = certificate_of(await access.company_row(), access.portal.settings, today)
            async with access.paused():
                name = f"certificat-adhesion-{access.company.code}-{today.isoformat()}.pdf"
                kept = await keep_file(access, name, await pdf_of(values), may_deposit)
            made = await add_certificate(access, form.data.token, kept, today, clock.now())
            document_id = made.key
    if form.errors:
        return page("documents/certificate.html", form=form)
    return _see_document(request, document_id, "certificat")


@get(f"{ONE}/retrait", right=Right.DOCUMENTS)
async def withdrawing(access: Member, document_id: FromPath[int]) -> Response[Any]:
    return await document_page(access, document_id, template="documents/withdrawing.html")


@post(f"{ONE}/retrait", right=Right.DOCUMENTS)
async def withdraw(request: Request, access: Member, document_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: withdraw_document(access, document_id, clock.now())
    )
    if form.errors:
        return await document_page(access, document_id, form=form, template="documents/withdrawing.html")
    return see(request, "documents.index", query={"fait": "retire"})


async def _stored(access: MemberAccess, form: Form[Deposit], name: str, content: bytes) -> Kept | None:
    try:
        return await keep_file(access, name, content, may_deposit)
    except Refused as refused:
        form.refuse(refused)
    return None


def _new_page(form: Form[Any]) -> Page:
    kinds = {"": "Choisissez"} | {str(kind): KIND_WORDS[kind] for kind in DEPOSITED}
    return page("documents/new.html", form=form, kinds=kinds)


def _see_document(request: Request, document_id: int, done: str) -> Response[Any]:
    return see(request, "documents.show", document_id=document_id, query={"fait": done})


DOCUMENTS = "/espace/{code:str}/documents"
LONGEST_SEARCH = 80


@get(DOCUMENTS, right=Right.VIEW)
async def index(
    access: Member,
    q: FromQuery[str] = "",
    nature: FromQuery[str] = "",
    avant: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    """The newest first, 25 a page; of what has versions, the latest."""
    open_kinds = {str(kind): KIND_WORDS[kind] for kind in kinds_open_to(access.rights)}
    kind, q = nature if nature in open_kinds else "", q[:LONGEST_SEARCH]
    before = read_place(avant)
    lines_read = await documents_before(access, q, kind, before)
    rows = lines_read[:PAGE]
    asked = {name: value for name, value in (("q", q), ("nature", kind)) if value}
    place = written_place(rows[-1].created_at, rows[-1].id) if len(lines_read) > PAGE else ""
    return page(
        "documents/index.html",
        "partials/documents/table.html",
        lines=[line_of(row) for row in rows],
        news=await news_of(access),
        typed=Form({"q": q}),
        kinds={"": "Toutes"} | open_kinds,
        kind=kind,
        has_attestations=any(row.kind == DocumentKind.ATTESTATION for row in rows),
        asked=urlencode(asked),
        older=urlencode(asked | {"avant": place}) if place else "",
        is_first=before is None,
        may_deposit=Right.DOCUMENTS in access.rights,
        notice=DONE.get(fait, ""),
    )


@get(ONE, right=OWN)
async def show(access: Member, document_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    """One document, and the versions that came before it."""
    return await document_page(access, document_id, DONE.get(fait, ""))


@get(f"{ONE}/fichier", right=OWN)
async def file(access: Member, document_id: FromPath[int]) -> Response[Any]:
    """The bytes of a document, in chunks, to be saved and never displayed in place. The size
    reveals a cut.
    """
    document = await document_of(access, document_id)
    chunks = await access.portal.storage.opened(document.sha256)
    headers = {
        "Content-Disposition": disposition(document.file_name),
        "Content-Length": str(document.size),
    }
    return Stream(chunks, media_type=document.media_type, headers=headers)


@get(f"{DOCUMENTS}/archive/{{kind:str}}", right=Right.VIEW)
async def archive(access: Member, kind: FromPath[str], salarie: FromQuery[str] = "") -> Response[Any]:
    """The documents of a kind of the company, or of one employee, as one ZIP."""
    found = await files_of(access, kind, row_number(salarie) or None)
    if not found:
        raise NotFound
    names = names_in([(title, name) for title, name, _ in found])
    files = [Stored(name, sha256) for name, (*_, sha256) in zip(names, found, strict=True)]
    headers = {"Content-Disposition": disposition(f"{kind}-{access.company.code}.zip")}
    return Stream(zip_of(files, access.portal.storage), media_type="application/zip", headers=headers)


@get(f"{DOCUMENTS}/vus", right=Right.DOCUMENTS)
async def seeing(access: Member) -> Response[Any]:
    return page("documents/seeing.html", news=await news_of(access))


@post(f"{DOCUMENTS}/vus", right=Right.DOCUMENTS)
async def mark_seen(request: Request, access: Member) -> Response[Any]:
    form = await Form.read(request, SeenNews)
    if form.data:
        await mark_as_seen(access, row_number(form.data.until), clock.now())
        return see(request, "documents.index", query={"fait": "vus"})
    return page("documents/seeing.html", form=form, news=await news_of(access))


MEMBER: list[Any] = [
    new,
    create,
    certificate,
    certify,
    withdrawing,
    withdraw,
    index,
    seeing,
    mark_seen,
    show,
    file,
    archive,
]
