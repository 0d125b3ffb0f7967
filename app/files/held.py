"""Files sent by members, held for half an hour while their owner looks at what they would do.

In the database, so that any process goes on with what another began; sealed under a key that only the portal
has, so that neither a copy of the base nor a disk shows whom they name. A restart forgets none.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Delete, Update, bindparam, delete, update
from sqlmodel import col, select

from app.security.keys import Keys
from db.models import EmployeeImport, SentFile

HELD_FOR = timedelta(minutes=30)
MOST_BYTES = 256 * 1024 * 1024
_WORDS = tuple(
    getattr(SentFile, name) for name in ("name", "sent_at", "account_id", "same", "dates", "encoding")
)
_THIS = (col(SentFile.import_id) == bindparam("number"), col(SentFile.sent_at) > bindparam("since"))
_SAID = sqlalchemy.select(*_WORDS).where(col(SentFile.company_id) == bindparam("company"), *_THIS)
# Their sender may hand the file over to another of their companies.
_WHOLE = sqlalchemy.select(*_WORDS, col(SentFile.sealed)).where(
    col(SentFile.account_id) == bindparam("owner"), *_THIS
)
_SIZES = select(SentFile.id, SentFile.account_id, SentFile.size).order_by(
    col(SentFile.sent_at), col(SentFile.id)
)


@dataclass(frozen=True, slots=True)
class HeldFile:
    """`owner`: the account that sent it, who said of it, since the file does not: `same`, field → what is
    true of everybody in it; `dates`, field → in which order its days are written; `encoding`.
    """

    name: str
    content: bytes = field(repr=False)
    at: datetime
    owner: int
    same: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""


class HeldFiles:
    """Files by the number of their import, over the transaction of whoever asks. When there are too many, the
    owner of the most loses the oldest: nobody's file is pushed out by somebody else's many.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def sealed(self, file: HeldFile) -> bytes:
        """Before a transaction: 15 MB take a moment."""
        return await asyncio.to_thread(self._keys.sealed, file.content, _about(file.owner))

    async def hold(self, access: Any, imported: EmployeeImport, file: HeldFile, sealed: bytes) -> None:
        access.add(
            SentFile(
                company_id=imported.company_id,
                import_id=imported.key,
                account_id=file.owner,
                name=file.name,
                size=len(file.content),
                sealed=sealed,
                sent_at=file.at,
                same=dict(file.same),
                dates=dict(file.dates),
                encoding=file.encoding,
            )
        )
        await access.flush()
        if gone := _least_missed(await access.table(_SIZES, {})):
            await access.change(delete(SentFile).where(col(SentFile.id).in_(gone)))

    async def get(self, access: Any, number: int, owner: int, now: datetime) -> HeldFile | None:
        asked = {"number": number, "owner": owner, "since": now - HELD_FOR}
        for name, at, _, *said, sealed in await access.table(_WHOLE, asked):
            content = await asyncio.to_thread(self._keys.opened, sealed, _about(owner))
            return HeldFile(name, content, at, owner, *said)
        return None

    async def said(self, access: Any, number: int, now: datetime) -> HeldFile | None:
        """The file of this company, without its bytes."""
        asked = {"number": number, "company": access.company.key, "since": now - HELD_FOR}
        for name, at, owner, *said in await access.table(_SAID, asked):
            return HeldFile(name, b"", at, owner, *said)
        return None


def saying(number: int, *, same: Mapping[str, str], dates: Mapping[str, str], encoding: str) -> Update:
    """Other words of its sender on the same file."""
    mine = update(SentFile).where(col(SentFile.import_id) == number)
    return mine.values(same=dict(same), dates=dict(dates), encoding=encoding)


def forgetting(number: int) -> Delete:
    return delete(SentFile).where(col(SentFile.import_id) == number)


def forgetting_old(now: datetime) -> Delete:
    return delete(SentFile).where(is_old(now))


def is_old(now: datetime) -> ColumnElement[bool]:
    return col(SentFile.sent_at) <= now - HELD_FOR


def _about(owner: int) -> str:
    return f"account {owner}"


def _least_missed(held: Sequence[tuple[int, int, int]]) -> list[int]:
    """The files to give up, of (number, owner, size) from the oldest."""
    there = list(held)
    gone: list[int] = []
    while sum(size for *_, size in there) > MOST_BYTES:
        sizes: Counter[int] = Counter()
        for _, owner, size in there:
            sizes[owner] += size
        ((most, _),) = sizes.most_common(1)
        first = next(each for each in there if each[1] == most)
        there.remove(first)
        gone.append(first[0])
    return gone
