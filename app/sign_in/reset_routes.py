"""A lost password, and the password that replaces the one mailed."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import AccountAccess, VisitorAccess
from app.companies.landing import enter
from app.cookies import begin_again
from app.forms import Form
from app.passwords import MINIMUM
from app.sign_in.flows import flow_of, start_flow
from app.sign_in.forms import ForgottenPassword, NewPassword
from app.sign_in.links import account_of_link, use_link
from app.sign_in.service import ask_password_reset, choose_first_password, judge_password, set_password
from app.visit import Visit
from app.voiding import Act, has_feeds
from app.web import page, see
from db.models import Account, TokenKind

FLOW_SECONDS = 15 * 60


@get("/connexion/mot-de-passe-oublie", name="sign_in.forgotten")
async def forgotten(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    flow = await flow_of(access, Visit.of(request).flow_token, clock.now())
    form: Form[ForgottenPassword] = Form({"email": flow.email if flow else ""})
    return page("sign_in/forgotten.html", "partials/sign_in/forgotten.html", form=form)


@post("/connexion/mot-de-passe-oublie", name="sign_in.ask_reset", harmless=True)
async def ask_reset(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    visit, now = Visit.of(request), clock.now()
    form = await Form.read(request, ForgottenPassword)
    if form.data:
        async with form.attempt(access):
            await ask_password_reset(access, form.data.email, now)
    if form.errors or not form.data:
        return page("sign_in/forgotten.html", "partials/sign_in/forgotten.html", form=form)
    token = await start_flow(access, now, replaces=visit.flow_token, email=form.data.email)
    return see(request, "sign_in.reset_sent", cookies=[visit.cookie("flow", token, FLOW_SECONDS)])


@get("/connexion/mot-de-passe-oublie/envoye", name="sign_in.reset_sent")
async def reset_sent(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]
) -> Response[Any]:
    flow = await flow_of(access, Visit.of(request).flow_token, clock.now())
    if flow is None or not flow.email:
        return begin_again(request, "sign_in.forgotten")
    return page("sign_in/reset_sent.html", "partials/sign_in/reset_sent.html", email=flow.email)


@get("/connexion/nouveau-mot-de-passe/{token:str}", name="sign_in.reset")
async def reset(access: NamedDependency[VisitorAccess], token: FromPath[str]) -> Response[Any]:
    """Mail scanners open links: showing the form uses nothing up."""
    _, account = await account_of_link(access, token, TokenKind.PASSWORD_RESET, clock.now())
    form: Form[NewPassword] = Form({"email": account.email, "feeds": "oui"})
    return await _reset(access, account, form, token)


@post("/connexion/nouveau-mot-de-passe/{token:str}", name="sign_in.apply_reset", harmless=True)
async def apply_reset(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess], token: FromPath[str]
) -> Response[Any]:
    visit, now = Visit.of(request), clock.now()
    link, account = await account_of_link(access, token, TokenKind.PASSWORD_RESET, now)
    form = await Form.read(request, NewPassword)
    opened = None
    if form.data:
        async with form.attempt(access):
            hashed = await judge_password(access, account, form.data.new_password)
            await use_link(access, link, now)
            with_feeds = form.data.feeds
            opened = await set_password(
                access, account, hashed, visit.origin, now, Act.PASSWORD_RESET, with_feeds=with_feeds
            )
    if opened is None:
        form.typed |= {"email": account.email, "new_password": ""}
        return await _reset(access, account, form, token)
    return await enter(request, access, account.key, opened)


@get("/connexion/premier-mot-de-passe", name="sign_in.first_password")
async def first_password(access: NamedDependency[AccountAccess]) -> Response[Any]:
    form: Form[NewPassword] = Form({"email": access.account.email})
    return page("sign_in/first_password.html", form=form, minimum=MINIMUM)


@post("/connexion/premier-mot-de-passe", name="sign_in.choose_first_password")
async def choose(request: Request[Any, Any, Any], access: NamedDependency[AccountAccess]) -> Response[Any]:
    visit = Visit.of(request)
    form = await Form.read(request, NewPassword)
    opened = None
    if form.data:
        async with form.attempt(access):
            opened = await choose_first_password(access, form.data.new_password, visit.origin, clock.now())
    if opened is None:
        form.typed |= {"email": access.account.email, "new_password": ""}
        return page("sign_in/first_password.html", form=form, minimum=MINIMUM)
    return await enter(request, access, access.account.key, opened)


async def _reset(
    access: VisitorAccess, account: Account, form: Form[NewPassword], token: str
) -> Response[Any]:
    """Whether the calendars end too is only asked of who has some."""
    has_some = await has_feeds(access, account.key)
    return page("sign_in/reset.html", form=form, token=token, minimum=MINIMUM, has_feeds=has_some)
