"""Every "no" and every fault as a page in French, whatever the Accept header says."""

from http import HTTPStatus
from typing import Any, cast

import structlog
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from app.errors import (
    Anonymised,
    ClientClosed,
    CookiesRefused,
    Forbidden,
    NotFound,
    Refused,
    RightMissing,
)
from app.files.storage import FileLost
from app.staff_rights import STAFF_RIGHT_WORDS, StaffRight
from app.text.counts import plural
from app.web import cookies
from app.web.caller import Caller
from app.web.doors import FactorNeeded, PasswordNeeded, SignInNeeded, StalePage, recognise
from app.web.pages import Instead, Page, is_htmx, leave, path_to
from app.web.signatures import Request, get
from app.web.templating import Templates
from db.shortage import BUSY, RETRY_AFTER, Busy, may_pass

log = structlog.get_logger()
FEW_GIVERS = 5  # named where a right is missing
FEW_LOST = 5
WAIT = "Un instant, s’il vous plaît"


class ErrorPage(Page):
    """A page that says no, with the menu of the person signed in even where no door stood before it."""

    def to_asgi_response(self, app: Any, request: Request, **given: Any) -> ASGIResponse:
        visit = Caller.of(request)
        is_unknown = visit.viewer is None and bool(visit.session_token)
        if not is_unknown or self.status_code is None or self.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().to_asgi_response(app, request, **given)
        return cast("ASGIResponse", self._recognised(app, request, given))

    def _recognised(self, app: Any, request: Request, given: dict[str, Any]) -> Any:
        """The same, once the database was asked: litestar makes answers without waiting, and awaits them."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await recognise(request)
            await Page.to_asgi_response(self, app, request, **given)(scope, receive, send)

        return answer


def _error(
    status: int, title: str, words: str, headers: dict[str, str] | None = None, *, draft_kept: bool = False
) -> Page:
    """The same page for everybody: a foreign thing and an absent one must not differ by a byte."""
    return ErrorPage(
        "errors/error.html", status_code=status, headers=headers, title=title, words=words,
        draft_kept=draft_kept,
    )  # fmt: skip


def not_found(_request: Request, error: Exception) -> Response[Any]:
    words, draft_kept = "Cette page n’existe pas, ou elle n’est pas dans votre espace.", False
    if isinstance(error, NotFound) and error.lost:
        draft_kept, places = error.draft_kept, [f"« {each} »" for each in error.lost[:FEW_LOST]]
        more = len(error.lost) - len(places)
        gone = ", ".join(places) + (f" et {plural(more, 'autre', 'autres')}" if more else "")
        who = ", ".join(error.givers[:FEW_GIVERS])
        words = f"Cette page n’existe pas, ou vous ne la voyez plus : vous ne travaillez plus pour {gone}."
        if draft_kept:
            words += (
                " Rien n’a été enregistré, mais ce que vous avez saisi est conservé douze heures. "
                f"Peuvent vous rendre cet accès : {who}. Vous reprendrez ensuite votre saisie."
            )
    return _error(404, "Page introuvable", words, draft_kept=draft_kept)


def anonymised(_request: Request, _: Exception) -> Response[Any]:
    words = (
        "Ces données ont été rendues anonymes au terme de leur conservation : elles comptent encore et ne "
        "désignent plus personne."
    )
    return _error(410, "Données rendues anonymes", words)


def instead(_request: Request, error: Instead) -> Response[Any]:
    return error.answer


def forbidden(_request: Request, error: Forbidden) -> Response[Any]:
    return _error(403, "Accès refusé", error.message)


def right_missing(_request: Request, error: RightMissing) -> Response[Any]:
    right, who = STAFF_RIGHT_WORDS[StaffRight(error.right)], ", ".join(error.givers[:FEW_GIVERS])
    words = f"Il faut le droit « {right} », que votre compte n’a pas. Peuvent le donner : {who}."
    if error.draft_kept:
        words = (
            f"Votre compte n’a plus le droit « {right} ». Rien n’a été enregistré, mais ce que vous "
            f"avez saisi est conservé douze heures. Peuvent vous rendre ce droit : {who}. Vous reprendrez "
            "ensuite votre saisie."
        )
    return _error(403, "Accès refusé", words, draft_kept=error.draft_kept)


def refused(_request: Request, error: Refused) -> Response[Any]:
    return _error(error.status_code, "Demande refusée", error.message)


def stale(_request: Request, _: StalePage) -> Response[Any]:
    words = "Elle était ouverte depuis trop longtemps. Rien n’a été fait : revenez à la page et recommencez."
    return _error(403, "Cette page avait expiré", words)


def busy(_request: Request, error: Busy) -> Response[Any]:
    headers = {"Retry-After": str(error.retry_after)}
    return _error(503, WAIT, error.words, headers)


def client_closed(_: Request, __: Exception) -> Response[Any]:
    """An answer that nobody reads; `app.web.edge` writes the line."""
    return Response(b"", status_code=400, media_type="text/html")


def busy_page(templates: Templates) -> str:
    """The same page for the edge, before anybody was looked up."""
    context = {"viewer": None, "has_session": False, "csrf_token": "", "title": WAIT, "words": BUSY}
    return templates.render("errors/error.html", "", context)


def sign_in_needed(request: Request, error: SignInNeeded) -> Response[Any]:
    """Go to the sign-in, and back afterwards. The fields typed wait for the next sign-in of that account."""
    if not is_htmx(request) and cookies.are_refused(request):
        return cookies_refused(request, error)
    visit = Caller.of(request)
    query = {"suite": request.scope["path"]} if request.method == "GET" else {}
    if visit.session_token:
        query["fait"] = "fin"
    if error.draft_kept:
        query["fait"] = "saisie"
    over: list[Cookie] = [visit.no_cookie("session")] if visit.session_token else []
    return leave(request, path_to(request, "sign_in.email"), query=query, cookies=over)


def cookies_refused(request: Request, _: Exception) -> Response[Any]:
    return _error(403, "Votre navigateur refuse les cookies", cookies.how_to_allow(request))


def password_needed(request: Request, _: PasswordNeeded) -> Response[Any]:
    return leave(request, path_to(request, "sign_in.first_password"))


def factor_needed(request: Request, _: FactorNeeded) -> Response[Any]:
    query = {"suite": request.scope["path"]} if request.method == "GET" else {}
    return leave(request, path_to(request, "factors.step"), query=query)


HTTP_WORDS = {
    400: ("Demande incomprise", "Le portail n’a pas compris ce que votre navigateur a envoyé."),
    405: ("Adresse mal employée", "Cette adresse ne s’utilise pas de cette façon."),
    415: ("Envoi incompris", "Le portail n’accepte que ce que ses formulaires envoient."),
    413: ("Envoi trop lourd", "Ce que vous envoyez dépasse la taille acceptée."),
}


def http_error(request: Request, error: HTTPException) -> Response[Any]:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return not_found(request, error)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return fault(request, error)
    status = error.status_code if error.status_code in HTTP_WORDS else 400
    return _error(status, *HTTP_WORDS[status], headers=_allowed(error))


def _allowed(error: HTTPException) -> dict[str, str]:
    """Methods that the address answers to: HEAD wherever GET is, since the edge makes one of the other."""
    known = (error.headers or {}).get("allow", "")
    return {"Allow": known.replace("GET", "GET, HEAD")} if known else {}


def fault(request: Request, error: Exception) -> Response[Any]:
    """A shortage is not ours, and nothing was half written: it may pass. Anything else is a fault of ours."""
    route = request.scope.get("path_template", "-")
    if may_pass(error):
        log.error("shortage", route=route, exc_info=error)
        return busy(request, Busy(RETRY_AFTER))
    log.error("fault", route=route, exc_info=error)
    words = (
        "Le portail a rencontré une erreur. Rien n’a été enregistré. Notre équipe en est avertie ; réessayez."
    )
    return _error(500, "Une erreur est survenue", words)


def file_lost(request: Request, error: Exception) -> Response[Any]:
    """Not a 404: the reader may see it and it is listed, so that "no such page" would be false, and the fault
    unseen in the log. Not a 503 either: it will not come back by itself.
    """
    log.error("file_lost", route=request.scope.get("path_template", "-"), exc_info=error)
    words = (
        "Le portail ne retrouve plus ce fichier. Notre équipe en est avertie : pour l’avoir autrement, "
        "appelez le service."
    )
    return _error(500, "Fichier introuvable", words)


HANDLERS: dict[Any, Any] = {
    Anonymised: anonymised,
    NotFound: not_found,
    Instead: instead,
    RightMissing: right_missing,
    Forbidden: forbidden,
    Refused: refused,
    StalePage: stale,
    Busy: busy,
    ClientClosed: client_closed,
    CookiesRefused: cookies_refused,
    FileLost: file_lost,
    SignInNeeded: sign_in_needed,
    PasswordNeeded: password_needed,
    FactorNeeded: factor_needed,
    HTTPException: http_error,
    Exception: fault,
}


# For the supervisor: is the process up, and does its database take what is written?


@get("/healthz", sync_to_thread=False)
def alive() -> Response[Any]:
    return Response("ok\n", media_type="text/plain")


@get("/readyz")
async def ready(request: Request) -> Response[Any]:
    await request.app.state.portal.database.try_writing()
    return Response("ok\n", media_type="text/plain")
