"""Numbers of invoices: continuous, drawn in the transaction that writes the invoice, so that none is missing
and none stands twice, whatever is killed when (Code général des impôts, annexe II, article 242 nonies A).
"""

import re
from datetime import date

from sqlmodel import col, func, select, update

from app.access import StaffAccess
from db.models import Invoice, InvoiceKind, InvoiceSeries
from db.numbers import is_digits

PREFIXES = {InvoiceKind.CREDIT_NOTE: "AV"}
DRAWN = re.compile(r"(?:FA|AV)\d{4}-\d{6}", re.ASCII)
USUAL = "FA"


async def draw_number(access: StaffAccess, kind: InvoiceKind, issued_on: date) -> str:
    """« FA2027-000123 », or « AV2027-000004 » for a credit note: the next one of the year in which it is
    issued. The series is locked until the transaction ends.
    """
    prefix = f"{PREFIXES.get(kind, USUAL)}{issued_on.year}-"
    drawing = update(InvoiceSeries).where(col(InvoiceSeries.prefix) == prefix)
    drawing = drawing.values(last=col(InvoiceSeries.last) + 1)
    if not await access.change(drawing):
        latest = select(func.max(Invoice.number)).where(col(Invoice.number).like(f"{prefix}______"))
        last = (await access.first(latest) or "0").removeprefix(prefix)
        async with access.savepoint():
            access.add(InvoiceSeries(prefix=prefix, last=int(last) if is_digits(last) else 0))
            await access.flush()
        await access.change(drawing)
    mine = access.select(InvoiceSeries).where(InvoiceSeries.prefix == prefix)
    series = await access.first(mine.execution_options(populate_existing=True))
    return f"{prefix}{series.last if series else 0:06}"
