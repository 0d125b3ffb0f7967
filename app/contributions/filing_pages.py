"""The pages that end a declaration, as they stand or with what was refused."""

from typing import Any

from app.access import MemberAccess
from app.contributions.filing_service import is_late, missing_steps, shown_of
from app.contributions.pages import ROUTES, bars_of, counted_words, now, reference_words, step_page
from app.contributions.people_queries import tally_of
from app.contributions.queries import Filing
from app.contributions.states import STEPS
from app.contributions.tariff import vat_words
from app.forms import Form
from app.web import Page, page


async def recap_page(access: MemberAccess, filing: Filing) -> Page:
    """The headcount, the amount line by line, and both beside those of the year before."""
    tally = await tally_of(access, filing, now().today)
    before = filing.before
    amount = tally.amount(filing.rules)
    routes = {words: ROUTES[step] for step, words in STEPS.items()}
    return step_page(
        "recap", access, filing, "recapitulatif",
        tally=tally,
        amount=amount,
        vat=vat_words(filing.rules.vat_points),
        before=before,
        bars=bars_of(tally.counts, before.counts if before else None),
        missing=[(words, routes[words]) for words in missing_steps(filing, tally)],
        reference=counted_words(filing.rules),
    )  # fmt: skip


async def validation_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    """What is validated is what this page shows: it is sent back with the form."""
    at = now()
    tally = await tally_of(access, filing, at.today)
    amount = tally.amount(filing.rules)
    form.typed |= {"version": str(filing.version), "shown": shown_of(tally.headcount, amount.total_cents)}
    return step_page(
        "validation", access, filing, "validation",
        form=form,
        tally=tally,
        amount=amount,
        is_late=is_late(filing, at),
        missing=missing_steps(filing, tally),
        reference=counted_words(filing.rules),
    )  # fmt: skip


async def nobody_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    tally = await tally_of(access, filing, now().today)
    form.typed["version"] = str(filing.version)
    return page(
        "contributions/nobody.html",
        form=form,
        company=access.company,
        filing=filing,
        tally=tally,
        is_late=is_late(filing, now()),
        reference=reference_words(filing.rules),
    )


def correction_page(access: MemberAccess, filing: Filing, form: Form[Any]) -> Page:
    """`unfiled`: for a form that was sent about a declaration without receipt."""
    template = "asking" if filing.campaign.is_over(now().today) else "correcting"
    if filing.declaration is None or not filing.declaration.number:
        template = "unfiled"
    return page(f"contributions/{template}.html", form=form, company=access.company, filing=filing)
