"""Acts of the service: share a document with a company, which gets a mail without its content."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from app.access import StaffAccess
from app.clock import day_of
from app.documents.kinds import DEPOSITED, KIND_WORDS, right_to_open, search_key
from app.errors import NotFound, Refused
from app.kept_files import Kept
from app.mail.outbox import queue_mail
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.text.fields import once_token
from app.text.names import person_name
from db.models import (
    Account,
    AuditKind,
    Company,
    CompanyContact,
    ContactKind,
    Document,
    DocumentKind,
    Employee,
    Membership,
)


@dataclass(frozen=True, slots=True)
class SharedDocument:
    """`employee_id`: the employee concerned, for an attestation or an aptitude notice."""

    kind: DocumentKind
    title: str
    employee_id: int | None = None


async def share_document(
    access: StaffAccess, company_id: int, shared: SharedDocument, file: Kept, now: datetime
) -> Document:
    """Share a file: listed for people who may open it, new until one of them marks it as seen, traced and
    mailed.

    `file`: the file, which `app.kept_files.keep_file` checked and stored before the transaction.
    """
    company = await access.get(Company, company_id)
    if shared.kind in DEPOSITED:
        raise Refused("Ce genre de document se dépose par l’employeur.")
    employee = await access.get(Employee, shared.employee_id) if shared.employee_id else None
    if employee and employee.company_id != company.key:
        raise NotFound
    name = _name_of(employee) if employee else ""
    title = " ".join(f"{shared.title}{' : ' if name else ''}{name}".split())[:120]
    token = once_token()
    document = access.add(
        Document(
            company_id=company.key, kind=shared.kind, title=title, series=token, token=token,
            search_key=search_key(shared.kind, title, file.file_name), from_service=True,
            employee_id=shared.employee_id, account_id=access.account.key, created_at=now, **file.columns,
        )
    )  # fmt: skip
    await access.flush()
    shared_by = access.account.key
    access.record(AuditKind.DOCUMENT_SHARED, now, shared_by, company.key, _about(document), document.key)
    for recipient in await _recipients(access, company, shared.kind, now):
        queue_mail(
            access, "document_shared", recipient, now, code=company.code,
            company=f"{company.code} - {company.name}", kind=KIND_WORDS[shared.kind],
            document_id=document.key,
        )  # fmt: skip
    return document


def _about(document: Document) -> str:
    """The words of the document in the history: of an aptitude notice the kind alone, since a third party who
    reads the history must not learn the employee's name from it.
    """
    if document.kind == DocumentKind.APTITUDE:
        return KIND_WORDS[DocumentKind.APTITUDE]
    words = KIND_WORDS[DocumentKind(document.kind)]
    return document.title if document.title.startswith(words) else f"{words} : {document.title}"


async def _recipients(access: StaffAccess, company: Company, kind: DocumentKind, now: datetime) -> list[str]:
    """The administrative contact, else the company's address, else its administrators. Of an aptitude notice,
    only those who may open it.
    """
    right = right_to_open(kind)
    if right == Right.VIEW:
        contact = select(CompanyContact.email).where(
            CompanyContact.company_id == company.key, CompanyContact.kind == ContactKind.ADMINISTRATIVE
        )
        if known := await access.first(contact) or company.email:
            return [known]
        right = Right.PEOPLE
    today = day_of(now)
    people = (
        select(Account.email, Membership.roles, Membership.third_party)
        .select_from(Membership)
        .join(Account, col(Account.id) == Membership.account_id)
        .where(Membership.company_id == company.key, is_alive(today))
    )
    rows = await access.rows(people.order_by(col(Account.id)))
    return [email for email, roles, third in rows if right in rights_of(roles, third_party=third)]


def _name_of(employee: Employee) -> str:
    return person_name(employee.birth_name, employee.usual_name, employee.first_names, employee.sex)
