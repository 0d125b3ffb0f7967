"""/ and the pages of text: the same for every visitor, so kept ready to send.

Accessibility is declared « non conforme »: the RGAA lets nobody say otherwise without an audit, although the
W3C checker, axe-core (WCAG 2.2 AA) and keyboard journeys run on each change. Revisit after the audit.
"""

from typing import Any

from litestar.response import Response

from app.public.kept import HELD
from app.retention.queries import periods
from app.retention.rules import SETTLED, duration_in_months
from app.web.pages import PublicPage
from app.web.signatures import Visitor, get


@get("/", sync_to_thread=False)
def index() -> Response[Any]:
    return PublicPage("public/index.html")


@get("/aide/premiere-connexion", sync_to_thread=False)
def first_sign_in() -> Response[Any]:
    return PublicPage("public/first_sign_in.html")


@get("/aide/tiers-declarant", sync_to_thread=False)
def third_party() -> Response[Any]:
    return PublicPage("public/third_party.html")


@get("/accessibilite", sync_to_thread=False)
def accessibility() -> Response[Any]:
    return PublicPage("public/accessibility.html")


@get("/mentions-legales", sync_to_thread=False)
def legal() -> Response[Any]:
    return PublicPage("public/legal.html")


@get("/donnees-personnelles")
async def privacy(access: Visitor) -> Response[Any]:
    """The periods in force: another page for each set of them."""
    months = await periods(access)
    return PublicPage(
        "public/privacy.html",
        kept_as=" ".join(map(str, months.values())),
        held=[each.at(months) for each in HELD],
        settled=duration_in_months(SETTLED),
    )
