"""/service/adherents: a member, its people and its employees, as the service sees them.

…/notes: what colleagues note on a member, which no member ever reads; …/facturation: how its invoices go, and
why they bear no VAT.
"""

from collections.abc import Collection
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response
from pydantic import ConfigDict

from app import clock
from app.access import StaffAccess
from app.appointments.staff import state_words
from app.clinic.queries import team_names
from app.contact.staff import STATE_WORDS
from app.documents.kinds import KIND_WORDS
from app.employees.declared import employee_name
from app.errors import Refused
from app.follow_up.words import MONITORINGS, SLOT_TAGS, VISITS
from app.inbox.forms import CompanyNote
from app.inbox.people import note_company
from app.inbox.queries import notes_on
from app.inbox.views import service_title
from app.invoices.views import BUYER_WORDS, delivery_of
from app.members import imports, life, people, staff
from app.members.asking import Field, Question, asked, pdf_answer
from app.members.forms import Billing
from app.members.letters import MOST, print_letters
from app.members.life import MEMBER
from app.members.listing import NO_TEAM, PAGE, STATES, MemberFilters, chosen, count, members
from app.members.people import PERSON
from app.members.queries import (
    FEW,
    blocked_for,
    facts_of,
    facts_of_employee,
    member_of,
    person_of,
    places_of,
)
from app.members.staff import move_to_team
from app.members.views import access_tag, employees_words, state_of
from app.people.queries import role_words
from app.sessions import is_staff
from app.staff_rights import StaffRight
from app.text.fields import Input, Ticked
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number, row_numbers
from app.web.posted import posted
from app.web.signatures import Request, Staff, get, post
from db.models import OF_COMPANY, CareTeam, Company, Employee

DONE = {
    "siret": "Le SIRET est modifié : les personnes de l’entreprise en sont averties.",
    "facturation": "La facturation est modifiée : ses prochaines factures en tiennent compte.",
    "equipe": "L’équipe est modifiée.",
    "administrateur": "L’administrateur est nommé : un courriel le lui dit.",
    "invite": "L’invitation est partie par courriel.",
    "suspendu": "L’adhésion est suspendue : l’employeur en est averti.",
    "repris": "La suspension est levée : l’employeur en est averti.",
    "radie": "La radiation est enregistrée : rendez-vous annulés, demandes closes, courriel parti.",
    "fusionne": "La fusion est faite : les personnes des deux entreprises en sont averties.",
    "rouvert": "L’adhésion est rouverte : l’employeur en est averti.",
    "entre": "L’adhérent est enregistré. Imprimez sa lettre : « Nouveau n° télédéclarant ».",
    "acces": "Le courriel est parti.",
    "debloque": "Le compte est débloqué.",
    "equipes": "L’équipe de ces adhérents est modifiée.",
    "note": "La note est gardée, pour vos collègues seulement.",
}
TO_TEAM = "equipe-"
LETTERS = "lettres"


@get("/service/adherents", right=StaffRight.MEMBERS)
async def index(
    access: Staff, equipe: FromQuery[str] = "", etat: FromQuery[str] = "", apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:  # fmt: skip
    return await _list_page(access, MemberFilters(equipe, etat, apres), Form(), DONE.get(fait, ""))


async def _list_page(
    access: StaffAccess, filters: MemberFilters, form: Form[Any], notice: str = "",
    ticked: Collection[int] = (),
) -> Page:  # fmt: skip
    rows, after = await members(access, filters)
    teams = await team_names(access)
    acts = {f"{TO_TEAM}{key}": f"Confier à : {name}" for key, name in teams.items()}
    return page(
        "members/index.html", form=form, notice=notice, rows=rows, filters=filters, after=after,
        number=await count(access, filters), states=STATES, may_act=StaffRight.ADMISSIONS in access.rights,
        teams={"": "Toutes", NO_TEAM: "Aucune"} | teams,
        may_import=access.scope.is_everything, ticked=ticked,
        acts={"": "Choisissez"} | acts | {LETTERS: "Tirer de nouveaux n° et imprimer les lettres"},
    )  # fmt: skip


class Many(Input):
    """`act`: TO_TEAM and the number of a team, or LETTERS. The ticks are read beside it."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    act: str
    everyone: Ticked = False


@post("/service/adherents", right=StaffRight.ADMISSIONS)
async def act_on_many(
    request: Request, access: Staff, equipe: FromQuery[str] = "", etat: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    """One act for the members ticked, or for all of the filters."""
    filters = MemberFilters(equipe, etat, apres)
    ids = row_numbers((value for name, value in (await posted(request)).fields if name == "member"), PAGE)
    made: list[bytes] = []

    async def act(data: Many) -> None:
        companies = await chosen(access, filters, ids, MOST, everyone=data.everyone)
        if not companies:
            raise Refused("Cochez au moins un adhérent.", "act")
        if data.act == LETTERS:
            made.append(await print_letters(access, companies, clock.now()))
        elif len(companies) > MOST:
            raise Refused(f"{MOST} adhérents au plus à la fois : réduisez la sélection.", "act")
        elif team := row_number(data.act.removeprefix(TO_TEAM)):
            await move_to_team(access, companies, await access.get(CareTeam, team), clock.now())
        else:
            raise Refused("Choisissez ce qu’il faut faire.", "act")

    form = await Form.attempted(request, access, Many, act)
    if form.errors:
        return await _list_page(access, filters, form, ticked=ids)
    if made:
        return pdf_answer(made[0], f"lettres-{clock.today():%Y-%m-%d}.pdf")
    query = {"equipe": equipe, "etat": etat, "apres": apres, "fait": "equipes"}
    return see(request, "members.index", query=query)


@get(MEMBER, right=StaffRight.MEMBERS)
async def show(access: Staff, code: FromPath[str], fait: NamedDependency[str] = "") -> Response[Any]:
    member = await member_of(access, code)
    return await _member_page(access, member, Form(), DONE.get(fait, ""))


async def _member_page(access: StaffAccess, company: Company, form: Form[Any], notice: str = "") -> Page:
    today, now = clock.today(), clock.now()
    facts = await facts_of(access, company, now, today)
    siren = next((each.siret[:9] for each in (company, *facts.sites) if each.siret), "")
    return page(
        "members/show.html", form=form, notice=notice, member=company, state=state_of(company), few=FEW,
        now=now,
        facts=facts, employees=employees_words,
        access_tag=access_tag, role_words=role_words, service_title=service_title, state_words=state_words,
        visits=VISITS, slot_tags=SLOT_TAGS, thread_words=STATE_WORDS, document_words=KIND_WORDS, today=today,
        rights=access.rights, written=await notes_on(access, OF_COMPANY, company.key, company.key),
        delivery=delivery_of(company, siren),
    )  # fmt: skip


@get(PERSON, right=StaffRight.MEMBERS)
async def person(access: Staff, account_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    account, now = await person_of(access, account_id), clock.now()
    return page(
        "members/person.html", account=account, notice=DONE.get(fait, ""),
        places=await places_of(access, account.key),
        blocked=(await blocked_for(access, [account.email], now)).get(account.email, 0),
        is_staff=await is_staff(access, account.key), role_words=role_words, today=clock.today(),
    )  # fmt: skip


@get("/service/salaries/{employee_id:int}", right=StaffRight.MEMBERS)
async def employee(access: Staff, employee_id: FromPath[int]) -> Response[Any]:
    found = await access.get(Employee, employee_id)
    return page(
        "members/employee.html", employee=found, name=employee_name(found),
        member=await access.get(Company, found.company_id), facts=await facts_of_employee(access, found),
        monitorings=MONITORINGS, visits=VISITS, slot_tags=SLOT_TAGS, service_title=service_title,
        state_words=state_words, today=clock.today(), rights=access.rights,
    )  # fmt: skip


NOTES = f"{MEMBER}/notes"


@get(NOTES, right=StaffRight.MEMBERS)
async def noting(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _notes_page(access, await member_of(access, code), Form())


@post(NOTES, right=StaffRight.MEMBERS)
async def note(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    member = await member_of(access, code)
    form = await Form.attempted(
        request, access, CompanyNote, lambda data: note_company(access, member.key, data.note, clock.now())
    )
    if form.errors:
        return await _notes_page(access, member, form)
    return see(request, "members.show", query={"fait": "note"}, code=member.code)


async def _notes_page(access: StaffAccess, member: Company, form: Form[Any]) -> Page:
    written = await notes_on(access, OF_COMPANY, member.key, member.key)
    return page("members/noting.html", form=form, member=member, written=written)


@get(f"{MEMBER}/facturation", right=StaffRight.BILLING)
async def billing(access: Staff, code: FromPath[str]) -> Response[Any]:
    company = await member_of(access, code)
    typed = {"buyer_kind": company.buyer_kind, "vat_exemption": company.vat_exemption}
    return _billing_page(company, Form(typed))


@post(f"{MEMBER}/facturation", right=StaffRight.BILLING)
async def change_billing(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    company = await member_of(access, code)

    async def change(data: Billing) -> None:
        await staff.change_billing(access, company, data.buyer_kind, data.vat_exemption, clock.now())

    form = await Form.attempted(request, access, Billing, change)
    if form.errors:
        return _billing_page(company, form)
    return see(request, "members.show", query={"fait": "facturation"}, code=code)


def _billing_page(company: Company, form: Form[Any]) -> Page:
    fields = [
        Field("buyer_kind", "Cet adhérent est", "choice", BUYER_WORDS),
        Field(
            "vat_exemption", "Pourquoi ses factures sont sans TVA",
            hint="L’article de loi, imprimé sur ses factures ; rien quand elles portent la TVA",
        ),
    ]  # fmt: skip
    lead = [
        "Cela dit au service par où partent ses prochaines factures ; celles déjà émises ne changent pas.",
        "Une association paie la TVA comme une entreprise, même quand elle n’y est pas assujettie.",
    ]
    question = Question(f"Facturation : {company.label}", lead, "Enregistrer", fields)
    return asked(question, form, (company.label, f"/service/adherents/{company.code}"))


STAFF = [
    index, act_on_many, show, person, employee, noting, note, billing, change_billing, *life.STAFF,
    *people.STAFF, *imports.STAFF,
]  # fmt: skip
