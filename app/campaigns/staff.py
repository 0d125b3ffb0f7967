"""Acts on a campaign: its tariff tried and published, its days, reminders of a selection, an estimate."""

import asyncio
from datetime import date
from typing import Any

from sqlmodel import col, update

from app.access import StaffAccess
from app.campaigns.queries import (
    Choice,
    companies_of,
    declarations_of,
    listed_people,
    number_of,
    tariff_of,
    tariffs,
)
from app.campaigns.rules import Declared, Trial, tried
from app.clock import Moment
from app.contributions.reminders import AFTER
from app.contributions.staff import CampaignDays, open_campaign, publish_tariff
from app.contributions.tariff import Rules, rules_of
from app.errors import NotFound, Refused
from app.text.counts import plural
from app.text.formats import day
from db.models import AnnualDeclaration, AuditKind, Tariff


async def tariff_or_missing(access: StaffAccess, year: int) -> Tariff:
    """The tariff of that year, or `NotFound`."""
    tariff = await tariff_of(access, year)
    if tariff is None:
        raise NotFound
    return tariff


async def may_be_written(access: StaffAccess, year: int, today: date) -> bool:
    """A tariff of that year exists, or is the next one: a year is not left out."""
    years = [each.year for each in await tariffs(access)]
    return year in years or year == (max(years) + 1 if years else today.year)


async def publish(
    access: StaffAccess, year: int, rules: dict[str, Any], days: CampaignDays, at: Moment
) -> None:
    """Publish a tariff and the days of its campaign, traced; `Refused` as in `publish_tariff`."""
    if not await may_be_written(access, year, at.today):
        raise NotFound
    await publish_tariff(access, year, rules, days)
    about = f"{year}, campagne du {day(days.opens_on)} au {day(days.closes_on)}"
    access.record(AuditKind.TARIFF_PUBLISHED, at.now, access.account.key, None, about)


async def set_days(access: StaffAccess, year: int, days: CampaignDays, at: Moment) -> None:
    """Open, prolong, close or reopen a campaign: its days alone say which it is."""
    tariff = await tariff_or_missing(access, year)
    before = f"du {day(tariff.opens_on)} au {day(tariff.closes_on)}"
    await open_campaign(access, year, days.opens_on, days.closes_on)
    about = f"{year}, du {day(days.opens_on)} au {day(days.closes_on)} (avant : {before})"
    access.record(AuditKind.CAMPAIGN_CHANGED, at.now, access.account.key, None, about)


async def try_tariff(access: StaffAccess, year: int, rules: Rules, today: date) -> Trial | None:
    """The tariff on the declarations of the last campaign before it that is over, or else of the one that
    goes on; None when there was none.
    """
    earlier = [each for each in await tariffs(access) if each.year < year]
    before = next((each for each in earlier if each.closes_on < today), earlier[0] if earlier else None)
    if before is None:
        return None
    declared: list[Declared] = []
    async for portion in declarations_of(access, before.year):
        declared += portion
    return await asyncio.to_thread(tried, declared, rules_of(before.year, before.rules), rules)


async def estimate(access: StaffAccess, tariff: Tariff) -> Trial:
    """The contribution of those who have not declared, by their lists of employees: `after_cents` of each."""
    rules, found = rules_of(tariff.year, tariff.rules), list[Declared]()
    async for portion in listed_people(access, tariff, rules.reference_on):
        found += portion
    return await asyncio.to_thread(tried, found, rules, rules)


def is_reminding(tariff: Tariff, today: date) -> bool:
    """Reminders leave from the first day of a campaign until two months after its last."""
    return tariff.opens_on <= today <= tariff.closes_on + AFTER


async def remind_again(access: StaffAccess, year: int, choice: Choice, at: Moment) -> int:
    """Have those of the choice who have not declared reminded within the hour, whenever their last reminder
    was; not twice on one day. How many members. `Refused` outside the days of reminders.
    """
    tariff = await tariff_or_missing(access, year)
    if not is_reminding(tariff, at.today):
        raise Refused(f"Les relances partent du {day(tariff.opens_on)} au {day(tariff.closes_on + AFTER)}.")
    number = await number_of(access, tariff, choice, at.today)
    if not number:
        raise Refused("Personne n’est à relancer : validée, ou déjà relancé aujourd’hui.")
    last = col(AnnualDeclaration.reminded_on)
    again = update(AnnualDeclaration).where(
        col(AnnualDeclaration.year) == year, col(AnnualDeclaration.submitted_at).is_(None), last < at.today,
        col(AnnualDeclaration.company_id).in_(companies_of(tariff, choice)),
    )  # fmt: skip
    await access.change(again.values(reminded_on=None))
    access.record(
        AuditKind.REMINDERS_ASKED, at.now, access.account.key, None, f"{year}, {plural(number, 'adhérent')}"
    )
    return number
