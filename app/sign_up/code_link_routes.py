"""/connexion/code-adherent/lien: the letter's numbers again, and a link by mail, when guesses closed the
code.
"""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.fields import Input
from app.forms import Form
from app.sign_up.code_link_service import ask_code_link, flow_of_link, follow_link
from app.sign_up.forms import CodeStep
from app.sign_up.routes import FLOW_SECONDS
from app.visit import Visit
from app.web import PublicPage, page, see


@get("/connexion/code-adherent/lien", name="sign_up.code_link")
async def link(access: NamedDependency[VisitorAccess]) -> Response[Any]:
    return page("sign_up/code_link.html", "partials/sign_up/code_link.html")


@post("/connexion/code-adherent/lien", name="sign_up.ask_code_link", harmless=True)
async def ask(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    form = await Form.read(request, CodeStep)
    if form.data:
        async with form.attempt(access):
            await ask_code_link(access, form.data.code, form.data.number, clock.now())
    if form.errors:
        return page("sign_up/code_link.html", "partials/sign_up/code_link.html", form=form)
    return see(request, "sign_up.code_link_sent")


@get("/connexion/lien-envoye", name="sign_up.code_link_sent", sync_to_thread=False)
def sent() -> Response[Any]:
    """The same for everybody: whether the numbers are right is not said."""
    return PublicPage("sign_up/code_link_sent.html")


@get("/connexion/code-adherent/lien/{token:str}", name="sign_up.follow")
async def opened(access: NamedDependency[VisitorAccess], token: FromPath[str]) -> Response[Any]:
    """Mail scanners open links: showing the form uses nothing up."""
    await flow_of_link(access, token, clock.now())
    return page("sign_up/follow.html", token=token)


@post("/connexion/code-adherent/lien/{token:str}", name="sign_up.follow_link", harmless=True)
async def follow(
    request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess], token: FromPath[str]
) -> Response[Any]:
    await flow_of_link(access, token, clock.now())
    form = await Form.read(request, Input)
    flow = ""
    if form.data:
        async with form.attempt(access):
            flow = await follow_link(access, token, clock.now())
    if not flow:
        return page("sign_up/follow.html", form=form, token=token)
    return see(request, "sign_up.account", cookies=[Visit.of(request).cookie("flow", flow, FLOW_SECONDS)])


VISITOR: list[Any] = [link, ask, opened, follow]
ANYBODY: list[Any] = [sent]
