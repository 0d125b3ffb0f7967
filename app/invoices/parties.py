"""Seller, buyer, period and terms that an invoice prints beside its amounts: those of its day.

An invoice does not change when a company moves or the service changes its terms: what it said stays with it.
One that is older than the electronic file says what is true today, as it did until then.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from app.settings import Settings
from app.text.formats import day
from db.models import Company, Invoice, InvoiceKind

INDEMNITY = (
    "Tout retard de paiement entraîne aussi une indemnité forfaitaire de 40 € pour frais de recouvrement."
)
NO_DISCOUNT = "Pas d’escompte pour paiement anticipé."


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One of the two sides. `siren`: of the whole company; `siret`: of the place, which may not be known."""

    name: str
    address: str = ""
    postcode: str = ""
    town: str = ""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    legal_form: str = ""
    email: str = ""
    phone: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """`since`, `until`: the period billed. `settles`: number and day of the invoice that a credit note takes
    back. `vat_exemption`: why there is no VAT, or "".
    """

    seller: Party
    buyer: Party
    since: date
    until: date
    late_penalty: str
    discount: str
    vat_exemption: str = ""
    settles: tuple[str, date] | None = None

    @property
    def is_electronic(self) -> bool:
        """True when the seller is known: without a SIREN there is no electronic invoice."""
        return bool(self.seller.siren)

    @property
    def notes(self) -> dict[str, str]:
        """The three notes that the law wants on every invoice, by their codes of UNTDID 4451."""
        penalty = (
            f"Tout retard de paiement entraîne des pénalités de {self.late_penalty}, exigibles sans rappel."
        )
        return {"PMD": penalty, "PMT": INDEMNITY, "AAB": self.discount or NO_DISCOUNT}

    @property
    def period_words(self) -> str:
        if self.since == self.until:
            return f"le {day(self.since)}"
        return f"du {day(self.since)} au {day(self.until)}"

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        settles = [self.settles[0], self.settles[1].isoformat()] if self.settles else None
        days = {"since": self.since.isoformat(), "until": self.until.isoformat(), "settles": settles}
        return asdict(self) | days


def printed_now(
    company: Company, settings: Settings, period: tuple[date, date], vat_exemption: str = "",
    settles: tuple[str, date] | None = None, email: str = "", siren: str = "",
) -> Printed:  # fmt: skip
    """Those of an invoice of today. `email`: where it is sent, which stands for an electronic address when
    the buyer has no SIREN. `siren`: of the member whose site this is.
    """
    return Printed(
        seller=_seller(settings), buyer=_buyer(company, email or company.email, siren),
        since=period[0], until=period[1],
        late_penalty=settings.service_late_penalty, discount=settings.service_discount,
        vat_exemption=vat_exemption, settles=settles,
    )  # fmt: skip


def printed_of(invoice: Invoice, company: Company, settings: Settings) -> Printed:
    """Those that this one printed on its day."""
    stored = dict(invoice.printed)
    settles = stored.get("settles")
    settled = (str(settles[0]), date.fromisoformat(settles[1])) if settles else None
    if "seller" not in stored:
        period = usual_period(InvoiceKind(invoice.kind), invoice.issued_on)
        return printed_now(company, settings, period, settles=settled)
    stored |= {name: Party(**stored[name]) for name in ("seller", "buyer")}
    stored |= {name: date.fromisoformat(stored[name]) for name in ("since", "until")}
    return Printed(**stored | {"settles": settled})


def usual_period(kind: InvoiceKind, issued_on: date) -> tuple[date, date]:
    """The year of a contribution; the day of anything else, unless its invoice says another."""
    if kind == InvoiceKind.CONTRIBUTION:
        return date(issued_on.year, 1, 1), date(issued_on.year, 12, 31)
    return issued_on, issued_on


def _seller(settings: Settings) -> Party:
    street, postcode, town = settings.service_place
    return Party(
        name=settings.service_name, address=street, postcode=postcode, town=town,
        siren=settings.service_siret[:9], siret=settings.service_siret,
        vat_number=settings.service_vat_number, legal_form=settings.service_legal_form,
        email=settings.service_contributions_email, phone=settings.service_phone,
    )  # fmt: skip


def _buyer(company: Company, email: str, siren: str) -> Party:
    return Party(
        name=company.name, address=company.address, postcode=company.postcode, town=company.town,
        siren=company.siret[:9] or siren, siret=company.siret, email=email, code=company.code,
    )  # fmt: skip
