"""Reads of payment plans, for the service."""

from datetime import date

from sqlmodel import col, select

from app.access import StaffAccess
from app.errors import NotFound
from app.invoices.reminders import PlanView, plans_where
from db.models import Company, PaymentPlan


async def lasting_plans(access: StaffAccess, today: date) -> list[tuple[PlanView, Company]]:
    """Plans that nobody broke and that are not paid, those with a late instalment first."""
    plans = [each for each in await plans_where(access, today) if not each.is_paid]
    theirs = select(Company).where(col(Company.id).in_({each.company_id for each in plans}))
    companies = {each.key: each for each in await access.all(theirs)} if plans else {}
    ordered = sorted(plans, key=lambda each: (not each.late, each.id))
    return [(each, companies[each.company_id]) for each in ordered]


async def view_of(access: StaffAccess, plan_id: int, today: date) -> tuple[PlanView | None, PaymentPlan]:
    """The plan as it stands, None for one that was broken; and its row."""
    plan = await access.get(PaymentPlan, plan_id)
    found = await plans_where(access, today, col(PaymentPlan.id) == plan.key)
    return (found[0] if found else None), plan


async def lasting_or_missing(access: StaffAccess, plan_id: int, today: date) -> PlanView:
    view, _ = await view_of(access, plan_id, today)
    if view is None:
        raise NotFound
    return view
