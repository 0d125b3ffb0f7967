"""Views common to the pages of a declaration: its steps, its one next act, its amount and its chart."""

from dataclasses import dataclass
from typing import Any

from app import clock
from app.access import MemberAccess
from app.company_details.queries import contacts_of
from app.contributions.acts import is_late, missing_steps, seen_amount
from app.contributions.counting import Tally
from app.contributions.filings import YEARS, Filing
from app.contributions.people import doubtful_page, jobs_of, moves_of, tally_of
from app.contributions.states import OPEN_STATES, STEPS, WORDS, State
from app.contributions.tariff import MONITORING_WORDS, Hires, Rules, vat_words
from app.errors import NotFound
from app.follow_up.law import RISKS
from app.rights import Right
from app.text.counts import siret
from app.text.formats import day
from app.text.phones import phone_words
from app.web.forms import Form
from app.web.pages import Page, page
from app.web.paging import PAGE, place_of
from db.models import ContactKind, Monitoring

ROUTES = {
    "entreprise": "contributions.company",
    "salaries": "contributions.people",
    "postes": "contributions.jobs",
    "recapitulatif": "contributions.recap",
    "validation": "contributions.validation",
}
TITLES = STEPS | {"recapitulatif": "Le récapitulatif", "validation": "La validation"}
LONGEST = 80  # pixels of the longest bar
SHORT = {"SI": "Suivi simple", "SIA": "Suivi adapté", "SIR": "Suivi renforcé", "total": "Total"}


@dataclass(frozen=True, slots=True)
class DeclarationStep:
    key: str
    title: str
    route: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Act:
    """The one thing to do next."""

    route: str
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Two bars side by side. `before` is None when nothing was declared the year before."""

    name: str
    before: int | None
    now: int
    before_width: int
    now_width: int


def progress(filing: Filing, current: str = "") -> list[DeclarationStep]:
    return [
        DeclarationStep(key, title, ROUTES[key], filing.has(key), key == current)
        for key, title in TITLES.items()
    ]


def next_act(access: MemberAccess, filing: Filing) -> Act | None:
    """The next act; None when there is nothing to do, or nothing that this person may do."""
    if filing.state in {State.FILED, State.CLOSED}:
        return Act("contributions.receipt", "Voir le reçu")
    if filing.state not in OPEN_STATES or Right.DECLARATION not in access.rights:
        return None
    if filing.state == State.CORRECTING:
        return Act("contributions.recap", "Reprendre la correction")
    missing = [step for step in STEPS if not filing.has(step)]
    step = missing[0] if missing else "recapitulatif"
    begins = filing.declaration is None or filing.declaration.updated_by is None
    return Act(ROUTES[step], "Commencer" if begins else f"Reprendre : {TITLES[step].lower()}")


def state_words(filing: Filing) -> str:
    """À faire, au plus tard le 15 février 2027"""
    return WORDS[filing.state] + _until(filing)


def state_parts(filing: Filing) -> tuple[str, str]:
    """The word of the state, for a tag, and what stands beside it."""
    return WORDS[filing.state], _until(filing).lstrip(" ,:")


def _until(filing: Filing) -> str:
    closes_on = day(filing.campaign.closes_on)
    words = {
        State.COMING: f", à partir du {day(filing.campaign.opens_on)}",
        State.TO_DO: f", au plus tard le {closes_on}",
        State.BEGUN: f", à valider au plus tard le {closes_on}",
        State.LATE: f" : la date limite était le {closes_on}",
        State.FILED: f", corrigeable jusqu’au {closes_on}",
        State.NONE: f" : vous n’étiez pas encore adhérent le {closes_on}, à la fin de cette campagne",
    }
    return words.get(filing.state, "")


def missing_page(year: int) -> Page:
    """There is no tariff for that year: said plainly, whatever the address. No such year, no such page."""
    if year not in YEARS:
        raise NotFound
    return page("contributions/missing.html", year=year)


def step_page(template: str, filing: Filing, step: str, **context: Any) -> Page:
    return page(
        f"contributions/{template}.html",
        filing=filing,
        steps=progress(filing, step),
        title=TITLES[step],
        place=list(TITLES).index(step) + 1,
        **context,
    )


def bars_of(counts: dict[str, int], before: dict[str, int] | None) -> list[Bars]:
    """The headcount by follow-up and in all, beside that of the year before."""
    kinds = [str(each) for each in Monitoring]
    now_ = {each: counts.get(each, 0) for each in kinds} | {"total": sum(counts.get(k, 0) for k in kinds)}
    then = before and ({k: before.get(k, 0) for k in kinds} | {"total": sum(before.get(k, 0) for k in kinds)})
    most = max(*now_.values(), *(then or {"": 1}).values(), 1)
    return [
        Bars(
            name=SHORT[key],
            before=then[key] if then else None,
            now=number,
            before_width=round((then[key] if then else 0) * LONGEST / most),
            now_width=round(number * LONGEST / most),
        )
        for key, number in now_.items()
    ]


def reference_words(rules: Rules) -> str:
    """au 1er janvier 2027"""
    return f"au {day(rules.reference_on)}"


def counted_words(rules: Rules) -> str:
    """au 1er janvier 2027, arrivées depuis comprises"""
    return reference_words(rules) + ("" if rules.hires == Hires.NONE else ", arrivées depuis comprises")


# The pages that end a declaration, as they stand or with what was refused.


async def recap_page(access: MemberAccess, filing: Filing) -> Page:
    """The headcount, the amount line by line, and both beside those of the year before."""
    tally = await tally_of(access, filing, clock.today())
    before = filing.before
    amount = tally.amount(filing.rules)
    return step_page(
        "recap", filing, "recapitulatif",
        tally=tally,
        amount=amount,
        vat=vat_words(filing.rules.vat_points),
        before=before,
        bars=bars_of(tally.counts, before.counts if before else None),
        missing=_missing(filing, tally),
        reference=counted_words(filing.rules),
    )  # fmt: skip


def _missing(filing: Filing, tally: Tally) -> list[tuple[str, str]]:
    """Each step that is missing, with the route to it."""
    routes = {words: ROUTES[step] for step, words in STEPS.items()}
    return [(words, routes[words]) for words in missing_steps(filing, tally)]


async def validation_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    """The page of validation. Its figures are sent back with the form: only they are validated."""
    at = clock.moment()
    tally = await tally_of(access, filing, at.today)
    amount = tally.amount(filing.rules)
    form.typed |= {"version": str(filing.version), "shown": seen_amount(tally.headcount, amount.total_cents)}
    return step_page(
        "validation", filing, "validation",
        form=form,
        tally=tally,
        amount=amount,
        is_late=is_late(filing, at),
        missing=_missing(filing, tally),
        reference=counted_words(filing.rules),
    )  # fmt: skip


async def nobody_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    at = clock.moment()
    tally = await tally_of(access, filing, at.today)
    form.typed["version"] = str(filing.version)
    return page(
        "contributions/nobody.html",
        form=form,
        filing=filing,
        tally=tally,
        is_late=is_late(filing, at),
        reference=reference_words(filing.rules),
    )


def correcting_page(filing: Filing, form: Form[Any]) -> Page:
    """`unfiled`: for a form that was sent about a declaration without receipt."""
    template = "asking" if filing.campaign.is_over(clock.today()) else "correcting"
    if filing.declaration is None or not filing.declaration.number:
        template = "unfiled"
    return page(f"contributions/{template}.html", form=form, filing=filing)


# The pages of the steps, as they stand or with what was refused.


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
    return step_page("company", filing, "entreprise", form=form, facts=facts, may_correct=may_correct)


async def known_contact(access: MemberAccess, filing: Filing) -> dict[str, str]:
    """The saved contact, else the one of invoices, else the person who fills the form."""
    saved = filing.declaration.typed.get("entreprise") if filing.declaration else None
    if saved:
        return dict(saved) | {"contact_phone": phone_words(saved["contact_phone"])}
    contact = (await contacts_of(access)).get(ContactKind.BILLING)
    if contact and contact.email:
        values = (contact.name, contact.email, phone_words(contact.phone))
    elif access.call:
        values = (access.call.caller, access.company.email, "")
    else:
        values = (access.account.full_name, access.account.email, "")
    return dict(zip(("contact_name", "contact_email", "contact_phone"), values, strict=True))


async def people_page(
    access: MemberAccess, filing: Filing, form: Form[Any], after: str, *, only_left: bool
) -> Page:
    today, place = clock.today(), place_of(after, "nom")
    coming = await doubtful_page(access, filing, today, place, only_left=only_left)
    rows = coming[:PAGE]
    return step_page(
        "people", filing, "salaries",
        form=form,
        tally=await tally_of(access, filing, today),
        reference=counted_words(filing.rules),
        moves=await moves_of(access, filing, today),
        call=access.call,
        people=rows,
        only_left=only_left,
        following=f"{rows[-1].sort_key}~{rows[-1].id}" if len(coming) > PAGE else "",
        is_first=place is None,
    )  # fmt: skip


async def jobs_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    today = clock.today()
    tally, (jobs, exposed) = await tally_of(access, filing, today), await jobs_of(access, filing, today)
    return step_page(
        "jobs", filing, "postes",
        form=form,
        monitoring=[(words, tally.by_monitoring[key]) for key, words in MONITORING_WORDS.items()],
        jobs=jobs,
        risks=[(_capital(RISKS[code].words), exposed[code]) for code in RISKS if code in exposed],
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
