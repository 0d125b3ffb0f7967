"""Slots that the service proposes to the site, and people to whom a visit is due."""

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from sqlmodel import select

from app.access import StaffAccess
from app.follow_up.law import DoneVisit
from db.models import AuditEvent, CareCentre, Slot, VisitKind, VisitNotice
from db.seeds.world import World
from tests.employees.people import an_employee, as_shown
from tests.reading import rows

PLANNING = "/espace/00010-2/planning"
WEDNESDAY = datetime(
    2026, 3, 11, 8, 30, tzinfo=UTC
)  # 9 h 30 in Paris, nine days after the Monday of the tests
FREE_UNTIL = "lundi 9 mars à 9 h 30"


async def a_person(portal, company, name="LE GALL", **declared):
    """To whom a periodic visit is due on 1 June 2026."""
    fields = {"birth_name": name, "entry_on": "2021-05-03"} | declared
    return await an_employee(portal, company, DoneVisit(VisitKind.VIP_INITIAL, date(2021, 6, 1)), **fields)


async def a_slot(portal, company, person=None, starts_at=WEDNESDAY, **more) -> Slot:
    """A periodic visit, proposed to this person or open; each professional has one slot an hour."""
    async with portal.database.transaction(write=True) as session:
        centre = (await session.exec(select(CareCentre))).first()
        usual = {"professional": "Solenn Prigent", "employee_id": person.key if person else None}
        return await World(session).a_slot(company, centre, starts_at, **usual | more)


async def the_slot(portal, slot_id: int) -> Slot:
    (found,) = await rows(portal, Slot, Slot.id == slot_id)
    return found


async def confirm(actor, slot, **more):
    """The button of the slot's own page, as it is now."""
    path = f"{PLANNING}/{slot.id}/confirmation"
    return await actor.fill(path, **await as_shown(actor, path) | more)


async def notices(portal) -> list[tuple[str, str]]:
    """(kind, recipient) of what was sent, in order."""
    return [(each.kind, each.recipient) for each in await rows(portal, VisitNotice)]


async def told_events(portal) -> list[tuple[str, str]]:
    plain = str.maketrans({"\N{NO-BREAK SPACE}": " "})
    return [(each.kind, each.about.translate(plain)) for each in await rows(portal, AuditEvent)]


@asynccontextmanager
async def service(portal, world):
    """The door that somebody of the service goes through, over a transaction that commits."""
    async with portal.database.transaction(write=True) as session:
        yield StaffAccess(portal, session, world.clerk)
