"""Reads of the company, of its contacts for the service, and of the team that follows it."""

from sqlalchemy import bindparam
from sqlmodel import col, select

from app.access import MemberAccess, of_company
from app.errors import NotFound
from db.models import CareTeam, Company, CompanyContact

_CONTACTS = (
    of_company(CompanyContact).order_by(col(CompanyContact.id)).execution_options(populate_existing=True)
)
_TEAM = select(CareTeam).where(col(CareTeam.id) == bindparam("team"))


async def contacts_of(access: MemberAccess) -> dict[str, CompanyContact]:
    """The contact of each function that has one, as it is now: another request may just have changed it."""
    rows = await access.all(_CONTACTS, {"company": access.company.key})
    return {row.kind: row for row in rows}


async def team_of(access: MemberAccess) -> CareTeam | None:
    if access.company.team_id is None:
        return None
    return await access.first(_TEAM, {"team": access.company.team_id})


async def locked_company(access: MemberAccess) -> Company:
    """The company as it is now, and nobody else changes it before the end of the transaction."""
    mine = select(Company).where(Company.id == access.company.key).with_for_update(key_share=True)
    company = await access.first(mine.execution_options(populate_existing=True))
    if company is None:
        raise NotFound
    return company
