"""The morning mail to the service's people: what waits for their teams, once a working day, or nothing."""

from datetime import date, datetime, time

from sqlmodel import col, select, update

from app.access import StaffAccess
from app.clock import PARIS, day_of
from app.inbox.queries import counts_of
from app.inbox.views import age_words
from app.mail.outbox import queue_mail
from app.planning.rules import is_working_day
from app.portal import Portal
from app.scope import scope_of
from app.staff_rights import StaffRight, staff_rights_of
from app.waiting import ANY_TEAM, Count, kind_words
from db.models import Account, StaffMember

FROM = time(6, 30)  # in Paris


async def send_digests(portal: Portal, now: datetime) -> int:
    """Queue the mails of this morning that were not yet. How many."""
    today = day_of(now)
    if not is_working_day(today) or now.astimezone(PARIS).time() < FROM:
        return 0
    sent = 0
    for staff, account in await _to_mail(portal, today):
        scope = scope_of(staff)
        async with portal.database.transaction(write=True) as session:
            access = StaffAccess(portal, session, account, tuple(staff.roles), scope)
            if await _is_first(access, staff.key, today):
                sent += await _mail(access, account, now, today)
    return sent


async def _to_mail(portal: Portal, today: date) -> list[tuple[StaffMember, Account]]:
    """Colleagues who answer what waits, want that mail, and did not get it today."""
    statement = (
        select(StaffMember, Account)
        .join(Account, col(Account.id) == StaffMember.account_id)
        .where(col(StaffMember.digest_off_at).is_(None))
        .where(col(StaffMember.digest_on).is_(None) | (col(StaffMember.digest_on) < today))
        .order_by(col(StaffMember.id))
    )
    async with portal.database.transaction(write=False) as session:
        rows = await portal.database.rows(session, statement, None)
    return [(staff, account) for staff, account in rows if StaffRight.INBOX in staff_rights_of(staff.roles)]


async def _is_first(access: StaffAccess, staff_id: int, today: date) -> bool:
    """False when another process came first: one row, one mail."""
    mine = update(StaffMember).where(
        col(StaffMember.id) == staff_id,
        col(StaffMember.digest_on).is_(None) | (col(StaffMember.digest_on) < today),
    )
    return bool(await access.change(mine.values(digest_on=today)))


async def _mail(access: StaffAccess, account: Account, now: datetime, today: date) -> int:
    counts = await counts_of(access, ANY_TEAM, today)
    waiting = {kind: each for kind, each in counts.items() if each.number}
    if not waiting:
        return 0
    queue_mail(
        access, "staff_digest", account.email, now,
        waiting=sum(each.number for each in waiting.values()),
        mine=sum(each.mine for each in waiting.values()),
        kinds=[
            [kind_words(kind, each.number), each.number, _age(each, today)] for kind, each in waiting.items()
        ],
    )  # fmt: skip
    return 1


def _age(count: Count, today: date) -> str:
    return age_words(count.since, today) if count.since else ""


# Asked for, or not, by each on their own account.


async def wants_digest(access: StaffAccess) -> bool:
    mine = select(StaffMember).where(col(StaffMember.account_id) == access.account.key)
    staff = await access.first(mine)
    return staff is not None and staff.digest_off_at is None


async def set_digest(access: StaffAccess, now: datetime, *, wanted: bool) -> None:
    mine = update(StaffMember).where(col(StaffMember.account_id) == access.account.key)
    await access.change(mine.values(digest_off_at=None if wanted else now))
