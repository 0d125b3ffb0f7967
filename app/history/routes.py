"""/espace/{code}/historique."""

from typing import Any
from urllib.parse import urlencode

from litestar.params import FromQuery
from litestar.response import Response

from app.history.forms import cursor, read_filters
from app.history.queries import history_of, kinds_present, people_present
from app.rights import Right
from app.text.events import EVENTS
from app.text.search import folded
from app.web.forms import Form
from app.web.pages import page
from app.web.signatures import Member, get


@get("/espace/{code:str}/historique", right=Right.PEOPLE)
async def index(
    access: Member,
    nature: FromQuery[str] = "",
    personne: FromQuery[str] = "",
    du: FromQuery[str] = "",
    au: FromQuery[str] = "",
    avant: FromQuery[str] = "",
) -> Response[Any]:
    typed = {"nature": nature, "personne": personne, "du": du.strip()[:20], "au": au.strip()[:20]}
    given = {name: value for name, value in typed.items() if value}
    form: Form[Any] = Form(typed)
    filters, form.errors = read_filters(typed, avant)
    lines, older = await history_of(access, filters)
    return page(
        "history/index.html",
        "partials/history/table.html",
        typed=form,
        lines=[(line, words_of(line.kind)) for line in lines],
        is_filtered=bool(given),
        newest=urlencode(given) if filters.before else None,
        older=urlencode(given | {"avant": cursor(older)}) if older else "",
        kinds=sorted(
            ((each, words_of(each)) for each in await kinds_present(access)), key=lambda k: folded(k[1])
        ),
        people=await people_present(access),
    )


def words_of(kind: str) -> str:
    """The words of an event; one of a kind without words is still displayed."""
    return EVENTS.get(kind, "autre événement")


MEMBER: list[Any] = [index]
