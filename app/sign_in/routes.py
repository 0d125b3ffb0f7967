"""/connexion: one form that transforms in place, each step with an address of its own."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.companies.landing import enter
from app.cookies import begin_again
from app.forms import Form
from app.return_paths import is_return_path
from app.sign_in.flows import flow_of, start_flow
from app.sign_in.forms import EmailStep, PasswordStep
from app.sign_in.service import sign_in
from app.visit import Visit
from app.web import leave, never_seen, page, path_to, see

FLOW_SECONDS = 15 * 60
REASONS = {
    "fin": "Votre session a pris fin. Connectez-vous de nouveau pour continuer.",
    "saisie": "Votre session a pris fin. Ce que vous étiez en train de saisir est conservé : connectez-vous.",
    "deconnecte": "Vous êtes déconnecté.",
    "adresse": "Votre adresse e-mail est changée. Connectez-vous avec la nouvelle.",
}


@get("/connexion", name="sign_in.email")
async def email(
    request: Request[Any, Any, Any],
    access: NamedDependency[VisitorAccess],
    suite: FromQuery[str] = "",
    raison: FromQuery[str] = "",
) -> Response[Any]:
    visit = Visit.of(request)
    if visit.session_token and not raison:
        # links2 and Dillo lead here from memory, from a page that once asked for the sign-in.
        back = suite if is_return_path(request, suite) else path_to(request, "companies.home")
        return leave(request, back, query=never_seen())
    flow = await flow_of(access, visit.flow_token, clock.now())
    form: Form[EmailStep] = Form({"email": flow.email if flow else "", "suite": suite[:200]})
    return page(
        "sign_in/email.html", "partials/sign_in/email.html", form=form, notice=REASONS.get(raison, "")
    )


@post("/connexion", name="sign_in.start", harmless=True)
async def start(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    visit = Visit.of(request)
    form = await Form.read(request, EmailStep)
    if not form.data:
        return page("sign_in/email.html", "partials/sign_in/email.html", form=form, notice="")
    suite = form.data.suite if is_return_path(request, form.data.suite) else ""
    token = await start_flow(
        access, clock.now(), replaces=visit.flow_token, email=form.data.email, next_path=suite
    )
    return see(request, "sign_in.password", cookies=[visit.cookie("flow", token, FLOW_SECONDS)])


@get("/connexion/mot-de-passe", name="sign_in.password")
async def password(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    flow = await flow_of(access, Visit.of(request).flow_token, clock.now())
    if flow is None or not flow.email:
        return begin_again(request, "sign_in.email")
    form: Form[PasswordStep] = Form({"email": flow.email})
    return page("sign_in/password.html", "partials/sign_in/password.html", form=form)


@post("/connexion/mot-de-passe", name="sign_in.finish")
async def finish(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    visit = Visit.of(request)
    flow = await flow_of(access, visit.flow_token, clock.now())
    if flow is None or not flow.email:
        return begin_again(request, "sign_in.email")
    form = await Form.read(request, PasswordStep)
    signed_in = None
    if form.data:
        async with form.attempt(access):
            signed_in = await sign_in(access, form.data.email, form.data.password, visit.origin, clock.now())
            await access.delete(flow)
    if signed_in is None:
        form.typed.pop("password", None)
        return page("sign_in/password.html", "partials/sign_in/password.html", form=form)
    path = flow.next_path
    if signed_in.must_choose_password:
        path = path_to(request, "sign_in.first_password")
    return await enter(request, access, signed_in.account.key, signed_in.opened, path)
