"""/service/equipes-de-suivi: the teams that follow companies, and how these reach them."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic.forms import TeamFields
from app.clinic.people import save_team
from app.clinic.queries import teams_followed
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import CareTeam

ALL, ONE = "/service/equipes-de-suivi", "/service/equipes-de-suivi/{team_id:int}"


@get(ALL, right=StaffRight.PLANNING)
async def teams(access: Staff) -> Response[Any]:
    return await _teams_page(access, Form())


@post(ALL, right=StaffRight.PLANNING)
async def create_team(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, TeamFields, lambda data: save_team(access, None, data.values(), clock.now())
    )
    return await _teams_page(access, form) if form.errors else see(request, "clinic.teams")


@get(ONE, right=StaffRight.PLANNING)
async def team(access: Staff, team_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareTeam, team_id)
    people = "\n".join(f"{role} : {name}" for role, name in row.people)
    typed = {"name": row.name, "people": people, "email": row.email, "phone": row.phone}
    return page("clinic/team.html", form=Form(typed), team=row)


@post(ONE, right=StaffRight.PLANNING)
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


STAFF: list[Any] = [teams, create_team, team, update_team, settings]
