"""/ and the pages of text: the same for every visitor, so kept ready to send."""

from typing import Any

from litestar import get
from litestar.response import Response

from app.web import PublicPage


@get("/", name="home.index", sync_to_thread=False)
def index() -> Response[Any]:
    return PublicPage("home/index.html")


@get("/aide/premiere-connexion", name="home.first_sign_in", sync_to_thread=False)
def first_sign_in() -> Response[Any]:
    return PublicPage("home/first_sign_in.html")


@get("/aide/tiers-declarant", name="home.third_party", sync_to_thread=False)
def third_party() -> Response[Any]:
    return PublicPage("home/third_party.html")


@get("/accessibilite", name="home.accessibility", sync_to_thread=False)
def accessibility() -> Response[Any]:
    return PublicPage("home/accessibility.html")


@get("/mentions-legales", name="home.legal", sync_to_thread=False)
def legal() -> Response[Any]:
    return PublicPage("home/legal.html")


@get("/donnees-personnelles", name="home.privacy", sync_to_thread=False)
def privacy() -> Response[Any]:
    return PublicPage("home/privacy.html")
