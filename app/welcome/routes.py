"""/espace: the home of a company, and the choice of one."""

from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.companies.landing import landing_path
from app.rights import OWN
from app.sections import SECTIONS, section_of
from app.web.pages import leave, page
from app.web.signatures import Member, Request, SignedIn, get
from app.welcome.board import BoardQuery, board_of, board_page, few_page
from app.welcome.todo import home_of


@get("/espace")
async def home(request: Request, access: SignedIn) -> Response[Any]:
    """The target of bookmarks and of the brand; a sign-in goes straight to the page that this leads to."""
    return leave(request, await landing_path(request, access, access.account.key))


@get("/entreprises")
async def index(
    access: SignedIn,
    q: FromQuery[str] = "",
    attente: FromQuery[str] = "",
    tri: FromQuery[str] = "",
    page: FromQuery[str] = "",
    rubrique: FromQuery[str] = "",
) -> Response[Any]:
    """The board of several companies; of one or none, a plain page. `rubrique`: the section that the reader
    was in, which the company chosen here opens at.
    """
    board, asked = await board_of(access, clock.moment()), BoardQuery.of(q, attente, tri, rubrique)
    return board_page(board, asked, page) if len(board.lines) > 1 else few_page(board)


@get("/espace/{code:str}", right=OWN)
async def show(access: Member, raison: FromQuery[str] = "") -> Response[Any]:
    refused = section_of(raison)
    notice = ""
    if raison and refused.right not in access.rights:
        notice = f"Vous n’avez pas accès à « {refused.title} » pour cette entreprise : voici son accueil."
    listed = [each for each in SECTIONS if each.words and each.right in access.rights]
    home = await home_of(access, clock.moment())
    return page("welcome/show.html", listed=listed, notice=notice, home=home)
