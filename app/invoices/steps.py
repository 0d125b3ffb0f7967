"""Reads of the electronic life of invoices that the reader's door gave."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.access import Access
from app.invoices.life_cycle import Step, member_words, steps_of
from db.models import FlowKind, Invoice, InvoiceStatus, PlatformFlow


async def flow_of(access: Access, invoice: Invoice) -> PlatformFlow | None:
    """The way of an invoice to its buyer; None when the portal sends none, or is older than that."""
    mine = select(PlatformFlow).where(
        PlatformFlow.company_id == invoice.company_id, PlatformFlow.invoice_id == invoice.key,
        PlatformFlow.kind == FlowKind.INVOICE,
    )  # fmt: skip
    return await access.first(mine)


async def life_of(access: Access, invoice: Invoice) -> list[Step]:
    theirs = select(InvoiceStatus).where(
        InvoiceStatus.company_id == invoice.company_id, InvoiceStatus.invoice_id == invoice.key
    )
    return steps_of(await access.all(theirs))


async def member_words_of(access: Access, company_id: int, ids: Sequence[int]) -> dict[int, str]:
    """By invoice, its electronic state for its buyer, where there is one."""
    theirs = select(PlatformFlow).where(
        PlatformFlow.company_id == company_id, PlatformFlow.kind == FlowKind.INVOICE,
        col(PlatformFlow.invoice_id).in_(ids),
    )  # fmt: skip
    found = {each.invoice_id: member_words(each) for each in await access.all(theirs)} if ids else {}
    return {number: words for number, words in found.items() if words}
