"""/service/recherche: one field in the header of every page of the service, what it finds on one page."""

from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.search.queries import MOST, search
from app.search.rules import LONGEST, wanted_words
from app.staff_rights import StaffRight
from app.text.counts import thousands
from app.web.forms import REDISPLAYED
from app.web.pages import page
from app.web.signatures import Staff, get

KINDS = {
    "companies": "Adhérents et sites",
    "employees": "Salariés",
    "accounts": "Personnes qui ont un accès",
    "invoices": "Factures",
}


@get("/service/recherche", right=StaffRight.MEMBERS)
async def index(access: Staff, q: FromQuery[str] = "") -> Response[Any]:
    typed = q.strip()
    problem = _problem(typed)
    groups = [] if problem else await search(access, typed, clock.today())
    return page(
        "search/index.html", q=q[:REDISPLAYED], typed=typed[:LONGEST], groups=groups, kinds=KINDS,
        problem=problem, most=MOST, may_bill=StaffRight.BILLING in access.rights,
        status_code=422 if problem else 200,
    )  # fmt: skip


def _problem(typed: str) -> str:
    """A sentence on why these words are not looked for, or ""."""
    if len(typed) > LONGEST:
        return (
            f"Votre recherche compte {thousands(len(typed))} caractères, et {LONGEST} au plus se cherchent : "
            "gardez un nom, un code, un SIRET ou un numéro de facture."
        )
    if typed and not wanted_words(typed):
        return "Votre recherche ne contient ni lettre ni chiffre : écrivez un nom, un code ou un numéro."
    return ""


STAFF = [index]
