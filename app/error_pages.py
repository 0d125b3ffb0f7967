"""Every "no" and every fault as a page in French, whatever the Accept header says."""

from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.response import Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from app.doors import PasswordNeeded, SignInNeeded, StalePage
from app.errors import Busy, Forbidden, NotFound, Refused
from app.visit import Visit
from app.web import Page, leave, path_to

log = structlog.get_logger()
# PostgreSQL: a lock not given in time, a statement cut short, two transactions that wait for each other.
TOO_LONG = {"55P03", "57014", "40P01"}


def _error(status: int, title: str, words: str, headers: dict[str, str] | None = None) -> Page:
    """The same page for everybody: a foreign thing and an absent one must not differ by a byte."""
    return Page("errors/error.html", status_code=status, headers=headers, title=title, words=words)


def not_found(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    _forget_viewer(request)
    return _error(404, "Page introuvable", "Cette page n’existe pas, ou elle n’est pas dans votre espace.")


def forbidden(request: Request[Any, Any, Any], error: Forbidden) -> Response[Any]:
    _forget_viewer(request)
    return _error(403, "Accès refusé", error.message)


def refused(request: Request[Any, Any, Any], error: Refused) -> Response[Any]:
    _forget_viewer(request)
    return _error(error.status_code, "Demande refusée", error.message)


def stale(request: Request[Any, Any, Any], _: StalePage) -> Response[Any]:
    _forget_viewer(request)
    words = "Elle était ouverte depuis trop longtemps. Rien n’a été fait : revenez à la page et recommencez."
    return _error(403, "Cette page avait expiré", words)


def busy(request: Request[Any, Any, Any], error: Busy) -> Response[Any]:
    _forget_viewer(request)
    words = "Le portail a trop à faire en ce moment. Rien n’a été perdu : réessayez dans quelques secondes."
    return _error(503, "Un instant, s’il vous plaît", words, {"Retry-After": str(error.retry_after)})


def unreachable(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The database is locked, full or away: nothing was half written, and it may pass."""
    log.error("database_trouble", route=request.scope.get("path_template", "-"), exc_info=error)
    return busy(request, Busy(retry_after=5))


def database_error(request: Request[Any, Any, Any], error: DBAPIError) -> Response[Any]:
    """A connection cut in the middle, or a wait that the database ended; any other error of it is ours."""
    may_pass = error.connection_invalidated or getattr(error.orig, "sqlstate", "") in TOO_LONG
    return unreachable(request, error) if may_pass else fault(request, error)


def sign_in_needed(request: Request[Any, Any, Any], error: SignInNeeded) -> Response[Any]:
    """To the sign-in, and back afterwards. What was being typed is kept for the next sign-in of that
    account.
    """
    visit = Visit.of(request)
    query = {"suite": request.scope["path"]} if request.method == "GET" else {}
    if visit.session_token:
        query["raison"] = "fin"
    if error.draft_kept:
        query["raison"] = "saisie"
    cookies: list[Cookie] = [visit.no_cookie("session")] if visit.session_token else []
    return leave(request, path_to(request, "sign_in.email"), query=query, cookies=cookies)


def password_needed(request: Request[Any, Any, Any], _: PasswordNeeded) -> Response[Any]:
    return leave(request, path_to(request, "sign_in.first_password"))


HTTP_WORDS = {
    400: ("Demande incomprise", "Le portail n’a pas compris ce que votre navigateur a envoyé."),
    405: ("Adresse mal employée", "Cette adresse ne s’utilise pas de cette façon."),
    415: ("Envoi incompris", "Le portail n’accepte que ce que ses formulaires envoient."),
    413: ("Envoi trop lourd", "Ce que vous envoyez dépasse la taille acceptée."),
}


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return not_found(request, error)
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return fault(request, error)
    _forget_viewer(request)
    status = error.status_code if error.status_code in HTTP_WORDS else 400
    return _error(status, *HTTP_WORDS[status], headers=_allowed(error))


def _allowed(error: HTTPException) -> dict[str, str]:
    """What the address answers to: HEAD wherever GET is, since the edge makes one of the other."""
    known = (error.headers or {}).get("allow", "")
    return {"Allow": known.replace("GET", "GET, HEAD")} if known else {}


def fault(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    log.error("fault", route=request.scope.get("path_template", "-"), exc_info=error)
    _forget_viewer(request)
    words = (
        "Le portail a rencontré une erreur. Rien n’a été enregistré. Notre équipe en est avertie ; réessayez."
    )
    return _error(500, "Une erreur est survenue", words)


def _forget_viewer(request: Request[Any, Any, Any]) -> None:
    Visit.of(request).viewer = None


HANDLERS: dict[Any, Any] = {
    NotFound: not_found,
    Forbidden: forbidden,
    Refused: refused,
    StalePage: stale,
    Busy: busy,
    OperationalError: unreachable,
    InterfaceError: unreachable,
    DBAPIError: database_error,
    PoolExhausted: unreachable,
    OSError: unreachable,
    SignInNeeded: sign_in_needed,
    PasswordNeeded: password_needed,
    HTTPException: http_error,
    Exception: fault,
}
