"""Once an hour: what is too old to matter is deleted, and who should be reminded of something is."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, update
from sqlmodel import col, select

from app import clock
from app.contributions.reminder_service import remind_of_declarations
from app.devices import LIFE
from app.employees.reminder_service import remind_of_expiries
from app.file_sweeping import sweep_files
from app.imports.service import OPEN
from app.planning.reminder_service import remind_of_visits
from app.portal import Portal
from app.throttle import forget_old_guesses
from db.models import (
    AccountSession,
    AccountToken,
    Draft,
    EmployeeDraft,
    EmployeeImport,
    ImportLine,
    ImportState,
    KeptBytes,
    KnownDevice,
    OutboxMail,
    PublicInquiry,
    SignInFlow,
)

log = structlog.get_logger()
EVERY_SECONDS = 3600.0


async def keep_house(portal: Portal) -> None:
    while True:
        try:
            await tidy(portal, clock.now())
            await sweep_files(portal, clock.now())
            await remind_of_expiries(portal, clock.now(), clock.today())
            await remind_of_visits(portal, clock.now())
            await remind_of_declarations(portal, clock.now(), clock.today())
        except Exception:
            log.exception("housekeeping")
        await asyncio.sleep(EVERY_SECONDS)


async def tidy(portal: Portal, now: datetime) -> None:
    """Flows after 15 minutes; drafts and what was read of a file that nobody applied after a day; used links
    and declarations not finished after 30 days; sessions, sent mail and public messages after a year; known
    devices with their cookie.
    """
    day, month, year = (now - timedelta(days=days) for days in (1, 30, 365))
    await forget_old_guesses(portal.database, now)
    async with portal.database.transaction(write=True) as session:
        for statement in (
            delete(SignInFlow).where(col(SignInFlow.expires_at) < now),
            delete(Draft).where(col(Draft.created_at) < day),
            delete(AccountToken).where(col(AccountToken.expires_at) < month),
            delete(AccountSession).where(col(AccountSession.seen_at) < year),
            delete(KnownDevice).where(col(KnownDevice.last_seen_at) < now - LIFE),
            delete(PublicInquiry).where(col(PublicInquiry.sent_at) < year),
            delete(OutboxMail).where(col(OutboxMail.sent_at) < year),
            delete(KeptBytes).where(col(KeptBytes.day) < day.date()),
            delete(EmployeeDraft).where(col(EmployeeDraft.updated_at) < month),
            update(EmployeeImport)
            .where(col(EmployeeImport.state).in_(OPEN), col(EmployeeImport.created_at) < day)
            .values(state=ImportState.DROPPED, columns=[], problem=""),
            delete(ImportLine).where(
                col(ImportLine.import_id).in_(
                    select(EmployeeImport.id).where(EmployeeImport.state == ImportState.DROPPED)
                )
            ),
        ):
            await session.exec(statement)
