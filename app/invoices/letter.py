"""The invoice that goes with a mail: kept in the outbox as words, drawn when the mail leaves."""

from typing import Any

from app.invoices.document import pdf_of


async def files_of(context: dict[str, Any]) -> list[tuple[str, bytes, str]]:
    """(name, content, media type) of what is joined to the mail of this context."""
    if "invoice_paper" not in context:
        return []
    paper = context["invoice_paper"]
    return [(file_name(paper["number"]), await pdf_of(paper), "application/pdf")]


def file_name(number: str) -> str:
    """facture-F2026-00123.pdf: a number has only letters, digits, - and /."""
    return f"facture-{number.replace('/', '-')}.pdf"
