"""Passkeys: /connexion/cle-d-acces, a way in; /connexion/code/cle-d-acces, a second factor; and their list.

An address serves two POSTs: one without the answer of a key asks for a challenge, one with it is the answer.
"""

import asyncio
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import Access, AccountAccess
from app.account.acts import check_current
from app.companies.landing import enter as enter_portal
from app.companies.landing import landing_path
from app.factors.acts import factor_of, prove
from app.passkeys import acts, rules
from app.passkeys.acts import Purpose
from app.passkeys.forms import CodeProof, KeyAnswer, NewPasskey, PasswordProof
from app.sign_in.flows import flow_of, start_flow
from app.text.fields import Input
from app.web.caller import Caller
from app.web.cookies import begin_again
from app.web.drafts import is_return_path
from app.web.forms import Form
from app.web.pages import Page, leave, page, see
from app.web.posted import posted
from app.web.signatures import Request, SignedIn, Visitor, get, post
from db.models import Passkey, SignInFlow

FLOW_SECONDS = 15 * 60
DONE = {
    "ajoutee": "La clé d’accès est ajoutée. Un courriel vous le confirme.",
    "retiree": "La clé d’accès est retirée : elle n’ouvre plus rien ici. Supprimez-la de votre appareil.",
}


async def _new_flow(request: Request, access: Access, old: SignInFlow | None = None, **more: Any) -> Any:
    """Another step, and so another challenge, for what this request still shows; its cookie."""
    visit = Caller.of(request)
    email = old.email if old else ""
    token = await start_flow(access, clock.now(), replaces=visit.flow_token, email=email, **more)
    visit.flow_token = token
    return visit.cookie("flow", token, FLOW_SECONDS)


# In place of the password.


@get("/connexion/cle-d-acces")
async def sign_in(request: Request, access: Visitor) -> Response[Any]:
    if await flow_of(access, Caller.of(request).flow_token, clock.now()) is None:
        return begin_again(request, "sign_in.email")
    return await _sign_in_page(request, access, Form())


@post("/connexion/cle-d-acces", harmless=True)
async def enter(request: Request, access: Visitor) -> Response[Any]:
    visit, now = Caller.of(request), clock.now()
    form, flow = await Form.read(request, KeyAnswer), await flow_of(access, visit.flow_token, now)
    if form.data and not (flow and form.data.credential):
        suite = form.data.suite if is_return_path(request, form.data.suite) else ""
        cookie = await _new_flow(request, access, flow, next_path=suite)
        return see(request, "passkeys.sign_in", cookies=[cookie])
    if flow is None:
        return begin_again(request, "sign_in.email")
    signed_in, path = None, flow.next_path
    if form.data:
        async with form.attempt(access):
            answer = form.data.credential
            signed_in = await acts.sign_in(access, answer, visit.flow_token, visit.origin, now)
    if signed_in is None:
        cookie = await _new_flow(request, access, flow)
        return await _sign_in_page(request, access, form, cookies=[cookie])
    return await enter_portal(request, access, signed_in.account.key, signed_in.opened, path)


async def _sign_in_page(request: Request, access: Access, form: Form[KeyAnswer], **more: Any) -> Page:
    options = await _request_options(request, access, Purpose.SIGN_IN)
    return page("passkeys/sign_in.html", form=form, options=options, **more)


async def _request_options(
    request: Request, access: Access, purpose: Purpose, known: tuple[str, ...] = ()
) -> str:
    challenge = acts.challenge_for(access, purpose, Caller.of(request).flow_token)
    site = acts.site_of(access.portal.settings)
    return await asyncio.to_thread(rules.request_options, site, challenge, known)


# As the second factor of the service's people.


@get("/connexion/code/cle-d-acces")
async def step(request: Request, access: SignedIn, suite: FromQuery[str] = "") -> Response[Any]:
    flow = await flow_of(access, Caller.of(request).flow_token, clock.now())
    if flow is None or not await acts.keys_of(access, access.account.key):
        return see(request, "factors.step", query={"suite": suite[:200]} if suite else {})
    return await _step_page(request, access, Form())


@post("/connexion/code/cle-d-acces")
async def show(request: Request, access: SignedIn) -> Response[Any]:
    visit, now = Caller.of(request), clock.now()
    form, flow = await Form.read(request, KeyAnswer), await flow_of(access, visit.flow_token, now)
    if flow is None or (form.data and not form.data.credential):
        suite = form["suite"] if is_return_path(request, form["suite"]) else ""
        cookie = await _new_flow(request, access, flow, next_path=suite)
        return see(request, "passkeys.step", cookies=[cookie])
    path = flow.next_path
    if form.data:
        async with form.attempt(access):
            await acts.show(access, form.data.credential, visit.flow_token, now)
    if form.errors:
        cookie = await _new_flow(request, access, flow)
        return await _step_page(request, access, form, cookies=[cookie])
    return leave(request, path or await landing_path(request, access, access.account.key))


async def _step_page(request: Request, access: AccountAccess, form: Form[KeyAnswer], **more: Any) -> Page:
    known = tuple(key.credential_id for key in await acts.keys_of(access, access.account.key))
    options = await _request_options(request, access, Purpose.FACTOR, known)
    return page("passkeys/step.html", form=form, options=options, **more)


# From « Mon compte ».


@get("/mon-compte/cles-d-acces")
async def index(access: SignedIn, fait: NamedDependency[str] = "") -> Response[Any]:
    keys = await acts.keys_of(access, access.account.key)
    return page("passkeys/index.html", keys=keys, most=rules.MOST, notice=DONE.get(fait, ""))


@get("/mon-compte/cles-d-acces/ajout")
async def adding(request: Request, access: SignedIn) -> Response[Any]:
    if await _proven(request, access):
        return await _adding_page(request, access, Form({"name": Caller.of(request).browser}))
    return await _proof_page(access, Form())


@post("/mon-compte/cles-d-acces/ajout")
async def add(request: Request, access: SignedIn) -> Response[Any]:
    """First the proof that this account is theirs, then the key."""
    visit, flow = Caller.of(request), await _proven(request, access)
    if flow is None:
        # A page left open too long sends its key: the proof before it is to be given anew.
        is_late = "credential" in dict((await posted(request)).fields)
        return see(request, "passkeys.adding") if is_late else await _prove(request, access)
    form = await Form.read(request, NewPasskey)
    if form.data:
        async with form.attempt(access):
            await acts.add(access, form.data.credential, form.data.name, visit.flow_token, clock.now())
    if form.errors:
        cookie = await _new_flow(request, access, flow, proven_account_id=access.account.key)
        return await _adding_page(request, access, form, cookies=[cookie])
    return see(request, "passkeys.index", query={"fait": "ajoutee"}, cookies=[visit.no_cookie("flow")])


async def _proven(request: Request, access: AccountAccess) -> SignInFlow | None:
    """The step of whoever proved, in this browser and a moment ago, that this account is theirs."""
    flow = await flow_of(access, Caller.of(request).flow_token, clock.now())
    return flow if flow and flow.proven_account_id == access.account.key else None


async def _prove(request: Request, access: AccountAccess) -> Response[Any]:
    """The current password; of the service's people, whose password is one factor only, a code."""
    form: Form[Any]
    if await factor_of(access, access.account.key):
        form = await Form.attempted(
            request, access, CodeProof, lambda data: prove(access, data.code, clock.now())
        )
    else:
        form = await Form.attempted(
            request, access, PasswordProof,
            lambda data: check_current(access, data.current_password, clock.now()),
        )  # fmt: skip
    if form.errors:
        form.typed = {}
        return await _proof_page(access, form)
    cookie = await _new_flow(request, access, proven_account_id=access.account.key)
    return see(request, "passkeys.adding", cookies=[cookie])


async def _proof_page(access: AccountAccess, form: Form[Any]) -> Page:
    has_factor = await factor_of(access, access.account.key) is not None
    return page("passkeys/proof.html", form=form, has_factor=has_factor, email=access.account.email)


async def _adding_page(request: Request, access: AccountAccess, form: Form[Any], **more: Any) -> Page:
    portal, account = access.portal, access.account
    options = await asyncio.to_thread(
        rules.creation_options, acts.site_of(portal.settings), portal.keys.user_handle(account.key),
        account.email, acts.challenge_for(access, Purpose.ADD, Caller.of(request).flow_token),
        [key.credential_id for key in await acts.keys_of(access, account.key)],
    )  # fmt: skip
    return page("passkeys/adding.html", form=form, options=options, **more)


@get("/mon-compte/cles-d-acces/{passkey_id:int}")
async def removing(access: SignedIn, passkey_id: FromPath[int]) -> Response[Any]:
    return page("passkeys/removing.html", key=await access.get(Passkey, passkey_id))


@post("/mon-compte/cles-d-acces/{passkey_id:int}")
async def remove(request: Request, access: SignedIn, passkey_id: FromPath[int]) -> Response[Any]:
    key = await access.get(Passkey, passkey_id)
    form = await Form.attempted(
        request, access, Input, lambda _: acts.remove(access, passkey_id, clock.now())
    )
    if form.errors:
        return page("passkeys/removing.html", form=form, key=key)
    return see(request, "passkeys.index", query={"fait": "retiree"})


VISITOR: list[Any] = [sign_in, enter]
FACTOR: list[Any] = [step, show]
ACCOUNT: list[Any] = [index, adding, add, removing, remove]
