"""Open sessions: one row a browser, a new token at every change of privilege."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from app.access import Access
from app.keys import fingerprint, new_token
from db.models import Account, AccountSession, Company, Membership, StaffMember


def open_session(
    access: Access, account: Account, browser: str, now: datetime, *, must_choose_password: bool = False
) -> str:
    """A session row for this account. The token goes into the cookie and nowhere else."""
    token = new_token()
    access.add(
        AccountSession(
            token_hash=fingerprint(token),
            account_id=account.key,
            browser=browser,
            must_choose_password=must_choose_password,
            created_at=now,
            seen_at=now,
        )
    )
    return token


async def end_sessions(access: Access, account: Account, now: datetime, *, keep: int | None = None) -> int:
    """End every open session of this account but `keep`. How many were open."""
    statement = (
        update(AccountSession)
        .where(col(AccountSession.account_id) == account.key, col(AccountSession.ended_at).is_(None))
        .where(col(AccountSession.id) != (keep or 0))
        .values(ended_at=now)
    )
    return await access.change(statement)


def session_of(token: str) -> Select[AccountSession, Account, int | None]:
    """Session, account and whether it is staff, in one query."""
    return (
        select(AccountSession, Account, StaffMember.id)
        .join(Account, col(Account.id) == AccountSession.account_id)
        .outerjoin(StaffMember, col(StaffMember.account_id) == Account.id)
        .where(AccountSession.token_hash == fingerprint(token))
    )


def session_for_company(token: str, code: str) -> Select[AccountSession, Account, int | None, Company | None]:
    """The same, and the company of that code when the account is a member of it."""
    membership = (
        select(Membership.id)
        .where(Membership.company_id == Company.id, Membership.account_id == Account.id)
        .correlate(Company, Account)
        .exists()
    )
    return (
        select(AccountSession, Account, StaffMember.id, Company)
        .join(Account, col(Account.id) == AccountSession.account_id)
        .outerjoin(StaffMember, col(StaffMember.account_id) == Account.id)
        .outerjoin(Company, (col(Company.code) == code) & membership)
        .where(AccountSession.token_hash == fingerprint(token))
    )
