"""Acts of the service: publish a tariff, open its campaign, answer a request for correction."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select, update

from app.access import StaffAccess
from app.contributions.tariff import rules_of
from app.errors import NotFound, Refused
from app.mail.outbox import queue_mail
from app.text.vat import VAT_POINTS, percent
from db.models import (
    Account,
    AnnualDeclaration,
    AuditKind,
    Company,
    CorrectionState,
    DeclarationCorrection,
    Tariff,
)


@dataclass(frozen=True, slots=True)
class CampaignDays:
    """The days of a campaign, both included."""

    opens_on: date
    closes_on: date


async def publish_tariff(
    access: StaffAccess, year: int, rules: dict[str, Any], window: CampaignDays
) -> Tariff:
    """A year's tariff. `Refused` when it cannot be understood, or when somebody declared under another."""
    try:
        points = rules_of(year, rules).vat_points
    except ValueError as wrong:
        raise Refused(str(wrong)) from None
    # No invoice could bear another rate, and a tariff that somebody declared under does not change.
    is_exempt = points == 0 and bool(access.portal.settings.service_vat_exemption)
    if points not in VAT_POINTS and not is_exempt:
        raise Refused(f"{percent(points)} n’est pas un taux de TVA en France.", "vat")
    tariff = await access.first(access.select(Tariff).where(Tariff.year == year))
    if tariff is None:
        tariff = Tariff(year=year, rules=rules, opens_on=window.opens_on, closes_on=window.closes_on)
        _check(window)
        access.add(tariff)
    elif tariff.rules != rules and await _was_used(access, year):
        raise Refused(f"Des déclarations sont déjà validées au tarif {year} : il ne change plus.")
    tariff.rules = rules
    _set(tariff, window)
    await access.flush()
    return tariff


async def open_campaign(access: StaffAccess, year: int, opens_on: date, closes_on: date) -> None:
    """Open the campaign from that day until that other; also prolong it."""
    _set(await _tariff(access, year), CampaignDays(opens_on, closes_on))


async def answer_correction(
    access: StaffAccess, correction_id: int, state: CorrectionState, answer: str, now: datetime
) -> None:
    """Say yes, which reopens the declaration to the company, or no; the author of the request is notified,
    once.
    """
    correction = await access.get(DeclarationCorrection, correction_id)
    if correction.state != CorrectionState.SENT or state == CorrectionState.SENT:
        raise Refused("Cette demande a déjà sa réponse.")
    correction.state, correction.answer, correction.answered_at = state, answer, now
    declaration = await access.get(AnnualDeclaration, correction.declaration_id)
    if state == CorrectionState.ACCEPTED:
        mine = update(AnnualDeclaration).where(
            col(AnnualDeclaration.company_id) == correction.company_id,
            col(AnnualDeclaration.id) == declaration.key,
        )
        await access.change(
            mine.values(reopened_at=now, reopened_by_service=True, version=declaration.version + 1)
        )
        about = f"{declaration.year} : rouverte par le service"
        access.record(
            AuditKind.DECLARATION_CORRECTED, now, access.account.key, correction.company_id, about,
            declaration.key,
        )  # fmt: skip
    verdict = "acceptée" if state == CorrectionState.ACCEPTED else "refusée"
    access.record(
        AuditKind.CORRECTION_ANSWERED, now, access.account.key, correction.company_id,
        f"{declaration.year} : {verdict}", declaration.key,
    )  # fmt: skip
    company = await access.get(Company, correction.company_id)
    asker = await access.get(Account, correction.account_id)
    queue_mail(
        access, "correction_answered", asker.email, now, company=company.label, code=company.code,
        year=declaration.year, accepted=state == CorrectionState.ACCEPTED, text=answer,
    )  # fmt: skip


async def _tariff(access: StaffAccess, year: int) -> Tariff:
    tariff = await access.first(access.select(Tariff).where(Tariff.year == year).with_for_update())
    if tariff is None:
        raise NotFound
    return tariff


def _set(tariff: Tariff, window: CampaignDays) -> None:
    _check(window)
    tariff.opens_on, tariff.closes_on = window.opens_on, window.closes_on


def _check(window: CampaignDays) -> None:
    if window.closes_on < window.opens_on:
        raise Refused("La campagne finit avant de commencer.")


async def _was_used(access: StaffAccess, year: int) -> bool:
    used = select(AnnualDeclaration).where(
        AnnualDeclaration.year == year, col(AnnualDeclaration.number).is_not(None)
    )
    return await access.first(used.limit(1)) is not None
