"""/service/professionnels: the people who see employees, their days off, their departure."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import queries
from app.clinic.forms import HEIRLESS, AbsenceEnd, Departure, NewAbsence, NewProfessional
from app.clinic.people import (
    absence_rows,
    add_absence,
    add_professional,
    change_professional,
    come_back,
    coming_of,
    leave,
    remove_absence,
)
from app.clinic.views import session_lines
from app.employees.forms import Nothing
from app.planning.rules import midnight
from app.staff_rights import StaffRight
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import Professional

ONE = "/service/professionnels/{professional_id:int}"


@get("/service/professionnels", right=StaffRight.PLANNING)
async def people(access: Staff) -> Response[Any]:
    return await _people_page(access, Form())


@post("/service/professionnels", right=StaffRight.PLANNING)
async def create_professional(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewProfessional, lambda data: add_professional(access, **data.model_dump())
    )
    return await _people_page(access, form) if form.errors else see(request, "clinic.people")


@get(ONE, right=StaffRight.PLANNING)
async def professional(access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    row = await access.get(Professional, professional_id)
    typed = {name: getattr(row, name) for name in NewProfessional.model_fields}
    return await _professional_page(access, professional_id, Form(typed))


@post(ONE, right=StaffRight.PLANNING)
async def update_professional(
    request: Request, access: Staff, professional_id: FromPath[int]
) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        NewProfessional,
        lambda data: change_professional(access, professional_id, data, clock.now()),
    )
    if form.errors:
        return await _professional_page(access, professional_id, form)
    return see(request, "clinic.people")


@get(f"{ONE}/absence", right=StaffRight.PLANNING)
async def absence(access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    return await _professional_page(access, professional_id, Form(), "clinic/absence.html")


@post(f"{ONE}/absence", right=StaffRight.PLANNING)
async def note_absence(request: Request, access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        NewAbsence,
        lambda data: add_absence(
            access, professional_id, (read_day(data.first_on), read_day(data.last_on)), clock.now(),
            cancels=data.cancels,
        ),
    )  # fmt: skip
    if form.errors:
        return await _professional_page(access, professional_id, form, "clinic/absence.html")
    return see(request, "clinic.professional", professional_id=professional_id)


@get(f"{ONE}/retour", right=StaffRight.PLANNING)
async def ending_absence(access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    return await _professional_page(access, professional_id, Form(), "clinic/absence.html")


@post(f"{ONE}/retour", right=StaffRight.PLANNING)
async def end_absence(request: Request, access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        AbsenceEnd,
        lambda data: remove_absence(access, professional_id, data.absence, clock.now()),
    )
    if form.errors:
        return await _professional_page(access, professional_id, form, "clinic/absence.html")
    return see(request, "clinic.professional", professional_id=professional_id)


@get(f"{ONE}/depart", right=StaffRight.PLANNING)
async def leaving(access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    return await _professional_page(access, professional_id, Form(), "clinic/leaving.html")


@post(f"{ONE}/depart", right=StaffRight.PLANNING)
async def depart(request: Request, access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request,
        access,
        Departure,
        lambda data: leave(access, professional_id, read_day(data.last_on), data.heir_id, clock.now()),
    )
    if form.errors:
        return await _professional_page(access, professional_id, form, "clinic/leaving.html")
    return see(request, "clinic.people")


@get(f"{ONE}/reprise", right=StaffRight.PLANNING)
async def resuming(access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    return await _professional_page(access, professional_id, Form())


@post(f"{ONE}/reprise", right=StaffRight.PLANNING)
async def resume(request: Request, access: Staff, professional_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: come_back(access, professional_id, clock.now())
    )
    if form.errors:
        return await _professional_page(access, professional_id, form)
    return see(request, "clinic.professional", professional_id=professional_id)


async def _people_page(access: StaffAccess, form: Form[Any]) -> Page:
    return page("clinic/people.html", form=form, people=await queries.everybody(access))


async def _professional_page(
    access: StaffAccess, professional_id: int, form: Form[Any], template: str = "clinic/professional.html"
) -> Page:
    """Everything about somebody: days off, sessions to come and how many are called."""
    row, today = await access.get(Professional, professional_id), clock.today()
    coming = await coming_of(access, row, midnight(today))
    if not form.typed:
        form.typed = {"name": row.name, "role": row.role}
    others = [each for each in await queries.professionals(access, today) if each.key != professional_id]
    heirs = {str(each.key): f"À {each.name}, {each.role}" for each in others if not each.left_on}
    return page(
        template, form=form, person=row, absences=await absence_rows(access, professional_id, today),
        lines=session_lines(coming.sessions, await queries.booked_times(access, coming.sessions)),
        called=len(coming.appointments),
        heirs={"": "Choisissez", **heirs, HEIRLESS: "À personne : tout annuler"},
    )  # fmt: skip


STAFF: list[Any] = [
    people, create_professional, professional, update_professional, absence, note_absence, ending_absence,
    end_absence, leaving, depart, resuming, resume,
]  # fmt: skip
