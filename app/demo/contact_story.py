"""The demo's messages to the service: one that waits, one answered and unread, one ended."""

import secrets
from datetime import datetime, time, timedelta

from sqlmodel import col

from app.access import MemberAccess, StaffAccess
from app.clock import PARIS
from app.contact.forms import NewInquiry
from app.contact.service import answer_inquiry, close_inquiry
from app.contact.writing_service import send_inquiry
from app.demo.story import member_of
from app.employees.export import model_xlsx
from app.kept_files import Kept, store_file
from db.models import Employee, Inquiry

ADVICE = (
    "Bonjour,\nOui : un conseiller peut venir voir le poste avec vous. Il vous appelle cette semaine pour "
    "choisir une date. Cette aide est comprise dans votre cotisation."
)
COUNTED = (
    "Bonjour,\nLes stagiaires et les intérimaires ne comptent pas ; les apprentis comptent chacun pour un. "
    "Votre prochain appel en tiendra compte : il n’y a rien à nous renvoyer."
)


async def tell_contact(staff: StaffAccess, now: datetime) -> None:
    member = await member_of(staff, "00010", "employeur@demo.example")
    people = staff.select(Employee).where(Employee.company_id == member.company.key)
    somebody = await staff.first(people.order_by(col(Employee.id)).limit(1))
    ended = await _sent(
        member, _at(now, 20, 10), "prevention", "Un poste avec beaucoup de manutention",
        "Bonjour,\nPouvez-vous nous aider à aménager le quai de chargement ?",
    )  # fmt: skip
    await answer_inquiry(staff, ended.key, ADVICE, _at(now, 19, 15))
    await close_inquiry(staff, ended.key, _at(now, 6, 9))
    ended.unread_at = None
    answered = await _sent(
        member, _at(now, 4, 11), "cotisation", "Qui compte dans l’effectif ?",
        "Bonjour,\nNous avons deux stagiaires et un apprenti : sont-ils à déclarer ?",
    )  # fmt: skip
    await answer_inquiry(staff, answered.key, COUNTED, _at(now, 2, 14))
    file = await store_file(staff.portal.storage, "salaries-a-corriger.xlsx", model_xlsx())
    await _sent(
        member, _at(now, 1, 16), "salaries", "Un nom mal écrit",
        "Bonjour,\nLe nom de naissance est celui du fichier joint. Merci de corriger son dossier.",
        somebody.key if somebody else 0, file,
    )  # fmt: skip


def _at(now: datetime, days: int, hour: int) -> datetime:
    """That many days ago, at this hour in Paris."""
    day = now.astimezone(PARIS).date() - timedelta(days=days)
    return datetime.combine(day, time(hour, 10 + days), PARIS)


async def _sent(
    member: MemberAccess, at: datetime, theme: str, subject: str, text: str, employee: int = 0,
    file: Kept | None = None,
) -> Inquiry:  # fmt: skip
    data = NewInquiry(
        token=secrets.token_urlsafe(16), theme=theme, subject=subject, text=text, salarie=employee
    )
    return await send_inquiry(member, data, file, at)
