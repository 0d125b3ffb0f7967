"""The demo's contribution: last year's declaration, and this year's campaign, begun and about to end."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app import clock
from app.access import MemberAccess, StaffAccess
from app.clock import Moment, day_of
from app.contributions.acts import (
    SeenAmount,
    ask_correction,
    file_declaration,
    filing_now,
    save_answers,
    save_contact,
    save_jobs,
    seen_amount,
)
from app.contributions.forms import CorrectionRequest
from app.contributions.people import doubtful_people, tally_of
from app.contributions.staff import CampaignDays, publish_tariff
from app.demo.hours import at_work, days_ago
from app.demo.story import member_of
from app.text.fields import once_token
from db.models import Company, Contract, Employee

CONTACT = {
    "contact_name": "Gaël Le Bris", "contact_email": "compta@brieuc.example",
    "contact_phone": "+33261910002",
}  # fmt: skip
GRID = {"kind": "monitoring", "cents": {"SI": 10_500, "SIA": 11_600, "SIR": 13_200}}
MISTAKE = "Bonjour,\nUn apprenti parti avant le 1er janvier a été compté : il y en avait donc un de moins."
LAST_GRID = {"kind": "monitoring", "cents": {"SI": 10_200, "SIA": 11_200, "SIR": 12_800}}


async def add_contributions(staff: StaffAccess, now: datetime) -> None:
    """BRIEUC declared last year and began this year; its sites and the accountant's clients have it to do."""
    today = day_of(now)
    year = today.year
    last, this = CampaignDays(date(year - 1, 1, 5), date(year - 1, 2, 15)), _window(today)
    await _doubts(staff, year)
    await publish_tariff(staff, year - 1, _rules(date(year - 1, 1, 1), LAST_GRID), last)
    await publish_tariff(staff, year, _rules(today.replace(day=1), GRID), this)
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    await _declare(brieuc, year - 1, clock.moment(at_work(date(year - 1, 2, 4), 10, 30)))
    mistake = CorrectionRequest(token=once_token(), text=MISTAKE)
    await ask_correction(brieuc, year - 1, mistake, clock.moment(days_ago(now, 2, 11, 50)))
    begun = days_ago(now, 1, 14, 35)
    if begun.date() >= this.opens_on:  # not on the first days of January
        await save_contact(brieuc, year, CONTACT, clock.moment(begun))


async def _doubts(staff: StaffAccess, year: int) -> None:
    """A manager, and a fixed term that ended while nobody said whether its holder left."""
    theirs = select(Company.id).where(Company.code == "00010").scalar_subquery()
    mine = staff.select(Employee).where(
        Employee.company_id == theirs, Employee.contract == Contract.CDI, col(Employee.exit_on).is_(None),
        Employee.entry_on < date(year - 1, 1, 1),
    )  # fmt: skip
    manager, ended = await staff.all(mine.order_by(col(Employee.id)).limit(2))
    manager.contract = Contract.OFFICER
    ended.contract, ended.contract_ends_on = Contract.CDD, date(year - 1, 10, 31)


def _window(today: date) -> CampaignDays:
    """The days of a campaign that is running and over in three weeks, whenever the demo is filled; the year
    of its tariff has begun.
    """
    return CampaignDays(max(today - timedelta(days=25), date(today.year, 1, 1)), today + timedelta(days=21))


def _rules(reference_on: date, grid: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference_on": reference_on.isoformat(), "grid": grid, "least_days": 30, "hires": "prorata",
        "entry_cents": 1_500, "vat_points": 2000,
    }  # fmt: skip


async def _declare(member: MemberAccess, year: int, at: Moment) -> None:
    await save_contact(member, year, CONTACT, at)
    filing = await filing_now(member, year, at)
    doubts = await doubtful_people(member, filing, at.today)
    await save_answers(member, year, {each.id: each.chosen is not False for each in doubts}, at)
    await save_jobs(member, year, at)
    await member.flush()
    filing = await filing_now(member, year, at)
    tally = await tally_of(member, filing, at.today)
    seen = seen_amount(tally.headcount, tally.amount(filing.rules).total_cents)
    await file_declaration(member, year, SeenAmount(filing.version, False, seen), at)
