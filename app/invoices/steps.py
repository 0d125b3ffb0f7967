"""Reads of the electronic life of invoices that the reader's door gave."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col

from app.access import Access, of_company
from app.invoices.life_cycle import Step, member_words, steps_of
from db.models import FlowKind, Invoice, InvoiceStatus, PlatformFlow

_OF_INVOICE: Any = bindparam("invoice")
_FLOW = of_company(PlatformFlow).where(
    PlatformFlow.invoice_id == _OF_INVOICE, PlatformFlow.kind == FlowKind.INVOICE
)
_LIFE = of_company(InvoiceStatus).where(InvoiceStatus.invoice_id == _OF_INVOICE)
_FLOWS = of_company(PlatformFlow).where(
    PlatformFlow.kind == FlowKind.INVOICE,
    col(PlatformFlow.invoice_id).in_(bindparam("invoices", expanding=True)),
)


async def flow_of(access: Access, invoice: Invoice) -> PlatformFlow | None:
    """The way of an invoice to its buyer, to be read; None when it is not sent, or older than that."""
    return await access.first(_FLOW, _of(invoice))


async def held_flow(access: Access, invoice: Invoice) -> PlatformFlow | None:
    """The same, to be changed."""
    return await access.first(_FLOW.params(**_of(invoice)))


def _of(invoice: Invoice) -> dict[str, int]:
    return {"company": invoice.company_id, "invoice": invoice.key}


async def life_of(access: Access, invoice: Invoice) -> list[Step]:
    return steps_of(await access.all(_LIFE, _of(invoice)))


async def member_words_of(access: Access, company_id: int, ids: Sequence[int]) -> dict[int, str]:
    """By invoice, its electronic state for its buyer, where there is one."""
    theirs = await access.all(_FLOWS, {"company": company_id, "invoices": list(ids)}) if ids else ()
    found = {each.invoice_id: member_words(each) for each in theirs}
    return {number: words for number, words in found.items() if words}
