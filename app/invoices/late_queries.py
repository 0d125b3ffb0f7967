"""What is late to be paid in each of a person's companies, in one statement whatever their number."""

from datetime import date

import sqlalchemy
from sqlmodel import col

from app.access import AccountAccess
from app.invoices.queries import LEFT, UNPAID
from app.rights import Right, rights_of
from app.sessions import is_alive
from db.models import Company, Invoice, Membership


async def late_at(access: AccountAccess, codes: list[str], today: date) -> dict[str, int]:
    """What is late to be paid, in cents, by code: only where this account sees the invoices."""
    statement = (
        sqlalchemy.select(col(Company.code), col(Membership.roles), LEFT)
        .select_from(Membership)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Invoice, col(Invoice.company_id) == Membership.company_id)
        .where(
            col(Membership.account_id) == access.account.key, is_alive(today), col(Company.code).in_(codes),
            col(Invoice.company_id) == col(Company.id), UNPAID, col(Invoice.due_on) < today,
        )
    )  # fmt: skip
    found: dict[str, int] = {}
    for code, roles, left in await access.table(statement):
        if Right.INVOICES in rights_of(roles):
            found[code] = found.get(code, 0) + left
    return found
