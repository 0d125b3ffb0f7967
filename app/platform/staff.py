"""Acts of the service on the way of an invoice: send it, again, or say that it went another way."""

from datetime import datetime

from app.access import StaffAccess
from app.errors import Refused
from app.invoices.parties import printed_of
from app.invoices.steps import held_flow
from app.platform.queries import paid_flows, waiting_again
from app.platform.rules import aside_reason
from db.models import AuditKind, Company, FlowKind, FlowState, Invoice, PlatformFlow

OFF = "Aucune plateforme n’est réglée : voyez avec la technique."
ON_ITS_WAY = "Cette facture est déjà en route : attendez la réponse de la plateforme."
ASIDE = "Aucune plateforme ne remet les factures de cet adhérent : corrigez d’abord sa facturation."


async def send_again(access: StaffAccess, invoice_id: int, now: datetime) -> None:
    """Send an invoice that did not leave, was refused, or went another way; and the news of its payments
    that were refused. `Refused` while one is on its way.

    A flow that nobody took keeps its number, since it may have arrived; one that was refused gets another.
    """
    invoice = await access.get(Invoice, invoice_id)
    company = await access.get(Company, invoice.company_id)
    if not access.portal.settings.platform_url:
        raise Refused(OFF)
    if aside_reason(company, printed_of(invoice, company, access.portal.settings).buyer.siren):
        raise Refused(ASIDE)
    flow = await held_flow(access, invoice)
    if flow is None:
        flow = PlatformFlow(
            company_id=invoice.company_id, invoice_id=invoice.key, kind=FlowKind.INVOICE, created_at=now,
            tracking_id=f"{invoice.number}.1", due_at=now,
        )  # fmt: skip
        access.add(flow)
        _record(access, AuditKind.INVOICE_SENT_AGAIN, invoice, now)
        return
    stuck = [each for each in [flow, *await paid_flows(access, invoice.key)] if not _is_moving(each)]
    if not stuck:
        raise Refused(ON_ITS_WAY, status_code=409)
    for each in stuck:
        _restart(each, now)
    _record(access, AuditKind.INVOICE_SENT_AGAIN, invoice, now)


def _is_moving(flow: PlatformFlow) -> bool:
    return flow.state in {FlowState.WAITING, FlowState.SENT}


def _restart(flow: PlatformFlow, now: datetime) -> None:
    if flow.state == FlowState.GIVEN_UP:
        flow.attempts = 1  # looked for before it is sent
    else:
        base, _, rank = flow.tracking_id.rpartition(".")
        flow.tracking_id, flow.attempts = _next_tracking(base, rank, flow.kind), 0
    flow.state, flow.due_at, flow.flow_id = FlowState.WAITING, now, ""
    flow.status, flow.status_at, flow.reason, flow.last_error = "", None, "", ""
    flow.acknowledged_at = None


def _next_tracking(base: str, rank: str, kind: str) -> str:
    """FA2026-000001.2 after FA2026-000001.1; FA2026-000001.212.1b after FA2026-000001.212.1."""
    return f"{base}.{int(rank) + 1}" if kind == FlowKind.INVOICE else f"{base}.{rank}b"


async def note_delivered(access: StaffAccess, invoice_id: int, now: datetime) -> None:
    """Note that somebody gave an invoice to its buyer another way: on Chorus Pro, by mail, on paper."""
    invoice = await access.get(Invoice, invoice_id)
    flow = await held_flow(access, invoice)
    if flow is None or flow.state != FlowState.ASIDE:
        raise Refused("Cette facture n’attend rien de vous.", status_code=409)
    flow.state, flow.sent_at = FlowState.DONE, None
    _record(access, AuditKind.INVOICE_DELIVERED, invoice, now)


async def hurry(access: StaffAccess, now: datetime) -> None:
    """Have all that waits for another attempt tried at once."""
    if not access.portal.settings.platform_url:
        raise Refused(OFF)
    await access.change(waiting_again(now))


def _record(access: StaffAccess, kind: AuditKind, invoice: Invoice, now: datetime) -> None:
    access.record(kind, now, access.account.key, invoice.company_id, invoice.number, invoice.key)
