"""The service's side of the demo: its morning, its messages and its sessions.

The morning: requests and messages of the last two days, of the accountant's clients and of people without an
account, beside those of BRIEUC. Messages: one that waits, one answered and unread, one ended. Sessions: two
weeks of half days at two centres, in which the service has times to propose.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlmodel import col, select

from app import clock
from app.access import MemberAccess, StaffAccess, VisitorAccess
from app.appointments.acts import ask_for_visits, write_message
from app.appointments.forms import EmployerRequest, NewMessage, ReturnRequest, Wishes
from app.clinic.people import add_professional
from app.clinic.queries import free_times_for
from app.clinic.staff import Pattern, make_sessions
from app.clock import day_of
from app.company_details.acts import (
    correct_details,
    form_values,
    proposed_values,
    stored_details,
    version_of,
)
from app.company_details.forms import Details
from app.contact.acts import send_inquiry, write_public_message
from app.contact.forms import NewInquiry, PublicMessage
from app.contact.staff import answer_inquiry, close_inquiry
from app.demo.hours import days_ago
from app.demo.story import due_employees, member_of
from app.documents.acts import deposit_document
from app.documents.forms import Deposit
from app.employee_files.writing import model_xlsx
from app.employees.acts import register_employee
from app.employees.declared import LABELS
from app.files.typesetting import typeset_apart
from app.inbox.forms import NewNote, QuickText
from app.inbox.people import keep_answer, write_note
from app.inbox.staff import look_at_document, propose_for
from app.kept_files import Kept, store_file
from app.planning.acts import SeenSlot, ask_another_date
from app.planning.queries import SlotRow, slot_rows
from app.planning.rules import is_working_day, monday_of
from app.text.fields import once_token
from app.text.formats import day
from db.models import (
    AppointmentRequest,
    CareCentre,
    Company,
    Document,
    Employee,
    Inquiry,
    RequestMotive,
    Slot,
    SlotState,
    Subject,
)
from db.seeds.personas import PERSONAS

WHY = "Changement de poste : nous souhaitons un avis sur les gestes répétés."
ASKING = 4  # clients of the accountant who ask for a visit
MESSAGES = (
    (
        "convocation",
        "Un salarié en arrêt",
        "Bonjour,\nPouvez-vous déplacer sa visite ?",
    ),
    ("salaries", "Une nouvelle embauche", "Bonjour,\nElle travaille de nuit : faut-il une visite avant ?"),
)
STRANGERS = (
    (
        "Yves Kerdoncuff",
        "y.kerdoncuff@menuiserie.example",
        "acces",
        "Je n’ai plus mon code.",
    ),
    ("Anaëlle Le Bris", "a.lebris@boulangerie.example", "autre", "Comment adhérer ? J’embauche en janvier."),
)


HIRED = {
    "birth_name": "LE GOFF", "first_names": "Maëlle", "sex": "F", "birth_on": "1999-04-12",
    "contract": "cdi", "job_title": "Agente de nuit", "pcs": "525d", "risks": "NUIT", "part_time": "non",
}  # fmt: skip


QUICK = (
    ("Date proche", "Bonjour,\nNous cherchons une date proche et revenons vers vous sous deux jours."),
    ("Fiche de poste", "Bonjour,\nPouvez-vous joindre la fiche de poste à votre réponse ? Merci."),
)
NOTE = "La gérante préfère être appelée le matin."


async def add_morning(staff: StaffAccess, now: datetime) -> None:
    """Things of each kind, each at its own minute of the last three days; older ones were looked at."""
    ours = ["00010", "00042"]
    codes = select(Company.code).where(col(Company.code).not_in(ours)).order_by(col(Company.code).desc())
    clients = [await member_of(staff, code, PERSONAS[1].email) for code in (await staff.all(codes))[:ASKING]]
    await _look_at_old_ones(staff)
    await _requests_and_messages(staff, clients, now)
    await _hire_return_and_deposit(clients, now)
    await _other_date(staff, now)
    await _words_on_a_visit(staff, clients[-1], now)
    await _corrected_sheet(clients[2], now)
    for minute, (title, text) in enumerate(QUICK):
        await keep_answer(staff, QuickText(title=title, text=text), days_ago(now, 30, 10, minute))
    for asked in (await _asked_by(clients[0]))[:1]:
        words = NewNote.model_validate({"note": NOTE, "company": "oui"})
        await write_note(staff, Subject.REQUEST, asked.key, words, days_ago(now, 1, 16, 55))


async def _look_at_old_ones(staff: StaffAccess) -> None:
    """Deposits of the past were seen on the next working day."""
    deposits = select(Document).where(col(Document.from_service).is_(False))
    for each in await staff.all(deposits):
        seen = each.created_at + timedelta(days=1)
        while not is_working_day(day_of(seen)):
            seen += timedelta(days=1)
        await look_at_document(staff, each.key, seen)


async def _hire_return_and_deposit(clients: Sequence[MemberAccess], now: datetime) -> None:
    """Somebody who will work at night, somebody who comes back next week, a risk assessment."""
    entry = day_of(now) + timedelta(days=12)
    values = dict.fromkeys(LABELS, "") | HIRED | {"entry_on": entry.isoformat()}
    await register_employee(clients[0], values, clock.moment(days_ago(now, 1, 16, 40)))
    stop, back = day_of(now) - timedelta(days=95), day_of(now) + timedelta(days=4)
    here = clients[1].select(Employee).where(col(Employee.exit_on).is_(None), Employee.entry_on < stop)
    person = await clients[1].first(here.order_by(col(Employee.id)).limit(1))
    if person:
        fields = {
            "batch": once_token(), f"salarie_{person.key}": "oui", "cause": "autre",
            "stop_from": stop.isoformat(), "back_on": back.isoformat(),
        }  # fmt: skip
        asked = ReturnRequest.model_validate(fields)
        hour = clock.moment(days_ago(now, 1, 10, 35))
        await ask_for_visits(clients[1], RequestMotive.RETURN, asked, hour)
    at, company = days_ago(now, 1, 17, 5), clients[2].company.label
    words = {"title": "DUERP", "company": company, "service": clients[2].portal.settings.service_name}
    paper = await typeset_apart("documents/sample.typ", words | {"day": day(day_of(at))})
    file = await store_file(clients[2].portal.storage, "DUERP.pdf", paper)
    await deposit_document(clients[2], Deposit(token=once_token(), kind="duerp"), file, at)


async def _words_on_a_visit(staff: StaffAccess, client: MemberAccess, now: datetime) -> None:
    """A time proposed yesterday for a request, and a word of the employer about it."""
    for asked in (await _asked_by(client))[:1]:
        choice = (await free_times_for(staff, asked.kind, now))[-1].key
        await propose_for(staff, asked, choice, days_ago(now, 1, 9, 50))
        words = NewMessage(token=once_token(), text="Bonjour,\nPeut-il venir avec sa fiche de poste ?")
        await write_message(client, asked.key, words, clock.moment(days_ago(now, 1, 14, 15)))


async def _asked_by(client: MemberAccess) -> Sequence[AppointmentRequest]:
    """The visits that this company asked for of its own, the latest first."""
    mine = client.select(AppointmentRequest).where(AppointmentRequest.motive == RequestMotive.EMPLOYER)
    return await client.all(mine.order_by(col(AppointmentRequest.id).desc()))


async def _corrected_sheet(client: MemberAccess, now: datetime) -> None:
    """A new telephone number of a company."""
    at, company = clock.moment(days_ago(now, 1, 14, 50)), await client.company_row()
    stored = form_values(proposed_values(await stored_details(client, company), at.today))
    typed = stored | {"phone": "02 61 91 00 77", "version": version_of(company)}
    typed["naf_version"] = typed["naf_version"] or "rev2"  # of no code: kept nowhere
    await correct_details(client, Details.model_validate(typed), at.now, at.today)


async def _other_date(staff: StaffAccess, now: datetime) -> None:
    """Another date asked for a time that was proposed."""
    brieuc = await member_of(staff, "00010", PERSONAS[0].email)
    proposed = slot_rows(
        col(Slot.company_id) == brieuc.company.key, col(Slot.state) == SlotState.PROPOSED,
        col(Slot.employee_id).is_not(None), col(Slot.starts_at) > now,
    )  # fmt: skip
    for row in [SlotRow(*each) for each in await brieuc.table(proposed)][-1:]:
        wishes = Wishes.model_validate({"batch": once_token(), "half_jeu_soir": "oui"})
        at = clock.moment(days_ago(now, 1, 9, 20))
        await ask_another_date(brieuc, row, SeenSlot(row.sequence), wishes, at)


async def _requests_and_messages(staff: StaffAccess, clients: Sequence[MemberAccess], now: datetime) -> None:
    for minute, client in enumerate(clients):
        for person in await due_employees(staff, client.company.key, 1):
            fields = {"batch": once_token(), f"salarie_{person.key}": "oui", "reason": WHY, "told": "oui"}
            at = clock.moment(days_ago(now, 2, 10, 7 * minute))
            await ask_for_visits(client, RequestMotive.EMPLOYER, EmployerRequest.model_validate(fields), at)
    for minute, (client, (theme, subject, text)) in enumerate(zip(clients, MESSAGES, strict=False)):
        data = NewInquiry(token=once_token(), theme=theme, subject=subject, text=text)
        await send_inquiry(client, data, None, days_ago(now, 1, 11, 20 + 9 * minute))
    visitor = VisitorAccess(staff.portal, staff.session_)
    for minute, (name, email, theme, text) in enumerate(STRANGERS):
        written = PublicMessage(token=once_token(), name=name, email=email, theme=theme, text=text)
        await write_public_message(visitor, written, days_ago(now, 1, 15, 5 + 12 * minute))


ADVICE = (
    "Bonjour,\nOui : un conseiller peut venir voir le poste avec vous. Il vous appelle cette semaine pour "
    "choisir une date. Cette aide est comprise dans votre cotisation."
)
COUNTED = (
    "Bonjour,\nLes stagiaires et les intérimaires ne comptent pas ; les apprentis comptent chacun pour un. "
    "Votre prochain appel en tiendra compte : il n’y a rien à nous renvoyer."
)


async def add_contact(staff: StaffAccess, now: datetime) -> None:
    member = await member_of(staff, "00010", "employeur@demo.example")
    people = staff.select(Employee).where(Employee.company_id == member.company.key)
    somebody = await staff.first(people.order_by(col(Employee.id)).limit(1))
    ended = await _send(
        member, days_ago(now, 20, 10, 30), "prevention", "Un poste avec beaucoup de manutention",
        "Bonjour,\nPouvez-vous nous aider à aménager le quai de chargement ?",
    )  # fmt: skip
    await answer_inquiry(staff, ended.key, ADVICE, days_ago(now, 19, 15, 29))
    await close_inquiry(staff, ended.key, days_ago(now, 6, 9, 16))
    ended.unread_at = None
    answered = await _send(
        member, days_ago(now, 4, 11, 14), "cotisation", "Qui compte dans l’effectif ?",
        "Bonjour,\nNous avons deux stagiaires et un apprenti : sont-ils à déclarer ?",
    )  # fmt: skip
    await answer_inquiry(staff, answered.key, COUNTED, days_ago(now, 2, 14, 12))
    file = await store_file(staff.portal.storage, "salaries-a-corriger.xlsx", model_xlsx())
    await _send(
        member, days_ago(now, 1, 16, 11), "salaries", subject="Un nom mal écrit",
        text="Bonjour,\nLe nom de naissance est celui du fichier joint. Merci de corriger son dossier.",
        employee=somebody.key if somebody else 0, file=file,
    )  # fmt: skip


async def _send(
    member: MemberAccess, at: datetime, theme: str, subject: str, text: str, employee: int = 0,
    file: Kept | None = None,
) -> Inquiry:  # fmt: skip
    data = NewInquiry(token=once_token(), theme=theme, subject=subject, text=text, salarie=employee)
    return await send_inquiry(member, data, file, at)


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
