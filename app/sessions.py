"""Open sessions: one row a browser, a new token at every change of privilege."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, update
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


def session_for_company(
    token: str, code: str, today: date
) -> Select[AccountSession, Account, Company | None, Membership | None]:
    """Session, account, the company of that code, and the account's membership when it has not ended."""
    mine = (
        (col(Membership.company_id) == Company.id)
        & (col(Membership.account_id) == Account.id)
        & is_alive(today)
    )
    return (
        select(AccountSession, Account, Company, Membership)
        .join(Account, col(Account.id) == AccountSession.account_id)
        .outerjoin(Company, col(Company.code) == code)
        .outerjoin(Membership, mine)
        .where(AccountSession.token_hash == fingerprint(token))
    )


def is_alive(today: date) -> ColumnElement[bool]:
    """A membership counts until the end of its last day."""
    return col(Membership.ends_on).is_(None) | (col(Membership.ends_on) >= today)


def labels_of_companies(account_id: int, today: date, most: int) -> Select[str, str, str]:
    """Code, name and town of the companies that this account acts for, by code: what the switcher lists."""
    return (
        select(Company.code, Company.name, Company.town)
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(Membership.account_id == account_id, is_alive(today))
        .order_by(Company.code)
        .limit(most)
    )
