"""The receipt of a declaration: its number, its fingerprint, and the PDF that says both. No HTTP, no rows."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from app.contributions.tariff import MONITORING_WORDS, vat_words
from app.files.typesetting import typeset_apart
from app.mail.letters import File
from app.settings import Settings
from app.text.counts import plural, siret
from app.text.formats import amount, day, moment

TEMPLATE, FILE = "contributions/receipt.typ", "recu-declaration.pdf"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that the fingerprint covers. `lines`: label, quantity, unit_cents, net_cents, reason.
    `vat_points`: 2000 is 20 %; the first receipts did not say it, nor does their fingerprint.
    `vat_exemption`: why there is none, "" when there is; nor did they say that.
    """

    number: str
    year: int
    code: str
    company: str
    siret: str
    reference: str
    counts: dict[str, int]
    headcount: int
    nobody_left: bool
    lines: list[dict[str, Any]]
    net_cents: int
    vat_cents: int
    total_cents: int
    submitted_at: str
    submitted_by: str
    on_behalf: bool
    is_late: bool
    vat_points: int | None = None
    vat_exemption: str | None = None

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.submitted_at)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the receipt as JSON: keys in order, no spaces, UTF-8."""
        values = {name: value for name, value in asdict(self).items() if value is not None}
        written = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()


def number_of(year: int, code: str, rank: int) -> str:
    """D2027-00010-5/2: the second receipt of that company for that year."""
    return f"D{year}-{code}" + (f"/{rank}" if rank > 1 else "")


async def pdf_of(receipt: Receipt, settings: Settings) -> bytes:
    """The PDF drawn from the stored receipt, away from the event loop."""
    return await typeset_apart(TEMPLATE, words_of_receipt(receipt, settings))


async def draw(context: dict[str, Any], settings: Settings) -> File:
    """The PDF joined to the mail that confirms this declaration."""
    return FILE, await pdf_of(Receipt(**context), settings), "application/pdf"


def words_of_receipt(receipt: Receipt, settings: Settings) -> dict[str, Any]:
    """The values of the template, in words."""
    counts = receipt.counts
    return {
        "service_name": settings.service_name,
        "service_address": settings.service_address,
        "service_phone": settings.service_phone,
        "service_email": settings.service_email,
        "color": settings.service_color,
        "number": receipt.number,
        "year": str(receipt.year),
        "company": f"{receipt.company} (code adhérent {receipt.code})",
        "siret": siret(receipt.siret),
        "who": receipt.submitted_by + (", tiers déclarant" if receipt.on_behalf else ""),
        "when": moment(receipt.at),
        "late": "Déclaration faite après la date limite." if receipt.is_late else "",
        "headcount": "L’entreprise n’a plus de salarié." if receipt.nobody_left else _headcount(receipt),
        "counts": [] if receipt.nobody_left else [
            *([words, str(counts.get(key, 0))] for key, words in MONITORING_WORDS.items()),
            ["Dont comptées pour la première fois", str(counts.get("new", 0))],
            ["Départs depuis la date de référence précédente", str(counts.get("left", 0))],
        ],
        "lines": [
            [each["label"], str(each["quantity"]), amount(each["unit_cents"]), amount(each["net_cents"]),
             each["reason"]]
            for each in receipt.lines
        ],
        "net": amount(receipt.net_cents), "vat": amount(receipt.vat_cents),
        "vat_words": vat_words(receipt.vat_points), "exemption": receipt.vat_exemption or "",
        "total": amount(receipt.total_cents),
        "fingerprint": receipt.fingerprint,
    }  # fmt: skip


def _headcount(receipt: Receipt) -> str:
    words = plural(receipt.headcount, "personne suivie", "personnes suivies")
    return f"{words} (date de référence : {day(date.fromisoformat(receipt.reference))})"
