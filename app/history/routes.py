"""/espace/{code}/historique."""

from typing import Any
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app.access import MemberAccess
from app.event_words import EVENTS
from app.forms import Form
from app.history.forms import cursor, read_filters
from app.history.queries import history_of, kinds_present, people_present
from app.rights import Right
from app.searching import folded
from app.web import page


@get("/espace/{code:str}/historique", name="history.index")
async def index(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    nature: FromQuery[str] = "",
    personne: FromQuery[str] = "",
    du: FromQuery[str] = "",
    au: FromQuery[str] = "",
    avant: FromQuery[str] = "",
) -> Response[Any]:
    access.require(Right.PEOPLE)
    typed = {"nature": nature, "personne": personne, "du": du.strip()[:20], "au": au.strip()[:20]}
    asked = {name: value for name, value in typed.items() if value}
    filters, problems = read_filters(typed, avant)
    lines, older = await history_of(access, filters)
    return page(
        "history/index.html",
        "partials/history/table.html",
        typed=Form(typed),
        company=access.company,
        lines=[(line, words_of(line.kind)) for line in lines],
        problems=problems,
        is_filtered=bool(asked),
        newest=urlencode(asked) if filters.before else None,
        older=urlencode(asked | {"avant": cursor(older)}) if older else "",
        kinds=sorted(
            ((each, words_of(each)) for each in await kinds_present(access)), key=lambda k: folded(k[1])
        ),
        people=await people_present(access),
    )


def words_of(kind: str) -> str:
    """An event of a kind that has no words yet is still shown."""
    return EVENTS.get(kind, "autre événement")


MEMBER: list[Any] = [index]
