"""/mon-compte: the person."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from app import clock
from app.access import AccountAccess
from app.account.forms import EmailChange, PasswordChange, Profile
from app.account.service import ask_email_change, change_password, change_profile
from app.companies.landing import landing_path
from app.drafts import draft_of
from app.forms import Form
from app.passwords import MINIMUM
from app.phones import shown_phone
from app.visit import Visit
from app.voiding import has_feeds
from app.web import leave, page, see

DONE = {
    "profil": "Vos coordonnées sont enregistrées.",
    "mot-de-passe": "Votre mot de passe est modifié. Vos autres connexions sont terminées.",
    "adresse": "Un courriel de confirmation est parti à la nouvelle adresse. L’ancienne vaut jusque-là.",
    "connexion": "La connexion est terminée.",
    "connexions": "Toutes vos autres connexions sont terminées. Les liens reçus par courriel ne valent plus.",
    "appareil": "L’appareil est oublié.",
    "appareils": "Tous vos autres appareils sont oubliés.",
    "calendriers": "Plus aucun calendrier ne lit vos rendez-vous.",
}


@get("/mon-compte", name="account.show")
async def show(access: NamedDependency[AccountAccess], fait: NamedDependency[str] = "") -> Response[Any]:
    typed = {name: getattr(access.account, name) for name in Profile.model_fields}
    form: Form[Profile] = Form(typed | {"mobile": shown_phone(access.account.mobile)})
    return page("account/show.html", form=form, account=access.account, notice=DONE.get(fait, ""))


@post("/mon-compte", name="account.update")
async def update(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    form = await Form.read(request, Profile)
    if form.data:
        async with form.attempt(access):
            await change_profile(access, form.data, clock.now())
    if form.errors:
        return page("account/show.html", form=form, account=access.account, notice="")
    return see(request, "account.show", query={"fait": "profil"})


@get("/mon-compte/mot-de-passe", name="account.password")
async def password(access: NamedDependency[AccountAccess]) -> Response[Any]:
    return await _password(access, Form({"feeds": "oui"}))


@post("/mon-compte/mot-de-passe", name="account.change_password")
async def replace_password(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]
) -> Response[Any]:
    visit = Visit.of(request)
    form = await Form.read(request, PasswordChange)
    opened = None
    if form.data:
        async with form.attempt(access):
            opened = await change_password(access, form.data, visit.origin, clock.now())
    if opened is None:
        form.typed = {"feeds": form["feeds"]}
        return await _password(access, form)
    cookies = visit.session_cookies(opened)
    return see(request, "account.show", query={"fait": "mot-de-passe"}, cookies=cookies)


async def _password(access: AccountAccess, form: Form[PasswordChange]) -> Response[Any]:
    """Whether the calendars end too is only asked of who has some."""
    return page(
        "account/password.html",
        form=form,
        account=access.account,
        minimum=MINIMUM,
        has_feeds=await has_feeds(access, access.account.key),
    )


@get("/mon-compte/adresse-e-mail", name="account.email")
async def email(access: NamedDependency[AccountAccess]) -> Response[Any]:
    return page("account/email.html", account=access.account)


@post("/mon-compte/adresse-e-mail", name="account.change_email")
async def replace_email(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]
) -> Response[Any]:
    form = await Form.read(request, EmailChange)
    if form.data:
        async with form.attempt(access):
            await ask_email_change(access, form.data, clock.now())
    if form.errors:
        form.typed.pop("current_password", None)
        return page("account/email.html", form=form, account=access.account)
    return see(request, "account.show", query={"fait": "adresse"})


@get("/mon-compte/reprise", name="account.draft")
async def draft(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    kept = await draft_of(access, clock.now())
    return page("account/draft.html", draft=kept) if kept else see(request, "companies.home")


@post("/mon-compte/reprise", name="account.drop_draft")
async def drop_draft(
    request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]
) -> Response[Any]:
    if kept := await draft_of(access, clock.now()):
        await access.delete(kept)
        await access.flush()
    return leave(request, await landing_path(request, access, access.account.key))
