"""The papers of many invoices as one ZIP, sent while it is made: none of it is ever whole in memory."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import date
from zipfile import ZIP_DEFLATED, ZipFile

from app.files.zipped import Sink
from app.invoices.paper import file_name, paper_of, pdf_of
from app.invoices.queries import Bill
from app.portal import Portal
from app.text.search import folded
from db.models import InvoiceKind


async def zip_of(bills: Sequence[Bill], portal: Portal, account_id: int, today: date) -> AsyncIterator[bytes]:
    """A PDF for each invoice, in a folder for each company; typst draws them one at a time, between those of
    others. A drawing that fails cuts the answer: nobody takes half of it for the whole. `portal.archives` has
    the account meanwhile.
    """
    sink = Sink()
    portal.archives.add(account_id)
    try:
        with ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
            for company, invoice, row, payments in bills:
                content = await pdf_of(
                    paper_of(company, invoice, row, payments=payments, settings=portal.settings, today=today)
                )
                is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
                name = file_name(invoice.number, is_note=is_note)
                archive.writestr(f"{folder_name(company.code, company.name)}/{name}", content)
                yield sink.taken()
        yield sink.taken()
    finally:
        portal.archives.discard(account_id)


def folder_name(code: str, name: str) -> str:
    """00010-adherent-brieuc: any system can unpack it, and the code makes it one company's."""
    words = re.sub(r"[^a-z0-9]+", "-", folded(name))[:40].strip("-")
    return f"{code}-{words}".rstrip("-")
