"""The demo's documents: shared by the service's own acts, and a DUERP that the employer keeps up to date."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import col

from app.access import MemberAccess, StaffAccess
from app.clock import PARIS
from app.demo.story import member_of
from app.documents.deposit_service import deposit_document, mark_as_seen
from app.documents.forms import Deposit
from app.documents.service import Shared, share_document
from app.formats import day
from app.kept_files import Kept, store_file
from app.portal import Portal
from app.typesetting import typeset_apart
from db.models import Company, DocumentKind, Employee


async def tell_documents(staff: StaffAccess, now: datetime) -> None:
    """One seen, three that are new, a DUERP with two versions."""
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    company = await staff.get(Company, brieuc.company.key)
    people = await staff.all(
        staff.select(Employee)
        .where(Employee.company_id == company.key, col(Employee.exit_on).is_(None))
        .order_by(col(Employee.id))
        .limit(2)
    )
    sheet = Shared(DocumentKind.COMPANY_SHEET, f"Fiche d’entreprise {now.year}")
    seen = await _share(staff, company, sheet, "fiche-entreprise.pdf", now - timedelta(days=60))
    await mark_as_seen(brieuc, seen, now - timedelta(days=58))
    for version in (1, 2):
        await _deposit(brieuc, company, version, now - timedelta(days=400 // version**3))
    kinds = ((DocumentKind.ATTESTATION, "Attestation de suivi"), (DocumentKind.APTITUDE, "Avis d’aptitude"))
    for (kind, title), person in zip(kinds, people, strict=True):
        shared = Shared(kind, title, person.key)
        await _share(staff, company, shared, f"{kind}.pdf", now - timedelta(days=person.key % 3 + 1))


async def _share(staff: StaffAccess, company: Company, shared: Shared, name: str, at: datetime) -> int:
    kept = await _file(staff.portal, company, shared.title, name, at)
    return (await share_document(staff, company.key, shared, kept, at)).key


async def _deposit(member: MemberAccess, company: Company, version: int, at: datetime) -> None:
    kept = await _file(member.portal, company, f"DUERP, version {version}", f"DUERP-{version}.pdf", at)
    await deposit_document(member, Deposit(token=secrets.token_urlsafe(16), kind="duerp"), kept, at)


async def _file(portal: Portal, company: Company, title: str, name: str, at: datetime) -> Kept:
    """A page that says what it would be."""
    told = {"title": title, "company": company.label, "service": portal.settings.service_name}
    told["day"] = day(at.astimezone(PARIS).date())
    return await store_file(portal.storage, name, await typeset_apart("documents/sample.typ", told))
