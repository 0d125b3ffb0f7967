"""The demo's documents: shared by the service's own acts, and a DUERP that the employer keeps up to date."""

from datetime import datetime, timedelta

from sqlmodel import col

from app.access import MemberAccess, StaffAccess
from app.clock import day_of
from app.demo.hours import at_work, days_ago
from app.demo.story import member_of
from app.documents.acts import deposit_document, mark_as_seen
from app.documents.forms import Deposit
from app.documents.staff import SharedDocument, share_document
from app.files.pdf import typeset_apart
from app.kept_files import Kept, store_file
from app.portal import Portal
from app.text.fields import once_token
from app.text.formats import day
from db.models import Company, DocumentKind, Employee


async def add_documents(staff: StaffAccess, now: datetime) -> None:
    """One seen, three that are new, a DUERP with two versions."""
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    company = await staff.get(Company, brieuc.company.key)
    people = await staff.all(
        staff.select(Employee)
        .where(Employee.company_id == company.key, col(Employee.exit_on).is_(None))
        .order_by(col(Employee.id))
        .limit(2)
    )
    sheet = SharedDocument(DocumentKind.COMPANY_SHEET, f"Fiche d’entreprise {now.year}")
    seen = await _share(staff, company, sheet, "fiche-entreprise.pdf", days_ago(now, 42, 10, 5))
    await mark_as_seen(brieuc, seen, days_ago(now, 40, 8, 50))
    for version in (1, 2):
        at = at_work(day_of(now) - timedelta(days=400 // version**3), 17, 15)
        await _deposit(brieuc, company, version, at)
    kinds = ((DocumentKind.ATTESTATION, "Attestation de suivi"), (DocumentKind.APTITUDE, "Avis d’aptitude"))
    for (kind, title), person in zip(kinds, people, strict=True):
        shared = SharedDocument(kind, title, person.key)
        await _share(staff, company, shared, f"{kind}.pdf", days_ago(now, person.key % 3 + 1, 16, 20))


async def _share(
    staff: StaffAccess, company: Company, shared: SharedDocument, name: str, at: datetime
) -> int:
    file = await _file(staff.portal, company, shared.title, name, at)
    return (await share_document(staff, company.key, shared, file, at)).key


async def _deposit(member: MemberAccess, company: Company, version: int, at: datetime) -> None:
    file = await _file(member.portal, company, f"DUERP, version {version}", f"DUERP-{version}.pdf", at)
    await deposit_document(member, Deposit(token=once_token(), kind="duerp"), file, at)


async def _file(portal: Portal, company: Company, title: str, name: str, at: datetime) -> Kept:
    """A page that says what it would be."""
    words = {"title": title, "company": company.label, "service": portal.settings.service_name}
    words["day"] = day(day_of(at))
    return await store_file(portal.storage, name, await typeset_apart("documents/sample.typ", words))
