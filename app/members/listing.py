"""The list of members: by code, filtered by team, state and town, a page at a time, many chosen at once."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, or_
from sqlmodel import col, select

from app.access import StaffAccess
from app.web.paging import row_number
from db.models import BuyerKind, CareTeam, Company, Membership

PAGE = 50
STATES = {
    "": "En cours", "suspendus": "Suspendus", "radies": "Radiés", "sans_acces": "Sans accès ouvert",
    "sans_siret": "Sans SIRET", "non_assujettis": "Non assujettis à la TVA", "publics": "Organismes publics",
}  # fmt: skip
# Members whose invoices go another way than by a platform.
BILLED = {
    "sans_siret": (col(Company.siret) == "")
    & (col(Company.buyer_kind) == BuyerKind.TAXED)
    & (col(Company.code) == col(Company.member_code)),  # a site has its member's SIREN
    "non_assujettis": col(Company.buyer_kind) == BuyerKind.UNTAXED,
    "publics": col(Company.buyer_kind) == BuyerKind.PUBLIC,
}
NO_TEAM = "aucune"


class MemberFilters(NamedTuple):
    """`team`: a number, NO_TEAM, or "" for every one."""

    team: str = ""
    state: str = ""
    after: str = ""


def conditions(filters: MemberFilters) -> list[Any]:
    found: list[Any] = []
    if filters.team == NO_TEAM:
        found.append(col(Company.team_id).is_(None))
    elif number := row_number(filters.team):
        found.append(col(Company.team_id) == number)
    if filters.state == "radies":
        return [*found, col(Company.closed_at).is_not(None)]
    found.append(col(Company.closed_at).is_(None))
    if filters.state == "suspendus":
        found.append(col(Company.suspended_at).is_not(None))
    if filters.state in BILLED:
        found.append(BILLED[filters.state])
    if filters.state == "sans_acces":
        mine = select(Membership.id).where(col(Membership.company_id) == col(Company.id))
        found.append(~mine.exists())
    return found


async def members(access: StaffAccess, filters: MemberFilters) -> tuple[list[tuple[Any, ...]], str]:
    """A page of them with the name of their team, and the code that the next page comes after."""
    statement = (
        select(Company, CareTeam.name)
        .outerjoin(CareTeam, col(CareTeam.id) == Company.team_id)
        .where(*conditions(filters), col(Company.code) > filters.after[:9])
        .order_by(col(Company.code))
        .limit(PAGE + 1)
    )
    rows: list[tuple[Any, ...]] = [tuple(row) for row in await access.rows(statement)]
    return rows[:PAGE], rows[PAGE - 1][0].code if len(rows) > PAGE else ""


async def count(access: StaffAccess, filters: MemberFilters) -> int:
    statement = select(func.count()).select_from(Company).where(*conditions(filters))
    return await access.first(statement) or 0


async def chosen(
    access: StaffAccess, filters: MemberFilters, ids: Sequence[int], most: int, *, everyone: bool
) -> Sequence[Company]:
    """The members ticked, or every one of the filters: `most` and one more, so that too many are known."""
    mine = conditions(filters) if everyone else [or_(False, col(Company.id).in_(ids))]
    return await access.all(select(Company).where(*mine).order_by(col(Company.code)).limit(most + 1))
