"""/offre-et-tarifs: the offer of a service and its prices, which have to be public."""

from typing import Any

from litestar.response import Response

from app import clock
from app.campaigns.queries import current, tariffs
from app.contributions.tariff import prices, rules_of, vat_beside
from app.web.pages import page
from app.web.signatures import Visitor, get


@get("/offre-et-tarifs")
async def offer(access: Visitor) -> Response[Any]:
    """The tariff of the campaign that goes on, or of the one that comes."""
    tariff = current(await tariffs(access), clock.today())
    if tariff is None:
        return page("public/offer.html", prices=[])
    rules = rules_of(tariff.year, tariff.rules)
    return page(
        "public/offer.html", rules=rules, prices=prices(rules), year=tariff.year,
        vat=vat_beside(rules.vat_points), opens_on=tariff.opens_on, closes_on=tariff.closes_on,
    )  # fmt: skip
