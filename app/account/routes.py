"""/mon-compte: the person."""

from typing import Any

from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess
from app.account import acts
from app.account.forms import EmailChange, PasswordChange, Profile
from app.account.queries import living_feeds, open_sessions, recent_events
from app.companies.landing import landing_path
from app.devices import known_devices
from app.links import account_of_link
from app.security.passwords import MINIMUM
from app.text.fields import Input
from app.text.phones import phone_words
from app.voiding import has_feeds
from app.web.caller import Caller
from app.web.drafts import draft_of
from app.web.forms import Form
from app.web.pages import leave, page, path_to, see
from app.web.signatures import Request, SignedIn, Visitor, get, post
from db.models import AccountSession, KnownDevice, TokenKind

DONE = {
    "profil": "Vos coordonnées sont enregistrées.",
    "mot-de-passe": "Votre mot de passe est modifié. Vos autres connexions sont terminées.",
    "adresse": "Un courriel de confirmation est parti à la nouvelle adresse. L’ancienne vaut jusque-là.",
    "connexion": "La connexion est terminée.",
    "connexions": "Toutes vos autres connexions sont terminées. Les liens reçus par courriel ne valent plus.",
    "appareil": "L’appareil est oublié.",
    "appareils": "Tous vos autres appareils sont oubliés.",
    "calendriers": "Plus aucun agenda ne lit vos rendez-vous.",
}


@get("/mon-compte")
async def show(access: SignedIn, fait: NamedDependency[str] = "") -> Response[Any]:
    typed = {name: getattr(access.account, name) for name in Profile.model_fields}
    form: Form[Profile] = Form(typed | {"mobile": phone_words(access.account.mobile)})
    return page("account/show.html", form=form, account=access.account, notice=DONE.get(fait, ""))


@post("/mon-compte")
async def update(request: Request, access: SignedIn) -> Response[Any]:
    form = await Form.attempted(
        request, access, Profile, lambda data: acts.change_profile(access, data, clock.now())
    )
    if form.errors:
        return page("account/show.html", form=form, account=access.account, notice="")
    return see(request, "account.show", query={"fait": "profil"})


@get("/mon-compte/mot-de-passe")
async def password(access: SignedIn) -> Response[Any]:
    return await _password_page(access, Form({"feeds": "oui"}))


@post("/mon-compte/mot-de-passe")
async def change_password(request: Request, access: SignedIn) -> Response[Any]:
    visit = Caller.of(request)
    form = await Form.read(request, PasswordChange)
    opened = None
    if form.data:
        async with form.attempt(access):
            opened = await acts.change_password(access, form.data, visit.origin, clock.now())
    if opened is None:
        form.typed = {"feeds": form["feeds"]}
        return await _password_page(access, form)
    cookies = visit.session_cookies(opened)
    return see(request, "account.show", query={"fait": "mot-de-passe"}, cookies=cookies)


async def _password_page(access: AccountAccess, form: Form[PasswordChange]) -> Response[Any]:
    """The form of a new password. It asks about calendars only a person who has some."""
    return page(
        "account/password.html",
        form=form,
        account=access.account,
        minimum=MINIMUM,
        has_feeds=await has_feeds(access, access.account.key),
    )


@get("/mon-compte/adresse-e-mail")
async def email(access: SignedIn) -> Response[Any]:
    return page("account/email.html", account=access.account)


@post("/mon-compte/adresse-e-mail")
async def change_email(request: Request, access: SignedIn) -> Response[Any]:
    form = await Form.attempted(
        request, access, EmailChange, lambda data: acts.ask_email_change(access, data, clock.now())
    )
    if form.errors:
        form.typed.pop("current_password", None)
        return page("account/email.html", form=form, account=access.account)
    return see(request, "account.show", query={"fait": "adresse"})


@get("/mon-compte/reprise")
async def draft(request: Request, access: SignedIn) -> Response[Any]:
    stored = await draft_of(access, clock.now())
    return page("account/draft.html", draft=stored) if stored else see(request, "welcome.home")


@post("/mon-compte/reprise")
async def drop_draft(request: Request, access: SignedIn) -> Response[Any]:
    if stored := await draft_of(access, clock.now()):
        await access.delete(stored)
        await access.flush()
    return leave(request, await landing_path(request, access, access.account.key))


# /mon-compte/connexions: where this account is signed in, and how to end that. And the links sent by


@get("/mon-compte/connexions")
async def sessions(access: SignedIn, fait: NamedDependency[str] = "") -> Response[Any]:
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


def _see_sessions(request: Request, done: str, *cookies: Cookie) -> Response[Any]:
    """Back to the list, which says what was ended: a word of `DONE`."""
    return see(request, "account.sessions", query={"fait": done}, cookies=cookies)


@post("/mon-compte/connexions")
async def end_sessions(request: Request, access: SignedIn) -> Response[Any]:
    visit = Caller.of(request)
    token = await acts.end_everything_else(access, visit.origin, clock.now())
    return _see_sessions(request, "connexions", visit.device_cookie(token))


@get("/mon-compte/appareils")
async def devices(access: SignedIn) -> Response[Any]:
    known = await known_devices(access, access.account.key, clock.now())
    others = [each for each in known if each.key != access.session.device_id]
    return page("account/devices.html", devices=others)


@post("/mon-compte/appareils")
async def forget_devices(request: Request, access: SignedIn) -> Response[Any]:
    await acts.forget_other_devices(access, clock.now())
    return _see_sessions(request, "appareils")


@get("/mon-compte/appareils/{device_id:int}")
async def device(access: SignedIn, device_id: FromPath[int]) -> Response[Any]:
    return page("account/device.html", device=await access.get(KnownDevice, device_id))


@post("/mon-compte/appareils/{device_id:int}")
async def forget_device(request: Request, access: SignedIn, device_id: FromPath[int]) -> Response[Any]:
    await acts.forget_one_device(access, device_id, clock.now())
    return _see_sessions(request, "appareil")


@get("/mon-compte/connexions/{session_id:int}")
async def session(access: SignedIn, session_id: FromPath[int]) -> Response[Any]:
    return page("account/session.html", session=await access.get(AccountSession, session_id))


@post("/mon-compte/connexions/{session_id:int}")
async def end_session(request: Request, access: SignedIn, session_id: FromPath[int]) -> Response[Any]:
    await acts.end_session(access, session_id, clock.now())
    return _see_sessions(request, "connexion")


@get("/mon-compte/session")
async def stay(access: SignedIn) -> Response[Any]:
    """Any request prolongs the session; this one answers with the little that warns of its end."""
    return page("account/stay.html", "partials/layout/session.html")


@get("/deconnexion", leaves=True)
async def leaving(access: SignedIn) -> Response[Any]:
    return page("account/leaving.html")


@post("/deconnexion", leaves=True)
async def leave_portal(request: Request, access: SignedIn) -> Response[Any]:
    await acts.sign_out(access, clock.now())
    cookies = [Caller.of(request).no_cookie("session")]
    return leave(request, path_to(request, "sign_in.email"), query={"fait": "deconnecte"}, cookies=cookies)


@get("/adresse-e-mail/confirmation/{token:str}")
async def confirmation(access: Visitor, token: FromPath[str]) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_CHANGE, clock.now())
    return page("account/confirmation.html", token=token, email=link.email)


@post("/adresse-e-mail/confirmation/{token:str}", harmless=True)
async def confirm_email(request: Request, access: Visitor, token: FromPath[str]) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_CHANGE, clock.now())
    form = await Form.attempted(
        request, access, Input, lambda _: acts.confirm_email(access, token, clock.now())
    )
    if form.errors:
        return page("account/confirmation.html", form=form, token=token, email=link.email)
    cookies = [Caller.of(request).no_cookie("session")]
    return see(request, "sign_in.email", query={"fait": "adresse"}, cookies=cookies)


@get("/adresse-e-mail/annulation/{token:str}")
async def undoing(access: Visitor, token: FromPath[str]) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_UNDO, clock.now())
    return page("account/undoing.html", token=token, email=link.email, done=False)


@post("/adresse-e-mail/annulation/{token:str}", harmless=True)
async def undo_email(request: Request, access: Visitor, token: FromPath[str]) -> Response[Any]:
    link, _ = await account_of_link(access, token, TokenKind.EMAIL_UNDO, clock.now())
    form = await Form.attempted(request, access, Input, lambda _: acts.undo_email(access, token, clock.now()))
    return page("account/undoing.html", form=form, token=token, email=link.email, done=not form.errors)
