"""/connexion/code: the second step of the service's people; /mon-compte/second-facteur: what they have."""

from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.access import AccountAccess
from app.companies.landing import landing_path
from app.errors import NotFound
from app.factors import acts
from app.factors.forms import Change, CodeStep
from app.factors.views import setup_of
from app.web.caller import Caller
from app.web.drafts import is_return_path
from app.web.forms import Form
from app.web.pages import Page, leave, page, path_to, see
from app.web.signatures import Request, SignedIn, get, post


@get("/connexion/code")
async def step(request: Request, access: SignedIn, suite: FromQuery[str] = "") -> Response[Any]:
    if await acts.factor_of(access, access.account.key) is None:
        return see(request, "factors.installation", query={"suite": suite[:200]} if suite else {})
    return await _step_page(access, Form({"suite": suite[:200]}))


@post("/connexion/code")
async def show(request: Request, access: SignedIn) -> Response[Any]:
    form = await Form.attempted(
        request, access, CodeStep, lambda data: acts.show(access, data.code, clock.now())
    )
    if form.errors:
        form.typed["code"] = ""
        return await _step_page(access, form)
    target = form["suite"]
    path = (
        target if is_return_path(request, target) else await landing_path(request, access, access.account.key)
    )
    return leave(request, path)


async def _step_page(access: AccountAccess, form: Form[Any]) -> Page:
    return page("factors/step.html", form=form, has_keys=await acts.has_passkeys(access, access.account.key))


@get("/connexion/code/installation")
async def installation(request: Request, access: SignedIn, suite: FromQuery[str] = "") -> Response[Any]:
    if await acts.factor_of(access, access.account.key):
        return see(request, "factors.step")
    return await _setup_page(access, Form({"suite": suite[:200]}), "factors.install")


@post("/connexion/code/installation")
async def install(request: Request, access: SignedIn) -> Response[Any]:
    return await _install(request, access, "factors.install")


async def _install(request: Request, access: AccountAccess, route: str) -> Page:
    """The codes on paper, which are shown in this answer and never again; or the form and what was wrong."""
    codes: list[str] = []
    form = await Form.read(request, Change)
    if form.data:
        async with form.attempt(access):
            codes = await acts.install(access, form.data.code, clock.now(), form.data.old)
    if form.errors:
        form.typed |= {"code": "", "old": ""}
        return await _setup_page(access, form, route)
    target = form["suite"]
    onwards = target if is_return_path(request, target) else path_to(request, "welcome.home")
    return page("factors/codes.html", codes=codes, onwards=onwards)


async def _setup_page(access: AccountAccess, form: Form[Any], route: str) -> Page:
    factor = await acts.factor_of(access, access.account.key)
    secret = acts.secret_from(access, acts.seed_to_install(access, factor))
    setup = setup_of(secret, access.account.email, access.portal.settings.service_short_name)
    return page("factors/installation.html", form=form, setup=setup, route=route, has_one=factor is not None)


# From « Mon compte ».


def _for_staff(request: Request) -> None:
    viewer = Caller.of(request).viewer
    if viewer is None or viewer.staff_roles is None:
        raise NotFound


@get("/mon-compte/second-facteur")
async def mine(request: Request, access: SignedIn) -> Response[Any]:
    _for_staff(request)
    return await _mine_page(access, Form())


@post("/mon-compte/second-facteur")
async def renew(request: Request, access: SignedIn) -> Response[Any]:
    """Other codes on paper."""
    _for_staff(request)
    codes: list[str] = []
    form = await Form.read(request, CodeStep)
    if form.data:
        async with form.attempt(access):
            codes = await acts.renew_codes(access, form.data.code, clock.now())
    if form.errors:
        form.typed["code"] = ""
        return await _mine_page(access, form)
    return page("factors/codes.html", codes=codes, onwards=path_to(request, "factors.mine"))


async def _mine_page(access: AccountAccess, form: Form[Any]) -> Page:
    return page(
        "factors/mine.html", form=form,
        factor=await acts.factor_of(access, access.account.key),
        left=await acts.codes_left(access, access.account.key),
    )  # fmt: skip


@get("/mon-compte/second-facteur/application")
async def changing(request: Request, access: SignedIn) -> Response[Any]:
    _for_staff(request)
    return await _setup_page(access, Form(), "factors.change")


@post("/mon-compte/second-facteur/application")
async def change(request: Request, access: SignedIn) -> Response[Any]:
    """Another application: a code of the present one, then one of the new."""
    _for_staff(request)
    return await _install(request, access, "factors.change")


FACTOR: list[Any] = [step, show, installation, install]
ACCOUNT: list[Any] = [mine, renew, changing, change]
