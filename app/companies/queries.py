"""Reads of a person's companies.

One query brings code, name, town and SIRET of all the companies of a person (hundreds at most); the board
(`app/welcome/board.py`) searches and sorts them in the process. Revisit for accounts with thousands.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, bindparam
from sqlmodel import col, select

from app.access import Access, AccountAccess, MemberAccess
from app.rights import Right, rights_of
from app.scope import scope_of
from app.sections import FEW, staff_home
from app.sessions import is_alive
from db.models import DRAFT_KEPT, Company, Draft, Membership, StaffMember
from db.models.company import label_of


class Mine(NamedTuple):
    """A company that the reader acts for, and with which roles."""

    id: int
    code: str
    name: str
    town: str
    siret: str
    roles: list[str]
    third_party: bool
    ends_on: date | None
    is_closed: bool

    @property
    def label(self) -> str:
        return label_of(self.code, self.name, self.town)

    @property
    def member_code(self) -> str:
        """The code of the company that it is a site of; its own when it is none."""
        return self.code.partition("-")[0]

    @property
    def rights(self) -> frozenset[Right]:
        return rights_of(self.roles, third_party=self.third_party)


_shown: list[Any] = [Company.id, Company.code, Company.name, Company.town, Company.siret]
_given: list[Any] = [Membership.roles, Membership.third_party, Membership.ends_on]
_MINE = (
    sqlalchemy.select(*map(col, _shown + _given), col(Company.closed_at).is_not(None))
    .join(Membership, col(Membership.company_id) == Company.id)
    .where(col(Membership.account_id) == bindparam("account"), is_alive(bindparam("today", type_=Date)))
    .order_by(col(Company.code))
)


async def my_companies(access: AccountAccess, today: date) -> list[Mine]:
    """Every company that this account acts for, by code: one query, plain columns."""
    found = await access.table(_MINE, {"account": access.account.key, "today": today})
    return [Mine(*row) for row in found]


async def landing_of(access: Access, account_id: int, now: datetime, today: date) -> tuple[str, str]:
    """The landing of a person, a route and the code of a company: the form under way, else their company,
    else the list of theirs; at the service, its own home.
    """
    typing = select(Draft).where(Draft.account_id == account_id, Draft.created_at > now - DRAFT_KEPT)
    if await access.first(typing):
        return "account.draft", ""
    mine = (
        select(Company.code)
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(col(Membership.account_id) == account_id, is_alive(today))
        .order_by(col(Company.code))
        .limit(FEW + 1)
    )
    codes = await access.all(mine)
    if 0 < len(codes) <= FEW:
        return "welcome.show", codes[0]
    works_here = await access.first(select(StaffMember).where(StaffMember.account_id == account_id))
    if codes or works_here is None:
        return "welcome.index", ""
    return staff_home(works_here.roles, scope_of(works_here)), ""


async def membership_at(access: MemberAccess, code: str, today: date) -> Membership | None:
    """The rights of this account in another of its companies."""
    company_id = select(Company.id).where(Company.code == code).scalar_subquery()
    mine = select(Membership).where(
        col(Membership.company_id) == company_id, Membership.account_id == access.account.key, is_alive(today)
    )
    return await access.first(mine)
