"""Acts of the service: begin a declaration on the phone, end the call."""

from datetime import datetime

from app.access import StaffAccess
from app.campaigns.staff import tariff_or_missing
from app.clock import Moment
from app.errors import Refused
from app.phone.queries import open_calls
from app.text.formats import day
from db.models import AuditKind, Company, PhoneCall


async def begin_call(access: StaffAccess, company: Company, year: int, caller: str, at: Moment) -> None:
    """This person of the service may fill that member's declaration, and nothing else of it, until they end
    the call. Another call of theirs ends.
    """
    tariff = await tariff_or_missing(access, year)
    if at.today < tariff.opens_on:
        raise Refused(f"La déclaration ouvre le {day(tariff.opens_on)}.", status_code=409)
    if company.closed_at:
        raise Refused("Cette adhésion a pris fin : il n’y a rien à déclarer.", status_code=409)
    await end_calls(access, at.now)
    access.add(
        PhoneCall(
            company_id=company.key, year=year, account_id=access.account.key, caller=caller,
            started_at=at.now,
        )
    )  # fmt: skip
    about = f"{year}, au téléphone avec {caller}"
    access.record(AuditKind.PHONE_BEGUN, at.now, access.account.key, company.key, about)


async def end_calls(access: StaffAccess, now: datetime) -> int | None:
    """The year of the call that ended, if there was one."""
    calls = await open_calls(access, now)
    for each in calls:
        each.ended_at = now
    return calls[0].year if calls else None
