"""Reads for the filters of the list, and how many people it holds."""

from functools import lru_cache

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlmodel import col

from app.access import MemberAccess
from app.text.search import folded
from db.models import Employee, VisitMonth

MOST_JOBS = 300
_JOBS = (
    sqlalchemy.select(col(Employee.job_title))
    .where(col(Employee.company_id) == bindparam("company"))
    .distinct()
    .order_by(col(Employee.job_title))
    .limit(MOST_JOBS)
)
# The same few jobs come each time.
_in_order = lru_cache(maxsize=4096)(folded)


async def jobs_held(access: MemberAccess) -> list[str]:
    """The jobs to filter by, those of former employees included, in the order of a dictionary."""
    rows = await access.table(_JOBS, {"company": access.company.key})
    return sorted((row[0] for row in rows), key=_in_order)


def present_people() -> sqlalchemy.ColumnElement[int]:
    """The number of people of `company` present on the day `today`: those without a day of exit are a kept
    count, and few are still to leave.
    """
    kept = sqlalchemy.select(func.coalesce(func.sum(VisitMonth.people), 0)).where(
        col(VisitMonth.company_id) == bindparam("company")
    )
    leaving = (
        sqlalchemy.select(func.count())
        .select_from(Employee)
        .where(col(Employee.company_id) == bindparam("company"))
        .where(col(Employee.exit_on) >= bindparam("today", type_=sqlalchemy.Date))
    )
    return kept.scalar_subquery() + leaving.scalar_subquery()
