"""Reads of campaigns, declarations and what was asked about them afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_
from sqlmodel import col, select

from app.access import MemberAccess
from app.clock import PARIS
from app.contributions.rules import Rules, rules_of
from app.contributions.states import Campaign, Facts, State, state_of
from app.employees.rules import add_months
from db.models import (
    Account,
    AnnualDeclaration,
    Company,
    CompanyContact,
    ContactKind,
    DeclarationAnswer,
    DeclarationCorrection,
    Tariff,
)

MOST_YEARS = 12
YEARS = range(2000, 2101)  # that an address may name


@dataclass(frozen=True, slots=True)
class Filing:
    """A company's declaration of a year, begun or not, within its campaign. `before`: that of the year
    before, if it was made.
    """

    year: int
    rules: Rules
    campaign: Campaign
    declaration: AnnualDeclaration | None
    state: State
    before: AnnualDeclaration | None = None
    since: date = date.min

    @property
    def declaration_id(self) -> int:
        """0 before the first step is saved."""
        return self.declaration.key if self.declaration else 0

    @property
    def version(self) -> int:
        return self.declaration.version if self.declaration else 0

    def has(self, step: str) -> bool:
        return bool(self.declaration and self.declaration.typed.get(step))


async def filings_of(access: MemberAccess, today: date) -> list[Filing]:
    """One a campaign, the latest first."""
    found = await _filings(access, None, today)
    return found[:MOST_YEARS]


async def filing_of(access: MemberAccess, year: int, today: date) -> Filing | None:
    """None when there is no tariff for that year."""
    found = await _filings(access, year, today) if year in YEARS else []
    return found[0] if found and found[0].year == year else None


async def _filings(access: MemberAccess, year: int | None, today: date) -> list[Filing]:
    mine = and_(
        col(AnnualDeclaration.company_id) == access.company.key,
        col(AnnualDeclaration.year) == col(Tariff.year),
    )
    statement = (
        select(Tariff, AnnualDeclaration, Company.created_at)
        .select_from(Tariff)
        .join(Company, col(Company.id) == access.company.key)
        .join(AnnualDeclaration, mine, isouter=True)
        .order_by(col(Tariff.year).desc())
    )
    if year is not None:
        statement = statement.where(col(Tariff.year).in_([year, year - 1]))
    rows = await access.rows(statement.execution_options(populate_existing=True).limit(MOST_YEARS + 1))
    tariffs = {tariff.year: (tariff, declared) for tariff, declared, _ in rows}
    found = []
    for tariff, declared, created_at in rows:
        last, before = tariffs.get(tariff.year - 1, (None, None))
        rules = rules_of(tariff.year, tariff.rules)
        since = (
            date.fromisoformat(last.rules["reference_on"]) if last else add_months(rules.reference_on, -12)
        )
        campaign = Campaign(tariff.opens_on, tariff.closes_on)
        facts = _facts(declared, created_at.astimezone(PARIS).date())
        filed_before = before if before and before.submitted_at else None
        state = state_of(campaign, facts, today)
        found.append(Filing(tariff.year, rules, campaign, declared, state, filed_before, since))
    return found


def _facts(declared: AnnualDeclaration | None, joined_on: date) -> Facts:
    if declared is None:
        return Facts(joined_on=joined_on)
    return Facts(
        is_begun=declared.updated_by is not None,
        submitted_on=declared.submitted_at.astimezone(PARIS).date() if declared.submitted_at else None,
        is_reopened=declared.reopened_at is not None,
        by_service=declared.reopened_by_service,
        joined_on=joined_on,
    )


async def locked_declaration(access: MemberAccess, year: int) -> AnnualDeclaration | None:
    """As it is now, and nobody else changes it before the end of the transaction."""
    if year not in YEARS:
        return None
    mine = access.select(AnnualDeclaration).where(AnnualDeclaration.year == year).with_for_update()
    return await access.first(mine.execution_options(populate_existing=True))


async def names_of(access: MemberAccess, *accounts: int | None) -> dict[int | None, str]:
    """Who they are, in words."""
    wanted = [each for each in accounts if each]
    found = await access.all(select(Account).where(col(Account.id).in_(wanted)))
    return {each.id: each.full_name for each in found}


async def corrections_of(access: MemberAccess, declaration_id: int) -> Sequence[DeclarationCorrection]:
    """What was asked of the service after the campaign, the latest first."""
    mine = access.select(DeclarationCorrection).where(DeclarationCorrection.declaration_id == declaration_id)
    return await access.all(mine.order_by(col(DeclarationCorrection.id).desc()).limit(20))


async def answers_among(
    access: MemberAccess, declaration_id: int, ids: Sequence[int]
) -> dict[int, DeclarationAnswer]:
    mine = access.select(DeclarationAnswer).where(
        DeclarationAnswer.declaration_id == declaration_id, col(DeclarationAnswer.employee_id).in_(ids)
    )
    return {each.employee_id: each for each in await access.all(mine)}


async def billing_address(access: MemberAccess) -> str:
    """ "" when the company named nobody to whom invoices go."""
    mine = access.select(CompanyContact).where(CompanyContact.kind == ContactKind.BILLING)
    found = await access.first(mine)
    return found.email if found else ""
