"""/service/professionnels, /service/lieux, /service/equipes-de-suivi: who sees employees, places, teams.

Teams follow companies; /service/reglages is what is known of the service as a whole.
"""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import queries
from app.clinic.forms import (
    HEIRLESS,
    AbsenceEnd,
    CentreChange,
    Departure,
    NewAbsence,
    NewCentre,
    NewProfessional,
    TeamFields,
)
from app.clinic.people import (
    absence_rows,
    add_absence,
    add_centre,
    add_professional,
    change_centre,
    change_professional,
    come_back,
    coming_of,
    leave,
    remove_absence,
    save_team,
)
from app.clinic.queries import teams_followed
from app.clinic.views import session_lines
from app.employees.forms import Nothing
from app.planning.rules import midnight
from app.staff_rights import StaffRight
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import CareCentre, CareTeam, Professional

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


ONE_CENTRE = "/service/lieux/{centre_id:int}"


@get("/service/lieux", right=StaffRight.PLANNING)
async def places(access: Staff) -> Response[Any]:
    return await _places_page(access, Form())


@post("/service/lieux", right=StaffRight.PLANNING)
async def create_centre(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewCentre, lambda data: add_centre(access, **data.model_dump())
    )
    return await _places_page(access, form) if form.errors else see(request, "clinic.places")


@get(ONE_CENTRE, right=StaffRight.PLANNING)
async def centre(access: Staff, centre_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareCentre, centre_id)
    typed = {name: str(getattr(row, name) or "") for name in ("name", "address", "postcode", "town")}
    typed |= {"phone": row.phone, "access": row.access, "is_accessible": "oui" if row.is_accessible else ""}
    typed |= {"closed_on": f"{row.closed_on:%d/%m/%Y}" if row.closed_on else ""}
    return page("clinic/centre.html", form=Form(typed), centre=row)


@post(ONE_CENTRE, right=StaffRight.PLANNING)
async def update_centre(request: Request, access: Staff, centre_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareCentre, centre_id)
    form = await Form.attempted(
        request,
        access,
        CentreChange,
        lambda data: change_centre(access, centre_id, data.values(), clock.now()),
    )
    if form.errors:
        return page("clinic/centre.html", form=form, centre=row)
    return see(request, "clinic.places")


async def _places_page(access: StaffAccess, form: Form[Any]) -> Page:
    return page("clinic/places.html", form=form, centres=await queries.centres(access))


ALL_TEAMS, ONE_TEAM = "/service/equipes-de-suivi", "/service/equipes-de-suivi/{team_id:int}"


@get(ALL_TEAMS, right=StaffRight.PLANNING)
async def teams(access: Staff) -> Response[Any]:
    return await _teams_page(access, Form())


@post(ALL_TEAMS, right=StaffRight.PLANNING)
async def create_team(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, TeamFields, lambda data: save_team(access, None, data.values(), clock.now())
    )
    return await _teams_page(access, form) if form.errors else see(request, "clinic.teams")


@get(ONE_TEAM, right=StaffRight.PLANNING)
async def team(access: Staff, team_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareTeam, team_id)
    people = "\n".join(f"{role} : {name}" for role, name in row.people)
    typed = {"name": row.name, "people": people, "email": row.email, "phone": row.phone}
    return page("clinic/team.html", form=Form(typed), team=row)


@post(ONE_TEAM, right=StaffRight.PLANNING)
async def update_team(request: Request, access: Staff, team_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareTeam, team_id)
    form = await Form.attempted(
        request, access, TeamFields, lambda data: save_team(access, team_id, data.values(), clock.now())
    )
    return page("clinic/team.html", form=form, team=row) if form.errors else see(request, "clinic.teams")


async def _teams_page(access: StaffAccess, form: Form[Any]) -> Page:
    return page("clinic/teams.html", form=form, teams=await teams_followed(access))


# What is known of the service as a whole. It comes from the file of settings: changed there, read at a start.
SETTINGS = {
    "service_name": "Nom", "service_short_name": "Nom court", "service_address": "Adresse",
    "service_phone": "Téléphone", "service_email": "Adresse e-mail",
    "service_contributions_email": "Adresse e-mail des cotisations",
    "service_dpo_email": "Délégué à la protection des données",
    "service_director": "Directeur de la publication",
    "service_hosting": "Hébergement", "service_notice_days": "Jours ouvrés pour annuler sans frais",
    "service_answer_days": "Jours ouvrés pour répondre", "service_siret": "SIRET",
    "service_vat_number": "N° de TVA", "service_legal_form": "Forme juridique",
    "service_vat_percent": "Taux de TVA par défaut (%)", "service_vat_exemption": "Dispense de TVA",
    "service_late_penalty": "Pénalités de retard", "service_discount": "Escompte", "service_iban": "IBAN",
    "service_creditor_id": "Identifiant de créancier (ICS)",
    "service_debit_notice_days": "Jours d’avis avant un prélèvement",
}  # fmt: skip


@get("/service/reglages", right=StaffRight.PLANNING)
async def settings(access: Staff) -> Response[Any]:
    values = access.portal.settings
    lines = [(words, name.upper(), str(getattr(values, name))) for name, words in SETTINGS.items()]
    return page("clinic/settings.html", lines=lines, fee=values.service_absence_fee_cents)


STAFF: list[Any] = [
    people, create_professional, professional, update_professional, absence, note_absence, ending_absence,
    end_absence, leaving, depart, resuming, resume,
    places, create_centre, centre, update_centre, teams, create_team, team, update_team, settings,
]  # fmt: skip
