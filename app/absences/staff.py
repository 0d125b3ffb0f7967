"""Acts of the service on absences: bill them, one invoice a member, or give them up. Once for each.

All in one transaction, at most a page of them: their numbers come from the continuous series, as the
contribution call's, and nothing is half done.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from app.access import StaffAccess
from app.clock import Moment
from app.errors import NotFound, Refused
from app.invoices.absences import BILLABLE, invoice_absences
from app.text.counts import plural
from db.models import AbsenceBilling, AuditKind, Slot

TERM = timedelta(days=30)
NONE = "Cochez au moins une absence."
ALREADY = "Une absence cochée vient d’être facturée ou offerte : relisez la liste."


async def bill_absences(access: StaffAccess, slot_ids: Sequence[int], at: Moment, *, is_billed: bool) -> int:
    """The number of invoices made. 409 when one of them was billed or given up meanwhile."""
    if not slot_ids:
        raise Refused(NONE)
    known = select(AbsenceBilling).where(col(AbsenceBilling.slot_id).in_(slot_ids))
    if await access.first(known):
        raise Refused(ALREADY, status_code=409)
    theirs = select(Slot).where(
        col(Slot.id).in_(slot_ids), col(Slot.fee_cents) > 0, col(Slot.state).in_(BILLABLE)
    )
    by_company: dict[int, list[int]] = defaultdict(list)
    for slot in await access.all(theirs.order_by(col(Slot.company_id), col(Slot.id))):
        by_company[slot.company_id].append(slot.key)
    if sum(map(len, by_company.values())) != len(set(slot_ids)):
        raise NotFound
    for company_id, mine in by_company.items():
        if is_billed:
            days = at.today, at.today + TERM
            await invoice_absences(access, mine, "", days, None, at.now)
        else:
            who = access.account.key
            for slot_id in mine:
                given_up = AbsenceBilling(company_id=company_id, slot_id=slot_id, account_id=who, at=at.now)
                access.add(given_up)
        about = f"{plural(len(mine), 'absence')} : {'facture' if is_billed else 'sans facture'}"
        access.record(AuditKind.ABSENCES_BILLED, at.now, access.account.key, company_id, about)
    await access.flush()  # Two at once: the base takes one.
    return len(by_company) if is_billed else 0
