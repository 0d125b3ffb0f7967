"""Acts of the employer: deposit, take off the list, mark new ones as seen, ask for a certificate."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app.access import BIGGEST_ID, MemberAccess
from app.documents.forms import Deposit
from app.documents.kinds import (
    DUERP_SERIES,
    DUERP_TITLE,
    KIND_WORDS,
    kinds_open_to,
    may_be_withdrawn,
    search_key,
)
from app.documents.queries import document_of, document_with_token, latest_of
from app.errors import Refused
from app.kept_files import Kept
from app.mail.outbox import queue_mail
from app.text.formats import day
from db.models import AuditKind, Document, DocumentKind

TRIES = 5  # versions deposited at once by as many people


async def deposit_document(access: MemberAccess, data: Deposit, file: Kept, now: datetime) -> Document:
    """Deposit a file. The same form sent twice gives the document of the first; another DUERP is its next
    version.

    `Refused` with 409 for the DUERP that is there already.
    """
    kind = DocumentKind(data.kind)
    for _ in range(TRIES):
        if already := await document_with_token(access, data.token):
            return already
        latest = await latest_of(access, DUERP_SERIES) if kind == DocumentKind.DUERP else None
        if latest and latest.sha256 == file.sha256:
            raise Refused(
                f"Ce fichier est déjà la version {latest.version} de votre DUERP.", "fichier", status_code=409
            )
        try:
            async with access.savepoint():
                document = access.add(_new_version(access, data, file, latest, now))
                await access.flush()
        except IntegrityError:
            continue
        _announce(access, document, now)
        return document
    raise Refused("Plusieurs personnes déposent en même temps : réessayez.", status_code=409)


async def withdraw_document(access: MemberAccess, document_id: int, now: datetime) -> None:
    """Off the list; the row and the file stay, and the history says who did it. Of two at once, one line."""
    document = await document_of(access, document_id, even_withdrawn=True)
    if not may_be_withdrawn(document.kind, from_service=document.from_service):
        raise Refused("Ce document ne se retire pas de la liste.")
    withdrawn = (
        update(Document)
        .where(col(Document.id) == document.key, col(Document.company_id) == access.company.key)
        .where(col(Document.withdrawn_at).is_(None))
        .values(withdrawn_at=now)
    )
    if await access.change(withdrawn):
        access.trace(AuditKind.DOCUMENT_WITHDRAWN, now, document.title, document.key)


async def mark_as_seen(access: MemberAccess, until: int, now: datetime) -> None:
    """Those that this person may open and that the page showed: a later one is still new."""
    statement = (
        update(Document)
        .where(col(Document.company_id) == access.company.key, col(Document.from_service).is_(True))
        .where(col(Document.read_at).is_(None), col(Document.id) <= min(until, BIGGEST_ID))
        .where(col(Document.kind).in_(kinds_open_to(access.rights)))
        .values(read_at=now)
    )
    await access.change(statement)


async def add_certificate(
    access: MemberAccess, token: str, file: Kept, today: date, now: datetime
) -> Document:
    """Store the certificate that was just drawn among the documents."""
    if already := await document_with_token(access, token):
        return already
    title = f"Certificat d’adhésion au {day(today)}"
    document = access.add(
        Document(
            company_id=access.company.key, kind=DocumentKind.CERTIFICATE, title=title, series=token,
            token=token, search_key=search_key(DocumentKind.CERTIFICATE, title, file.file_name),
            from_service=True,
            account_id=access.account.key, on_behalf=access.membership.third_party, created_at=now,
            read_at=now, **file.columns,
        )
    )  # fmt: skip
    await access.flush()
    access.trace(AuditKind.CERTIFICATE_MADE, now, title, document.key)
    return document


def _new_version(
    access: MemberAccess, data: Deposit, file: Kept, latest: Document | None, now: datetime
) -> Document:
    kind = DocumentKind(data.kind)
    is_duerp = kind == DocumentKind.DUERP
    title = DUERP_TITLE if is_duerp else data.title or file.file_name.rpartition(".")[0]
    return Document(
        company_id=access.company.key, kind=kind, title=title[:120],
        search_key=search_key(kind, title, file.file_name),
        series=DUERP_SERIES if is_duerp else data.token, version=latest.version + 1 if latest else 1,
        token=data.token, account_id=access.account.key, on_behalf=access.membership.third_party,
        created_at=now, **file.columns,
    )  # fmt: skip


def _announce(access: MemberAccess, document: Document, now: datetime) -> None:
    """Write it in the history and mail the service, which looks at a DUERP at each of its updates
    (L4121-3-1).
    """
    words = KIND_WORDS[DocumentKind(document.kind)]
    version = f" (version {document.version})" if document.kind == DocumentKind.DUERP else ""
    access.trace(AuditKind.DOCUMENT_DEPOSITED, now, f"{words} : {document.file_name}{version}", document.key)
    queue_mail(
        access, "document_deposited", access.portal.settings.service_email, now,
        company=access.company.label, kind=f"{words}{version}", title=document.title,
        file_name=document.file_name, who=access.account.full_name, email=access.account.email,
    )  # fmt: skip
