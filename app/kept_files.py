"""A file that somebody sends: allowed, counted, checked and stored, in this order, before any row names it.

The right to send one is asked before a byte is read, then again with the fields typed before a byte is kept:
the only way to keep a member's file asks it. The type comes from the content and the name must agree. A
person sends at most 200 MB a day and a company 300 (twenty of the largest files, or six hundred usual ones).
A file that no row names after a day is removed (`app.housekeeping`); `keptfile` settles which of the two
comes first. Revisit for files above 10 MB.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam, text

from app import clock
from app.access import Access, MemberAccess
from app.errors import Refused
from app.files.storage import Storage, StorageAway, sha256_of
from app.files.types import clean_name, file_type
from db.types import Instant

# A day's most, in bytes. The largest file is 10 MB and a usual one 300 kB: twenty of the largest, or six
# hundred usual ones, which is a whole portfolio for a firm of accountants. Half as much again for a company
# whose several people send at once. Whoever wants to fill a disk of 100 GB with one account needs 500 days.
MOST_FOR_ACCOUNT, MOST_FOR_COMPANY = 200_000_000, 300_000_000
TOO_MUCH = (
    "Trop de fichiers ont été envoyés aujourd’hui depuis {whose} (plus de {most} Mo) : "
    "envoyez celui-ci demain, ou appelez le service si c’est urgent."
)

Allowed = Callable[[MemberAccess], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Kept:
    """`size` in bytes."""

    file_name: str
    media_type: str
    size: int
    sha256: str

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "file_name": self.file_name, "media_type": self.media_type, "size": self.size,
            "sha256": self.sha256,
        }  # fmt: skip


async def keep_file(access: MemberAccess, name: str, content: bytes, allowed: Allowed) -> Kept:
    """`allowed` raises unless this person may send a file for what they ask.

    `Refused` says why it is not a file that is taken, or that there were too many: then nothing of it is
    stored. Inside `access.paused()`: a disk or a network may be slow.
    """
    cleaned = clean_name(name)
    try:
        type_found = await asyncio.to_thread(file_type, cleaned, content)
    except ValueError as wrong:
        raise Refused(str(wrong), "fichier") from None
    stored = Kept(cleaned, type_found.media_type, len(content), sha256_of(content))
    day = clock.today()
    async with access.apart(write=True) as own:
        await allowed(own)
        await _take_room(own, stored.size, day)
        await _announce(own, stored.sha256, clock.now())
    try:
        await access.portal.storage.keep(content)
    except StorageAway:
        async with access.apart(write=True) as own:
            await _give_back(own, stored.size, day)
        raise
    return stored


async def store_file(storage: Storage, name: str, content: bytes) -> Kept:
    """Store a file of the service itself: no daily limit counts it. The row that names it follows at once."""
    cleaned = clean_name(name)
    type_found = await asyncio.to_thread(file_type, cleaned, content)
    return Kept(cleaned, type_found.media_type, len(content), await storage.keep(content))


_TAKE = text(
    "INSERT INTO keptbytes (bucket, day, bytes) VALUES (:bucket, :day, :size) ON CONFLICT (bucket, day) "
    "DO UPDATE SET bytes = keptbytes.bytes + excluded.bytes WHERE keptbytes.bytes + excluded.bytes <= :most "
    "RETURNING bytes"
).bindparams(bindparam("day", type_=sqlalchemy.Date()))
_GIVE_BACK = text(
    "UPDATE keptbytes SET bytes = bytes - :size WHERE bucket IN (:account, :company) AND day = :day"
).bindparams(bindparam("day", type_=sqlalchemy.Date()))
_ANNOUNCE = text(
    "INSERT INTO keptfile (sha256, kept_at) VALUES (:sha256, :now) ON CONFLICT (sha256) "
    "DO UPDATE SET kept_at = excluded.kept_at"
).bindparams(bindparam("now", type_=Instant()))


async def _take_room(own: MemberAccess, size: int, day: date) -> None:
    """Count the bytes before they are stored, in one statement each: of several at once none goes past the
    limit.
    """
    account, company = _buckets(own)
    rooms = ((account, MOST_FOR_ACCOUNT, "votre compte"), (company, MOST_FOR_COMPANY, "cette entreprise"))
    for bucket, most, whose in rooms:
        parameters = {"bucket": bucket, "day": day, "size": size, "most": most}
        if not await own.table(_TAKE, parameters):
            raise Refused(TOO_MUCH.format(whose=whose, most=most // 1_000_000))


async def _give_back(own: MemberAccess, size: int, day: date) -> None:
    account, company = _buckets(own)
    parameters = {"account": account, "company": company, "day": day, "size": size}
    await (await own.session_.connection()).execute(_GIVE_BACK, parameters)


async def _announce(own: Access, sha256: str, now: datetime) -> None:
    """Announce these bytes: for a day, no cleaning removes them."""
    await (await own.session_.connection()).execute(_ANNOUNCE, {"sha256": sha256, "now": now})


def _buckets(own: MemberAccess) -> tuple[str, str]:
    """Always in this order, so that two transactions never wait for each other."""
    return f"account:{own.account.key}", f"company:{own.company.key}"
