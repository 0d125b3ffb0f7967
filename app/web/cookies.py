"""The check that the browser keeps its cookies; and how to allow them in this one."""

import time
from typing import Any
from urllib.parse import urlsplit

from litestar.response import Response

from app.errors import CookiesRefused
from app.web.caller import Caller
from app.web.pages import is_htmx, see
from app.web.signatures import Request
from db.numbers import is_digits

FRESH = 60  # seconds from a redirect to the page that it leads to

REFUSED = (
    "Il n’a pas gardé le cookie que le portail vient de lui donner, et qui ne sert qu’à vous reconnaître "
    "d’une page à l’autre. {how} Puis recommencez."
)
HOW = {
    "Dillo": "Dillo : dans le fichier ~/.dillo/cookiesrc, écrivez « {host} ACCEPT_SESSION » sur une ligne, "
    "ou « DEFAULT ACCEPT_SESSION » à la place de « DEFAULT DENY » ; tapez la commande « dpidc stop » "
    "et rouvrez Dillo.",
    "Lynx": "Lynx : à la question « Allow? », répondez A (toujours), ou lancez-le avec -accept_all_cookies.",
    "w3m": "w3m : tapez o et, dans la partie des cookies, acceptez-les.",
}
ANYWHERE = "Dans ses réglages, souvent dans la partie « Vie privée », autorisez les cookies de {host}."


def begin_again(request: Request, first_step: str) -> Response[Any]:
    """The cookie of the steps is not there: what is wrong with it is said, or they begin again."""
    if are_refused(request):
        raise CookiesRefused
    return see(request, first_step)


def are_refused(request: Request) -> bool:
    """A step has just given a cookie, its redirect leads here, and no cookie at all came back.

    Who left the page open until the cookie was over comes by an old address, or by a link.
    """
    return not request.cookies and (_follows_a_form(request) if is_htmx(request) else _is_fresh(request))


def _follows_a_form(request: Request) -> bool:
    """htmx says what made it ask, and says it again where a redirect leads."""
    return request.headers.get("hx-source", "").startswith("form")


def _is_fresh(request: Request) -> bool:
    """The number that `web.never_seen` put into the address is its instant."""
    number = request.query_params.get("n", "")
    if not (is_digits(number) and len(number) < 20):
        return False
    return 0 <= time.time() - int(number) / 1_000_000 < FRESH


def how_to_allow(request: Request) -> str:
    visit = Caller.of(request)
    host = urlsplit(visit.portal.settings.base_url).hostname or ""
    how = HOW.get(visit.browser.partition(" ")[0], ANYWHERE)
    return REFUSED.format(how=how.format(host=host))
