"""One door a router: in the request's transaction, it lets in who may, with the access that fits.

Being public is being under `visitor`; nothing else can be reached without a session.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from litestar.exceptions import HTTPException
from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock
from app.access import AccountAccess, MemberAccess, StaffAccess, VisitorAccess
from app.errors import ClientClosed, Forbidden, NotFound, RightMissing
from app.follow_up.secrecy import keep_health_secret
from app.rights import Right, rights_of
from app.scope import scope_of
from app.security.presence import ABSOLUTE, IDLE, STAFF_ABSOLUTE, is_over
from app.security.reads import trace_of
from app.security.seat import ActingAccount, ActingCall, ActingCompany, OpenedSession
from app.sessions import Seat, lent_seat, people_who_give, seat_at, session_of
from app.staff_rights import EVERYTHING, StaffRight, staff_rights_of
from app.waiting import ANY_TEAM, COUNTS, read_counts
from app.web.caller import Caller, Viewer
from app.web.drafts import LONGEST, drop_resumed, keep_draft
from app.web.on_the_phone import on_the_phone
from app.web.signatures import Request
from app.web.uploads import Limit, drain, read_upload
from db.models import DRAFT_KEPT, Account, AccountSession, Document, Employee, StaffMember
from db.models.company import label_of

# The rest of the request, once a door has let it in, and a door.
Inside = Callable[[Any], Awaitable[Any]]
Door = Callable[[Request, AsyncSession, Inside], Awaitable[Any]]


class SignInNeeded(Exception):  # noqa: N818
    """Nobody is signed in, or no longer. `account_id`: the owner of the session that just ended, to keep
    their draft.
    """

    def __init__(self, account_id: int | None = None) -> None:
        super().__init__()
        self.account_id = account_id
        self.draft_kept = False


class PasswordNeeded(Exception):  # noqa: N818
    """Signed in with the mailed password: another must be chosen before any page answers."""


class FactorNeeded(Exception):  # noqa: N818
    """Somebody of the service gave their password alone: their second factor before any page answers."""


class StalePage(Exception):  # noqa: N818
    """A POST without a valid form token reached a handler that shows no form."""


async def through(door: Door, request: Request, inside: Inside) -> Any:
    """The answer of `inside`, which is called with the access that the door gives, in one transaction."""
    visit = Caller.of(request)
    try:
        async with visit.portal.database.transaction(write=request.method == "POST") as session:
            # Nothing that an unverified POST did can be committed, whatever its handler forgot.
            session.info["refused"] = not visit.verified
            answer = await door(request, session, inside)
            # The token of a file is verified inside its handler.
            session.info["refused"] = not visit.verified
            if not visit.verified and not visit.is_stale_shown:
                raise StalePage
        return answer
    except SignInNeeded as needed:
        needed.draft_kept = await _kept(request, needed.account_id)
        await _drained(request)
        raise
    except (RightMissing, NotFound) as missing:
        if isinstance(missing, RightMissing) or missing.lost:
            missing.draft_kept = await _kept(request, visit.account_id)
            async with visit.portal.database.transaction(write=False) as session:
                missing.givers = await people_who_give(visit.portal.database, session, StaffRight.TEAM)
        await _drained(request)
        raise
    except Exception:
        await _drained(request)
        raise


async def _kept(request: Request, account_id: int | None) -> bool:
    """True when what this POST typed is kept: for its account, once its token is right."""
    if request.method != "POST" or not account_id:
        return False
    visit = Caller.of(request)
    has_file = not visit.verified and request.route_handler.opt.get("file")
    fields = (await read_upload(request, Limit(field=LONGEST))).fields if has_file else None
    return visit.verified and await keep_draft(request, account_id, clock.now(), fields)


async def _drained(request: Request) -> None:
    """Outside the transaction: a file may be long in coming."""
    if request.route_handler.opt.get("file"):
        # A fault of the sending itself does not hide why it was refused.
        with suppress(ClientClosed, HTTPException):
            await drain(request)


async def visitor_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    visit = Caller.of(request)
    return await inside(VisitorAccess(visit.portal, session, visit.network))


async def account_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    opened, account = await _signed_in(request, session)
    # Whoever has not shown their second factor may still leave.
    if not (opened.needs_factor and request.route_handler.opt.get("leaves")):
        _check_steps(opened)
    await drop_resumed(request, session, account.key)
    return await inside(AccountAccess(Caller.of(request).portal, session, account, opened))


async def first_password_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    """The one page that a session opened with the mailed password may see."""
    opened, account = await _signed_in(request, session)
    if not opened.must_choose_password:
        raise NotFound
    return await inside(AccountAccess(Caller.of(request).portal, session, account, opened))


async def factor_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    """The pages that a session of the service without its second factor may see, and no other session."""
    opened, account = await _signed_in(request, session)
    if opened.must_choose_password:
        raise PasswordNeeded
    if not opened.needs_factor:
        raise NotFound
    return await inside(AccountAccess(Caller.of(request).portal, session, account, opened))


async def staff_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    opened, account, staff = await _recognised(request, session)
    _check_steps(opened)
    if staff is None:
        # As an address that leads nowhere, which shows the same person too.
        raise NotFound
    access = StaffAccess(Caller.of(request).portal, session, account, tuple(staff.roles), scope_of(staff))
    if StaffRight.MEDICAL not in access.rights:
        keep_health_secret()
    if right := request.route_handler.opt["right"]:
        access.require(right)
    if request.method == "POST" and (may_send := request.route_handler.opt.get("file")):
        # Before a byte of the file is read.
        await may_send(access, **request.path_params)
    await _count_waiting(Caller.of(request), access)
    await drop_resumed(request, session, account.key)
    try:
        answer = await inside(access)
        await access.check_scope()
    except NotFound as missing:
        # The same words at any address: they tell a foreign thing from an absent one no more than before.
        if staff.narrowed_at and staff.narrowed_at > clock.now() - DRAFT_KEPT:
            missing.lost = staff.lost
        raise
    return answer


async def _count_waiting(visit: Caller, access: StaffAccess) -> None:
    """The number in the menu: of what waits in the scope of somebody who may answer it."""
    if visit.viewer and StaffRight.INBOX in access.rights:
        given = {"team": ANY_TEAM, "me": access.account.key, "today": clock.today()}
        counts = read_counts(await access.table(COUNTS, given))
        waiting = sum(each.number for each in counts.values())
        visit.viewer = visit.viewer._replace(waiting=waiting)


async def member_access(request: Request, session: AsyncSession, inside: Inside) -> Any:
    """Everything in one statement; a stranger gets the 404 of no company."""
    visit = Caller.of(request)
    code, database = request.path_params["code"], visit.portal.database
    seat = await seat_at(database, session, visit.session_token, code, clock.today())
    if seat is None:
        raise SignInNeeded
    _check(visit, seat.session, None)
    _check_steps(seat.session)
    seat, withheld = await _looked_through(visit, session, seat, code)
    seat, call = await on_the_phone(request, session, seat)
    # Without a company, a foreign one or none: the page that says no shows the same person.
    visit.viewer = _viewer(seat.account, seat.session, None)
    if seat.company is None or seat.membership is None:
        raise NotFound
    visit.company = seat.company
    access = MemberAccess(
        visit.portal, session, seat.account, seat.company, seat.membership, seat.team,
        withheld or frozenset(), seat.session.account_id if call or withheld is not None else None, call,
    )  # fmt: skip
    visit.viewer = _at_company(visit.viewer, seat, seat.company, access.rights, call)
    if withheld is not None:
        _check_looking(request, visit.viewer, withheld)
    _check_membership(request, seat.company)
    if right := request.route_handler.opt["right"]:
        access.require(right)
    if request.method == "POST" and (may_send := request.route_handler.opt.get("file")):
        # Before a byte of the file is read, and before its handler can forget it.
        await may_send(access, **request.path_params)
    await drop_resumed(request, session, seat.account.key)
    answer = await inside(access)
    if access.looker:
        await _trace_look(access, access.looker, request.path_params)
    return answer


# What a page with such a number in its address shows, whichever way it reads it.
SUBJECTS: dict[str, type[Document | Employee]] = {"document_id": Document, "employee_id": Employee}


async def _trace_look(access: MemberAccess, looker: int, params: dict[str, Any]) -> None:
    """The page answered: its company was read, and what its address names."""
    company = await access.company_row()
    access.portal.reads.note(trace_of(company, "", looker, clock.now()))
    for name, model in SUBJECTS.items():
        if name in params:
            await access.get(model, params[name])


LOOKING = (
    "Vous regardez cet espace avec les yeux d’un adhérent : rien ne s’y écrit. Revenez au service pour agir."
)
HIDDEN = "Le service ne voit pas cette page avec les yeux d’un adhérent : elle révèle ce qui n’est qu’à lui."
CLOSED = "Cette adhésion a pris fin : vos pages restent lisibles, rien ne s’y écrit. Écrivez au service."
SUSPENDED = "Votre adhésion est suspendue : écrivez au service pour la reprendre."
# Reasons of a stop reveal health; the address of a calendar is a secret of its owner.
REVEALING = ("appointments.", "calendars.")
# What remains of a membership that is over: writing to the service, and one's own accesses.
AFTER_THE_END = ("contact.", "companies.", "people.")
NOT_SUSPENDED = ("appointments.", "documents.certify")


def withheld_from(staff_roles: Sequence[str]) -> frozenset[Right]:
    """Rights that a member has and that somebody of the service who looks on has not."""
    medical = StaffRight.MEDICAL in staff_rights_of(staff_roles)
    # Who keeps the list reads of a handicap, on the sheet, in the list and in its files.
    return frozenset() if medical else frozenset({Right.APTITUDE, Right.EMPLOYEES})


async def _looked_through(
    visit: Caller, session: AsyncSession, seat: Seat, code: str
) -> tuple[Seat, frozenset[Right] | None]:
    """The seat through which somebody of the service looks, and what is withheld from them; or one's own."""
    if not seat.session.as_membership_id or seat.membership is not None:
        return seat, None
    lent = await lent_seat(visit.portal.database, session, seat, code, clock.today())
    if lent is None or StaffRight.MEMBERS not in staff_rights_of(lent.staff_roles):
        return seat, None
    return lent.seat, withheld_from(lent.staff_roles)


def _check_looking(request: Request, viewer: Viewer, withheld: frozenset[Right]) -> None:
    """Looking on is reading, whatever the page; what is secret even so is not shown."""
    Caller.of(request).viewer = viewer._replace(seen_as=True)
    if withheld:
        keep_health_secret()
    if request.method == "POST":
        raise Forbidden(LOOKING)
    name = request.route_handler.name or ""
    if name.startswith("calendars.") or (withheld and name.startswith(REVEALING)):
        raise Forbidden(HIDDEN)


def _check_membership(request: Request, company: ActingCompany) -> None:
    """A membership that is over, or suspended, is read."""
    name = request.route_handler.name or ""
    if request.method != "POST":
        return
    if company.closed_at and not name.startswith(AFTER_THE_END):
        raise Forbidden(CLOSED)
    if company.suspended_at and name.startswith(NOT_SUSPENDED):
        raise Forbidden(SUSPENDED)


async def _signed_in(request: Request, session: AsyncSession) -> tuple[AccountSession, Account]:
    opened, account, _ = await _recognised(request, session)
    return opened, account


async def _recognised(
    request: Request, session: AsyncSession
) -> tuple[AccountSession, Account, StaffMember | None]:
    visit = Caller.of(request)
    token, database = visit.session_token, visit.portal.database
    row = await session_of(database, session, token) if token else None
    opened, account, staff = row or (None, None, None)
    _check(visit, opened, staff)
    if opened is None or account is None:
        raise SignInNeeded
    visit.viewer, visit.account_id = _viewer(account, opened, staff), account.key
    return opened, account, staff


def _check_steps(opened: AccountSession | OpenedSession) -> None:
    """The steps of a sign-in that are left: nothing else opens before."""
    if opened.must_choose_password:
        raise PasswordNeeded
    if opened.needs_factor:
        raise FactorNeeded


def _longest(opened: AccountSession | OpenedSession, staff: StaffMember | None) -> timedelta:
    """Time that it lasts in all: less in the service's pages, and for the service in a member's."""
    return STAFF_ABSOLUTE if staff or opened.as_membership_id else ABSOLUTE


def _is_over(visit: Caller, opened: AccountSession | OpenedSession, staff: StaffMember | None) -> bool:
    last_seen = visit.portal.presence.last_seen(opened)
    return is_over(opened, last_seen, clock.now(), _longest(opened, staff))


def _check(visit: Caller, opened: AccountSession | OpenedSession | None, staff: StaffMember | None) -> None:
    if opened is None:
        raise SignInNeeded
    if _is_over(visit, opened, staff):
        raise SignInNeeded(None if opened.ended_at else opened.account_id)
    visit.portal.presence.touch(opened.key, clock.now())


async def recognise(request: Request) -> None:
    """The person signed in, at an address that no door stands before: for the menu of the page that says no,
    in one statement. Nobody whose session is over.
    """
    visit, path = Caller.of(request), request.scope["path"]
    code = path.split("/")[2] if path.startswith("/espace/") else ""
    database = visit.portal.database
    async with database.transaction(write=False) as session:
        if not code:
            with suppress(SignInNeeded):
                await _signed_in(request, session)
            return
        seat = await seat_at(database, session, visit.session_token, code, clock.today())
    if seat is None or _is_over(visit, seat.session, None):
        return
    visit.viewer = _viewer(seat.account, seat.session, None)
    is_in = not (seat.session.must_choose_password or seat.session.needs_factor)
    if seat.company and seat.membership and is_in:
        rights = rights_of(seat.membership.roles, third_party=seat.membership.third_party)
        visit.company = seat.company
        visit.viewer = _at_company(visit.viewer, seat, seat.company, rights)


STEP = timedelta(minutes=5)  # by which what is left goes down: two readings give the same page


def _viewer(
    account: Account | ActingAccount, opened: AccountSession | OpenedSession, staff: StaffMember | None
) -> Viewer:
    ends_at = opened.created_at + _longest(opened, staff)
    return Viewer(
        name=account.full_name,
        email=account.email,
        ends_at=ends_at,
        left=int((ends_at - clock.now()) / STEP) * STEP.seconds,
        idle=int(IDLE.total_seconds()),
        staff_roles=None if staff is None else tuple(staff.roles),
        staff_scope=EVERYTHING if staff is None else scope_of(staff),
        must_choose_password=opened.must_choose_password,
        needs_factor=opened.needs_factor,
    )


def _at_company(
    viewer: Viewer,
    seat: Seat,
    company: ActingCompany,
    rights: frozenset[Right],
    call: ActingCall | None = None,
) -> Viewer:
    return viewer._replace(
        call=call,
        company_code=company.code,
        company_label=company.label,
        rights=rights,
        companies=tuple((choice[0], label_of(*choice)) for choice in seat.choices),
        team=seat.team,
    )
