"""The door of a calendar's secret address: no session, nothing but reading."""

from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access import Access
from db.models import CompanyOwned

Owned = TypeVar("Owned", bound=CompanyOwned)


@dataclass(frozen=True, slots=True)
class FeedAccess(Access):
    """Whoever holds the address: the companies that its owner still acts for today, and no others.

    `named_ids`: those whose employees may be named. `label`: of the company, when there is only one.
    """

    account_id: int
    company_ids: frozenset[int]
    named_ids: frozenset[int]
    label: str

    def select(self, model: type[Owned]) -> SelectOfScalar[Owned]:
        return select(model).where(col(model.company_id).in_(sorted(self.company_ids)))
