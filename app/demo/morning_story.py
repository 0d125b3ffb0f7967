"""The demo's morning at the service: requests and messages of the last two days, of the accountant's clients
and of people without an account, beside those of BRIEUC.
"""

from datetime import datetime

from sqlmodel import col, select

from app import clock
from app.access import StaffAccess, VisitorAccess
from app.appointments.acts import ask_for_visits
from app.appointments.forms import EmployerRequest
from app.contact.acts import send_inquiry, write_public_message
from app.contact.forms import NewInquiry, PublicMessage
from app.demo.hours import days_ago
from app.demo.story import due_employees, member_of
from app.text.fields import once_token
from db.models import Company, RequestMotive
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


async def add_morning(staff: StaffAccess, now: datetime) -> None:
    """Requests, messages and messages without an account, each at its own minute of the last two days."""
    ours = ["00010", "00042"]
    codes = select(Company.code).where(col(Company.code).not_in(ours)).order_by(col(Company.code).desc())
    clients = [await member_of(staff, code, PERSONAS[1].email) for code in (await staff.all(codes))[:ASKING]]
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
