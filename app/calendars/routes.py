"""/mon-compte/calendriers: the addresses where one's calendars read the appointments."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess
from app.calendars.acts import open_feed, revoke_feed
from app.calendars.forms import NewFeed
from app.calendars.queries import (
    MOST,
    companies_to_follow,
    feeds_with_addresses,
    few_to_follow,
    living_feeds,
    slot_for_calendar,
    slots_for_calendar,
)
from app.errors import Refused
from app.planning.ics import MEDIA_TYPE, calendar_of, source_of, version_of
from app.rights import Right
from app.security.keys import new_token
from app.text.fields import Input
from app.voiding import end_feeds
from app.web.encodings import compressed
from app.web.forms import Form
from app.web.pages import page, path_to, see
from app.web.signatures import Feed, Member, Request, SignedIn, get, post
from db.models import CalendarFeed


@get("/calendrier/{token:str}")
async def feed(request: Request, access: Feed, token: FromPath[str]) -> Response[Any]:
    """Calendars ask every few hours, and nearly always for what they have: that answer costs no writing."""
    now, source = clock.now(), source_of(access.portal.settings)
    rows = await slots_for_calendar(access, now)
    short_name = access.portal.settings.service_short_name
    name = f"Rendez-vous {short_name}" + (f" – {access.label}" if access.label else "")
    with_names = bool(access.named_ids)
    # Weak: the same events, however they are compressed.
    tag = f'W/"{version_of(rows, source, with_names=with_names, name=name)}"'
    headers = {"ETag": tag, "Vary": "Accept-Encoding"}
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return Response(None, status_code=304, headers=headers, media_type=MEDIA_TYPE)

    def written() -> tuple[bytes, str]:
        content = calendar_of(rows, source, with_names=with_names, name=name, now=now)
        return compressed(content, request.headers.get("accept-encoding", ""))

    # Half a second for 2 000 events: beside the loop, so that the others do not wait.
    content, encoding = await asyncio.to_thread(written)
    headers |= {"Content-Encoding": encoding} if encoding else {}
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


@get("/espace/{code:str}/planning/{slot_id:int}/calendrier", right=Right.VIEW)
async def slot(access: Member, slot_id: FromPath[int]) -> Response[Any]:
    """One appointment, to open with the calendar that the machine knows."""
    with_names = Right.APPOINTMENTS in access.rights
    row = await slot_for_calendar(access, slot_id, with_names=with_names)
    content = calendar_of(
        [row], source_of(access.portal.settings), with_names=with_names, name="", now=clock.now()
    )
    headers = {"Content-Disposition": f'attachment; filename="rendez-vous-{row.starts:%Y-%m-%d-%Hh%M}.ics"'}
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def _is_known(asked: str, tag: str) -> bool:
    """True when one of the tags of If-None-Match is this one, weak or not: both are compared alike."""
    return any(each.strip() in {tag, tag.removeprefix("W/"), "*"} for each in asked.split(","))


MEMBER: list[Any] = [slot]
FEED: list[Any] = [feed]

DONE = {
    "adresse": "L’adresse est créée : copiez-la dans votre logiciel d’agenda.",
    "revocation": "L’adresse est révoquée : plus aucun agenda ne peut la lire.",
}


@get("/mon-compte/calendriers")
async def index(request: Request, access: SignedIn, fait: NamedDependency[str] = "") -> Response[Any]:
    return await _list_page(request, access, notice=DONE.get(fait, ""))


@post("/mon-compte/calendriers")
async def create(request: Request, access: SignedIn) -> Response[Any]:
    form = await Form.read(request, NewFeed)
    if form.data:
        try:
            await open_feed(access, form.data, await companies_to_follow(access, clock.today()), clock.now())
        except Refused as refused:
            form.refuse(refused)
    if form.errors:
        return await _list_page(request, access, form)
    return see(request, "calendars.index", query={"fait": "adresse"})


@get("/mon-compte/calendriers/{feed_id:int}/revocation")
async def revoking(access: SignedIn, feed_id: FromPath[int]) -> Response[Any]:
    return await _revoking_page(access, feed_id)


@post("/mon-compte/calendriers/{feed_id:int}/revocation")
async def revoke(request: Request, access: SignedIn, feed_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(request, access, Input, lambda _: revoke_feed(access, feed_id, clock.now()))
    if form.errors:
        return await _revoking_page(access, feed_id, form)
    return see(request, "calendars.index", query={"fait": "revocation"})


@get("/mon-compte/calendriers/revocation")
async def revoking_all(access: SignedIn) -> Response[Any]:
    return await _revoking_all_page(access)


@post("/mon-compte/calendriers/revocation")
async def revoke_all(request: Request, access: SignedIn) -> Response[Any]:
    form = await Form.attempted(
        request, access, Input, lambda _: end_feeds(access, access.account.key, clock.now())
    )
    if form.errors:
        return await _revoking_all_page(access, form)
    return see(request, "account.sessions", query={"fait": "calendriers"})


async def _list_page(
    request: Request,
    access: AccountAccess,
    form: Form[NewFeed] | None = None,
    notice: str = "",
) -> Response[Any]:
    """Of more companies than a list is good for, one is chosen by its code."""
    today = clock.today()
    companies = await few_to_follow(access, today)
    feeds = await feeds_with_addresses(access, await living_feeds(access), today)
    return page(
        "calendars/index.html",
        form=form,
        feeds=[(each, *_addresses(request, access, each.token)) for each in feeds],
        choices={"": "Toutes mes entreprises"} | {each.code: each.label for each in companies or ()},
        is_typed=companies is None,
        most=MOST,
        once=new_token(),
        notice=notice,
    )


async def _revoking_page(
    access: AccountAccess, feed_id: int, form: Form[Input] | None = None
) -> Response[Any]:
    feed = await access.get(CalendarFeed, feed_id)
    (shown,) = await feeds_with_addresses(access, [feed], clock.today())
    return page(
        "calendars/revoking.html",
        form=form,
        feed=shown,
        is_revoked=feed.revoked_at is not None,
    )


async def _revoking_all_page(access: AccountAccess, form: Form[Input] | None = None) -> Response[Any]:
    feeds = await feeds_with_addresses(access, await living_feeds(access), clock.today())
    return page("calendars/revoking_all.html", form=form, feeds=feeds)


def _addresses(request: Request, access: AccountAccess, token: str) -> tuple[str, str]:
    """The address to copy, and the one that the calendar of the machine opens at once."""
    path = path_to(request, "calendars.feed", token=f"{token}.ics")
    base = urlsplit(access.portal.settings.base_url)
    return f"{base.geturl()}{path}", f"{base._replace(scheme='webcal').geturl()}{path}"


ACCOUNT: list[Any] = [index, create, revoking, revoke, revoking_all, revoke_all]
