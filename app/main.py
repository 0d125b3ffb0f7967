"""The application: who may reach what, in one screen."""

import asyncio
import gc
import inspect
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app import doors
from app.account import routes as account
from app.account import session_routes
from app.appointments import routes as appointments
from app.assets import Assets
from app.calendars import routes as calendars
from app.companies import joining_routes
from app.companies import routes as companies
from app.company_details import routes as company_details
from app.contact import public_routes as public_contact
from app.contact import routes as contact
from app.contributions import routes as contributions
from app.crowd import Crowd
from app.demo import routes as demo
from app.dispatcher import Dispatcher, Postbox
from app.documents import routes as documents
from app.edge import Edge
from app.employees import routes as employees
from app.error_pages import HANDLERS, busy_page
from app.faq import routes as faq
from app.health import alive, ready
from app.history import routes as history
from app.home import routes as home
from app.housekeeping import keep_house
from app.imports import routes as imports
from app.invoices import routes as invoices
from app.one_address import one_address
from app.people import routes as people
from app.planning import routes as planning
from app.portal import Portal, make_portal
from app.postman import DemoPostbox, Relay
from app.return_paths import return_patterns
from app.settings import Settings
from app.sign_in import reset_routes
from app.sign_in import routes as sign_in
from app.sign_up import code_link_routes
from app.sign_up import routes as sign_up
from app.staff import routes as staff
from app.templating import Templates
from app.visit import post_guard
from app.web import done_here

FORM_BYTES = 256 * 1024
HANDED_OVER = 0.0005  # seconds that a thread may keep the others from running

ANYBODY: list[Any] = [
    home.index, home.first_sign_in, home.third_party, home.accessibility, home.legal, home.privacy, alive,
    ready, *public_contact.ANYBODY, *faq.ANYBODY, *code_link_routes.ANYBODY,
]  # fmt: skip
VISITOR: list[Any] = [
    sign_in.email, sign_in.start, sign_in.password, sign_in.finish,
    reset_routes.forgotten, reset_routes.ask_reset, reset_routes.reset_sent, reset_routes.reset,
    reset_routes.apply_reset,
    sign_up.code, sign_up.check_code, sign_up.account, sign_up.create, sign_up.sent, sign_up.resend,
    *code_link_routes.VISITOR,
    joining_routes.recovery, joining_routes.recover, *people.VISITOR,
    session_routes.confirmation, session_routes.confirm, session_routes.undoing, session_routes.undo,
    *public_contact.VISITOR,
]  # fmt: skip
DEMO: list[Any] = [demo.personas, demo.sign_in, demo.mails, demo.mail]
FIRST_PASSWORD: list[Any] = [reset_routes.first_password, reset_routes.choose]
ACCOUNT: list[Any] = [
    account.show, account.update, account.password, account.replace_password, account.email,
    account.replace_email,
    account.draft, account.drop_draft,
    session_routes.sessions, session_routes.end_all, session_routes.session, session_routes.end_one,
    session_routes.devices, session_routes.forget_others, session_routes.device, session_routes.forget_one,
    session_routes.stay, session_routes.leaving, session_routes.leave_portal,
    companies.home, companies.index, joining_routes.new, joining_routes.create, *calendars.ACCOUNT,
]  # fmt: skip
MEMBER: list[Any] = [
    companies.show, companies.switch, joining_routes.administration, joining_routes.ask_administration,
    *employees.MEMBER, *imports.MEMBER, *company_details.MEMBER, *people.MEMBER, *history.MEMBER,
    *planning.MEMBER, *appointments.MEMBER, *calendars.MEMBER,
    *contact.MEMBER,
    *invoices.MEMBER, *documents.MEMBER,
    *contributions.MEMBER,
]  # fmt: skip
FEED: list[Any] = [*calendars.FEED]
STAFF: list[Any] = [staff.index, staff.mail, staff.send_again]


def behind(door: Any, handlers: list[HTTPRouteHandler]) -> Router:
    """A router whose handlers all go through this door: one that does not ask for `access` stops the
    start.
    """
    for handler in handlers:
        if "access" not in inspect.signature(handler.fn).parameters:
            raise TypeError(f"{handler.name} does not take `access`, so nothing would guard it")
        if "file" in handler.opt and not (callable(handler.opt["file"]) and door is doors.member_access):
            raise TypeError(f"{handler.name} takes a file: `file` names who may send one, to the member door")
    return Router("/", route_handlers=handlers, dependencies={"access": Provide(door)})


def routed(*, demo: bool) -> Litestar:
    """Every address behind its door, nothing behind them yet: `wired` gives the portal."""
    return Litestar(
        route_handlers=[
            Router("/", route_handlers=ANYBODY),
            behind(doors.visitor_access, VISITOR),
            *([behind(doors.demo_access, DEMO)] if demo else []),
            behind(doors.first_password_access, FIRST_PASSWORD),
            behind(doors.account_access, ACCOUNT),
            behind(doors.member_access, MEMBER),
            behind(doors.staff_access, STAFF),
            behind(doors.feed_access, FEED),
        ],
        dependencies={"fait": Provide(done_here, sync_to_thread=False)},
        guards=[one_address, post_guard],
        exception_handlers=HANDLERS,
        lifespan=[running],
        request_max_body_size=FORM_BYTES,
        openapi_config=None,
        logging_config=None,
    )


def wired(app: Litestar, settings: Settings, portal: Portal) -> Edge:
    """These routes, for this portal."""
    assets = Assets(settings)
    app.state = State({"portal": portal, "postbox": make_postbox(settings, portal), "public_pages": {}})
    app.state.templates = Templates(settings, app.route_reverse, assets.paths)
    app.state.return_paths = return_patterns(_paths_of(app, {h.name for h in (*ACCOUNT, *MEMBER, *STAFF)}))
    crowd = Crowd(lambda: busy_page(app.state.templates))
    return Edge(app, assets, crowd, secure=settings.is_secure)


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """What goes on beside the requests: sessions seen, old rows deleted, mail sent."""
    portal: Portal = app.state.portal
    work = [portal.presence.run(), keep_house(portal)]
    if app.state.postbox:
        work.append(Dispatcher(portal, app.state.postbox, app.state.templates).run())
    tasks = [asyncio.create_task(each) for each in work]
    # What start-up made lives as long as the process: the collector need not look at it again (48 ms a pass).
    gc.collect()
    gc.freeze()
    # A thread that computes (the comparison of a file) lets the loop in ten times as often: each request asks
    # for Python's lock several times, and waited 5 ms for each.
    sys.setswitchinterval(HANDED_OVER)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await portal.presence.flush()
        await portal.close()


def _paths_of(app: Litestar, names: set[str | None]) -> list[str]:
    return [
        route.path_format
        for route in app.routes
        if isinstance(route, HTTPRoute)
        and any(handler.name in names and "GET" in handler.http_methods for handler in route.route_handlers)
    ]


def make_postbox(settings: Settings, portal: Portal) -> Postbox | None:
    if settings.demo:
        return DemoPostbox(portal.database)
    return Relay(settings) if settings.smtp_url else None


def standalone_templates(settings: Settings) -> Templates:
    """The templates without a running application, for mails sent from the command line."""
    return Templates(settings, routed(demo=settings.demo).route_reverse, Assets(settings).paths)


def create_app(settings: Settings, *, bcrypt_cost: int = 12) -> Edge:
    """The ASGI application, wired for these settings."""
    return wired(routed(demo=settings.demo), settings, make_portal(settings, bcrypt_cost))
