"""/connexion/code-adherent and what follows: the account is opened, the access leaves by mail."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.companies.service import company_of_pair
from app.cookies import begin_again
from app.fields import Input
from app.forms import Form
from app.sign_in.flows import flow_of, start_flow
from app.sign_up.forms import CodeStep, NewAccount
from app.sign_up.service import open_account, send_again
from app.visit import Visit
from app.web import page, see
from db.models import SignInFlow

FLOW_SECONDS = 15 * 60


@get("/connexion/code-adherent", name="sign_up.code")
async def code(access: NamedDependency[VisitorAccess]) -> Response[Any]:
    return page("sign_up/code.html", "partials/sign_up/code.html")


@post("/connexion/code-adherent", name="sign_up.check_code", harmless=True)
async def check_code(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]
) -> Response[Any]:
    visit, now = Visit.of(request), clock.now()
    form = await Form.read(request, CodeStep)
    token = ""
    if form.data:
        async with form.attempt(access):
            company = await company_of_pair(access, form.data.code, form.data.number, visit.network, now)
            token = await start_flow(access, now, replaces=visit.flow_token, company_id=company.key)
    if not token:
        return page("sign_up/code.html", "partials/sign_up/code.html", form=form)
    return see(request, "sign_up.account", cookies=[visit.cookie("flow", token, FLOW_SECONDS)])


@get("/connexion/creer-mon-compte", name="sign_up.account")
async def account(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None:
        return begin_again(request, "sign_up.code")
    form: Form[NewAccount] = Form({"email": flow.email})
    return page("sign_up/account.html", "partials/sign_up/account.html", form=form)


@post("/connexion/creer-mon-compte", name="sign_up.open_account")
async def create(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None:
        return begin_again(request, "sign_up.code")
    form = await Form.read(request, NewAccount)
    if form.data:
        async with form.attempt(access):
            await open_account(access, flow, form.data, clock.now())
    if form.errors:
        return page("sign_up/account.html", "partials/sign_up/account.html", form=form)
    return see(request, "sign_up.sent")


@get("/connexion/compte-cree", name="sign_up.sent")
async def sent(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None or flow.account_id is None:
        return begin_again(request, "sign_up.code")
    return _sent(flow)


@post("/connexion/compte-cree", name="sign_up.send_again")
async def resend(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None or flow.account_id is None:
        return begin_again(request, "sign_up.code")
    form = await Form.read(request, Input)
    if form.data:
        async with form.attempt(access):
            await send_again(access, flow, clock.now())
    return _sent(flow, form, notice="" if form.errors else "Le courriel est parti de nouveau.")


def _sent(flow: SignInFlow, form: Form[Input] | None = None, notice: str = "") -> Response[Any]:
    template = "sign_up/sent.html"
    return page(template, f"partials/{template}", form=form, email=flow.email, notice=notice)


async def _flow_with_company(request: Request[Any, Any, Any], access: VisitorAccess) -> SignInFlow | None:
    flow = await flow_of(access, Visit.of(request).flow_token, clock.now())
    return flow if flow and flow.company_id else None
