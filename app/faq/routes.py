"""/faq: the answers by theme, searched, and each at its own address."""

from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response
from markupsafe import Markup

from app.errors import NotFound
from app.faq.articles import THEMES, articles, body_of, by_theme, closest, matching
from app.web.caller import Caller
from app.web.pages import PublicPage, page, wants_fragment
from app.web.signatures import Request, get


@get("/faq", sync_to_thread=False)
def index(request: Request, q: FromQuery[str] = "") -> Response[Any]:
    """The answers, the same for everybody and kept ready; only a question makes another page."""
    question = " ".join(q[:100].split())
    if question or wants_fragment(request):
        answers = matching(question) if question else list(articles().values())
        near = [] if answers else closest(question)
        return page(
            "faq/index.html", "partials/faq/list.html", q=question, themes=by_theme(answers), near=near
        )
    return PublicPage("faq/index.html", q="", themes=by_theme(articles().values()), near=[])


@get("/faq/{slug:str}", sync_to_thread=False)
def show(request: Request, slug: FromPath[str]) -> Response[Any]:
    article = articles().get(slug)
    if article is None:
        raise NotFound
    settings = Caller.of(request).portal.settings
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
