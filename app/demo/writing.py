"""The demo's story, written into an empty base."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from app import clock
from app.access import StaffAccess, VisitorAccess
from app.demo.hours import at_work
from app.demo.papers_story import (
    add_accounts,
    add_contributions,
    add_documents,
    add_invoices,
    add_mandate,
)
from app.demo.service_story import add_clinic, add_contact, add_morning
from app.demo.story import add_past, add_planning
from app.employees.declared import all_columns
from app.follow_up.law import DoneVisit
from app.portal import Portal
from app.sign_in.acts import account_at
from db.models import DemoBase, VisitKind
from db.seeds import demo
from db.seeds.personas import PASSWORD, PERSONAS


async def write_demo(session: AsyncSession, portal: Portal) -> None:
    """The demo's story, with this portal's keys and rules; the service's part of it with its own acts."""
    session.add(DemoBase(id=1, filled_at=clock.now()))
    # Printed on screen, it needs no slow hash.
    hashed, keyed = await portal.passwords.hashed(PASSWORD), portal.keys.declarant_key
    await demo.add_companies(
        session, keyed=keyed, filled=_all_columns, at_work=at_work, password_hash=hashed, today=clock.today()
    )
    clerk = await account_at(VisitorAccess(portal, session), PERSONAS[-1].email)
    if clerk:
        staff = StaffAccess(portal, session, clerk)
        past = await add_past(staff, clock.now())
        await add_planning(staff, clock.now())
        await add_clinic(staff, clock.now())
        await add_contact(staff, clock.now())
        await add_documents(staff, clock.now())
        await add_contributions(staff, clock.now())
        await add_morning(staff, clock.now())
        await add_invoices(past, clock.now())
        await add_accounts(staff, clock.now())
        await add_mandate(staff, clock.now())


def _all_columns(
    fields: dict[str, str], visits: Sequence[tuple[VisitKind, date, date | None]]
) -> dict[str, Any]:
    return all_columns(fields, [DoneVisit(*visit) for visit in visits])
