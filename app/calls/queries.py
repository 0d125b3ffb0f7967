"""Reads of a call: the declarations of a year that it bills, and what was billed of them already."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.access import Access, StaffAccess
from db.models import (
    AnnualDeclaration,
    CallState,
    Company,
    CompanyContact,
    ContactKind,
    ContributionCall,
    Invoice,
    InvoiceKind,
    Membership,
    Tariff,
)

SHOWN = 20  # members named under an oddity


async def call_of(access: Access, year: int) -> ContributionCall | None:
    return await access.first(select(ContributionCall).where(ContributionCall.year == year))


_RUNNING = (
    sqlalchemy.select(col(ContributionCall.id))
    .where(col(ContributionCall.state) == CallState.RUNNING)
    .limit(1)
)


async def is_any_running(access: Access) -> bool:
    return bool(await access.table(_RUNNING, {}))


class Billed(NamedTuple):
    """A declaration to bill. `billed_cents`: before tax, by the invoices of its earlier receipts, less the
    credit notes on them.
    """

    id: int
    company_id: int
    receipt: str
    lines: list[dict[str, Any]]
    net_cents: int
    total_cents: int
    billed_cents: int


def to_bill(tariff: Tariff) -> Any:
    """The conditions of a declaration that a call bills: validated, not being corrected, under a receipt that
    no invoice has, for another amount than what its earlier receipts were billed; nor billed by hand, which
    is a contribution without receipt in the twelve months of the campaign.
    """
    has_receipt = sqlalchemy.select(col(Invoice.id)).where(
        col(Invoice.company_id) == col(AnnualDeclaration.company_id),
        col(Invoice.receipt) == col(AnnualDeclaration.number),
    )
    return and_(
        col(AnnualDeclaration.year) == tariff.year, col(AnnualDeclaration.submitted_at).is_not(None),
        col(AnnualDeclaration.reopened_at).is_(None), col(AnnualDeclaration.number).is_not(None),
        ~has_receipt.exists(), col(AnnualDeclaration.net_cents) != _billed(tariff).scalar_subquery(),
        ~_by_hand(tariff).exists(),
    )  # fmt: skip


def _billed(tariff: Tariff) -> Any:
    """The amount that the earlier receipts of a declaration were billed, before tax, less the credit notes on
    them, whoever made those.
    """
    settled = aliased(Invoice)
    is_theirs = sqlalchemy.select(col(settled.id)).where(
        col(settled.company_id) == col(Invoice.company_id),
        col(settled.id) == col(Invoice.settles_id), col(settled.receipt).like(f"D{tariff.year}-%"),
    )  # fmt: skip
    return sqlalchemy.select(func.coalesce(func.sum(Invoice.net_cents), 0)).where(
        col(Invoice.company_id) == col(AnnualDeclaration.company_id),
        or_(col(Invoice.receipt).like(f"D{tariff.year}-%"), is_theirs.exists()),
    )


def _by_hand(tariff: Tariff) -> Any:
    """Contributions of that year that no call made: by the period that they bill, or by their day where they
    are older than such periods.
    """
    since = col(Invoice.printed)["since"].as_string()
    # Asked as it is, SQLite would look among all the invoices without receipt, for each declaration.
    has_no_receipt = func.coalesce(col(Invoice.receipt), "") == ""
    year = (date(tariff.year, 1, 1), date(tariff.year, 12, 31))
    return sqlalchemy.select(col(Invoice.id)).where(
        col(Invoice.company_id) == col(AnnualDeclaration.company_id),
        col(Invoice.kind) == InvoiceKind.CONTRIBUTION, has_no_receipt,
        or_(since.like(f"{tariff.year}-%"), and_(since.is_(None), col(Invoice.issued_on).between(*year))),
    )  # fmt: skip


class Preview(NamedTuple):
    members: int
    people: int
    net_cents: int
    total_cents: int
    billed_already: int


async def preview_of(access: StaffAccess, tariff: Tariff) -> Preview:
    """Sums of what a call would bill now; corrections of what is billed count with their whole amount."""
    declared, is_exempt = AnnualDeclaration, col(Company.vat_exemption) != ""
    if access.portal.settings.service_vat_exemption:
        is_exempt = sqlalchemy.true()
    with_tax = sqlalchemy.case((is_exempt, col(declared.net_cents)), else_=col(declared.total_cents))
    summed = (col(declared.headcount), col(declared.net_cents), with_tax)
    statement = (
        sqlalchemy.select(func.count(), *(func.coalesce(func.sum(each), 0) for each in summed))
        .select_from(declared)
        .join(Company, col(Company.id) == col(declared.company_id))
        .where(to_bill(tariff))
    )
    ((members, *numbers),) = await access.table(statement)
    done = (
        select(func.count())
        .select_from(Invoice)
        .join(
            AnnualDeclaration,
            and_(
                col(AnnualDeclaration.company_id) == col(Invoice.company_id),
                col(AnnualDeclaration.number) == col(Invoice.receipt),
            ),
        )
        .where(col(AnnualDeclaration.year) == tariff.year)
    )
    people, net_cents, total_cents = numbers
    return Preview(members, people, net_cents, total_cents, await access.first(done) or 0)


class Oddity(NamedTuple):
    """Members for whom something is to be looked at before. `names`: the first of them."""

    words: str
    number: int
    names: list[tuple[str, str]]


async def oddities_of(access: StaffAccess, tariff: Tariff) -> list[Oddity]:
    """Oddities to look at before invoices leave."""
    billing = sqlalchemy.select(col(CompanyContact.id)).where(
        col(CompanyContact.company_id) == col(Company.id), col(CompanyContact.kind) == ContactKind.BILLING,
        col(CompanyContact.email) != "",
    )  # fmt: skip
    people = sqlalchemy.select(col(Membership.id)).where(
        col(Membership.company_id) == col(Company.id), ~col(Membership.third_party)
    )
    has_no_address = and_(col(Company.email) == "", ~billing.exists())
    replaced = sqlalchemy.select(col(Invoice.id)).where(
        col(Invoice.company_id) == col(Company.id), col(Invoice.receipt).like(f"D{tariff.year}-%")
    )
    kinds = {
        "Sans SIRET : la facture ne part pas par une plateforme": col(Company.siret) == "",
        "Sans adresse ni compte : leur facture est à envoyer sur papier": and_(
            has_no_address, ~people.exists()
        ),
        "Sans adresse e-mail de facturation : les personnes qui voient les factures sont averties": and_(
            has_no_address, people.exists()
        ),
        "Radiés depuis leur déclaration": col(Company.closed_at).is_not(None),
        "Déjà facturés, corrigés depuis : un avoir ou un complément est fait": replaced.exists(),
    }
    found = [await _oddity(access, words, to_bill(tariff), condition) for words, condition in kinds.items()]
    by_hand = and_(
        col(AnnualDeclaration.year) == tariff.year, col(AnnualDeclaration.submitted_at).is_not(None),
        _by_hand(tariff).exists(),
    )  # fmt: skip
    found.append(await _oddity(access, "Facturés hors de l’appel : ils sont laissés", by_hand))
    return [each for each in found if each.number]


async def _oddity(access: StaffAccess, words: str, *conditions: Any) -> Oddity:
    theirs = (
        sqlalchemy.select(col(Company.code), col(Company.name), func.count().over())
        .select_from(AnnualDeclaration)
        .join(Company, col(Company.id) == col(AnnualDeclaration.company_id))
        .where(*conditions)
        .order_by(col(Company.code))
        .limit(SHOWN)
    )
    rows = await access.table(theirs)
    return Oddity(words, rows[0][2] if rows else 0, [(code, name) for code, name, _ in rows])


async def next_declarations(access: StaffAccess, tariff: Tariff, after: int, most: int) -> list[Billed]:
    """Declarations to bill, from after that one."""
    columns = [
        getattr(AnnualDeclaration, name) for name in ("id", "company_id", "number", *Billed._fields[3:6])
    ]
    statement = (
        sqlalchemy.select(*columns, _billed(tariff).scalar_subquery())
        .where(to_bill(tariff), col(AnnualDeclaration.id) > after)
        .order_by(col(AnnualDeclaration.id))
        .limit(most)
    )
    return [Billed(*row) for row in await access.table(statement)]


async def open_invoices(access: StaffAccess, company_id: int, year: int) -> list[tuple[int, int]]:
    """(number, cents before tax that no credit note took back) of each invoice of that year's receipts, the
    last first.
    """
    note = aliased(Invoice)
    credited = sqlalchemy.select(func.coalesce(func.sum(note.net_cents), 0)).where(
        col(note.company_id) == col(Invoice.company_id), col(note.settles_id) == col(Invoice.id)
    )
    left = Invoice.net_cents + credited.scalar_subquery()
    statement = sqlalchemy.select(col(Invoice.id), left).where(
        col(Invoice.company_id) == company_id, col(Invoice.kind) != InvoiceKind.CREDIT_NOTE,
        col(Invoice.receipt).like(f"D{year}-%"),
    )  # fmt: skip
    rows = await access.table(statement.order_by(col(Invoice.id).desc()))
    return [(number, cents) for number, cents in rows if cents > 0]


async def members_named(access: StaffAccess, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """(code, name) of these members."""
    theirs = sqlalchemy.select(col(Company.id), col(Company.code), col(Company.name))
    rows = await access.table(theirs.where(col(Company.id).in_(ids)))
    return {number: (code, name) for number, code, name in rows}


MOST_DAYS = 60  # between an invoice and its term (Code de commerce, L441-10)


def due_usually(issued_on: date) -> date:
    """Thirty days later, as commerce does where nothing else was agreed (Code de commerce, L441-10)."""
    return issued_on.fromordinal(issued_on.toordinal() + 30)
