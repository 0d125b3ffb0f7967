"""Work beside the requests: invoices get their way, leave, and are followed.

A flow is made for each invoice by looking for those without one, and for each payment by comparing sums:
whatever issued, paid, cancelled or imported it, nothing is forgotten and no act has to know of a platform.
A flow whose sending was cut short (killed, timed out, answered 500) is looked for by our number before it is
sent again; a lease longer than a whole exchange keeps two processes apart.

A platform acknowledges each flow, and sends messages of invoices' lives. It may say a thing twice, late, out
of order, or about invoices that this portal did not issue: a message is kept once by its number, and the last
step by its own instant is the one that stands.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from app import clock
from app.access import VisitorAccess
from app.clock import day_of
from app.files.typesetting import DRAWERS
from app.invoices.electronic import CREDIT_NOTE, INVOICE
from app.invoices.life_cycle import DEPOSITED, INADMISSIBLE, PAID, REFUSED
from app.invoices.paper import file_name, paper_of, pdf_of
from app.invoices.parties import printed_of
from app.invoices.queries import payments_of, row_of
from app.mail.sending import ATTEMPTS, pause_after
from app.platform.client import Flow, Platform, Unsent
from app.platform.messages import Collected, Told, WrongMessage, collected_message, read_message
from app.platform.queries import (
    flows_known,
    invoice_flows,
    invoices_numbered,
    is_any_due,
    messages_known,
    paid_flows,
    take_due,
    told_until,
    unplanned,
    untold,
    write_outcome,
)
from app.platform.rules import aside_reason, paid_shares
from app.portal import Portal
from app.portions import work_in_portions
from app.text.formats import amount
from db.models import Company, FlowKind, FlowState, Invoice, InvoiceKind, InvoiceStatus, PlatformFlow


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


log = structlog.get_logger()
HANDS = 4  # flows at once
DRAWN = max(1, DRAWERS // 2)  # of them: nobody waits for these, and pages need the other processors
DEADLINE_SECONDS = 100.0  # of one, whole: drawn, sent, written
LEASE = timedelta(seconds=150)
PLAN_SECONDS, LISTEN_SECONDS = 30.0, 300.0


async def work_with_platform(portal: Portal) -> None:
    """Until cancelled, for a portal whose settings name a platform."""
    courier = Courier(Platform(portal.settings))
    try:
        await work_in_portions(portal, "platform", courier.work_portion)
    finally:
        await courier.platform.close()


class Courier:
    """One process's part of the work. `name`: marks the flows that it holds."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.name = secrets.token_hex(16)
        self._plan_at = self._listen_at = 0.0
        self._planned = 0  # the invoice that planning came to: none is looked at twice in a row
        self._drawing = asyncio.Semaphore(DRAWN)

    async def work_portion(self, portal: Portal, now: datetime) -> bool:
        """True when there is more to do at once."""
        if (at := time.monotonic()) >= self._plan_at:
            found = await plan(portal, now, self._planned)
            self._plan_at, self._planned = at if found else at + PLAN_SECONDS, max(found, 0)
        has_sent = await self.send_some(portal, now)
        if not has_sent and time.monotonic() >= self._listen_at:
            self._listen_at = time.monotonic() + LISTEN_SECONDS
            try:
                await listen(portal, self.platform)
            except Unsent as fault:
                log.warning("platform_not_heard", words=fault.words)
        return has_sent

    async def send_some(self, portal: Portal, now: datetime) -> bool:
        """Send the next flows that are due. False when there are none."""
        async with portal.database.transaction(write=False) as session:
            if not await is_any_due(session, now):
                return False
        async with portal.database.transaction(write=True) as session:
            taken = await take_due(session, self.name, now, LEASE, HANDS)
        await asyncio.gather(*(self._deliver(portal, each) for each in taken))
        return bool(taken)

    async def _deliver(self, portal: Portal, flow: PlatformFlow) -> None:
        fault, flow_id = Unsent(""), ""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                flow_id = await self._hand_over(portal, flow)
        except Unsent as unsent:
            fault = unsent
        except TimeoutError:
            fault = Unsent("La plateforme ne répond pas à temps.")
        except Exception as error:
            log.exception("platform_fault", tracking_id=flow.tracking_id)
            fault = Unsent(f"Le portail n’a pas pu préparer cet envoi ({type(error).__name__}).")
        async with portal.database.transaction(write=True) as session:
            values = _outcome(flow, flow_id, fault, clock.now())
            await write_outcome(session, flow, values, is_sent=bool(flow_id))

    async def _hand_over(self, portal: Portal, flow: PlatformFlow) -> str:
        """The platform's number of the flow, sent now or by an attempt whose answer was lost."""
        if flow.attempts > 1:
            found = await self.platform.find(flow.tracking_id)
            first = [each for each in found if not each.acknowledgement.is_twice] or found
            if first:
                return first[0].flow_id[:64]
        async with self._drawing:
            name, content, syntax = await content_of(portal, flow)
        return await self.platform.send(name, content, syntax, flow.tracking_id)


def _outcome(flow: PlatformFlow, flow_id: str, fault: Unsent, now: datetime) -> dict[str, Any]:
    if flow_id:
        return {"state": FlowState.SENT.value, "flow_id": flow_id, "sent_at": now, "due_at": None,
                "last_error": "", "reason": ""}  # fmt: skip
    if fault.is_final:
        return {"state": FlowState.REFUSED.value, "reason": fault.words, "due_at": None, "last_error": ""}
    if flow.attempts >= ATTEMPTS:
        log.error("platform_given_up", tracking_id=flow.tracking_id, attempts=flow.attempts)
        return {"state": FlowState.GIVEN_UP.value, "reason": fault.words, "due_at": None}
    return {"last_error": fault.words, "due_at": now + pause_after(flow.attempts)}


async def content_of(portal: Portal, flow: PlatformFlow) -> tuple[str, bytes, str]:
    """Name, bytes and syntax of a flow's file: the Factur-X of an invoice, or the message of its payment."""
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        invoice = await session.get_one(Invoice, flow.invoice_id)
        company = await session.get_one(Company, flow.company_id)
        if flow.kind == FlowKind.PAID:
            before = [each.cents for each in await paid_flows(access, invoice.key) if each.key < flow.key]
            message = _message(portal, flow, invoice, company, sum(before))
            return f"{flow.tracking_id.replace('/', '-')}.xml", message, "CDAR"
        row, payments = await row_of(access, invoice), await payments_of(access, invoice)
        paper = paper_of(
            company, invoice, row, payments=payments, settings=portal.settings, today=day_of(clock.now())
        )
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    return file_name(invoice.number, is_note=is_note), await pdf_of(paper), "Factur-X"


def _message(
    portal: Portal, flow: PlatformFlow, invoice: Invoice, company: Company, before_cents: int
) -> bytes:
    printed, now = printed_of(invoice, company, portal.settings), clock.now()
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    return collected_message(
        Collected(
            key=flow.tracking_id, number=invoice.number, kind=CREDIT_NOTE if is_note else INVOICE,
            issued_on=invoice.issued_on, seller=printed.seller.siren, buyer=printed.buyer.siren,
            paid_on=flow.paid_on or day_of(now), now=now,
            shares=paid_shares(invoice.lines, invoice.total_cents, before_cents, flow.cents),
        )
    )  # fmt: skip


async def plan(portal: Portal, now: datetime, after: int = 0) -> int:
    """Make the flows of the next invoices without one, from after that one, and at the beginning those of the
    money that came in. The invoice that it came to, -1 for money only, 0 when there is no more: what was
    written meanwhile under a lower number is found by the next that begins at 0.
    """
    since = portal.settings.platform_since
    if since is None:
        return 0
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        if not await unplanned(access, since, after) and (after or not await untold(access)):
            return 0
    async with portal.database.transaction(write=True) as session:
        access = VisitorAccess(portal, session)
        if not await access.alone("platform"):
            return 0
        invoices, owing = await unplanned(access, since, after), [] if after else await untold(access)
        for invoice, company in invoices:
            access.add(flow_for(invoice, company, portal, now))
        for each in owing:
            number = each.flow.tracking_id.partition(".")[0]
            access.add(
                PlatformFlow(
                    company_id=each.flow.company_id, invoice_id=each.flow.invoice_id, kind=FlowKind.PAID,
                    tracking_id=f"{number}.212.{each.told_times + 1}", created_at=now, due_at=now,
                    cents=each.paid_cents - each.told_cents, paid_on=each.paid_on or day_of(now),
                )
            )  # fmt: skip
    return invoices[-1][0].key if invoices else -1 if owing else 0


def flow_for(invoice: Invoice, company: Company, portal: Portal, now: datetime) -> PlatformFlow:
    """The way of an invoice, by what it prints and by what its member is today."""
    reason = aside_reason(company, printed_of(invoice, company, portal.settings).buyer.siren)
    return PlatformFlow(
        company_id=invoice.company_id, invoice_id=invoice.key, kind=FlowKind.INVOICE, reason=reason,
        tracking_id=f"{invoice.number}.1", created_at=now, due_at=None if reason else now,
        state=FlowState.ASIDE if reason else FlowState.WAITING,
    )  # fmt: skip
