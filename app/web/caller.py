"""Facts that a request carries before any row is read: cookies, client address, form token. And the guard on
POST.

An unverified POST cannot commit: when the form token is missing or old, the transaction of the request rolls
back whatever the handler did, and `Form.read` hands the filled form back with a fresh token. A handler that
forgets the check answers 403 and writes nothing.

Visitors get no cookie by reading. The token of the first steps (address, code, mailed link) is the same for
everybody and protects only what is harmless; the steps that open a session are bound to the cookie of the
flow, which a POST sets. So public pages are the same bytes for all and are rendered once. Revisit when a
first step can do harm.
"""

from datetime import datetime
from functools import cache, cached_property, lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

from app.devices import LIFE, OpenedBrowser, Origin
from app.errors import Forbidden
from app.follow_up import secrecy
from app.portal import Portal
from app.rights import Right
from app.security.keys import fingerprint
from app.security.seat import ActingCall, ActingCompany, FollowingTeam
from app.staff_rights import EVERYTHING, StaffRight, StaffScope, staff_rights_of
from app.web.posted import posted

TOKEN_FIELD = "csrf"
FORM_TYPE = "application/x-www-form-urlencoded"
MULTIPART_TYPE = "multipart/form-data"
YEAR = 365 * 24 * 60 * 60  # seconds
REMOVED = "-"  # what a removed cookie holds


class Viewer(NamedTuple):
    """The reader as the layout shows them: plain values, so that they outlive the transaction.

    `ends_at`: when the session ends whatever is done, at least `left` seconds from now. `idle`: the seconds
    without a request that end it before. `staff_roles`: None for everybody outside the service.
    `waiting`: the things that wait for somebody of the service.
    `seen_as`: somebody of the service looks through the eyes of this person. `call`: they declare for the
    company, on the phone with it.
    """

    name: str
    email: str
    ends_at: datetime
    left: int
    idle: int
    staff_roles: tuple[str, ...] | None = None
    staff_scope: StaffScope = EVERYTHING
    waiting: int = 0
    seen_as: bool = False
    call: ActingCall | None = None
    must_choose_password: bool = False
    needs_factor: bool = False
    company_code: str = ""
    company_label: str = ""
    rights: frozenset[Right] = frozenset()
    companies: tuple[tuple[str, str], ...] = ()
    team: FollowingTeam | None = None

    @property
    def staff_rights(self) -> frozenset[StaffRight] | None:
        return None if self.staff_roles is None else staff_rights_of(self.staff_roles)


@cache
def cookie_names(*, is_secure: bool) -> dict[str, str]:
    prefix = "__Host-" if is_secure else ""
    return {kind: f"{prefix}{kind}" for kind in ("session", "flow", "device")}


class Caller:
    """One request's own facts, made once and kept in its scope."""

    def __init__(self, request: ASGIConnection[Any, Any, Any, Any]) -> None:
        self.portal: Portal = request.app.state.portal
        self.names = cookie_names(is_secure=self.portal.settings.is_secure)
        cookies = cookies_of(header_of(request, b"cookie"))
        self.session_token, self.flow_token, self.device = (
            cookies.get(name, "")[:200] for name in self.names.values()
        )
        self.network = network_of(request.client.host if request.client else "")
        self.browser = browser_name(header_of(request, b"user-agent"))
        self.viewer: Viewer | None = None
        self.account_id: int | None = None  # of somebody who came in by their own door
        self.company: ActingCompany | None = None
        self.verified = True
        self.is_stale_shown = False

    @staticmethod
    def of(request: ASGIConnection[Any, Any, Any, Any]) -> "Caller":
        visit = request.scope["state"].get("visit")
        if visit is None:
            visit = request.scope["state"]["visit"] = Caller(request)
        return visit

    @cached_property
    def session_hash(self) -> str:
        return fingerprint(self.session_token)

    @property
    def binding(self) -> str:
        """The tie of a form token: the session, else the sign-in under way, else nothing."""
        if self.session_token:
            return "session:" + self.session_hash
        return "flow:" + fingerprint(self.flow_token) if self.flow_token else ""

    @property
    def form_token(self) -> str:
        return self.portal.keys.form_token(self.binding)

    def cookie(self, kind: str, value: str, expires: int | None = None) -> Cookie:
        """`expires`: seconds from now, written as a date: links2 and elinks do not know Max-Age."""
        secure = self.portal.settings.is_secure
        return Cookie(
            key=self.names[kind],
            value=value,
            expires=expires,
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )

    def no_cookie(self, kind: str) -> Cookie:
        """Removal in the one form that every browser obeys: a value, and a date of the past that is not the
        beginning of 1970, without Max-Age.

        links2 2.28 keeps the old value when the new one is empty; elinks 0.13.2 takes 1 January 1970 for
        "until the end of the session"; both, and w3m 0.5.3, keep a cookie of Max-Age=0.
        """
        return self.cookie(kind, REMOVED, expires=-YEAR)

    @property
    def origin(self) -> Origin:
        return Origin(self.network, self.device, self.browser)

    def session_cookies(self, opened: OpenedBrowser) -> list[Cookie]:
        """The new session, and the mark of a browser where this account signed in; the sign-in's flow is
        over.
        """
        return [
            self.cookie("session", opened.session),
            self.device_cookie(opened.device),
            self.no_cookie("flow"),
        ]

    def device_cookie(self, token: str) -> Cookie:
        return self.cookie("device", token, int(LIFE.total_seconds()))


async def post_guard(request: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Another site's POST is refused. A POST without its token may show its form again but cannot write.

    Text browsers send neither Origin nor Sec-Fetch-Site: so the headers can only refuse, never allow.
    """
    secrecy.begin()
    if not isinstance(request, Request) or request.method != "POST":
        return
    if is_cross_site(request):
        raise Forbidden("Cette demande vient d’un autre site : elle n’a pas été exécutée.")
    visit = Caller.of(request)
    kind = request.headers.get("content-type", FORM_TYPE).partition(";")[0].strip().lower()
    if kind == MULTIPART_TYPE and handler.opt.get("file"):
        # Its token is in the body, which `uploads.read_upload` reads: until then nothing may be written.
        visit.verified = False
        return
    if kind != FORM_TYPE:
        # No form of ours sends anything else: files, odd charsets and JSON stop here, unread.
        raise HTTPException(status_code=415)
    given = (await posted(request)).get(TOKEN_FIELD)
    keys = visit.portal.keys
    visit.verified = keys.is_form_token(visit.binding, given) or (
        bool(handler.opt.get("harmless")) and keys.is_form_token("", given)
    )


def is_cross_site(request: ASGIConnection[Any, Any, Any, Any]) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    except ValueError:
        return True


def header_of(connection: ASGIConnection[Any, Any, Any, Any], name: bytes) -> str:
    """The header of that name, in small letters, or "". Litestar's dictionary of all of them takes longer
    than the few that a page asks for: 3 % of a short one.
    """
    found = next((value for each, value in connection.scope["headers"] if each == name), b"")
    return found.decode("latin-1")


def cookies_of(header: str) -> dict[str, str]:
    """Cookies as this portal writes them: letters and digits that nothing has to be done to."""
    pairs = [each.partition("=") for each in header.split(";")]
    return {name.strip(): value.strip() for name, _, value in pairs}


@lru_cache(maxsize=4096)
def network_of(host: str) -> str:
    """The address that guesses are counted against: a whole /64 in IPv6, where one client has them all."""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


@lru_cache(maxsize=512)
def browser_name(user_agent: str) -> str:
    """A few words that let people recognise their own browser in "Mes connexions"."""
    known = (
        ("w3m", "w3m"), ("Lynx", "Lynx"), ("ELinks", "ELinks"), ("Links", "Links"), ("Dillo", "Dillo"),
        ("NetSurf", "NetSurf"), ("Falkon", "Falkon"),
        ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"),
    )  # fmt: skip
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
        ("Mac OS", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in known if mark in user_agent), "Navigateur inconnu")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return f"{browser} sur {system}" if system else browser
