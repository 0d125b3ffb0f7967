"""Reads for the filters of the list."""

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col

from app.access import MemberAccess
from app.text.search import folded
from db.models import Employee

MOST_JOBS = 300
_JOBS = (
    sqlalchemy.select(col(Employee.job_title))
    .where(col(Employee.company_id) == bindparam("company"))
    .distinct()
    .order_by(col(Employee.job_title))
    .limit(MOST_JOBS)
)


async def jobs_held(access: MemberAccess) -> list[str]:
    """The jobs to filter by, those of former employees included, in the order of a dictionary."""
    rows = await access.table(_JOBS, {"company": access.company.key})
    return sorted((row[0] for row in rows), key=folded)
