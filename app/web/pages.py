"""Pages and fragments: the one place that decides between them, compresses them, and redirects."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar.datastructures import Cookie
from litestar.response import Redirect, Response
from litestar.response.base import ASGIResponse

from app import clock
from app.security.keys import fingerprint
from app.web.caller import REMOVED, Caller, header_of
from app.web.encodings import accepted_encoding, compressed
from app.web.forms import Form
from app.web.signatures import Request
from app.web.templating import Templates
from db.numbers import company_code, is_digits

HTML = "text/html"
Query = Mapping[str, str | list[str]]
VARY = "HX-Request-Type, Accept-Encoding"
# Pages of the person, at any company or none.
PERSONAL = ("account.", "calendars.", "companies.", "faq.", "passkeys.")


class Instead(Exception):  # noqa: N818
    """This is answered in place of what was asked for."""

    def __init__(self, answer: Response[Any]) -> None:
        super().__init__()
        self.answer = answer


class FormToken:
    """The token of a form, made where a template writes it: many a fragment has no form."""

    def __init__(self, visit: Caller) -> None:
        self._visit = visit

    @cached_property
    def _written(self) -> str:
        return self._visit.form_token

    def __html__(self) -> str:
        return self._written


class Page(Response[bytes]):
    """A template, rendered when the request is known: the fragment alone when htmx swaps, else the whole
    page.
    """

    def __init__(
        self,
        template: str,
        partial: str = "",
        *,
        also: Mapping[str, str] | None = None,
        status_code: int = 200,
        cookies: Iterable[Cookie] = (),
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> None:
        super().__init__(
            b"", status_code=status_code, cookies=list(cookies), headers=headers, media_type=HTML
        )
        self.template = template
        self.partial = partial
        self.also = also or {}
        self.context = context

    def to_asgi_response(self, app: Any, request: Request, **given: Any) -> ASGIResponse:  # noqa: ARG002
        body = render(request, self.template, self.partial, self.context, self.also).encode()
        self.content, encoding = compressed(body, header_of(request, b"accept-encoding"))
        self.headers["Vary"] = VARY
        if encoding:
            self.headers["Content-Encoding"] = encoding
        return Sent(self, [*(given.get("cookies") or ()), *self.cookies])


class Sent(ASGIResponse):
    """A page whose headers are written once. Litestar looks for each among the others: 6 % of a short
    page.
    """

    def __init__(self, page: Page, cookies: list[Cookie]) -> None:
        self.status_code, self.body, self.background = page.status_code or 200, page.content, None
        self.is_head_response = False
        self._lines = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(self.body)),
            *((name.lower().encode(), value.encode("latin-1")) for name, value in page.headers.items()),
            *(cookie.to_encoded_header() for cookie in cookies),
        ]

    def encode_headers(self) -> list[tuple[bytes, bytes]]:
        return self._lines


class PublicPage(Response[bytes]):
    """A page that is the same for every visitor: rendered and compressed once, then only sent. Another for
    the reader who came from a company, which it leads back to.

    `kept_as`: which of the pages of that template.
    """

    def __init__(self, template: str, *, kept_as: str = "", **context: Any) -> None:
        super().__init__(b"", media_type=HTML, headers={"Vary": "Accept-Encoding"})
        self.template = template
        self.kept_as = kept_as
        self.context = context

    def to_asgi_response(self, app: Any, request: Request, **given: Any) -> ASGIResponse:
        has_session = bool(Caller.of(request).session_token)
        encoding = accepted_encoding(header_of(request, b"accept-encoding"), once=True)
        kept: dict[Any, bytes] = request.app.state.public_pages
        key = (self.template, self.kept_as, has_session, encoding)
        if has_session and (origin := came_from(request)):
            self.content = compressed(self._html(request, origin, has_session=True), encoding)[0]
        else:
            if key not in kept:
                html = self._html(request, "", has_session=has_session)
                kept[key] = compressed(html, encoding, once=True)[0]
            self.content = kept[key]
        if encoding:
            self.headers["Content-Encoding"] = encoding
        return super().to_asgi_response(app, request, **given)

    def _html(self, request: Request, origin: str, *, has_session: bool) -> bytes:
        templates: Templates = request.app.state.templates
        context = {
            "viewer": None,
            "has_session": has_session,
            "csrf_token": request.app.state.portal.keys.form_token(""),
            "came_from": origin,
            **({"path_to": _handing_on(templates, origin)} if origin else {}),
            **self.context,
        }
        return templates.render(self.template, "", context).encode()


def page(
    template: str, partial: str = "", *, form: Form[Any] | None = None, status_code: int = 200, **context: Any
) -> Page:
    """The page of this template; `partial` is the fragment of it that a swap gets, `also` the fragments that
    change elsewhere with it, each with the name of the page that holds it. A refused form answers 4xx.
    """
    if form is not None and form.errors:
        status_code = form.status_code
    return Page(template, partial, status_code=status_code, form=form or Form(), **context)


def render(
    request: Request,
    template: str,
    partial: str,
    context: dict[str, Any],
    also: Mapping[str, str],
) -> str:
    """The names of every template: `viewer`, the `company` behind the member door, the moment (`now`,
    `today`), the code of the company that a personal page `came_from`.
    """
    visit, at = Caller.of(request), clock.moment()
    templates: Templates = request.app.state.templates
    context = {
        "now": at.now,
        "today": at.today,
        "viewer": visit.viewer,
        "has_session": bool(visit.session_token),
        "csrf_token": FormToken(visit),
        "page_number": page_number(request.query_params, "apres", "avant"),
        "came_from": came_from(request),
        **({"company": visit.company} if visit.company else {}),
        **context,
    }
    if origin := context["came_from"] or (visit.company.code if visit.company else ""):
        context["path_to"] = _handing_on(templates, origin)
    if not partial or not wants_fragment(request):
        return templates.render(template, "", context)
    return templates.render(template, partial, context) + "".join(
        f'<hx-partial data-hx-target="#{id_of(each)}" data-hx-swap="outerHTML">'
        f"{templates.fragment(each, context)}</hx-partial>"
        for each, holder in also.items()
        if _is_asked_from(request, holder)
    )


def _handing_on(templates: Templates, origin: str) -> Callable[..., str]:
    """`path_to` for a template whose links to pages of the person say which company their reader is at."""

    def path_to(name: str, **params: Any) -> str:
        is_personal = name.startswith(PERSONAL) and "code" not in params
        return templates.path_to(name, **params) + (f"?de={origin}" if is_personal else "")

    return path_to


def came_from(request: Request) -> str:
    """The code of the company that a personal page was opened from, which its address holds and hands on: the
    page itself belongs to none, and its way back asks the database nothing.
    """
    return "" if Caller.of(request).company else company_code(request.query_params.get("de", ""))


def _is_asked_from(request: Request, name: str) -> bool:
    """True when the page that htmx swaps in is the one of this name: no other has a place for
    its fragments.
    """
    current = header_of(request, b"hx-current-url").partition("#")[0].partition("?")[0]
    return current.endswith(path_to(request, name, **request.path_params))


def page_number(query: Mapping[str, str], *places: str) -> int:
    """The page of a list that an address asks for. Its links count pages: it is 1 where no place goes with
    it.
    """
    number = query.get("page", "")
    is_counted = is_digits(number) and len(number) < 5
    return max(1, int(number)) if is_counted and any(query.get(each) for each in places) else 1


def id_of(partial: str) -> str:
    """The id of a fragment is its path: partials/planning/counters.html is #planning-counters."""
    return "-".join(partial.removeprefix("partials/").removesuffix(".html").replace("_", "-").split("/"))


def wants_fragment(request: Request) -> bool:
    return header_of(request, b"hx-request-type") == "partial"


def is_htmx(request: Request) -> bool:
    return header_of(request, b"hx-request") == "true"


def path_to(request: Request, name: str, **params: Any) -> str:
    """The address of that route: in the company of the page that asks, unless `code` says another."""
    templates: Templates = request.app.state.templates
    if company := Caller.of(request).company:
        params = {"code": company.code, **params}
    return templates.path_to(name, **params)


def see(
    request: Request,
    name: str,
    *,
    query: Query | None = None,
    cookies: Iterable[Cookie] = (),
    **params: Any,
) -> Response[Any]:
    """303 to a page that shows the same fragment: htmx follows it and swaps. `query["fait"]`: the word of
    what was just done, which the page hears from `done_here`.
    """
    cookies, query = list(cookies), query or {}
    if name.startswith(PERSONAL) and "code" not in params and (origin := came_from(request)):
        query = {**query, "de": origin}
    address = _address(request, path_to(request, name, **params), query, cookies)
    return Redirect(address, status_code=303, cookies=cookies)


def leave(
    request: Request,
    path: str,
    *,
    query: Query | None = None,
    cookies: Iterable[Cookie] = (),
) -> Response[Any]:
    """Go to another page altogether. htmx would swap a followed redirect, so its header makes it navigate."""
    cookies = list(cookies)
    address = _address(request, path, query or {}, cookies)
    if is_htmx(request):
        return Response(
            b"", status_code=204, headers={"HX-Redirect": address}, cookies=cookies, media_type=HTML
        )
    return Redirect(address, status_code=303, cookies=cookies)


def _address(request: Request, path: str, query: Query, cookies: list[Cookie]) -> str:
    """The target of a redirect: after a POST, an address that was never visited.

    links2 and Dillo show again from memory what they saw at an address, whatever the headers say. lynx
    stops for two seconds at an address without a host; the host is ours only where the reader came by it.
    """
    now = clock.now()
    if isinstance(done := query.get("fait"), str):
        binding = _binding_after(request, cookies)
        query = {**query, "fait": Caller.of(request).portal.keys.done_mark(binding, path, done, now)}
    elif request.method == "POST" and not is_htmx(request):
        query = {**query, **never_seen()}
    base = request.app.state.portal.settings.base_url
    came_by_it = urlsplit(base).netloc == request.headers.get("host", "").lower()
    return (base if came_by_it else "") + path + (f"?{urlencode(query, doseq=True)}" if query else "")


def never_seen() -> dict[str, str]:
    """A number that makes the address a new one, and that its page ignores."""
    return {"n": str(time.time_ns() // 1000)}


def _binding_after(request: Request, cookies: list[Cookie]) -> str:
    """The sign-in of the next page: a change of password opens another session, leaving ends it."""
    visit = Caller.of(request)
    token = next((c.value for c in cookies if c.key == visit.names["session"]), visit.session_token)
    return fingerprint("" if token == REMOVED else token or "")


def done_here(request: Request) -> str:
    """The act that this reader did a moment ago, which this page announces: "" for an address that is old,
    shared or made up.
    """
    mark = request.query_params.get("fait", "")
    if not mark:
        return ""
    visit = Caller.of(request)
    return visit.portal.keys.done_by(visit.session_hash, request.scope["path"], mark, clock.now())
