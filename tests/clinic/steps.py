"""Sessions that the service opens, and the way through its pages."""

from datetime import date, time

from app import clock
from app.clinic.people import add_professional
from app.clinic.staff import Pattern, make_sessions
from db.models import CareCentre, ClinicSession
from tests.planning.steps import service
from tests.reading import rows

BOARD, NEW, SHEET = "/service/vacations", "/service/vacations/nouvelle", "/service/feuille"
MONDAY = date(2026, 3, 9)  # a week after the day of the tests


async def a_session(
    portal, world, day=MONDAY, opens=time(9), closes=time(10), name="Dr Abgrall", **more
) -> ClinicSession:
    """Two visits of half an hour, of every kind."""
    async with service(portal, world) as staff:
        centre = await staff.first(staff.select(CareCentre))
        person = await add_professional(staff, name, "médecin du travail")
        made = await make_sessions(
            staff, Pattern(centre.key, person.key, day, opens, closes, **more), clock.now()
        )
    (session,) = made.sessions
    return session


async def the_session(portal, session_id) -> ClinicSession:
    (found,) = await rows(portal, ClinicSession, ClinicSession.id == session_id)
    return found
