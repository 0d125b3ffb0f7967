"""The application: every handler behind its door, in one screen."""

import asyncio
import gc
import inspect
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from app.absences import routes as absences
from app.account import routes as account
from app.appointments import routes as appointments
from app.bank import routes as bank
from app.bank.staff import work_portion as record_portion
from app.batches import routes as batches
from app.batches.work import work_on_batches
from app.billing import routes as billing
from app.bookkeeping import routes as bookkeeping
from app.bookkeeping.staff import work_portion as enter_portion
from app.calendars import routes as calendars
from app.calendars.door import feed_access
from app.calls import routes as calls
from app.calls.staff import work_portion as bill_portion
from app.campaigns import routes as campaigns
from app.clinic import routes as clinic
from app.colleagues import routes as colleagues
from app.companies import routes as companies
from app.company_details import routes as company_details
from app.contact import routes as contact
from app.contributions import receipt
from app.contributions import routes as contributions
from app.debits import answers, mandates, remittances
from app.debits import routes as debits
from app.debits.runs import work_portion as debit_portion
from app.declarations import routes as declarations
from app.demo import routes as demo
from app.demo.door import demo_access
from app.disclosure import routes as disclosure
from app.disputes import routes as disputes
from app.documents import routes as documents
from app.due import routes as due
from app.dunning import routes as dunning
from app.dunning.staff import work_portion as remind_portion
from app.employees import routes as employees
from app.factors import routes as factors
from app.faq import routes as faq
from app.files.companion import Companion
from app.history import routes as history
from app.housekeeping import forget_sent_files, keep_house
from app.imports import routes as imports
from app.inbox import routes as inbox
from app.invoices import paper
from app.invoices import routes as invoices
from app.jobs import routes as jobs
from app.letters import routes as letters
from app.letters.staff import work_portion as print_portion
from app.mail.letters import DRAWERS
from app.mail.relay import DemoPostbox, Relay
from app.mail.sending import Dispatcher, Postbox
from app.members import routes as members
from app.members.comparing import ImportWork
from app.passkeys import routes as passkeys
from app.people import routes as people
from app.phone import routes as phone
from app.planning import convocations
from app.planning import routes as planning
from app.plans import routes as plans
from app.platform import routes as platform
from app.platform.work import work_with_platform
from app.portal import Portal, make_portal
from app.portions import work_in_portions
from app.public import offer
from app.public import routes as public
from app.retention import routes as retention
from app.search import routes as search
from app.settings import Settings
from app.sign_in import routes as sign_in
from app.sign_up import routes as sign_up
from app.staff import routes as staff
from app.staff_rights import ANY_STAFF, StaffRight
from app.web import doors
from app.web.assets import Assets
from app.web.caller import post_guard
from app.web.crowd import Crowd
from app.web.drafts import return_pattern
from app.web.edge import Edge
from app.web.error_pages import HANDLERS, alive, busy_page, ready
from app.web.one_address import one_address
from app.web.pages import done_here
from app.web.routing import Bare, Handlers, add_routes
from app.web.templating import Templates
from app.welcome import routes as welcome
from app.welcome import several

DRAWERS |= {
    "convocation": convocations.draw,
    "event": convocations.draw_event,
    "invoice_paper": paper.draw,
    "receipt": receipt.draw,
}
PORTIONS = {
    "calls": bill_portion, "bank": record_portion, "bookkeeping": enter_portion, "dunning": remind_portion,
    "letters": print_portion,
}  # fmt: skip
FORM_BYTES = 256 * 1024
HANDED_OVER = 0.0005  # seconds that a thread may keep the others from running

ANYBODY: list[Any] = [
    public.index, public.first_sign_in, public.third_party, public.accessibility, public.legal,
    alive, ready, *contact.ANYBODY, *faq.ANYBODY, *sign_up.ANYBODY,
]  # fmt: skip
VISITOR: list[Any] = [
    sign_in.email, sign_in.start, sign_in.password, sign_in.finish,
    sign_in.forgotten, sign_in.ask_reset, sign_in.reset_sent, sign_in.reset,
    sign_in.apply_reset,
    sign_up.code, sign_up.check_code, sign_up.account, sign_up.open_account, sign_up.sent, sign_up.send_again,
    *sign_up.VISITOR,
    *passkeys.VISITOR,
    companies.recovery, companies.recover, *people.VISITOR,
    account.confirmation, account.confirm_email, account.undoing, account.undo_email,
    *contact.VISITOR, public.privacy, offer.offer,
]  # fmt: skip
DEMO: list[Any] = [demo.personas, demo.sign_in, demo.mails, demo.mail]
FIRST_PASSWORD: list[Any] = [sign_in.first_password, sign_in.choose_first_password]
FACTOR: list[Any] = [*factors.FACTOR, *passkeys.FACTOR]
ACCOUNT: list[Any] = [
    account.show, account.update, account.password, account.change_password, account.email,
    account.change_email,
    account.draft, account.drop_draft,
    account.sessions, account.end_sessions, account.session, account.end_session,
    account.devices, account.forget_devices, account.device, account.forget_device,
    account.stay, account.leaving, account.leave_portal,
    welcome.home, welcome.index, *several.ACCOUNT, companies.new, companies.create, *calendars.ACCOUNT,
    *factors.ACCOUNT, *passkeys.ACCOUNT,
]  # fmt: skip
MEMBER: list[Any] = [
    welcome.show, companies.switch, companies.administration, companies.ask_administration,
    *employees.MEMBER, *declarations.MEMBER, *jobs.MEMBER, *imports.MEMBER,
    *company_details.MEMBER, *people.MEMBER, *history.MEMBER,
    *planning.MEMBER, *appointments.MEMBER, *calendars.MEMBER,
    *contact.MEMBER,
    *disputes.MEMBER, *invoices.MEMBER, *debits.MEMBER, *documents.MEMBER,
    *contributions.MEMBER, *phone.MEMBER,
]  # fmt: skip
FEED: list[Any] = [*calendars.FEED]
STAFF: list[Any] = [
    staff.index, staff.mail, staff.send_again, *inbox.STAFF, *clinic.STAFF, *batches.STAFF, *due.STAFF,
    *campaigns.STAFF, *letters.STAFF, *phone.STAFF,
    *calls.STAFF, *billing.STAFF, *platform.STAFF, *bank.STAFF, *bookkeeping.STAFF,
    *dunning.STAFF, *plans.STAFF, *mandates.STAFF, *remittances.STAFF,
    *answers.STAFF,
    *search.STAFF, *members.STAFF,
    *colleagues.STAFF, *retention.STAFF, *disclosure.STAFF,
    *disputes.STAFF, *absences.STAFF,
]  # fmt: skip


def _is_staff_right(right: object) -> bool:
    return isinstance(right, StaffRight) or right == ANY_STAFF


def router_behind(door: Any, handlers: list[HTTPRouteHandler]) -> Handlers:
    """Handlers that all go through this door: one that does not ask for `access`, or that names no
    right at the doors of members and staff, stops the start.
    """
    for handler in handlers:
        if "access" not in inspect.signature(handler.fn).parameters:
            raise TypeError(f"{handler.name} does not take `access`, so nothing would guard it")
        if door is doors.member_access and "right" not in handler.opt:
            raise TypeError(f"{handler.name} names no `right`, so anybody of the company could do it")
        if door is doors.staff_access and not _is_staff_right(handler.opt.get("right")):
            raise TypeError(f"{handler.name} names no `StaffRight`, so anybody of the service could do it")
        takes_files = door in {doors.member_access, doors.staff_access}
        if "file" in handler.opt and not (callable(handler.opt["file"]) and takes_files):
            raise TypeError(f"{handler.name} takes a file: `file` names who may send one, to its door")
    return Handlers(handlers, door)


def make_litestar(*, demo: bool) -> Litestar:
    """Every address behind its door, nothing behind them yet: `wire` gives the portal."""
    app = Bare(
        dependencies={"fait": Provide(done_here, sync_to_thread=False)},
        guards=[one_address, post_guard],
        exception_handlers=HANDLERS,
        lifespan=[work_beside_requests],
        request_max_body_size=FORM_BYTES,
        openapi_config=None,
        logging_config=None,
    )
    routers = [
        Handlers(ANYBODY),
        router_behind(doors.visitor_access, VISITOR),
        *([router_behind(demo_access, DEMO)] if demo else []),
        router_behind(doors.first_password_access, FIRST_PASSWORD),
        router_behind(doors.factor_access, FACTOR),
        router_behind(doors.account_access, ACCOUNT),
        router_behind(doors.member_access, MEMBER),
        router_behind(doors.staff_access, STAFF),
        router_behind(feed_access, FEED),
    ]
    add_routes(app, routers)
    return app


def wire(app: Litestar, settings: Settings, portal: Portal) -> Edge:
    """These routes, for this portal."""
    assets = Assets(settings)
    app.state = State({"portal": portal, "postbox": make_postbox(settings, portal), "public_pages": {}})
    app.state.templates = Templates(settings, app.route_reverse, assets.paths)
    names = {handler.name for handler in (*ACCOUNT, *MEMBER, *STAFF)}
    # Compiled for the first who signs in.
    app.state.return_paths = cache(lambda: return_pattern(_paths_of(app, names)))
    crowd = Crowd(lambda: busy_page(app.state.templates))
    return Edge(app, assets, crowd, secure=settings.is_secure)


@asynccontextmanager
async def work_beside_requests(app: Litestar) -> AsyncIterator[None]:
    """Work beside the requests: sessions seen, traces of reads, old rows deleted, mail sent."""
    portal: Portal = app.state.portal
    work = [
        portal.presence.run(),
        portal.reads.run(),
        keep_house(portal),
        work_on_batches(portal),
        *(work_in_portions(portal, name, portion) for name, portion in PORTIONS.items()),
        work_in_portions(portal, "members", ImportWork().portion),
        work_in_portions(portal, "debits", debit_portion),
        forget_sent_files(portal),
    ]
    if portal.settings.platform_url:
        work.append(work_with_platform(portal))
    if app.state.postbox:
        work.append(Dispatcher(portal, app.state.postbox, app.state.templates).run())
    tasks = [asyncio.create_task(each) for each in work]
    # What start-up made lives as long as the process: the collector need not look at it again (48 ms a pass).
    # Not even once: among 390 000 things it found 1 321 to throw away, in a quarter of a second.
    gc.freeze()
    gc.enable()
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
        await portal.reads.flush()
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
    return Templates(settings, make_litestar(demo=settings.demo).route_reverse, Assets(settings).paths)


def companion_of(settings: Settings) -> Companion:
    """The process beside the pages of a portal with these settings: it has the same base and the same key."""
    names = ("database_url", "secret_key", "reserved_addresses")
    return Companion("app.imports.beside", {name: getattr(settings, name) for name in names})


def create_app(settings: Settings, *, bcrypt_cost: int = 12) -> Edge:
    """The ASGI application, wired for these settings."""
    portal = make_portal(settings, bcrypt_cost, companion_of(settings))
    return wire(make_litestar(demo=settings.demo), settings, portal)
