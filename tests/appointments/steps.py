"""What the tests of requests do again and again: ask for a visit, read what was written of it."""

import secrets

from sqlmodel import select

from app import clock
from app.access import StaffAccess
from db.models import AppointmentRequest, CareCentre, RequestMotive, Slot, VisitKind
from db.seeds.world import World
from tests.employees.people import as_shown
from tests.reading import rows

REQUESTS = "/espace/00010-2/demandes"  # of the site, which starts without any
NEW = f"{REQUESTS}/nouvelle"
# What each motive is asked with, on Monday 2 March 2026.
TYPED = {
    "reprise": {"cause": "autre", "stop_from": "2025-12-15", "back_on": "2026-03-05"},
    "employeur": {"reason": "Port de charges à aménager", "told": "oui"},
    "retard": {},
    "mi_carriere": {},
    "post_exposition": {"back_on": "2026-02-27", "reason": "Amiante, de 1998 à 2006"},
    "fin_carriere": {"was_exposed": "oui", "back_on": "30/06/2026"},
    "accident": {"stop_from": "2026-02-10", "back_on": "2026-03-02"},
}


def form_for(motive, *people):
    return f"{NEW}/{motive}?{'&'.join(f'salarie={each.id}' for each in people)}"


async def typed_for(actor, motive, *people, **typed):
    """What a browser would send of the form opened for these people and filled."""
    return await as_shown(actor, form_for(motive, *people)) | TYPED[motive] | typed


async def ask(actor, motive, *people, **typed):
    fields = await typed_for(actor, motive, *people, **typed)
    return await actor.fill(form_for(motive, *people), to=f"{NEW}/{motive}", **fields)


async def asked(portal, company):
    """The requests of this company, the oldest first."""
    return list(await rows(portal, AppointmentRequest, AppointmentRequest.company_id == company.id))


async def a_request(portal, company, employee, account, **more) -> AppointmentRequest:
    """Sent now for a visit that the employer wishes, unless told otherwise."""
    usual = {
        "batch": secrets.token_urlsafe(16), "motive": RequestMotive.EMPLOYER, "kind": "employeur",
        "reason": "Port de charges", "sent_at": clock.now(), "updated_at": clock.now(),
    }  # fmt: skip
    ids = {"company_id": company.id, "employee_id": employee.id, "account_id": account.id}
    async with portal.database.transaction(write=True) as session:
        session.add(row := AppointmentRequest(**ids | usual | more))
    return row


async def the_request(portal, request_id) -> AppointmentRequest:
    (found,) = await rows(portal, AppointmentRequest, AppointmentRequest.id == request_id)
    return found


async def a_slot(portal, company, starts_at, **more) -> Slot:
    """Proposed for the visit that the employer wishes, at the one centre of the world."""
    async with portal.database.transaction(write=True) as session:
        centre = (await session.exec(select(CareCentre))).first()
        usual = {"professional": f"Dr {starts_at:%d %H %M}", "kind": VisitKind.EMPLOYER}
        return await World(session).a_slot(company, centre, starts_at, **usual | more)


async def served(portal, world, act, *given) -> None:
    """What somebody of the service does, in a transaction of its own that commits."""
    async with portal.database.transaction(write=True) as session:
        await act(StaffAccess(portal, session, world.clerk), *given, clock.now())
