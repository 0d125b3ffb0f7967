"""Appointments as calendars read them: all of them at a secret address, or one as a file."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import Access, MemberAccess
from app.calendars.access import FeedAccess
from app.calendars.event_queries import told_slot, told_slots
from app.calendars.ics import MEDIA_TYPE, calendar_of, version_of
from app.encodings import compressed
from app.rights import Right


@get("/calendrier/{token:str}", name="calendars.feed")
async def feed(
    request: Request[Any, Any, Any], access: NamedDependency[FeedAccess], token: FromPath[str]
) -> Response[Any]:
    """Calendars ask every few hours, and nearly always for what they have: that answer costs no writing."""
    now = clock.now()
    rows = await told_slots(access, now)
    short_name = access.portal.settings.service_short_name
    name = f"Rendez-vous {short_name}" + (f" – {access.label}" if access.label else "")
    with_names = bool(access.named_ids)
    # Weak: the same events, however they are compressed.
    tag = f'W/"{version_of(rows, with_names=with_names, name=name)}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding"}
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return Response(None, status_code=304, headers=headers, media_type=MEDIA_TYPE)

    def written() -> tuple[bytes, str]:
        content = calendar_of(rows, domain=_domain(access), with_names=with_names, name=name, now=now)
        return compressed(content, request.headers.get("accept-encoding", ""))

    # Half a second for 2 000 events: beside the loop, so that the others do not wait.
    content, encoding = await asyncio.to_thread(written)
    headers |= {"Content-Encoding": encoding} if encoding else {}
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


@get("/espace/{code:str}/planning/{slot_id:int}/calendrier", name="calendars.slot")
async def slot(
    access: NamedDependency[MemberAccess], code: FromPath[str], slot_id: FromPath[int]
) -> Response[Any]:
    """One appointment, to open with the calendar that the machine knows."""
    access.require(Right.VIEW)
    with_names = Right.APPOINTMENTS in access.rights
    row = await told_slot(access, slot_id, with_names=with_names)
    content = calendar_of([row], domain=_domain(access), with_names=with_names, name="", now=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="rendez-vous-{row.starts:%Y-%m-%d-%Hh%M}.ics"'}
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def _is_known(asked: str, tag: str) -> bool:
    """Whether one of the tags of If-None-Match is this one, weak or not: both are compared alike."""
    return any(each.strip() in {tag, tag.removeprefix("W/"), "*"} for each in asked.split(","))


def _domain(access: Access) -> str:
    return urlsplit(access.portal.settings.base_url).hostname or "portail"


MEMBER: list[Any] = [slot]
FEED: list[Any] = [feed]
