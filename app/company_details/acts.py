"""Corrections: each one is traced, and all of them reach the service in one mail."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.access import MemberAccess
from app.company_details.forms import NOMENCLATURES, Details, naf_words, nomenclature_on
from app.company_details.queries import contacts_of, locked_company
from app.errors import Refused
from app.mail.outbox import queue_mail
from app.text import counts
from app.text.phones import phone_words
from db.models import AuditKind, Company, CompanyContact, CompanyCorrection, ContactKind

LABELS = {
    "name": "Raison sociale",
    "siret": "SIRET",
    "naf": "Code NAF",
    "naf_version": "Nomenclature NAF",
    "address": "Adresse",
    "postcode": "Code postal",
    "town": "Commune",
    "email": "Adresse e-mail",
    "phone": "Téléphone",
}
PARTS = {"name": "nom", "email": "adresse e-mail", "phone": "téléphone"}
CONTACTS = {kind.name.lower(): f"Contact {kind}" for kind in ContactKind}
EVERY_LABEL = LABELS | {
    f"{prefix}_{part}": f"{title}, {words}"
    for prefix, title in CONTACTS.items()
    for part, words in PARTS.items()
}
# Two of them, their label and the signs between fit in the 200 characters of an event.
LONGEST = 75


class Correction(NamedTuple):
    """`old` and `new` in words; "" when there is nothing."""

    name: str
    label: str
    old: str
    new: str

    @property
    def about(self) -> str:
        return f"{self.label} : {_shortened(self.old)} → {_shortened(self.new)}"


def values_of(entry: Details) -> dict[str, str]:
    values: dict[str, str] = entry.model_dump(exclude={"version"})
    return values if values["naf"] else values | {"naf_version": ""}


def proposed_values(values: dict[str, str], today: date) -> dict[str, str]:
    """A code whose nomenclature nobody noted is read in the one in force: to be confirmed by the reader."""
    if not values["naf"]:
        return values | {"naf_version": ""}
    return values | {"naf_version": values["naf_version"] or nomenclature_on(today)}


def form_values(values: dict[str, str]) -> dict[str, str]:
    """Values as fields show them: spaces in the numbers, 06 rather than +336."""
    written = {"siret": counts.siret(values["siret"]), "naf": naf_words(values["naf"])}
    phones = {name: phone_words(value) for name, value in values.items() if name.endswith("phone")}
    return values | written | phones


def values_in_words(values: dict[str, str]) -> dict[str, str]:
    """Values as a reader who changes nothing sees them."""
    return form_values(values) | {"naf_version": NOMENCLATURES.get(values["naf_version"], "")}


def changes(before: dict[str, str], after: dict[str, str]) -> list[Correction]:
    old, new = values_in_words(before), values_in_words(after)
    return [
        Correction(name, label, old[name], new[name])
        for name, label in EVERY_LABEL.items()
        if before[name] != after[name]
    ]


def _shortened(value: str) -> str:
    if not value:
        return "(vide)"
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


CONFLICT = (
    "Une autre personne a modifié ces informations pendant votre saisie : voici les deux valeurs. "
    "Rien de ce que vous avez saisi n’est encore enregistré."
)


def version_of(company: Company) -> str:
    return company.updated_at.isoformat()


async def stored_details(access: MemberAccess, company: Company) -> dict[str, str]:
    """Stored values by the name of their field; "" when there is none."""
    values = {name: str(getattr(company, name)) for name in LABELS}
    contacts = await contacts_of(access)
    for prefix in CONTACTS:
        contact = contacts.get(ContactKind[prefix.upper()])
        for part in PARTS:
            values[f"{prefix}_{part}"] = getattr(contact, part) if contact else ""
    return values


async def correct_details(
    access: MemberAccess, entry: Details, now: datetime, today: date
) -> list[Correction]:
    """Write, trace and mail a correction; return the fields that changed.

    `Refused` with 409 when the page was made from an older state: nobody's correction is overwritten
    unseen. The same values as those stored change nothing and are never refused.
    """
    company = await locked_company(access)
    after = values_of(entry)
    before = proposed_values(await stored_details(access, company), today)
    corrections = changes(before, after)
    if not corrections:
        return []
    if entry.version != version_of(company):
        raise Refused(CONFLICT, status_code=409)
    await _store(access, company, after, {change.name for change in corrections})
    # Two corrections within one tick of the clock are still two versions.
    company.updated_at = max(now, company.updated_at + timedelta(microseconds=1))
    for change in corrections:
        access.trace(AuditKind.COMPANY_CORRECTED, now, about=change.about)
    names = [each.name for each in corrections]
    access.add(
        CompanyCorrection(
            company_id=access.company.key, account_id=access.account.key,
            on_behalf=access.membership.third_party, sent_at=now,
            before={name: before[name] for name in names}, after={name: after[name] for name in names},
        )
    )  # fmt: skip
    _notify_service(access, company, corrections, now)
    return corrections


async def _store(access: MemberAccess, company: Company, after: dict[str, str], names: set[str]) -> None:
    """Write only the changed fields, so that a nomenclature merely proposed is not stored as if somebody had
    typed it.
    """
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


def _notify_service(
    access: MemberAccess, company: Company, corrections: list[Correction], now: datetime
) -> None:
    queue_mail(
        access,
        "company_corrected",
        access.portal.settings.service_email,
        now,
        company=company.label,
        person=access.account.full_name,
        person_email=access.account.email,
        on_behalf=access.membership.third_party,
        changes=[[each.label, each.old, each.new] for each in corrections],
    )
