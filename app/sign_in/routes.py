"""/connexion: one form that transforms in place, each step with an address of its own.

The password field has the focus after the first step. Elsewhere a swap moves the focus to the new heading or
to the error summary; here the one thing to do next is to type, the label is read with the field, and the live
region says the new title. Revisit when readers report being lost.
"""

from typing import Any
from urllib.parse import urlencode

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.companies.landing import enter
from app.links import account_of_link, use_link
from app.security.passwords import MINIMUM
from app.sign_in import acts
from app.sign_in.flows import flow_of, start_flow
from app.sign_in.forms import EmailStep, ForgottenPassword, NewPassword, PasswordStep
from app.voiding import Act, has_feeds
from app.web.caller import Caller
from app.web.cookies import begin_again
from app.web.drafts import is_return_path
from app.web.forms import Form
from app.web.pages import PublicPage, leave, never_seen, page, path_to, see, wants_fragment
from app.web.signatures import Request, SignedIn, Visitor, get, post
from db.models import Account, TokenKind

FLOW_SECONDS = 15 * 60
DONE = {
    "fin": "Votre session a pris fin. Connectez-vous de nouveau pour continuer.",
    "saisie": "Votre session a pris fin. Ce que vous étiez en train de saisir est conservé : connectez-vous.",
    "deconnecte": "Vous êtes déconnecté.",
    "adresse": "Votre adresse e-mail est changée. Connectez-vous avec la nouvelle.",
}


@get("/connexion")
async def email(
    request: Request, access: Visitor, suite: FromQuery[str] = "", fait: NamedDependency[str] = ""
) -> Response[Any]:
    visit, is_led_here = Caller.of(request), "fait" in request.query_params
    form: Form[EmailStep]
    if visit.session_token and not is_led_here:
        # links2 and Dillo lead here from memory, from a page that once asked for the sign-in.
        return _back(request, suite)
    if not (suite or is_led_here or visit.flow_token or wants_fragment(request)):
        form = Form({"email": "", "suite": ""})
        return PublicPage("sign_in/email.html", form=form, notice="", onward="")
    flow = await flow_of(access, visit.flow_token, clock.now())
    form = Form({"email": flow.email if flow else "", "suite": suite[:200]})
    return _email_page(request, form, DONE.get(fait, ""))


@post("/connexion", harmless=True)
async def start(request: Request, access: Visitor) -> Response[Any]:
    visit = Caller.of(request)
    form = await Form.read(request, EmailStep)
    if visit.session_token and not form["email"]:
        # links2 shows this page from memory to a person who signed in since.
        return _back(request, form["suite"])
    if not form.data:
        return _email_page(request, form, "")
    suite = form.data.suite if is_return_path(request, form.data.suite) else ""
    token = await start_flow(
        access, clock.now(), replaces=visit.flow_token, email=form.data.email, next_path=suite
    )
    return see(request, "sign_in.password", cookies=[visit.cookie("flow", token, FLOW_SECONDS)])


def _email_page(request: Request, form: Form[EmailStep], notice: str) -> Response[Any]:
    """The first step. links2 and Dillo show it from memory to a person signed in since, who typed again the
    address that had asked for it: no header cures that, so it leads on by itself. Browsers that say where a
    request comes from have no such memory.
    """
    onward = form["suite"] if "sec-fetch-site" not in request.headers else ""
    onward = f"{onward}?{urlencode(never_seen())}" if is_return_path(request, onward) else ""
    return page("sign_in/email.html", "partials/sign_in/email.html", form=form, notice=notice, onward=onward)


def _back(request: Request, target: str) -> Response[Any]:
    """A person signed in already goes where the sign-in would have led."""
    path = target if is_return_path(request, target) else path_to(request, "welcome.home")
    return leave(request, path, query=never_seen())


@get("/connexion/mot-de-passe")
async def password(request: Request, access: Visitor) -> Response[Any]:
    flow = await flow_of(access, Caller.of(request).flow_token, clock.now())
    if flow is None or not flow.email:
        return begin_again(request, "sign_in.email")
    form: Form[PasswordStep] = Form({"email": flow.email})
    return page("sign_in/password.html", "partials/sign_in/password.html", form=form)


@post("/connexion/mot-de-passe")
async def finish(request: Request, access: Visitor) -> Response[Any]:
    visit = Caller.of(request)
    flow = await flow_of(access, visit.flow_token, clock.now())
    if flow is None or not flow.email:
        return begin_again(request, "sign_in.email")
    form = await Form.read(request, PasswordStep)
    signed_in = None
    if form.data:
        async with form.attempt(access):
            signed_in = await acts.sign_in(
                access, form.data.email, form.data.password, visit.origin, clock.now()
            )
            await access.delete(flow)
    if signed_in is None:
        form.typed.pop("password", None)
        return page("sign_in/password.html", "partials/sign_in/password.html", form=form)
    path = flow.next_path
    if signed_in.must_choose_password:
        path = path_to(request, "sign_in.first_password")
    return await enter(request, access, signed_in.account.key, signed_in.opened, path)


# A lost password, and the password that replaces the one mailed.


@get("/connexion/mot-de-passe-oublie")
async def forgotten(request: Request, access: Visitor) -> Response[Any]:
    flow = await flow_of(access, Caller.of(request).flow_token, clock.now())
    form: Form[ForgottenPassword] = Form({"email": flow.email if flow else ""})
    return page("sign_in/forgotten.html", "partials/sign_in/forgotten.html", form=form)


@post("/connexion/mot-de-passe-oublie", harmless=True)
async def ask_reset(request: Request, access: Visitor) -> Response[Any]:
    visit, now = Caller.of(request), clock.now()
    form = await Form.attempted(
        request, access, ForgottenPassword, lambda data: acts.ask_password_reset(access, data.email, now)
    )
    if form.errors or not form.data:
        return page("sign_in/forgotten.html", "partials/sign_in/forgotten.html", form=form)
    token = await start_flow(access, now, replaces=visit.flow_token, email=form.data.email, mailed_at=now)
    return see(request, "sign_in.reset_sent", cookies=[visit.cookie("flow", token, FLOW_SECONDS)])


@get("/connexion/mot-de-passe-oublie/envoye")
async def reset_sent(request: Request, access: Visitor) -> Response[Any]:
    flow = await flow_of(access, Caller.of(request).flow_token, clock.now())
    if flow is None or not (flow.email and flow.mailed_at):
        return begin_again(request, "sign_in.forgotten")
    return page("sign_in/reset_sent.html", "partials/sign_in/reset_sent.html", email=flow.email)


@get("/connexion/nouveau-mot-de-passe/{token:str}")
async def reset(access: Visitor, token: FromPath[str]) -> Response[Any]:
    """Mail scanners open links: showing the form uses nothing up."""
    _, account = await account_of_link(access, token, TokenKind.PASSWORD_RESET, clock.now())
    form: Form[NewPassword] = Form({"email": account.email, "feeds": "oui"})
    return await _reset_page(access, account, form, token)


@post("/connexion/nouveau-mot-de-passe/{token:str}", harmless=True)
async def apply_reset(request: Request, access: Visitor, token: FromPath[str]) -> Response[Any]:
    visit, now = Caller.of(request), clock.now()
    link, account = await account_of_link(access, token, TokenKind.PASSWORD_RESET, now)
    form = await Form.read(request, NewPassword)
    opened = None
    if form.data:
        async with form.attempt(access):
            hashed = await acts.judge_password(access, account, form.data.new_password)
            await use_link(access, link, now)
            with_feeds = form.data.feeds
            opened = await acts.set_password(
                access,
                account,
                hashed,
                origin=visit.origin,
                now=now,
                act=Act.PASSWORD_RESET,
                with_feeds=with_feeds,
            )
    if opened is None:
        form.typed |= {"email": account.email, "new_password": ""}
        return await _reset_page(access, account, form, token)
    return await enter(request, access, account.key, opened)


@get("/connexion/premier-mot-de-passe")
async def first_password(access: SignedIn) -> Response[Any]:
    form: Form[NewPassword] = Form({"email": access.account.email})
    return page("sign_in/first_password.html", form=form, minimum=MINIMUM)


@post("/connexion/premier-mot-de-passe")
async def choose_first_password(request: Request, access: SignedIn) -> Response[Any]:
    visit = Caller.of(request)
    form = await Form.read(request, NewPassword)
    opened = None
    if form.data:
        async with form.attempt(access):
            opened = await acts.choose_first_password(
                access, form.data.new_password, visit.origin, clock.now()
            )
    if opened is None:
        form.typed |= {"email": access.account.email, "new_password": ""}
        return page("sign_in/first_password.html", form=form, minimum=MINIMUM)
    return await enter(request, access, access.account.key, opened)


async def _reset_page(
    access: VisitorAccess, account: Account, form: Form[NewPassword], token: str
) -> Response[Any]:
    """The form of a reset. It asks about calendars only a person who has some."""
    has_some = await has_feeds(access, account.key)
    return page("sign_in/reset.html", form=form, token=token, minimum=MINIMUM, has_feeds=has_some)
