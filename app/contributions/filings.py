"""Reads of campaigns, of declarations and of requests to correct them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlalchemy import and_, bindparam, or_
from sqlmodel import col, select

from app.access import AccountAccess, MemberAccess, of_company
from app.clock import day_of
from app.contributions.counting import ARRIVALS, FiledDeclaration, Window, window_between
from app.contributions.states import OPEN_STATES, Campaign, DeclarationFacts, State, state_of
from app.contributions.tariff import Rules, rules_of
from app.follow_up.law import add_months
from app.rights import Right, Role, rights_of
from app.sessions import is_alive
from db.models import (
    Account,
    AnnualDeclaration,
    Company,
    CompanyContact,
    ContactKind,
    DeclarationAnswer,
    DeclarationCorrection,
    Membership,
    PhoneCall,
    Tariff,
)

MOST_YEARS = 12
AROUND = 5  # years on each side of one: what was declared then says whom it charges as new
YEARS = range(2000, 2101)  # that an address may name
Declared = dict[int, AnnualDeclaration | None]  # by year, begun or not


@dataclass(frozen=True, slots=True)
class Filing:
    """A company's declaration of a year, begun or not, within its campaign. `before`: that of the year
    before, if it was made. `since`: the reference date of the last one made, or that of the year before.
    `arrivals`: those that it is the first to charge. `vat_exemption`: why the company pays no VAT, or ""; the
    rules have none then.
    """

    year: int
    rules: Rules
    campaign: Campaign
    declaration: AnnualDeclaration | None
    state: State
    before: AnnualDeclaration | None
    since: date
    arrivals: Window
    vat_exemption: str = ""

    @property
    def declaration_id(self) -> int:
        """0 before the first step is saved."""
        return self.declaration.key if self.declaration else 0

    @property
    def version(self) -> int:
        return self.declaration.version if self.declaration else 0

    def has(self, step: str) -> bool:
        return bool(self.declaration and self.declaration.typed.get(step))


_declared = and_(
    col(AnnualDeclaration.company_id) == bindparam("company"),
    col(AnnualDeclaration.year) == col(Tariff.year),
)
_LATEST_FILINGS = (
    select(Tariff, AnnualDeclaration, Company.created_at, Company.vat_exemption)
    .select_from(Tariff)
    .join(Company, col(Company.id) == bindparam("company"))
    .join(AnnualDeclaration, _declared, isouter=True)
    .order_by(col(Tariff.year).desc())
    .limit(MOST_YEARS + 1)
    .execution_options(populate_existing=True)
)
_FILINGS_AROUND = _LATEST_FILINGS.where(col(Tariff.year).between(bindparam("first"), bindparam("last")))


async def filings_of(access: MemberAccess, today: date) -> list[Filing]:
    """One a campaign, the latest first."""
    filings = await _filings(access, None, today)
    return filings[:MOST_YEARS]


async def filing_of(access: MemberAccess, year: int, today: date) -> Filing | None:
    """The declaration of that year; None when there is no tariff for it."""
    filings = await _filings(access, year, today) if year in YEARS else []
    return next((each for each in filings if each.year == year), None)


async def _filings(access: MemberAccess, year: int | None, today: date) -> list[Filing]:
    """`year`: with those around it; None for the latest."""
    given = {"company": access.company.key}
    around = {} if year is None else {"first": year - AROUND, "last": year + AROUND}
    rows = await access.rows(_LATEST_FILINGS if year is None else _FILINGS_AROUND, given | around)
    declared: Declared = {tariff.year: declaration for tariff, declaration, *_ in rows}
    rules = {tariff.year: rules_of(tariff.year, tariff.rules) for tariff, *_ in rows}
    made = _filed_declarations(rules, declared)
    filings = []
    for tariff, declaration, created_at, exemption in rows:
        campaign = Campaign(tariff.opens_on, tariff.closes_on)
        state = state_of(campaign, _facts(declaration, day_of(created_at)), today)
        filing = _filing(rules, declared, made, year=tariff.year, campaign=campaign, state=state)
        filings.append(_untaxed(filing, exemption or access.portal.settings.service_vat_exemption))
    return filings


def _untaxed(filing: Filing, exemption: str) -> Filing:
    """The same without VAT, as its invoice will be, when the company or the service is exempt."""
    if not exemption:
        return filing
    return replace(filing, rules=replace(filing.rules, vat_points=0), vat_exemption=exemption)


def _filing(
    rules: dict[int, Rules], declared: Declared, made: dict[int, FiledDeclaration],
    year: int, campaign: Campaign, state: State,
) -> Filing:  # fmt: skip
    """One year among those around it."""
    before = made.get(max((each for each in made if each < year), default=0))
    after = made.get(min((each for each in made if each > year), default=0))
    since = before.rules.reference_on if before else _reference_before(rules, year)
    last = declared.get(year - 1) if year - 1 in made else None
    arrivals = window_between(before, after, since)
    return Filing(
        year=year,
        rules=rules[year],
        campaign=campaign,
        declaration=declared[year],
        state=state,
        before=last,
        since=since,
        arrivals=arrivals,
    )


def _filed_declarations(rules: dict[int, Rules], declared: Declared) -> dict[int, FiledDeclaration]:
    """Validated declarations, by year."""
    return {
        year: FiledDeclaration(
            rules[year], day_of(each.submitted_at), _reference_before(rules, year),
            each.typed.get(ARRIVALS),
        )
        for year, each in declared.items()
        if each and each.submitted_at
    }  # fmt: skip


def _reference_before(rules: dict[int, Rules], year: int) -> date:
    return rules[year - 1].reference_on if year - 1 in rules else add_months(rules[year].reference_on, -12)


def _facts(declared: AnnualDeclaration | None, joined_on: date) -> DeclarationFacts:
    if declared is None:
        return DeclarationFacts(joined_on=joined_on)
    return DeclarationFacts(
        is_begun=declared.updated_by is not None,
        submitted_on=day_of(declared.submitted_at) if declared.submitted_at else None,
        is_reopened=declared.reopened_at is not None,
        by_service=declared.reopened_by_service,
        joined_on=joined_on,
    )


async def locked_declaration(access: MemberAccess, year: int) -> AnnualDeclaration | None:
    """The declaration as it is now; nobody else changes it before the end of the transaction."""
    if year not in YEARS:
        return None
    mine = access.select(AnnualDeclaration).where(AnnualDeclaration.year == year).with_for_update()
    return await access.first(mine.execution_options(populate_existing=True))


_CORRECTIONS = (
    of_company(DeclarationCorrection)
    .where(col(DeclarationCorrection.declaration_id) == bindparam("declaration"))
    .order_by(col(DeclarationCorrection.id).desc())
    .limit(20)
)


async def corrections_of(access: MemberAccess, declaration_id: int) -> Sequence[DeclarationCorrection]:
    """Requests to the service after the campaign, the latest first."""
    return await access.all(_CORRECTIONS, {"company": access.company.key, "declaration": declaration_id})


_CALL = (
    of_company(PhoneCall)
    .where(PhoneCall.year == bindparam("year"), PhoneCall.number == bindparam("number"))
    .order_by(col(PhoneCall.id).desc())
    .limit(1)
)


async def phone_call_of(access: MemberAccess, filing: Filing) -> PhoneCall | None:
    """The call in which the service made the receipt in force; None when the member made it."""
    number = filing.declaration.number if filing.declaration else None
    if not number:
        return None
    return await access.first(_CALL, {"company": access.company.key, "year": filing.year, "number": number})


async def answers_among(
    access: MemberAccess, declaration_id: int, ids: Sequence[int]
) -> dict[int, DeclarationAnswer]:
    mine = access.select(DeclarationAnswer).where(
        DeclarationAnswer.declaration_id == declaration_id, col(DeclarationAnswer.employee_id).in_(ids)
    )
    return {each.employee_id: each for each in await access.all(mine)}


async def responsible_addresses(access: MemberAccess, today: date) -> list[str]:
    """Addresses of the company's own administrators, and of its administrative contact."""
    contact = access.select(CompanyContact).where(CompanyContact.kind == ContactKind.ADMINISTRATIVE)
    named = await access.first(contact)
    statement = (
        select(Account.email, Membership.roles)
        .join(Membership, col(Membership.account_id) == Account.id)
        .where(
            Membership.company_id == access.company.key, ~col(Membership.third_party), is_alive(today)
        )
        .order_by(col(Account.id))
    )  # fmt: skip
    addresses = [email for email, roles in await access.rows(statement) if Role.ADMINISTRATOR in roles]
    return addresses + ([named.email] if named else [])


async def billing_address(access: MemberAccess) -> str:
    """The address for invoices; "" when the company named nobody."""
    mine = access.select(CompanyContact).where(CompanyContact.kind == ContactKind.BILLING)
    contact = await access.first(mine)
    return contact.email if contact else ""


# The declarations of a person's companies, in one statement whatever their number.

LATEST = 2  # campaigns: as many as the home page of a company asks for


@dataclass(frozen=True, slots=True)
class DeclarationAt:
    """The state of a company's declaration of a year. `may`: this account may make it."""

    company_id: int
    code: str
    year: int
    campaign: Campaign
    state: State
    is_begun: bool
    may: bool

    @property
    def is_due(self) -> bool:
        return self.may and self.state in OPEN_STATES


_latest = select(Tariff.year).order_by(col(Tariff.year).desc()).limit(LATEST)
_theirs = and_(
    col(AnnualDeclaration.company_id) == col(Company.id),
    col(AnnualDeclaration.year) == col(Tariff.year),
)
_facts_of = ("updated_by", "submitted_at", "reopened_at", "reopened_by_service")
_DECLARATIONS = (
    sqlalchemy.select(
        col(Company.id), col(Company.code), col(Membership.roles), col(Tariff.year),
        col(Tariff.opens_on), col(Tariff.closes_on), col(Company.created_at),
        *(getattr(AnnualDeclaration, name) for name in _facts_of),
    )
    .select_from(Membership)
    .join(Company, col(Company.id) == col(Membership.company_id))
    .join(Tariff, col(Tariff.year).in_(_latest))
    .join(AnnualDeclaration, _theirs, isouter=True)
    .where(
        col(Membership.account_id) == bindparam("account"),
        is_alive(bindparam("today", type_=sqlalchemy.Date)),
        col(Membership.company_id) == col(Company.id),
    )
    .order_by(col(Tariff.year).desc(), col(Company.code))
)  # fmt: skip


# Those that `state_of` finds open, unless the company joined after the campaign: `joined_at`, where that is
# to be looked at. A test holds the two together.
_submitted, _closes_on = col(AnnualDeclaration.submitted_at), col(Tariff.closes_on)
_day, _is_begun = bindparam("today", type_=sqlalchemy.Date), col(AnnualDeclaration.updated_by).is_not(None)
_is_early = or_(_submitted.is_not(None), _is_begun, _closes_on >= _day, col(Company.created_at) < _closes_on)
_DUE = _DECLARATIONS.with_only_columns(
    col(Company.id), col(Tariff.year), _closes_on,
    sqlalchemy.case((_is_early, sqlalchemy.null()), else_=col(Company.created_at)).label("joined_at"),
).where(
    or_(
        and_(_submitted.is_(None), col(Tariff.opens_on) <= _day),
        and_(
            _submitted.is_not(None), col(AnnualDeclaration.reopened_at).is_not(None),
            or_(col(AnnualDeclaration.reopened_by_service), _closes_on >= _day),
        ),
    )
)  # fmt: skip


async def years_due_at(access: AccountAccess, today: date) -> dict[int, tuple[int, ...]]:
    """The years to declare in each company of this account that has some, by its number, the latest first;
    whether or not this account may do it.
    """
    years: dict[int, tuple[int, ...]] = {}
    given = {"account": access.account.key, "today": today}
    for company, year, closes_on, joined_at in await access.table(_DUE, given):
        if joined_at is None or day_of(joined_at) <= closes_on:
            years[company] = (*years.get(company, ()), year)
    return years


async def declarations_at(access: AccountAccess, today: date) -> list[DeclarationAt]:
    """Of the latest campaigns, in every company of this account; the latest first."""
    given = {"account": access.account.key, "today": today}
    return [_declaration_at(*row, today=today) for row in await access.table(_DECLARATIONS, given)]


def _declaration_at(
    company_id: int, code: str, roles: list[str], year: int, opens_on: date, closes_on: date,
    joined_at: datetime, *facts: Any, today: date,
) -> DeclarationAt:  # fmt: skip
    campaign, known = Campaign(opens_on, closes_on), _due_facts(joined_at, *facts)
    state, may = state_of(campaign, known, today), Right.DECLARATION in rights_of(roles)
    return DeclarationAt(
        company_id=company_id,
        code=code,
        year=year,
        campaign=campaign,
        state=state,
        is_begun=known.is_begun,
        may=may,
    )


def _due_facts(
    joined_at: datetime, begun_by: int | None, submitted_at: datetime | None, reopened_at: datetime | None,
    by_service: bool | None,
) -> DeclarationFacts:  # fmt: skip
    """Facts from columns that are all None when there is no declaration."""
    submitted_on = day_of(submitted_at) if submitted_at else None
    joined_on = day_of(joined_at)
    return DeclarationFacts(
        begun_by is not None, submitted_on, reopened_at is not None, bool(by_service), joined_on
    )
