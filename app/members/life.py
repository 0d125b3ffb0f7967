"""/service/adherents/…: the acts of a member's life, each a page that says what follows, with one button."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic.queries import team_names
from app.members import staff
from app.members.asking import Field, Question, asked, pdf_answer
from app.members.forms import (
    Closing,
    Entry,
    InvitedAdministrator,
    Merging,
    NewAdministrator,
    NewSiret,
    NewTeam,
    Suspension,
)
from app.members.letters import print_letters
from app.members.merging import merge
from app.members.queries import PersonLine, member_of, people_of
from app.staff_rights import StaffRight
from app.text.counts import plural
from app.text.counts import siret as in_groups
from app.text.fields import Input
from app.text.formats import amount, day
from app.web.forms import Form
from app.web.pages import Page, see
from app.web.signatures import Request, Staff, get, post
from db.models import CareTeam, Company

MEMBER = "/service/adherents/{code:str}"
RIGHT = StaffRight.ADMISSIONS


async def _act(
    request: Request, access: StaffAccess, code: str, model: type[Any], done: str,
    ask: Callable[[StaffAccess, Company], Awaitable[Question]], act: Callable[[Company, Any], Awaitable[Any]],
) -> Response[Any]:  # fmt: skip
    """Do it and go back to the member, which says so; or ask again with what was wrong."""
    company = await member_of(access, code)
    form = await Form.attempted(request, access, model, lambda data: act(company, data))
    if form.errors:
        return await _page_of(access, code, ask, form)
    if access.scope.teams and company.team_id not in access.scope.teams:
        # It is another team's now: its page answers no more.
        return see(request, "members.index", query={"fait": done})
    return see(request, "members.show", query={"fait": done}, code=code)


async def _page_of(
    access: StaffAccess, code: str, ask: Callable[[StaffAccess, Company], Awaitable[Question]],
    form: Form[Any] | None = None,
) -> Page:  # fmt: skip
    company = await member_of(access, code)
    question = await ask(access, company)
    return asked(question, form or Form(), (company.label, f"/service/adherents/{company.code}"))


# The letter with its two numbers.


async def _number_question(_access: StaffAccess, company: Company) -> Question:
    return Question(
        f"Nouveau n° télédéclarant : {company.label}",
        [
            "Le numéro actuel ne vaut plus dès maintenant.",
            "Le nouveau ne s’affiche nulle part : il est sur la lettre, en PDF, à poster.",
        ],
        "Tirer le numéro et imprimer la lettre",
    )


@get(f"{MEMBER}/numero", right=RIGHT)
async def number(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _number_question)


@post(f"{MEMBER}/numero", right=RIGHT)
async def renew_number(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    company = await member_of(access, code)
    made: list[bytes] = []

    async def draw(_: Input) -> None:
        made.append(await print_letters(access, [company], clock.now()))

    form = await Form.attempted(request, access, Input, draw)
    if not made or form.errors:
        return await _page_of(access, code, _number_question, form)
    return pdf_answer(made[0], f"lettre-{company.code}.pdf")


# What identifies it, who follows it, who administers it.


async def _siret_question(_access: StaffAccess, company: Company) -> Question:
    hint = f"Aujourd’hui : {in_groups(company.siret)}" if company.siret else ""
    lead = ["Les personnes de l’entreprise en sont averties par courriel."]
    return Question(
        f"Changer le SIRET : {company.label}", lead, "Enregistrer", [Field("siret", "SIRET", hint=hint)]
    )


@get(f"{MEMBER}/siret", right=RIGHT)
async def siret(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _siret_question)


@post(f"{MEMBER}/siret", right=RIGHT)
async def change_siret(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, NewSiret, "siret", _siret_question,
        lambda company, data: staff.change_siret(access, company, data.siret, clock.now()),
    )  # fmt: skip


async def _team_question(access: StaffAccess, company: Company) -> Question:
    words = await team_names(access)
    lead = ["Ses prochains rendez-vous ne changent pas."]
    return Question(
        f"Changer l’équipe : {company.label}", lead, "Enregistrer", [Field("team", "Équipe", "choice", words)]
    )


@get(f"{MEMBER}/equipe", right=RIGHT)
async def team(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _team_question)


@post(f"{MEMBER}/equipe", right=RIGHT)
async def change_team(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    async def move(company: Company, data: NewTeam) -> None:
        await staff.move_to_team(access, [company], await access.get(CareTeam, data.team), clock.now())

    return await _act(request, access, code, NewTeam, "equipe", _team_question, move)


def _choice(person: PersonLine) -> str:
    ended = "accès terminé le" if person.has_ended else "accès jusqu’au"
    end = f", {ended} {day(person.ends_on)}" if person.ends_on else ""
    return f"{person.name} ({person.email}){end}"


async def _administrator_question(access: StaffAccess, company: Company) -> Question:
    people = await people_of(access, company.key, clock.now(), clock.today())
    words = {str(each.membership_id): _choice(each) for each in people}
    lead = [
        "Cette personne décidera qui agit pour l’entreprise ; elle en est avertie par courriel.",
        "Elle garde les rôles qu’elle a.",
    ]
    if not words:
        lead = [
            "Personne n’a d’accès : invitez un administrateur par courriel.",
            "Sinon, une nouvelle lettre ouvre l’administration à la première personne.",
        ]
    fields = [Field("membership", "Personne", "choice", words)] if words else []
    if any(each.ends_on for each in people):
        fields.append(Field("for_good", "Son accès n’a plus de date de fin, même s’il est terminé", "tick"))
    return Question(f"Nommer un administrateur : {company.label}", lead, "Nommer" if words else "", fields)


@get(f"{MEMBER}/administrateur", right=RIGHT)
async def administrator(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _administrator_question)


@post(f"{MEMBER}/administrateur", right=RIGHT)
async def name_administrator(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, NewAdministrator, "administrateur", _administrator_question,
        lambda company, data: staff.name_administrator(
            access, company, data.membership, clock.now(), for_good=data.for_good
        ),
    )  # fmt: skip


async def _invitation_question(_access: StaffAccess, company: Company) -> Question:
    lead = [
        "Pour qui n’a pas encore d’accès : un courriel l’invite à administrer l’entreprise, valable 7 jours.",
        "Vérifiez que cette personne a autorité dans l’entreprise : elle décidera qui y agit.",
    ]
    fields = [Field("email", "Adresse e-mail", "email")]
    return Question(f"Inviter un administrateur : {company.label}", lead, "Envoyer l’invitation", fields)


@get(f"{MEMBER}/invitation", right=RIGHT)
async def invitation(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _invitation_question)


@post(f"{MEMBER}/invitation", right=RIGHT)
async def invite_administrator(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, InvitedAdministrator, "invite", _invitation_question,
        lambda company, data: staff.invite_administrator(access, company, data.email, clock.now()),
    )  # fmt: skip


# Suspension, end, return.


async def _suspension_question(_access: StaffAccess, company: Company) -> Question:
    lead = [
        "L’employeur ne peut plus demander de visite ni établir de certificat d’adhésion.",
        "Ses rendez-vous restent ; il en est averti par courriel, avec la raison.",
    ]
    fields = [Field("reason", "Raison", hint="L’employeur la lira")]
    return Question(f"Suspendre l’adhésion : {company.label}", lead, "Suspendre", fields)


@get(f"{MEMBER}/suspension", right=RIGHT)
async def suspension(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _suspension_question)


@post(f"{MEMBER}/suspension", right=RIGHT)
async def suspend(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, Suspension, "suspendu", _suspension_question,
        lambda company, data: staff.suspend(access, company, data.reason, clock.now()),
    )  # fmt: skip


async def _resuming_question(_access: StaffAccess, company: Company) -> Question:
    lead = ["L’employeur en est averti par courriel."]
    return Question(f"Lever la suspension : {company.label}", lead, "Lever la suspension")


@get(f"{MEMBER}/reprise", right=RIGHT)
async def resuming(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _resuming_question)


@post(f"{MEMBER}/reprise", right=RIGHT)
async def resume(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, Input, "repris", _resuming_question,
        lambda company, _: staff.resume(access, company, clock.now()),
    )  # fmt: skip


async def _closing_question(access: StaffAccess, company: Company) -> Question:
    met = await staff.ending_of(access, company, clock.now())
    lead = []
    if met.sites:
        lead.append(f"Avec lui : {plural(met.sites, 'site')}.")
    if met.slots:
        appointments = plural(met.slots, "rendez-vous à venir", "rendez-vous à venir")
        lead.append(f"{appointments} : annulation, et courriel à chaque personne convoquée.")
    if met.requests:
        lead.append(f"{plural(met.requests, 'demande')} en attente : la réponse part avec la raison.")
    if met.due_cents > 0:
        lead.append(f"Reste à payer : {amount(met.due_cents)}. La dette demeure, le courriel la rappelle.")
    lead.append("Les personnes de l’entreprise gardent leurs pages en lecture ; rien n’est effacé.")
    fields = [
        Field("reason", "Raison", "choice", {"": "Choisissez"} | staff.REASONS),
        Field("on", "Date de la radiation", "date"),
    ]
    return Question(f"Radier : {company.label}", lead, "Radier", fields)


@get(f"{MEMBER}/radiation", right=RIGHT)
async def closing(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _closing_question)


@post(f"{MEMBER}/radiation", right=RIGHT)
async def close(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, Closing, "radie", _closing_question,
        lambda company, data: staff.close(
            access, company, staff.REASONS[data.reason], data.on, clock.now()
        ),
    )  # fmt: skip


async def _reopening_question(_access: StaffAccess, company: Company) -> Question:
    lead = ["Les accès d’avant valent de nouveau ; l’employeur en est averti par courriel."]
    return Question(f"Rouvrir l’adhésion : {company.label}", lead, "Rouvrir")


@get(f"{MEMBER}/reouverture", right=RIGHT)
async def reopening(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _reopening_question)


@post(f"{MEMBER}/reouverture", right=RIGHT)
async def reopen(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, Input, "rouvert", _reopening_question,
        lambda company, _: staff.reopen(access, company, clock.now()),
    )  # fmt: skip


async def _merging_question(_access: StaffAccess, company: Company) -> Question:
    lead = [
        "Salariés, visites, rendez-vous, demandes, échanges et documents passent à l’autre adhérent.",
        "Les personnes qui agissent pour celui-ci agissent pour l’autre.",
        "Factures et déclarations restent ici, en lecture : elles portent ce nom. L’adhésion se termine.",
        "Rien ne défait cette fusion. Les personnes des deux entreprises en sont averties par courriel.",
    ]
    fields = [Field("code", "Code de l’adhérent qui reste", hint="00010, ou 00010-5 pour un site")]
    return Question(f"Fusionner : {company.label}", lead, "Fusionner", fields)


@get(f"{MEMBER}/fusion", right=RIGHT)
async def merging(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _page_of(access, code, _merging_question)


@post(f"{MEMBER}/fusion", right=RIGHT)
async def merge_members(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _act(
        request, access, code, Merging, "fusionne", _merging_question,
        lambda company, data: merge(access, company, data.code, clock.now()),
    )  # fmt: skip


# A new member.

_ENTRY = Question(
    "Nouvel adhérent", ["Imprimez ensuite sa lettre : elle porte les deux numéros qui ouvrent son espace."],
    "Enregistrer",
    [
        Field("code", "Code adhérent", hint="00010, ou 00010-5 pour un site"),
        Field("name", "Raison sociale"),
        Field("siret", "SIRET"), Field("address", "Adresse"), Field("postcode", "Code postal"),
        Field("town", "Ville"), Field("email", "Adresse e-mail", "email"),
    ],
)  # fmt: skip
_LIST = ("Adhérents", "/service/adherents")


@get("/service/adherents/nouveau", right=RIGHT)
async def new(access: Staff) -> Response[Any]:  # noqa: ARG001 - the door asks for it
    return asked(_ENTRY, Form(), _LIST)


@post("/service/adherents/nouveau", right=RIGHT)
async def enter(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, Entry, lambda data: staff.enter(access, data.model_dump(), clock.now())
    )
    if form.errors or form.data is None:
        return asked(_ENTRY, form, _LIST)
    return see(request, "members.show", query={"fait": "entre"}, code=form.data.code)


STAFF = [
    number, renew_number, siret, change_siret, team, change_team, administrator, name_administrator,
    invitation, invite_administrator,
    suspension, suspend, resuming, resume, closing, close, reopening, reopen, merging, merge_members, new,
    enter,
]  # fmt: skip
