"""/connexion/code-adherent and what follows: the account is opened, the access leaves by mail."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.companies.acts import company_of_pair
from app.sign_in.flows import flow_of, start_flow
from app.sign_up import acts
from app.sign_up.forms import CodeStep, NewAccount
from app.text.fields import Input
from app.web.caller import Caller
from app.web.cookies import begin_again
from app.web.forms import Form
from app.web.pages import PublicPage, page, see
from app.web.signatures import Request, Visitor, get, post
from db.models import SignInFlow

FLOW_SECONDS = 15 * 60


@get("/connexion/code-adherent")
async def code(access: Visitor) -> Response[Any]:
    return page("sign_up/code.html", "partials/sign_up/code.html")


@post("/connexion/code-adherent", harmless=True)
async def check_code(request: Request, access: Visitor) -> Response[Any]:
    visit, now = Caller.of(request), clock.now()
    form = await Form.read(request, CodeStep)
    token = ""
    if form.data:
        async with form.attempt(access):
            company = await company_of_pair(access, form.data.code, form.data.number, visit.network, now)
            token = await start_flow(access, now, replaces=visit.flow_token, company_id=company.key)
    if not token:
        return page("sign_up/code.html", "partials/sign_up/code.html", form=form)
    return see(request, "sign_up.account", cookies=[visit.cookie("flow", token, FLOW_SECONDS)])


@get("/connexion/creer-mon-compte")
async def account(request: Request, access: Visitor) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None:
        return begin_again(request, "sign_up.code")
    form: Form[NewAccount] = Form({"email": flow.email})
    return page("sign_up/account.html", "partials/sign_up/account.html", form=form)


@post("/connexion/creer-mon-compte")
async def open_account(request: Request, access: Visitor) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None:
        return begin_again(request, "sign_up.code")
    form = await Form.attempted(
        request, access, NewAccount, lambda data: acts.open_account(access, flow, data, clock.now())
    )
    if form.errors:
        return page("sign_up/account.html", "partials/sign_up/account.html", form=form)
    return see(request, "sign_up.sent")


@get("/connexion/compte-cree")
async def sent(request: Request, access: Visitor) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None or flow.account_id is None:
        return begin_again(request, "sign_up.code")
    return _sent_page(flow)


@post("/connexion/compte-cree")
async def send_again(request: Request, access: Visitor) -> Response[Any]:
    flow = await _flow_with_company(request, access)
    if flow is None or flow.account_id is None:
        return begin_again(request, "sign_up.code")
    form = await Form.attempted(request, access, Input, lambda _: acts.send_again(access, flow, clock.now()))
    return _sent_page(flow, form, notice="" if form.errors else "Le courriel est parti de nouveau.")


def _sent_page(flow: SignInFlow, form: Form[Input] | None = None, notice: str = "") -> Response[Any]:
    template = "sign_up/sent.html"
    return page(template, f"partials/{template}", form=form, email=flow.email, notice=notice, flow_id=flow.id)


async def _flow_with_company(request: Request, access: VisitorAccess) -> SignInFlow | None:
    flow = await flow_of(access, Caller.of(request).flow_token, clock.now())
    return flow if flow and flow.company_id else None


# /connexion/code-adherent/lien: the letter's numbers again, and a link by mail, when guesses closed the


@get("/connexion/code-adherent/lien")
async def code_link(access: Visitor) -> Response[Any]:
    return page("sign_up/code_link.html", "partials/sign_up/code_link.html")


@post("/connexion/code-adherent/lien", harmless=True)
async def ask_code_link(request: Request, access: Visitor) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        CodeStep,
        lambda data: acts.ask_code_link(access, data.code, data.number, clock.now()),
    )
    if form.errors:
        return page("sign_up/code_link.html", "partials/sign_up/code_link.html", form=form)
    return see(request, "sign_up.code_link_sent", query={"fait": "envoye"})


@get("/connexion/lien-envoye", sync_to_thread=False)
def code_link_sent(fait: NamedDependency[str] = "") -> Response[Any]:
    """The same page for everybody: it does not reveal whether the numbers are right. Opened by its address
    alone it claims nothing.
    """
    return PublicPage("sign_up/code_link_sent.html", kept_as=fait, is_done=bool(fait))


@get("/connexion/code-adherent/lien/{token:str}")
async def follow(access: Visitor, token: FromPath[str]) -> Response[Any]:
    """Mail scanners open links: showing the form uses nothing up."""
    await acts.flow_of_link(access, token, clock.now())
    return page("sign_up/follow.html", token=token)


@post("/connexion/code-adherent/lien/{token:str}", harmless=True)
async def follow_link(request: Request, access: Visitor, token: FromPath[str]) -> Response[Any]:
    await acts.flow_of_link(access, token, clock.now())
    form = await Form.read(request, Input)
    flow = ""
    if form.data:
        async with form.attempt(access):
            flow = await acts.follow_link(access, token, clock.now())
    if not flow:
        return page("sign_up/follow.html", form=form, token=token)
    return see(request, "sign_up.account", cookies=[Caller.of(request).cookie("flow", flow, FLOW_SECONDS)])


VISITOR: list[Any] = [code_link, ask_code_link, follow, follow_link]
ANYBODY: list[Any] = [code_link_sent]
