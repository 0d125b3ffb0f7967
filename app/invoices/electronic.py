"""The electronic invoice by the numbers of its norm (EN 16931): the facts that `app.files.factur_x` writes.

BT and BG go as the library of the XML takes them: text, and whole cents written with two decimals, never a
float, which it would round. Amounts of a credit note are positive: its type gives their direction.
Revisit the profile when an invoice needs what EN 16931 has not, such as several members on one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.invoices.parties import Party, Printed
from app.invoices.queries import InvoiceRow
from app.invoices.rules import points_of, shares_of
from app.text.characters import legible
from app.text.vat import percent_digits
from db.models import InvoiceKind

INVOICE, CREDIT_NOTE = "380", "381"
SERVICES, SERVICES_PAID = "S1", "S2"
SEPA_TRANSFER = "58"
SIREN, SIRET, FRENCH_ADDRESS, EMAIL = "0002", "0009", "0225", "EM"


def facts_of(
    row: InvoiceRow, lines: Sequence[Mapping[str, Any]], printed: Printed, bank: Mapping[str, str]
) -> dict[str, Any]:
    """The invoice by the norm's numbers, as JSON; nothing while the service has not said who it is. `bank`:
    iban, bic and reference, or nothing.
    """
    if not printed.is_electronic:
        return {}
    is_note = row.kind == InvoiceKind.CREDIT_NOTE
    sign = -1 if is_note else 1
    is_paid = not is_note and row.paid_cents >= row.total_cents
    # What is written off is owed as before: only the service's books know that it will not come.
    left = -row.total_cents if is_note else max(row.left_cents, 0) + row.lost_cents
    return {
        "BT-1": row.number, "BT-2": row.issued_on.isoformat(), "BT-3": CREDIT_NOTE if is_note else INVOICE,
        "BT-5": "EUR", "BT-23": SERVICES_PAID if is_paid else SERVICES,
        "BT-73": printed.since.isoformat(), "BT-74": printed.until.isoformat(),
        "BG-1": [{"BT-21": code, "BT-22": _text(words)} for code, words in printed.notes.items()],
        "BG-4": _seller(printed), "BG-7": _buyer(printed.buyer), "BG-13": _place(printed.buyer),
        "BG-23": _vat(lines, sign, printed.vat_exemption),
        "BG-25": [_line(number, each, sign) for number, each in enumerate(lines, 1)],
        "BT-106": _euros(sign * row.net_cents), "BT-109": _euros(sign * row.net_cents),
        "BT-110": _euros(sign * row.vat_cents), "BT-112": _euros(sign * row.total_cents),
        "BT-113": _euros(sign * row.total_cents - left), "BT-115": _euros(left),
    } | _terms(row, printed, is_paid=is_paid) | _payment(bank)  # fmt: skip


def _terms(row: InvoiceRow, printed: Printed, *, is_paid: bool) -> dict[str, Any]:
    """Day on which it is to be paid, or was; of a credit note, the invoice that it takes back."""
    if row.kind != InvoiceKind.CREDIT_NOTE:
        return {"BT-9": (row.paid_on if is_paid and row.paid_on else row.due_on).isoformat()}
    if not printed.settles:
        return {"BT-20": "À déduire d’un prochain règlement, ou à rembourser."}
    number, issued_on = printed.settles
    return {
        "BT-20": f"À déduire de la facture {number}.",
        "BG-3": [{"BT-25": number, "BT-26": issued_on.isoformat()}],
    }


def _payment(bank: Mapping[str, str]) -> dict[str, str]:
    if not bank:
        return {}
    return {"BT-81": SEPA_TRANSFER, "BT-83": bank["reference"], "BT-84": bank["iban"], "BT-86": bank["bic"]}


def _place(party: Party) -> dict[str, Any]:
    """Name and address. The buyer's are also where the service goes to (BG-13): the library leaves an empty
    block there otherwise, which the schema refuses.
    """
    fields = {"name": party.name, "addr_l1": party.address, "postcode": party.postcode, "city": party.town}
    return {name: _text(value) for name, value in fields.items()} | {"country_code": "FR"}


def _registered(party: Party) -> dict[str, Any]:
    if not party.siren:
        return {}
    place = {"identifiers": {SIRET: party.siret}} if party.siret else {}
    return place | {
        "legal_identifier": party.siren, "legal_identifier_schemeid": SIREN,
        "einvoicing_addr": party.siren, "einvoicing_addr_schemeid": FRENCH_ADDRESS,
    }  # fmt: skip


def _seller(printed: Printed) -> dict[str, Any]:
    """The seller; one that is exempt is known to the tax office by its SIREN (BR-E-02)."""
    seller = printed.seller
    tax = {"vat_identifier": seller.vat_number} if seller.vat_number else {"tax_identifier": seller.siren}
    contact = {"name": _text(seller.name), "phone": seller.phone, "email": seller.email}
    facts = _place(seller) | _registered(seller) | tax | {"contacts": [contact]}
    return facts | {"legal_info": _text(seller.legal_form)}


def _buyer(buyer: Party) -> dict[str, Any]:
    """The buyer; one without SIREN, an employer at home for instance, is written to by mail."""
    by_mail = {"einvoicing_addr": buyer.email, "einvoicing_addr_schemeid": EMAIL} if buyer.email else {}
    return _place(buyer) | (_registered(buyer) or by_mail)


def _vat(lines: Sequence[Mapping[str, Any]], sign: int, exemption: str) -> list[dict[str, str]]:
    return [
        {
            "BT-116": _euros(sign * share.net_cents), "BT-117": _euros(sign * share.vat_cents),
            "BT-118": _category(share.points), "BT-119": percent_digits(share.points),
        } | ({} if share.points else {"BT-120": _text(exemption)})
        for share in shares_of(lines)
    ]  # fmt: skip


def _line(number: int, line: Mapping[str, Any], sign: int) -> dict[str, str]:
    """A price is never below zero (BR-27): what is taken back is a quantity below zero."""
    points, price = points_of(line), line["unit_cents"]
    quantity = sign * line["quantity"] * (-1 if price < 0 else 1)
    return {
        "BT-126": str(number), "BT-153": _text(line["label"]), "BT-129": str(quantity), "BT-130": "C62",
        "BT-146": _euros(abs(price)), "BT-131": _euros(sign * line["net_cents"]),
        "BT-151": _category(points), "BT-152": percent_digits(points),
    }  # fmt: skip


def _category(points: int) -> str:
    """S: at the rate given; E: exempt (UNTDID 5305)."""
    return "S" if points else "E"


def _text(words: str) -> str:
    return legible(" ".join(words.split()))


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
