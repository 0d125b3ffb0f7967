"""Counts of employees that the database keeps itself (triggers of migration 0059): no writer can forget them.

Months, not days: a few dozen rows for a company of ten thousand. What depends on the day of the reading
(departures to come, the month that the day cuts) is read beside them in an index, and is exact. Two rows may
say one thing: they are added up. Revisit with a page that counts by something else.
"""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from db.models.base import CompanyOwned


class VisitMonth(CompanyOwned, table=True):
    """The people of a company without a day of exit, by the month of their next visit: that of NEVER too, so
    that all the rows together count everybody.
    """

    __table_args__ = (Index("ix_visitmonth", "company_id", "month", "people"),)

    company_id: int = Field(foreign_key="company.id", ondelete="CASCADE")
    month: date
    people: int


class HiringMonth(CompanyOwned, table=True):
    """Those whom no date ends and no rule looks at one by one (see `ENDING`), by the month of their entry."""

    __table_args__ = (Index("ix_hiringmonth", "company_id", "contract", "monitoring", "month", "people"),)

    company_id: int = Field(foreign_key="company.id", ondelete="CASCADE")
    contract: str = Field(max_length=20)
    monitoring: str = Field(max_length=3)
    month: date
    people: int


KEPT_COUNTS = (VisitMonth, HiringMonth)
