"""/espace/{code}/documents: depositing, the certificate of membership, taking off the list."""

import secrets
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.documents.certificate import certificate_of, pdf_of
from app.documents.deposit_service import add_certificate, deposit_document, withdraw_document
from app.documents.forms import Deposit, Once
from app.documents.kinds import DEPOSITED, KIND_WORDS
from app.documents.pages import ONE, shown_document
from app.employees.forms import Nothing
from app.errors import Refused
from app.forms import Form
from app.kept_files import Kept, keep_file
from app.rights import Right
from app.uploads import DRAINED, Limit, read_upload
from app.web import Page, page, see

DEPOSIT = "/espace/{code:str}/documents/depot"
CERTIFICATE = "/espace/{code:str}/documents/certificat"
MOST = Limit(10_000_000, "enregistrez-le en plus petit (images réduites), ou en plusieurs parties")


@get(DEPOSIT, name="documents.new")
async def new(
    access: NamedDependency[MemberAccess], code: FromPath[str], nature: FromQuery[str] = ""
) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    kind = nature if nature in set(DEPOSITED) else ""
    return _deposit(access, Form({"token": _token(), "kind": kind, "title": ""}))


async def may_deposit(access: MemberAccess, **_: Any) -> None:
    access.require(Right.DOCUMENTS)


@post(DEPOSIT, name="documents.create", request_max_body_size=DRAINED, opt={"file": may_deposit})
async def create(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    """The file is checked and stored before the transaction writes the row that names it."""
    kept: Kept | None = None
    async with access.paused():
        upload = await read_upload(request, MOST)
        form = Form.of(request, Deposit, upload.fields, is_garbled=upload.is_garbled)
        if upload.problem and "" not in form.errors:
            form.errors["fichier"] = upload.problem
        elif form.data:
            kept = await _kept(access, form, upload.name, upload.content)
    document_id = 0
    if kept and form.data:
        async with form.attempt(access):
            document_id = (await deposit_document(access, form.data, kept, clock.now())).key
    if form.errors or not document_id:
        return _deposit(access, form)
    return _seen(request, access, document_id, "depose")


@get(CERTIFICATE, name="documents.certificate")
async def certificate(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    return page("documents/certificate.html", form=Form({"token": _token()}), company=access.company)


@post(CERTIFICATE, name="documents.certify")
async def certify(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    form = await Form.read(request, Once)
    document_id, today = 0, clock.today()
    if form.data:
        async with form.attempt(access):
            told = certificate_of(await access.company_row(), access.portal.settings, today)
            async with access.paused():
                name = f"certificat-adhesion-{access.company.code}-{today.isoformat()}.pdf"
                kept = await keep_file(access, name, await pdf_of(told), may_deposit)
            made = await add_certificate(access, form.data.token, kept, today, clock.now())
            document_id = made.key
    if form.errors:
        return page("documents/certificate.html", form=form, company=access.company)
    return _seen(request, access, document_id, "certificat")


@get(f"{ONE}/retrait", name="documents.withdrawing")
async def withdrawing(
    access: NamedDependency[MemberAccess], code: FromPath[str], document_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    return await shown_document(access, document_id, template="documents/withdrawing.html")


@post(f"{ONE}/retrait", name="documents.withdraw")
async def withdraw(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    document_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.DOCUMENTS)
    form = await Form.read(request, Nothing)
    if form.data:
        async with form.attempt(access):
            await withdraw_document(access, document_id, clock.now())
    if form.errors:
        return await shown_document(access, document_id, form=form, template="documents/withdrawing.html")
    return see(request, "documents.index", code=access.company.code, query={"fait": "retire"})


async def _kept(access: MemberAccess, form: Form[Deposit], name: str, content: bytes) -> Kept | None:
    try:
        return await keep_file(access, name, content, may_deposit)
    except Refused as refused:
        form.refuse(refused)
    except ValueError as wrong:
        form.refuse(Refused(str(wrong), "fichier"))
    return None


def _deposit(access: MemberAccess, form: Form[Any]) -> Page:
    kinds = {"": "Choisissez"} | {str(kind): KIND_WORDS[kind] for kind in DEPOSITED}
    return page("documents/new.html", form=form, company=access.company, kinds=kinds)


def _seen(
    request: Request[Any, Any, Any], access: MemberAccess, document_id: int, done: str
) -> Response[Any]:
    code = access.company.code
    return see(request, "documents.show", code=code, document_id=document_id, query={"fait": done})


def _token() -> str:
    return secrets.token_urlsafe(16)


MEMBER: list[Any] = [new, create, certificate, certify, withdrawing, withdraw]
