"""The gate of a declaration's pages: where each leads when there is nothing to declare."""

from datetime import date

import pytest
from sqlmodel import update

from app.contributions.routes import MEMBER
from app.rights import Right
from db.models import Tariff
from tests.contributions.steps import YEAR

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_before_the_campaign_each_step_leads_to_the_page_that_says_so(alice, portal):
    """Of whatever handler is added: it has its declaration from the gate."""
    async with portal.database.transaction(write=True) as session:
        await session.exec(update(Tariff).where(Tariff.year == 2026).values(opens_on=date(2026, 6, 1)))
    steps = [each for each in MEMBER if each.opt["right"] == Right.DECLARATION and "GET" in each.http_methods]
    assert len(steps) >= 7
    for (address,) in (each.paths for each in steps):
        path = address.replace("{code:str}", "00010-2").replace("{year:int}", "2026")
        answer = await alice.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, YEAR), path
        page = await alice.get(path, headers={"HX-Request": "true"}, follow_redirects=True)
        assert ">À venir</span>, à partir du 1er juin 2026" in page.text
