"""The demo's messages to the service: one that waits, one answered and unread, one ended."""

from datetime import datetime

from sqlmodel import col

from app.access import MemberAccess, StaffAccess
from app.contact.acts import send_inquiry
from app.contact.forms import NewInquiry
from app.contact.staff import answer_inquiry, close_inquiry
from app.demo.hours import days_ago
from app.demo.story import member_of
from app.employee_files.writing import model_xlsx
from app.kept_files import Kept, store_file
from app.text.fields import once_token
from db.models import Employee, Inquiry

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
