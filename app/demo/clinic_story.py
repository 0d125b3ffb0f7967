"""The demo's sessions: two weeks of half days at two centres, in which the service has times to propose."""

from datetime import datetime, time, timedelta

from sqlmodel import col

from app import clock
from app.access import StaffAccess
from app.clinic.people import add_professional
from app.clinic.staff import Pattern, make_sessions
from app.demo.hours import days_ago
from app.planning.rules import is_working_day, monday_of
from db.models import CareCentre

PEOPLE = (
    ("Dr Loïc Guével", "médecin du travail"),
    ("Maïwenn Le Gall", "infirmière en santé au travail"),
)
MORNING, AFTERNOON = (time(9), time(12)), (time(14), time(17))
WEEKS = 2


async def add_clinic(staff: StaffAccess, now: datetime) -> None:
    """The doctor receives in the mornings, the nurse in the afternoons, each at a centre by turns."""
    centres = await staff.all(staff.select(CareCentre).order_by(col(CareCentre.id)))
    if not centres:
        return
    at = days_ago(now, 10, 9, 30)
    people = [await add_professional(staff, *each, at) for each in PEOPLE]
    monday = monday_of(clock.day_of(now)) + timedelta(weeks=1)
    for week in range(WEEKS):
        for weekday in range(4):
            day = monday + timedelta(weeks=week, days=weekday)
            for place, (person, hours) in enumerate(zip(people, (MORNING, AFTERNOON), strict=True)):
                centre = centres[(weekday + place) % len(centres)]
                if is_working_day(day):
                    await make_sessions(staff, Pattern(centre.key, person.key, day, *hours), at)
