"""Traces of what the service's people open. GET never writes: lines wait here and are written together.

A batch leaves a second after its first line, so a crash can lose the lines of a second. None is lost in
silence: those that cannot be written wait, are logged, and when too many do the service's pages stop to open
(503) until the base takes them. Revisit if a court must have the last second too.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.models import Document, Employee, StaffRead
from db.shortage import Busy

log = structlog.get_logger()
PAUSE_SECONDS = 1.0
MOST = 20_000  # lines that may wait
RETRY_AFTER = 30
# The page of a person opened again by the same colleague meanwhile, for a form refused or an act done on it,
# is the same reading.
SAME = timedelta(minutes=5)
OPENED = (Document, Employee)  # one of them got for a page of the service leaves its trace by itself
Subject = tuple[int, str, int]  # account, kind, number


def trace_of(subject: Any, about: str, account_id: int, now: datetime) -> StaffRead:
    """The line that says who opened this row, and its name: a label, a title or names, else `about`."""
    kind = str(subject.__class__.__tablename__)
    words = about or getattr(subject, "label", "") or getattr(subject, "title", "") or _full_name(subject)
    return StaffRead(
        at=now,
        account_id=account_id,
        kind=kind,
        subject_id=subject.key,
        company_id=subject.key if kind == "company" else getattr(subject, "company_id", None),
        about=words[:200],
    )


def _full_name(row: Any) -> str:
    if hasattr(row, "birth_name"):
        return f"{row.usual_name or row.birth_name} {row.first_names}"
    return str(getattr(row, "full_name", ""))


class ReadLog:
    """Lines of this process that are not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[dict[str, Any]] = []
        self._latest: dict[Subject, datetime] = {}
        self._came = asyncio.Event()

    def note(self, row: StaffRead) -> None:
        """Write this line soon; once for the same reading."""
        if len(self._waiting) >= MOST:
            raise Busy(RETRY_AFTER)
        subject = (row.account_id, row.kind, row.subject_id)
        if row.at - self._latest.get(subject, row.at - 2 * SAME) < SAME:
            return
        self._latest[subject] = row.at
        self._waiting.append(row.model_dump(exclude={"id"}))
        self._came.set()

    async def flush(self) -> None:
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        try:
            async with self._database.transaction(write=True) as session:
                if not await self._write(session, rows):
                    for row in rows:
                        await self._write_alone(session, row)
        except BaseException:
            self._waiting = rows + self._waiting
            raise
        last = max(row["at"] for row in rows)
        self._latest = {key: at for key, at in self._latest.items() if last - at < SAME}

    async def _write(self, session: AsyncSession, rows: list[dict[str, Any]]) -> bool:
        """Write them all or none; False when one names what is no more."""
        try:
            async with self._database.savepoint(session):
                await (await session.connection()).execute(insert(StaffRead), rows)
        except IntegrityError:
            return False
        return True

    async def _write_alone(self, session: AsyncSession, row: dict[str, Any]) -> None:
        """Write one that may be of a company gone since: what was opened stays said even so."""
        if not await self._write(session, [row]) and not await self._write(
            session, [row | {"company_id": None}]
        ):
            log.error("read lost", account=row["account_id"], kind=row["kind"], subject=row["subject_id"])

    async def run(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                await self.flush()
            except Exception:
                log.exception("reads", waiting=len(self._waiting))
                self._came.set()
