"""Reading of what a platform says: its acknowledgement of each flow, and the messages of invoices' lives.

It may say a thing twice, late, out of order, or about invoices that this portal did not issue: a message is
kept once by its number, and the last step by its own instant is the one that stands.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from app.access import VisitorAccess
from app.invoices.life_cycle import DEPOSITED, INADMISSIBLE, PAID, REFUSED
from app.platform.client import Flow, Platform
from app.platform.messages import Told, WrongMessage, read_message
from app.platform.queries import (
    flows_known,
    invoice_flows,
    invoices_numbered,
    messages_known,
    told_until,
)
from app.portal import Portal
from app.text.formats import amount
from db.models import FlowKind, FlowState, InvoiceStatus, PlatformFlow

log = structlog.get_logger()


async def listen(portal: Portal, platform: Platform) -> None:
    """Read all that changed there since the last time, page by page. `Unsent` when it does not answer: what
    was read stays, the rest is read the next time.
    """
    async with portal.database.transaction(write=False) as session:
        since = await told_until(VisitorAccess(portal, session))
    if since is None:
        return
    async for page in platform.changed_since(since):
        flows = sorted(page, key=lambda each: each.updated_at)
        messages = await _messages(portal, platform, flows)
        async with portal.database.transaction(write=True) as session:
            access = VisitorAccess(portal, session)
            if not await access.alone("platform"):
                return
            await _note_messages(access, messages)
            await _note_acknowledgements(access, flows)


async def _messages(
    portal: Portal, platform: Platform, flows: Sequence[Flow]
) -> list[tuple[Flow, Told | None]]:
    """The messages for us that are not known yet, with what each says; None of one that cannot be read."""
    for_us = [each for each in flows if each.flow_direction == "In" and each.flow_type.endswith("LC")]
    async with portal.database.transaction(write=False) as session:
        known = await messages_known(VisitorAccess(portal, session), [each.flow_id for each in for_us])
    found: list[tuple[Flow, Told | None]] = []
    for flow in for_us:
        if flow.flow_id in known or len(flow.flow_id) > 64:
            continue
        known.add(flow.flow_id)
        try:
            found.append((flow, read_message(await platform.file_of(flow.flow_id), flow.updated_at)))
        except WrongMessage:
            log.warning("platform_message_unread", flow_id=flow.flow_id)
            found.append((flow, None))
    return found


async def _note_messages(access: VisitorAccess, messages: Sequence[tuple[Flow, Told | None]]) -> None:
    known = await messages_known(access, [flow.flow_id for flow, _ in messages])
    invoices = await invoices_numbered(access, [told.number for _, told in messages if told])
    flows = await invoice_flows(access, [each.key for each in invoices.values()])
    ours = access.portal.settings.service_siret[:9]
    for message, told in messages:
        if message.flow_id in known:
            continue
        invoice = invoices.get(told.number) if told and told.seller in {"", ours} else None
        status = InvoiceStatus(
            flow_id=message.flow_id, at=told.at if told else message.updated_at, updated_at=message.updated_at
        )
        if told and invoice:
            status.company_id, status.invoice_id = invoice.company_id, invoice.key
            status.status, status.reason = told.status, told.reason
            if flow := flows.get(invoice.key):
                _set_status(flow, told.status, told.reason, told.at)
        access.add(status)


def _set_status(flow: PlatformFlow, status: str, reason: str, at: datetime) -> None:
    """The step stands unless a later one is known."""
    if flow.status_at and at < flow.status_at:
        return
    flow.status, flow.status_at, flow.reason = status, at, reason
    if flow.state in {FlowState.SENT, FlowState.REFUSED}:
        flow.state = FlowState.REFUSED if status in REFUSED else FlowState.SENT


async def _note_acknowledgements(access: VisitorAccess, flows: Sequence[Flow]) -> None:
    known = await flows_known(access, [each.flow_id for each in flows])
    invoices = await invoice_flows(access, [each.invoice_id for each in known.values()])
    told = await messages_known(access, list(known))
    for each in flows:
        flow = known.get(each.flow_id)
        answer = each.acknowledgement
        is_old = flow is None or (flow.acknowledged_at and flow.acknowledged_at >= each.updated_at)
        if flow is None or is_old or answer.status not in {"Ok", "Error"}:
            continue
        flow.acknowledged_at = each.updated_at
        if answer.status == "Error":
            flow.state, flow.reason = FlowState.REFUSED, answer.words or "sans raison donnée"
        if each.flow_id in told:
            continue
        is_paid = flow.kind == FlowKind.PAID
        if answer.status == "Error" and is_paid:
            continue  # The invoice itself is well.
        told.add(each.flow_id)
        usual = PAID if is_paid else DEPOSITED
        status, reason = usual, amount(flow.cents) if is_paid else ""
        if answer.status == "Error":
            status, reason = INADMISSIBLE, flow.reason
        access.add(
            InvoiceStatus(
                company_id=flow.company_id, invoice_id=flow.invoice_id, flow_id=each.flow_id, status=status,
                reason=reason, at=each.updated_at, updated_at=each.updated_at,
            )
        )  # fmt: skip
        if about := invoices.get(flow.invoice_id):
            _set_status(about, status, reason, each.updated_at)
