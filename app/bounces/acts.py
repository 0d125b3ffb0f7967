"""Mails that came back, noted on the outbox and on the convocations that they were."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select, update

from app.access import Access, VisitorAccess
from app.bounces.reports import BIGGEST, Bounce, bounce_of, open_box
from app.portal import Portal
from db.models import OutboxMail, VisitNotice


@dataclass(frozen=True, slots=True)
class Reading:
    """`noted`: mails that are known since now not to have arrived; `known`: reports of one that was known
    before, or of no mail of ours; `left`: what is no report, for somebody to read.
    """

    noted: int
    known: int
    left: int


async def read_bounces(portal: Portal, now: datetime) -> Reading:
    """Read the box of the settings. What is marked there was noted first: stopped at any moment and begun
    again, it notes the same.
    """
    url = portal.settings.bounce_box
    found = await asyncio.to_thread(_reports, url)
    reports = {key: each for key, each in found.items() if each}
    async with portal.database.transaction(write=True) as session:
        noted = await note_bounces(VisitorAccess(portal, session), reports.values(), now)
    await asyncio.to_thread(_mark, url, list(reports))
    return Reading(noted, len(reports) - noted, len(found) - len(reports))


async def note_bounces(access: Access, bounces: Iterable[Bounce], now: datetime) -> int:
    """Number of mails that were not known to have come back. The first report of each is kept."""
    noted = 0
    for bounce in bounces:
        mine = col(OutboxMail.message_id) == bounce.message_id
        sent = await access.first(select(OutboxMail.created_at).where(mine))
        if sent is None:
            continue
        at = min(max(bounce.at or now, sent), now)
        said = f"{bounce.words} ({bounce.said})" if bounce.said else bounce.words
        mail = update(OutboxMail).where(mine, col(OutboxMail.bounced_at).is_(None))
        noted += await access.change(mail.values(bounced_at=at, bounce=said))
        notice = update(VisitNotice).where(col(VisitNotice.message_id) == bounce.message_id)
        notice = notice.where(col(VisitNotice.bounced_at).is_(None))
        await access.change(notice.values(bounced_at=at, bounce=bounce.words))
    return noted


def _reports(url: str) -> dict[str, Bounce | None]:
    with open_box(url) as box:
        return {key: bounce_of(content) if len(content) <= BIGGEST else None for key, content in box.unread()}


def _mark(url: str, keys: list[str]) -> None:
    if keys:
        with open_box(url) as box:
            box.mark(keys)
