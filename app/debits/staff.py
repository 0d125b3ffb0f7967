"""Acts of the service on mandates: suspend one, put it in force again, revoke it for its member."""

from datetime import datetime
from typing import Any

from app.access import StaffAccess
from app.debits.queries import living_of
from app.errors import Refused
from app.invoices.staff import payers_of
from app.mail.outbox import queue_mail
from app.text.counts import plural
from db.models import AuditKind, Company, Mandate, MandateState

NOT_ACTIVE = "Ce mandat n’est pas en vigueur."
NOT_SUSPENDED = "Ce mandat n’est pas suspendu."
ANOTHER = "Cet adhérent a signé un autre mandat depuis : celui-ci ne reprend pas."
ENDED = "Ce mandat est déjà révoqué."


async def suspend_mandate(access: StaffAccess, mandate: Mandate, why: str, now: datetime) -> None:
    """Debit nothing by it until it is put in force again; its member is told why."""
    if mandate.state != MandateState.ACTIVE:
        raise Refused(NOT_ACTIVE, status_code=409)
    mandate.state, mandate.why = MandateState.SUSPENDED, why
    await tell(access, AuditKind.MANDATE_SUSPENDED, mandate, now)


async def resume_mandate(access: StaffAccess, mandate: Mandate, now: datetime) -> None:
    if mandate.state != MandateState.SUSPENDED:
        raise Refused(NOT_SUSPENDED, status_code=409)
    living = await living_of(access, mandate.company_id)
    if living is None or living.key != mandate.key:
        raise Refused(ANOTHER, status_code=409)
    mandate.state, mandate.why = MandateState.ACTIVE, ""
    await tell(access, AuditKind.MANDATE_RESUMED, mandate, now)


async def agree_notice(access: StaffAccess, mandate: Mandate, days: int | None, now: datetime) -> None:
    """Note that this member agreed to be told of its debits so few days before, or as usual again."""
    if mandate.state == MandateState.REVOKED:
        raise Refused(ENDED, status_code=409)
    usual = access.portal.settings.service_debit_notice_days
    if days is not None and days >= usual:
        words = f"Le préavis habituel est de {plural(usual, 'jour')} : convenez de moins, ou n’écrivez rien."
        raise Refused(words, "notice_days")
    if mandate.notice_days == days:
        return
    mandate.notice_days = days
    await tell(access, AuditKind.NOTICE_AGREED, mandate, now)


async def end_mandate(access: StaffAccess, mandate: Mandate, now: datetime) -> None:
    if mandate.state == MandateState.REVOKED:
        raise Refused(ENDED, status_code=409)
    mandate.state, mandate.ended_at = MandateState.REVOKED, now
    await tell(access, AuditKind.MANDATE_REVOKED, mandate, now)


async def tell(access: StaffAccess, kind: AuditKind, mandate: Mandate, now: datetime) -> None:
    """A line of the member's history, and a mail to its payers."""
    company = await access.get(Company, mandate.company_id)
    about, notice = f"{mandate.rum}{f' : {mandate.why}' if mandate.why else ''}", notice_of(access, mandate)
    if kind == AuditKind.NOTICE_AGREED:
        about = f"{mandate.rum} : {notice}"
    access.record(kind, now, access.account.key, company.key, about[:200], mandate.key)
    await mail_payers(
        access, company, "mandate_changed", now, what=str(kind), rum=mandate.rum, last=mandate.iban_last,
        why=mandate.why, notice=notice,
    )  # fmt: skip


def notice_of(access: StaffAccess, mandate: Mandate) -> str:
    """« 5 jours »"""
    return plural(mandate.notice_days or access.portal.settings.service_debit_notice_days, "jour")


async def mail_payers(
    access: StaffAccess,
    company: Company,
    template: str,
    now: datetime,
    **context: Any,
) -> None:
    for recipient in await payers_of(access, company):
        queue_mail(
            access, template, recipient, now, code=company.code, company=f"{company.code} - {company.name}",
            **context,
        )  # fmt: skip
