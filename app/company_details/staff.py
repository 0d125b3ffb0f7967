"""Acts of the service on what a company corrected about itself: accept it, or set it back with a reason."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from app.access import StaffAccess
from app.company_details.acts import CONTACTS, EVERY_LABEL, LABELS, values_in_words
from app.errors import Refused
from app.mail.outbox import queue_mail
from db.models import Account, AuditKind, Company, CompanyContact, CompanyCorrection, ContactKind


def lines_of(correction: CompanyCorrection) -> list[tuple[str, str, str]]:
    """The label, the value before and the value after, in words, of each field."""
    empty = dict.fromkeys(EVERY_LABEL, "")
    old, new = values_in_words(empty | correction.before), values_in_words(empty | correction.after)
    return [(EVERY_LABEL[name], old[name], new[name]) for name in correction.after if name in EVERY_LABEL]


async def accept_details(access: StaffAccess, correction_id: int, now: datetime) -> None:
    """The correction stands, as it already did."""
    correction = await _open(access, correction_id)
    correction.answered_at = now
    _record(access, AuditKind.DETAILS_ACCEPTED, correction, now)


async def refuse_details(access: StaffAccess, correction_id: int, reason: str, now: datetime) -> None:
    """Set back each field that still holds what was corrected; its author is mailed the reason."""
    correction = await _open(access, correction_id)
    correction.answered_at, correction.refusal = now, reason
    company = await access.get(Company, correction.company_id)
    for name, value in correction.before.items():
        await _set_back(access, company, name, correction.after[name], value)
    company.updated_at = max(now, company.updated_at + timedelta(microseconds=1))
    _record(access, AuditKind.DETAILS_REFUSED, correction, now)
    author = await access.get(Account, correction.account_id)
    queue_mail(
        access, "details_refused", author.email, now, code=company.code, company=company.label,
        changes=[list(each) for each in lines_of(correction)], text=reason,
    )  # fmt: skip


async def _open(access: StaffAccess, correction_id: int) -> CompanyCorrection:
    correction = await access.get(CompanyCorrection, correction_id)
    mine = select(CompanyCorrection).where(col(CompanyCorrection.id) == correction.key)
    await access.first(mine.with_for_update().execution_options(populate_existing=True))
    if correction.answered_at:
        raise Refused("Un collègue a déjà répondu à cette correction.", status_code=409)
    return correction


async def _set_back(access: StaffAccess, company: Company, name: str, was: str, value: str) -> None:
    if name in LABELS:
        if str(getattr(company, name)) == was:
            setattr(company, name, value)
        return
    prefix, _, part = name.partition("_")
    if prefix not in CONTACTS:
        return
    mine = select(CompanyContact).where(
        col(CompanyContact.company_id) == company.key,
        col(CompanyContact.kind) == ContactKind[prefix.upper()],
    )
    contact = await access.first(mine)
    if contact and str(getattr(contact, part)) == was:
        setattr(contact, part, value)


def _record(access: StaffAccess, kind: AuditKind, correction: CompanyCorrection, now: datetime) -> None:
    about = ", ".join(label for label, _, _ in lines_of(correction))[:200]
    access.record(kind, now, access.account.key, correction.company_id, about, correction.key)
