"""/mon-compte/calendriers: the addresses where one's calendars read the appointments."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess
from app.calendars import feed_routes
from app.calendars.forms import NewFeed
from app.calendars.queries import MOST, followed, living_feeds, shown_feed
from app.calendars.service import open_feed, revoke_feed
from app.errors import Refused
from app.fields import Input
from app.forms import Form
from app.keys import new_token
from app.voiding import end_feeds
from app.web import page, path_to, see
from db.models import CalendarFeed

DONE = {
    "adresse": "L’adresse est créée : copiez-la dans votre logiciel de calendrier.",
    "revocation": "L’adresse est révoquée : plus aucun calendrier ne peut la lire.",
}


@get("/mon-compte/calendriers", name="calendars.index")
async def index(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _list(request, access, notice=DONE.get(fait, ""))


@post("/mon-compte/calendriers", name="calendars.create")
async def create(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    form = await Form.read(request, NewFeed)
    if form.data:
        try:
            await open_feed(access, form.data, await followed(access, clock.today()), clock.now())
        except Refused as refused:
            form.refuse(refused)
    if form.errors:
        return await _list(request, access, form)
    return see(request, "calendars.index", query={"fait": "adresse"})


@get("/mon-compte/calendriers/{feed_id:int}/revocation", name="calendars.revoking")
async def revoking(access: NamedDependency[AccountAccess], feed_id: FromPath[int]) -> Response[Any]:
    return await _confirmation(access, feed_id)


@post("/mon-compte/calendriers/{feed_id:int}/revocation", name="calendars.revoke")
async def revoke(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess], feed_id: FromPath[int]
) -> Response[Any]:
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await revoke_feed(access, feed_id, clock.now())
    if form.errors:
        return await _confirmation(access, feed_id, form)
    return see(request, "calendars.index", query={"fait": "revocation"})


@get("/mon-compte/calendriers/revocation", name="calendars.revoking_all")
async def revoking_all(access: NamedDependency[AccountAccess]) -> Response[Any]:
    return await _confirmation_of_all(access)


@post("/mon-compte/calendriers/revocation", name="calendars.revoke_all")
async def revoke_all(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]
) -> Response[Any]:
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await end_feeds(access, access.account.key, clock.now())
    if form.errors:
        return await _confirmation_of_all(access, form)
    return see(request, "account.sessions", query={"fait": "calendriers"})


async def _list(
    request: Request[Any, Any, Any],
    access: AccountAccess,
    form: Form[NewFeed] | None = None,
    notice: str = "",
) -> Response[Any]:
    companies = await followed(access, clock.today())
    feeds = [shown_feed(access, each, companies) for each in await living_feeds(access)]
    return page(
        "calendars/index.html",
        form=form,
        feeds=[(each, *_addresses(request, access, each.token)) for each in feeds],
        choices={"": "Toutes mes entreprises"} | {each.code: each.label for each in companies},
        most=MOST,
        once=new_token(),
        notice=notice,
    )


async def _confirmation(
    access: AccountAccess, feed_id: int, form: Form[Input] | None = None
) -> Response[Any]:
    feed = await access.get(CalendarFeed, feed_id)
    companies = await followed(access, clock.today())
    return page(
        "calendars/revoking.html",
        form=form,
        feed=shown_feed(access, feed, companies),
        is_revoked=feed.revoked_at is not None,
    )


async def _confirmation_of_all(access: AccountAccess, form: Form[Input] | None = None) -> Response[Any]:
    companies = await followed(access, clock.today())
    feeds = [shown_feed(access, each, companies) for each in await living_feeds(access)]
    return page("calendars/revoking_all.html", form=form, feeds=feeds)


def _addresses(request: Request[Any, Any, Any], access: AccountAccess, token: str) -> tuple[str, str]:
    """To copy, and to open at once with the calendar that the machine knows."""
    path = path_to(request, "calendars.feed", token=f"{token}.ics")
    base = urlsplit(access.portal.settings.base_url)
    return f"{base.geturl()}{path}", f"{base._replace(scheme='webcal').geturl()}{path}"


ACCOUNT: list[Any] = [index, create, revoking, revoke, revoking_all, revoke_all]
MEMBER, FEED = feed_routes.MEMBER, feed_routes.FEED
