"""Reads of one company's documents. A document that a person may not open is neither listed nor counted."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.access import MemberAccess
from app.documents.kinds import kinds_open_to, right_to_open
from app.errors import NotFound
from app.rights import Right
from app.text.search import MOST_WORDS, words_of
from app.web.paging import PAGE, Place
from db.models import Account, Document
from db.types import Instant

_newer = aliased(Document)


class DocumentRow(NamedTuple):
    id: int
    kind: str
    title: str
    file_name: str
    media_type: str
    size: int
    version: int
    from_service: bool
    created_at: datetime
    read_at: datetime | None


_COLUMNS: list[Any] = [getattr(Document, name) for name in DocumentRow._fields]
_LATEST = (col(Document.created_at).desc(), col(Document.id).desc())


@dataclass(frozen=True, slots=True)
class News:
    """Documents shared by the service that nobody marked as seen. `last_id`: the last one displayed; `since`:
    the instant when the first of them came.
    """

    count: int
    last_id: int | None
    since: datetime | None


async def documents_before(
    access: MemberAccess, q: str, kind: str, before: Place | None
) -> list[DocumentRow]:
    """The latest version of each, the newest first: a page of them, and one more if there are more."""
    words = words_of(q)[:MOST_WORDS]
    given: dict[str, Any] = {"company": access.company.key, "kind": kind}
    given |= {f"word_{number}": f"% {word}%" for number, word in enumerate(words)}
    if before:
        given["at"], given["row"] = before
    statement = _documents(access.rights, len(words), has_kind=bool(kind), is_after=before is not None)
    return [DocumentRow(*row) for row in await access.table(statement, given)]


@cache
def _documents(rights: frozenset[Right], words: int, *, has_kind: bool, is_after: bool) -> Any:
    later = (
        (col(_newer.company_id) == Document.company_id)
        & (col(_newer.series) == Document.series)
        & (col(_newer.version) > Document.version)
    )
    statement = sqlalchemy.select(*_COLUMNS).where(*_open_to(rights), ~sqlalchemy.exists().where(later))
    for number in range(words):
        statement = statement.where(col(Document.search_key).like(bindparam(f"word_{number}")))
    if has_kind:
        statement = statement.where(col(Document.kind) == bindparam("kind"))
    if is_after:
        place = sqlalchemy.tuple_(bindparam("at", type_=Instant), bindparam("row"))
        statement = statement.where(sqlalchemy.tuple_(col(Document.created_at), col(Document.id)) < place)
    return statement.order_by(*_LATEST).limit(PAGE + 1)


async def documents_about(access: MemberAccess, employee_id: int) -> list[DocumentRow]:
    """Attestations and notices about one employee that this person may open, the latest first: a page of
    them.
    """
    given = {"company": access.company.key, "employee": employee_id}
    return [DocumentRow(*row) for row in await access.table(_about(access.rights), given)]


@cache
def _about(rights: frozenset[Right]) -> Any:
    theirs = col(Document.employee_id) == bindparam("employee")
    return sqlalchemy.select(*_COLUMNS).where(*_open_to(rights), theirs).order_by(*_LATEST).limit(PAGE)


MANY = 500  # documents of one archive, the latest


async def files_of(access: MemberAccess, kind: str, employee_id: int | None) -> list[tuple[str, str, str]]:
    """Title, file name and SHA-256 of the documents of a kind about one employee, or of all, the latest
    first: those that this person may open.
    """
    columns = (col(Document.title), col(Document.file_name), col(Document.sha256))
    statement = sqlalchemy.select(*columns).where(*_mine(access), col(Document.kind) == kind)
    if employee_id:
        statement = statement.where(col(Document.employee_id) == employee_id)
    latest = statement.order_by(col(Document.created_at).desc(), col(Document.id).desc()).limit(MANY)
    return [(title, name, sha256) for title, name, sha256 in await access.table(latest)]


async def news_of(access: MemberAccess) -> News:
    (row,) = await access.table(_news(access.rights), {"company": access.company.key})
    return News(*row)


@cache
def _news(rights: frozenset[Right]) -> Any:
    unseen = (col(Document.from_service).is_(True), col(Document.read_at).is_(None))
    columns = (func.count(col(Document.id)), func.max(col(Document.id)), func.min(col(Document.created_at)))
    return sqlalchemy.select(*columns).where(*_open_to(rights), *unseen)


async def document_of(access: MemberAccess, document_id: int, *, even_withdrawn: bool = False) -> Document:
    """NotFound for another company's or one withdrawn; Forbidden for a kind that this person may not open."""
    document = await access.get(Document, document_id)
    if document.withdrawn_at is not None and not even_withdrawn:
        raise NotFound
    access.require(right_to_open(document.kind))
    return document


_VERSIONS = (
    select(Document, Account.first_name, Account.last_name)
    .join(Account, col(Account.id) == Document.account_id, isouter=True)
    .where(col(Document.company_id) == bindparam("company"), col(Document.series) == bindparam("series"))
    .where(col(Document.withdrawn_at).is_(None))
    .order_by(col(Document.version).desc())
)


async def versions_of(access: MemberAccess, series: str) -> list[tuple[Document, str]]:
    """The versions, the latest first, each with the name of its depositor."""
    rows = await access.rows(_VERSIONS, {"company": access.company.key, "series": series})
    return [(each, f"{first or ''} {last or ''}".strip()) for each, first, last in rows]


async def document_with_token(access: MemberAccess, token: str) -> Document | None:
    return await access.first(access.select(Document).where(Document.token == token))


async def latest_of(access: MemberAccess, series: str) -> Document | None:
    mine = access.select(Document).where(Document.series == series)
    return await access.first(mine.order_by(col(Document.version).desc()).limit(1))


def _mine(access: MemberAccess) -> tuple[Any, ...]:
    kinds = kinds_open_to(access.rights)
    here = col(Document.company_id) == access.company.key
    return here, col(Document.withdrawn_at).is_(None), col(Document.kind).in_(kinds)


def _open_to(rights: frozenset[Right]) -> tuple[Any, ...]:
    """Conditions of the documents of `company` that these rights open."""
    here = col(Document.company_id) == bindparam("company")
    return here, col(Document.withdrawn_at).is_(None), col(Document.kind).in_(kinds_open_to(rights))
