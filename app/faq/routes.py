"""/faq: the answers by theme, searched, and each at its own address."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from markupsafe import Markup

from app.errors import NotFound
from app.faq.articles import THEMES, articles, body_of, by_theme, closest, matching
from app.visit import Visit
from app.web import PublicPage, page, wants_fragment


@get("/faq", name="faq.index", sync_to_thread=False)
def index(request: Request[Any, Any, Any], q: FromQuery[str] = "") -> Response[Any]:
    """All of it is the same for everybody and kept ready; only a question makes another page."""
    asked = " ".join(q[:100].split())
    if asked or wants_fragment(request):
        found = matching(asked) if asked else list(articles().values())
        near = [] if found else closest(asked)
        return page("faq/index.html", "partials/faq/list.html", q=asked, themes=by_theme(found), near=near)
    return PublicPage("faq/index.html", q="", themes=by_theme(articles().values()), near=[])


@get("/faq/{slug:str}", name="faq.show", sync_to_thread=False)
def show(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    article = articles().get(slug)
    if article is None:
        raise NotFound
    settings = Visit.of(request).portal.settings
    body = body_of(article, settings, request.app.state.templates.path_to)
    return PublicPage(
        "faq/show.html",
        kept_as=slug,
        article=article,
        theme=THEMES[article.theme],
        body=Markup(body),  # noqa: S704 - cleaned by nh3
        others=[each for each in articles().values() if each.theme == article.theme and each != article],
    )


ANYBODY: list[Any] = [index, show]
