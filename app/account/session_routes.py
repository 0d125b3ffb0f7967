"""/mon-compte/connexions: where this account is signed in, and how to end that. And the links sent by
mail.
"""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess, VisitorAccess
from app.account.queries import living_feeds, open_sessions, recent_events
from app.account.routes import DONE
from app.account.service import (
    confirm_email,
    end_everything_else,
    end_session,
    forget_one_device,
    forget_other_devices,
    sign_out,
    undo_email,
)
from app.devices import known_devices
from app.fields import Input
from app.forms import Form
from app.sign_in.links import account_of_link
from app.visit import Visit
from app.web import leave, page, path_to, see
from db.models import AccountSession, KnownDevice, TokenKind


@get("/mon-compte/connexions", name="account.sessions")
async def sessions(access: NamedDependency[AccountAccess], fait: NamedDependency[str] = "") -> Response[Any]:
    opened = await open_sessions(access, clock.now())
    presence = access.portal.presence
    return page(
        "account/sessions.html",
        sessions=[(each, presence.last_seen(each)) for each in opened],
        current=access.session,
        devices=await known_devices(access, access.account.key, clock.now()),
        feeds=await living_feeds(access),
        events=await recent_events(access),
        notice=DONE.get(fait, ""),
    )


@post("/mon-compte/connexions", name="account.end_sessions")
async def end_all(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    visit = Visit.of(request)
    token = await end_everything_else(access, visit.origin, clock.now())
    cookies = [visit.device_cookie(token)]
    return see(request, "account.sessions", query={"fait": "connexions"}, cookies=cookies)


@get("/mon-compte/appareils", name="account.devices")
async def devices(access: NamedDependency[AccountAccess]) -> Response[Any]:
    known = await known_devices(access, access.account.key, clock.now())
    others = [each for each in known if each.key != access.session.device_id]
    return page("account/devices.html", devices=others)


@post("/mon-compte/appareils", name="account.forget_devices")
async def forget_others(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]
) -> Response[Any]:
    await forget_other_devices(access, clock.now())
    return see(request, "account.sessions", query={"fait": "appareils"})


@get("/mon-compte/appareils/{device_id:int}", name="account.device")
async def device(access: NamedDependency[AccountAccess], device_id: FromPath[int]) -> Response[Any]:
    return page("account/device.html", device=await access.get(KnownDevice, device_id))


@post("/mon-compte/appareils/{device_id:int}", name="account.forget_device")
async def forget_one(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess], device_id: FromPath[int]
) -> Response[Any]:
    await forget_one_device(access, device_id, clock.now())
    return see(request, "account.sessions", query={"fait": "appareil"})


@get("/mon-compte/connexions/{session_id:int}", name="account.session")
async def session(access: NamedDependency[AccountAccess], session_id: FromPath[int]) -> Response[Any]:
    return page("account/session.html", session=await access.get(AccountSession, session_id))


@post("/mon-compte/connexions/{session_id:int}", name="account.end_session")
async def end_one(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess], session_id: FromPath[int]
) -> Response[Any]:
    await end_session(access, session_id, clock.now())
    return see(request, "account.sessions", query={"fait": "connexion"})


@get("/mon-compte/session", name="account.stay")
async def stay(access: NamedDependency[AccountAccess]) -> Response[Any]:
    """Any request prolongs the session; this one answers with the little that warns of its end."""
    return page("account/stay.html", "partials/layout/session.html")


@get("/deconnexion", name="account.leaving")
async def leaving(access: NamedDependency[AccountAccess]) -> Response[Any]:
    return page("account/leaving.html")


@post("/deconnexion", name="account.leave")
async def leave_portal(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]
) -> Response[Any]:
    await sign_out(access, clock.now())
    cookies = [Visit.of(request).no_cookie("session")]
    return leave(request, path_to(request, "sign_in.email"), query={"raison": "deconnecte"}, cookies=cookies)


@get("/adresse-e-mail/confirmation/{token:str}", name="account.confirmation")
async def confirmation(access: NamedDependency[VisitorAccess], token: FromPath[str]) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_CHANGE, clock.now())
    return page("account/confirmation.html", token=token, email=link.email)


@post("/adresse-e-mail/confirmation/{token:str}", name="account.confirm_email", harmless=True)
async def confirm(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess], token: FromPath[str]
) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_CHANGE, clock.now())
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await confirm_email(access, token, clock.now())
    if form.errors:
        return page("account/confirmation.html", form=form, token=token, email=link.email)
    cookies = [Visit.of(request).no_cookie("session")]
    return see(request, "sign_in.email", query={"raison": "adresse"}, cookies=cookies)


@get("/adresse-e-mail/annulation/{token:str}", name="account.undoing")
async def undoing(access: NamedDependency[VisitorAccess], token: FromPath[str]) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_UNDO, clock.now())
    return page("account/undo.html", token=token, email=link.email, done=False)


@post("/adresse-e-mail/annulation/{token:str}", name="account.undo_email", harmless=True)
async def undo(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess], token: FromPath[str]
) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_UNDO, clock.now())
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await undo_email(access, token, clock.now())
    return page("account/undo.html", form=form, token=token, email=link.email, done=not form.errors)
