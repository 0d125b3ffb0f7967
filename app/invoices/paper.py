"""The invoice as a PDF, with the code that a banking application reads to pay the rest; many as one ZIP, sent
while it is made: none of it is ever whole in memory.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from app.files.typesetting import typeset_apart
from app.files.zipped import Sink
from app.invoices.electronic import facts_of
from app.invoices.parties import Party, Printed, printed_of
from app.invoices.queries import Bill, InvoiceRow
from app.invoices.rules import KIND_WORDS, LOSS, epc_payload, in_groups, reference_of, shares_of
from app.invoices.views import items_of
from app.mail.letters import File
from app.portal import Portal
from app.settings import Settings
from app.text.counts import siren, siret
from app.text.formats import amount, day
from app.text.search import folded
from db.models import Company, Invoice, InvoiceKind, Payment

TEMPLATE = "invoices/paper.typ"
MOST_PAPERS = 500  # in one ZIP: about a minute of drawing


@dataclass(frozen=True, slots=True)
class Bank:
    """Payment of the rest. `payload`: the contents of the code."""

    name: str
    iban: str
    bic: str
    reference: str
    amount: str
    payload: str


def bank_of(row: InvoiceRow, settings: Settings) -> Bank | None:
    """The payment of the rest; None when nothing is left to pay, or when the service gave no account."""
    if row.left_cents <= 0 or row.kind == InvoiceKind.CREDIT_NOTE or not settings.service_iban:
        return None
    reference, name = reference_of(row.number), settings.service_name
    iban, bic = settings.service_iban, settings.service_bic
    payload = epc_payload(name, iban, bic, row.left_cents, reference)
    return Bank(
        name=name,
        iban=in_groups(iban),
        bic=bic,
        reference=in_groups(reference),
        amount=amount(row.left_cents),
        payload=payload,
    )


def modules_of(payload: str) -> list[str]:
    """The rows of the code, 1 for what is dark. Error correction M, as EPC069-12 asks."""
    import segno  # noqa: PLC0415 - few invoices have a code

    code = segno.make_qr(payload, error="m", mode="byte", encoding="utf-8", boost_error=False)
    return ["".join(str(module) for module in row) for row in code.matrix]


def paper_of(
    company: Company, invoice: Invoice, row: InvoiceRow, payments: Sequence[Payment], settings: Settings,
    today: date,
) -> dict[str, Any]:  # fmt: skip
    """The words of the invoice, and its `facts` for programs; the outbox stores them as they are."""
    bank, printed = bank_of(row, settings), printed_of(invoice, company, settings)
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    return {
        "service": _service(printed.seller),
        "color": settings.service_color,
        "is_note": is_note,
        "kind": KIND_WORDS[InvoiceKind(invoice.kind)],
        "title": invoice.title,
        "number": invoice.number,
        "issued": day(invoice.issued_on),
        "due": "" if is_note else day(invoice.due_on),
        "period": f"Période facturée : {printed.period_words}",
        "settles": _settles_words(printed),
        "exemption": printed.vat_exemption,
        "company": _buyer(printed.buyer),
        "lines": items_of(invoice.lines),
        "settled": _settled(row, payments),
        "left": amount(max(row.left_cents, 0)) if not is_note else "",
        "state": row.words(today),
        "is_due": row.left_cents > 0,
        "told_on": day(today),
        "bank": _bank(bank),
        "modules": modules_of(bank.payload) if bank else [],
        "email": settings.service_contributions_email,
        "notes": list(printed.notes.values()),
        "facts": facts_of(row, invoice.lines, printed, _account(bank, settings)),
    } | _sums(invoice)


def _sums(invoice: Invoice) -> dict[str, Any]:
    shares = shares_of(invoice.lines)
    return {
        "net": amount(invoice.net_cents),
        "vats": [{"words": each.words, "amount": amount(each.vat_cents)} for each in shares],
        "total": amount(invoice.total_cents),
    }


async def pdf_of(paper: dict[str, Any]) -> bytes:
    """PDF/UA and Factur-X, away from the event loop; or `Undrawn`, never an empty file."""
    words = {name: value for name, value in paper.items() if name != "facts"}
    return await typeset_apart(TEMPLATE, words, paper.get("facts"))


def _settles_words(printed: Printed) -> str:
    return f"Sur la facture {printed.settles[0]} du {day(printed.settles[1])}" if printed.settles else ""


def _account(bank: Bank | None, settings: Settings) -> dict[str, str]:
    if bank is None:
        return {}
    reference = bank.reference.replace(" ", "")
    return {"iban": settings.service_iban, "bic": settings.service_bic, "reference": reference}


def _service(seller: Party) -> dict[str, str]:
    vat = f"N° de TVA {seller.vat_number}" if seller.vat_number else ""
    town = f"{seller.postcode} {seller.town}".strip()
    return {
        "name": seller.name, "form": seller.legal_form, "address": seller.address, "town": town,
        "phone": seller.phone, "email": seller.email,
        "siret": _number(seller), "vat": vat,
    }  # fmt: skip


def _buyer(buyer: Party) -> dict[str, str]:
    return {
        "name": buyer.name,
        "address": buyer.address,
        "town": f"{buyer.postcode} {buyer.town}".strip(),
        "siret": _number(buyer),
        "code": f"Code adhérent {buyer.code}",
    }


def _number(party: Party) -> str:
    if party.siret:
        return f"SIRET {siret(party.siret)}"
    return f"SIREN {siren(party.siren)}" if party.siren else ""


def _settled(row: InvoiceRow, payments: Sequence[Payment]) -> list[dict[str, str]]:
    found = [
        {
            "words": f"{_payment_word(each)} du {day(each.paid_on)}, "
            f"{each.method if each.cents > 0 and each.method != LOSS else ''}".rstrip(", "),
            "amount": amount(-each.cents),
        }
        for each in payments
    ]
    return found + [{"words": "Avoir", "amount": amount(-row.credited_cents)}] * bool(row.credited_cents)


def _payment_word(payment: Payment) -> str:
    if payment.method == LOSS:
        return "Passage en perte"
    return "Règlement" if payment.cents > 0 else "Remboursement"


def _bank(bank: Bank | None) -> list[dict[str, str]]:
    if bank is None:
        return []
    lines = (
        ("Bénéficiaire", bank.name), ("IBAN", bank.iban), ("BIC", bank.bic),
        ("Référence à rappeler", bank.reference), ("Montant", bank.amount),
    )  # fmt: skip
    return [{"words": words, "value": value} for words, value in lines if value]


# The invoice that goes with a mail: kept in the outbox as words, drawn when the mail leaves.


async def draw(paper: dict[str, Any], _settings: Settings) -> File:
    """The PDF joined to the mail that announces this invoice; also of a mail that waited for its relay while
    the portal went from one version to the next.
    """
    vats = [{"words": paper.get("vat_words", ""), "amount": paper.get("vat", "")}]
    service = {"form": "", "town": "", "vat": ""} | paper["service"]
    more = {"vats": vats, "exemption": "", "notes": [], "period": "", "settles": ""}
    content = await pdf_of(more | paper | {"service": service})
    return file_name(paper["number"], is_note=paper["is_note"]), content, "application/pdf"


def file_name(number: str, *, is_note: bool) -> str:
    """facture-F2026-00123.pdf, avoir-A2026-00007.pdf: a number has only letters, digits, - and /."""
    return f"{'avoir' if is_note else 'facture'}-{number.replace('/', '-')}.pdf"


async def zip_of(bills: Sequence[Bill], portal: Portal, account_id: int, today: date) -> AsyncIterator[bytes]:
    """A PDF for each invoice, in a folder for each company; typst draws them between those of
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
