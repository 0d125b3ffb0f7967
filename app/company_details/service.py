"""Corrections: each one is traced, and all of them reach the service in one mail."""

from datetime import date, datetime, timedelta

from app.access import MemberAccess
from app.company_details.corrections import CONTACTS, LABELS, PARTS, Change, changes, proposed, values_of
from app.company_details.forms import Details
from app.company_details.queries import contacts_of, locked_company
from app.errors import Refused
from app.mail import queue_mail
from db.models import AuditKind, Company, CompanyContact, ContactKind

CONFLICT = (
    "Une autre personne a modifié ces informations pendant votre saisie : voici les deux valeurs. "
    "Rien de ce que vous avez saisi n’est encore enregistré."
)


def version_of(company: Company) -> str:
    return company.updated_at.isoformat()


async def stored_details(access: MemberAccess, company: Company) -> dict[str, str]:
    """Every value by the name of its field, as it is kept; "" when there is none."""
    values = {name: str(getattr(company, name)) for name in LABELS}
    contacts = await contacts_of(access)
    for prefix in CONTACTS:
        contact = contacts.get(ContactKind[prefix.upper()])
        for part in PARTS:
            values[f"{prefix}_{part}"] = getattr(contact, part) if contact else ""
    return values


async def correct_details(access: MemberAccess, entry: Details, now: datetime, today: date) -> list[Change]:
    """What changed, once written, traced and mailed.

    `Refused` with 409 when the page was made from an older state: nobody's correction is overwritten
    unseen. The same values as those stored change nothing and are never refused.
    """
    company = await locked_company(access)
    after = values_of(entry)
    found = changes(proposed(await stored_details(access, company), today), after)
    if not found:
        return []
    if entry.version != version_of(company):
        raise Refused(CONFLICT, status_code=409)
    await _store(access, company, after, {change.name for change in found})
    # Two corrections within one tick of the clock are still two versions.
    company.updated_at = max(now, company.updated_at + timedelta(microseconds=1))
    for change in found:
        access.trace(AuditKind.COMPANY_CORRECTED, now, about=change.about)
    _tell_the_service(access, company, found, now)
    return found


async def _store(access: MemberAccess, company: Company, after: dict[str, str], names: set[str]) -> None:
    """Only what changed, so that a nomenclature merely proposed is not kept as if somebody had said it."""
    if "naf" in names:
        names.add("naf_version")
    for name in names & LABELS.keys():
        setattr(company, name, after[name])
    contacts = await contacts_of(access)
    for prefix in CONTACTS:
        values = {part: after[f"{prefix}_{part}"] for part in PARTS if f"{prefix}_{part}" in names}
        if not values:
            continue
        kind = ContactKind[prefix.upper()]
        contact = contacts.get(kind) or access.add(CompanyContact(company_id=access.company.key, kind=kind))
        for part, value in values.items():
            setattr(contact, part, value)


def _tell_the_service(access: MemberAccess, company: Company, found: list[Change], now: datetime) -> None:
    queue_mail(
        access,
        "company_corrected",
        access.portal.settings.service_email,
        now,
        company=company.label,
        person=access.account.full_name,
        person_email=access.account.email,
        on_behalf=access.membership.third_party,
        changes=[[each.label, each.old, each.new] for each in found],
    )
