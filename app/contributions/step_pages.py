"""The pages of the steps, as they stand or with what was refused."""

from typing import Any

from app.access import MemberAccess
from app.company_details.queries import contacts_of
from app.contributions.moves_queries import moves_of
from app.contributions.pages import counted_words, now, step_page
from app.contributions.people_queries import doubtful_people, jobs_of, tally_of
from app.contributions.queries import Filing
from app.contributions.tariff import MONITORING_WORDS
from app.employees.listing import place_of
from app.employees.queries import PAGE
from app.employees.rules import RISKS
from app.formats import siret
from app.forms import Form
from app.phones import shown_phone
from app.rights import Right
from app.web import Page
from db.models import ContactKind


async def company_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    company = await access.company_row()
    facts = {
        "Raison sociale": company.name,
        "Code adhérent": company.code,
        "SIRET": siret(company.siret),
        "Code NAF": company.naf,
        "Adresse": ", ".join(filter(None, [company.address, f"{company.postcode} {company.town}".strip()])),
    }
    may_correct = Right.COMPANY in access.rights
    return step_page("company", access, filing, "entreprise", form=form, facts=facts, may_correct=may_correct)


async def known_contact(access: MemberAccess, filing: Filing) -> dict[str, str]:
    """What was saved, else whom invoices are sent to, else who fills the form."""
    saved = filing.declaration.typed.get("entreprise") if filing.declaration else None
    if saved:
        return dict(saved) | {"contact_phone": shown_phone(saved["contact_phone"])}
    contact = (await contacts_of(access)).get(ContactKind.BILLING)
    if contact and contact.email:
        found = (contact.name, contact.email, shown_phone(contact.phone))
    else:
        found = (access.account.full_name, access.account.email, "")
    return dict(zip(("contact_name", "contact_email", "contact_phone"), found, strict=True))


async def people_page(
    access: MemberAccess, filing: Filing, form: Form[Any], after: str, *, only_left: bool
) -> Page:
    """25 doubts a page; all of them are read at once, since the rules themselves choose."""
    today, place = now().today, place_of(after, "nom")
    found = await doubtful_people(access, filing, today)
    listed = [each for each in found if not only_left or each.answer is None]
    coming = [each for each in listed if place is None or (each.sort_key, each.id) > place]
    shown = coming[:PAGE]
    return step_page(
        "people", access, filing, "salaries",
        form=form,
        tally=await tally_of(access, filing, today),
        reference=counted_words(filing.rules),
        moves=await moves_of(access, filing, today),
        people=shown,
        only_left=only_left,
        following=f"{shown[-1].sort_key}~{shown[-1].id}" if len(coming) > PAGE else "",
        is_first=place is None,
    )  # fmt: skip


async def jobs_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    today = now().today
    tally, (jobs, exposed) = await tally_of(access, filing, today), await jobs_of(access, filing, today)
    return step_page(
        "jobs", access, filing, "postes",
        form=form,
        monitoring=[(words, tally.by_monitoring[key]) for key, words in MONITORING_WORDS.items()],
        jobs=jobs,
        risks=[(_capital(RISKS[code].words), exposed[code]) for code in RISKS if code in exposed],
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
