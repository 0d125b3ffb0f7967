"""Acts of the service on payment plans: agree to one, break it. The employer gets a mail of each."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select, update

from app.access import StaffAccess
from app.clock import Moment
from app.errors import NotFound, Refused
from app.invoices.instalments import check_instalments
from app.invoices.queries import row_of
from app.invoices.reminders import PlanView, plans_where
from app.invoices.staff import payers_of
from app.mail.outbox import queue_mail
from app.plans.forms import NewPlan
from app.text.counts import plural
from app.text.fields import once_key
from app.text.formats import amount, day
from db.models import AuditKind, Company, Invoice, InvoiceKind, PaymentPlan, PlanInvoice

NONE = "Choisissez au moins une facture qui reste à payer."
PLANNED = "La facture {} est déjà dans un échéancier."
ENDED = "Cet échéancier est déjà rompu."


async def agree(access: StaffAccess, company: Company, data: NewPlan, at: Moment) -> int:
    """Write a plan for these invoices of one member; the form sent twice makes one. Its number."""
    key = once_key(data)
    same = select(PaymentPlan).where(PaymentPlan.token == key, PaymentPlan.company_id == company.key)
    if made := await access.first(same):
        return made.key
    owed = await _owed(access, company, data.invoices)
    given, cents = data.instalments(), sum(left for _, left in owed)
    check_instalments(given, cents, at.today)
    plan = access.add(
        PaymentPlan(
            company_id=company.key, account_id=access.account.key, agreed_on=at.today, cents=cents,
            instalments=[[each.due_on.isoformat(), each.cents] for each in given], note=data.note,
            token=key, created_at=at.now,
        )
    )  # fmt: skip
    await access.flush()
    for invoice, left in owed:
        access.add(PlanInvoice(company_id=company.key, plan_id=plan.key, invoice_id=invoice.key, cents=left))
    await access.flush()  # Two plans at once: the base takes one.
    about = f"{amount(cents)} en {plural(len(given), 'échéance')}"
    access.record(AuditKind.PLAN_AGREED, at.now, access.account.key, company.key, about, owed[0][0].key)
    (view,) = await plans_where(access, at.today, col(PaymentPlan.id) == plan.key)
    await _mail(access, company, view, at.now)
    return plan.key


async def _owed(access: StaffAccess, company: Company, ids: Sequence[int]) -> list[tuple[Invoice, int]]:
    """(invoice, cents left to pay) of each, by term."""
    theirs = select(Invoice).where(col(Invoice.id).in_(ids), Invoice.company_id == company.key)
    invoices = await access.all(theirs.order_by(col(Invoice.due_on), col(Invoice.id)))
    if len(invoices) != len(set(ids)):
        raise NotFound
    found = []
    for each in invoices:
        planned = select(PlanInvoice).where(
            PlanInvoice.invoice_id == each.key, PlanInvoice.company_id == company.key,
            col(PlanInvoice.ended_at).is_(None),
        )  # fmt: skip
        if await access.first(planned):
            raise Refused(PLANNED.format(each.number), status_code=409)
        left = (await row_of(access, each)).left_cents
        if left > 0 and each.kind != InvoiceKind.CREDIT_NOTE:
            found.append((each, left))
    if not found:
        raise Refused(NONE)
    return found


async def end(access: StaffAccess, plan_id: int, reason: str, at: Moment) -> None:
    """Break a plan: what is left is due at once, and reminders go on."""
    plan = await access.get(PaymentPlan, plan_id)
    if plan.ended_at:
        raise Refused(ENDED, status_code=409)
    (view,) = await plans_where(access, at.today, col(PaymentPlan.id) == plan.key)
    company = await access.get(Company, plan.company_id)
    plan.ended_at, plan.ended_by, plan.ended_reason = at.now, access.account.key, reason
    theirs = update(PlanInvoice).where(
        col(PlanInvoice.plan_id) == plan.key, col(PlanInvoice.company_id) == plan.company_id
    )
    await access.change(theirs.values(ended_at=at.now))
    access.record(AuditKind.PLAN_ENDED, at.now, access.account.key, company.key, reason, view.invoices[0].id)
    await _mail(access, company, view, at.now, reason)


async def _mail(
    access: StaffAccess, company: Company, view: PlanView, now: datetime, reason: str = ""
) -> None:
    """`reason`: why it is broken, "" for one that was agreed."""
    for payer in await payers_of(access, company):
        queue_mail(
            access, "payment_plan", payer, now, code=company.code, company=company.label, reason=reason,
            invoice_id=view.invoices[0].id, number=view.invoices[0].number, total_cents=view.cents,
            instalments=[
                [
                    day(each.due_on), each.cents,
                    [[share.number, share.reference, share.cents] for share in each.shares],
                ]
                for each in view.lines
            ],
        )  # fmt: skip
