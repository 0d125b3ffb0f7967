"""Slots that the tests put in the planning, and the addresses that they open."""

import html
import re
from contextlib import asynccontextmanager

from sqlmodel import select

from db.models import AuditEvent, CalendarFeed, CareCentre, VisitKind
from db.seeds.world import World
from tests.employees.people import as_shown

PAGE = "/mon-compte/calendriers"
ADDRESS = re.compile(r'type="url" value="([^"]+)"')


@asynccontextmanager
async def seeding(portal):
    async with portal.database.transaction(write=True) as session:
        yield World(session)


async def a_slot(portal, company, starts_at, *, employee=None, **more):
    """At the one care centre, confirmed for this employee or open; a professional of its own."""
    async with seeding(portal) as world:
        centre = (await world.session.exec(select(CareCentre))).first()
        centre = centre or await world.a_centre("Centre de Saint-Brieuc")
        usual = {"professional": f"Dr {starts_at:%d%H%M} {company.code}"}
        if employee is not None:
            usual |= {"employee_id": employee.key, "state": "confirmed"}
        kind = more.pop("kind", VisitKind.VIP)
        return await world.a_slot(company, centre, starts_at, kind, **usual | more)


async def open_address(actor, *, company="", names=False, **more):
    """The answer to the form as this person sends it."""
    fields = {"company": company} | ({"with_names": "oui"} if names else {})
    return await actor.fill(PAGE, **await as_shown(actor, PAGE) | fields | more)


async def an_address(actor, **more) -> str:
    """The path of one more address, the last of the page."""
    answer = await open_address(actor, **more)
    assert answer.status_code == 303, answer.text
    return (await addresses(actor))[-1]


async def addresses(actor) -> list[str]:
    page = await actor.get(PAGE)
    found = [html.unescape(each) for each in ADDRESS.findall(page.text)]
    assert all(each.startswith("http://127.0.0.1:8000/calendrier/") for each in found)
    return [each.removeprefix("http://127.0.0.1:8000") for each in found]


async def feeds(portal) -> list[CalendarFeed]:
    async with portal.database.transaction(write=False) as session:
        return list((await session.exec(select(CalendarFeed).order_by(CalendarFeed.id))).all())


async def calendar_events(portal) -> list[AuditEvent]:
    async with portal.database.transaction(write=False) as session:
        events = select(AuditEvent).order_by(AuditEvent.id)
        return [each for each in (await session.exec(events)).all() if each.kind.startswith("calendar_")]
