"""Messages of an invoice's life, in CDAR (UN/CEFACT Cross Domain Acknowledgement and Response, D22B), as XP
Z12-012 profiles it: « encaissée » is written, all statuses are read. Checked against the schema and the
schematron BR-FR-CDV of the FNFE, version 1.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from typing import Any

from app.clock import PARIS
from app.invoices.life_cycle import PAID, reason_words
from app.text.characters import legible
from app.text.vat import percent_digits

NAMES = "urn:un:unece:uncefact:data:standard:"
RAM = f"{{{NAMES}ReusableAggregateBusinessInformationEntity:100}}"
RSM = f"{{{NAMES}CrossDomainAcknowledgementAndResponse:100}}"
UDT = f"{{{NAMES}UnqualifiedDataType:100}}"
HEAD = "".join(
    f' xmlns:{name}="{NAMES}{kind}:100"'
    for name, kind in (
        ("rsm", "CrossDomainAcknowledgementAndResponse"), ("qdt", "QualifiedDataType"),
        ("ram", "ReusableAggregateBusinessInformationEntity"), ("udt", "UnqualifiedDataType"),
    )
)  # fmt: skip
SELLER, BUYER, STATE = "SE", "BY", "DFH"
SIREN, ADDRESS, OF_STATE = "0002", "0225", "0238"
PROCESSED, COLLECTED, RECEIVED = "23", "47", "MEN"
BIGGEST = 1024 * 1024  # bytes of a message


class WrongMessage(Exception):  # noqa: N818
    """The file is no message of a life."""


@dataclass(frozen=True, slots=True)
class Told:
    """A status of an invoice: `seller`: its SIREN, or "" when the message does not say."""

    number: str
    seller: str
    status: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Money that came in. `kind`: 380 or 381; `shares`: (points, cents) for each rate; SIREN of both."""

    key: str
    number: str
    kind: str
    issued_on: date
    seller: str
    buyer: str
    paid_on: date
    shares: Sequence[tuple[int, int]]
    now: datetime


def collected_message(told: Collected) -> bytes:
    """The message « encaissée », for the platform, which gives it to the buyer's and to the State."""
    seller = _party(told.seller, SIREN, SELLER, told.seller)
    parties = (
        f"<ram:SenderTradeParty>{seller}</ram:SenderTradeParty>"
        f"<ram:IssuerTradeParty>{seller}</ram:IssuerTradeParty>"
        f"<ram:RecipientTradeParty>{_party(told.buyer, SIREN, BUYER, told.buyer)}</ram:RecipientTradeParty>"
        f"<ram:RecipientTradeParty>{_party('0000', OF_STATE, STATE)}</ram:RecipientTradeParty>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rsm:CrossDomainAcknowledgementAndResponse{HEAD}>'
        "<rsm:ExchangedDocumentContext>"
        "<ram:BusinessProcessSpecifiedDocumentContextParameter><ram:ID>REGULATED</ram:ID>"
        "</ram:BusinessProcessSpecifiedDocumentContextParameter>"
        "<ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn.cpro.gouv.fr:1p0:CDV:invoice</ram:ID>"
        "</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
        f"<rsm:ExchangedDocument><ram:ID>{escape(told.key, quote=False)}</ram:ID>"
        f"{_instant(told.now)}{parties}"
        "</rsm:ExchangedDocument><rsm:AcknowledgementDocument>"
        "<ram:MultipleReferencesIndicator><udt:Indicator>false</udt:Indicator>"
        f"</ram:MultipleReferencesIndicator><ram:TypeCode>{PROCESSED}</ram:TypeCode>{_day(told.paid_on)}"
        f"<ram:ReferenceReferencedDocument>{_document(told)}</ram:ReferenceReferencedDocument>"
        "</rsm:AcknowledgementDocument></rsm:CrossDomainAcknowledgementAndResponse>"
    ).encode()


def _document(told: Collected) -> str:
    """The invoice, with the money that came in at each rate."""
    shares = "".join(
        "<ram:SpecifiedDocumentCharacteristic>"
        f"<ram:TypeCode>{RECEIVED}</ram:TypeCode>"
        f'<ram:ValueAmount currencyID="EUR">{_euros(cents)}</ram:ValueAmount>'
        f"<ram:ValuePercent>{percent_digits(points)}</ram:ValuePercent>"
        "</ram:SpecifiedDocumentCharacteristic>"
        for points, cents in told.shares
    )
    return (
        f"<ram:IssuerAssignedID>{escape(told.number, quote=False)}</ram:IssuerAssignedID>"
        f"<ram:StatusCode>{COLLECTED}</ram:StatusCode><ram:TypeCode>{told.kind}</ram:TypeCode>"
        '<ram:FormattedIssueDateTime><qdt:DateTimeString format="102">'
        f"{told.issued_on:%Y%m%d}</qdt:DateTimeString></ram:FormattedIssueDateTime>"
        f"<ram:ProcessConditionCode>{PAID}</ram:ProcessConditionCode>"
        "<ram:ProcessCondition>Encaissée</ram:ProcessCondition>"
        f"<ram:IssuerTradeParty>{_identity(told.seller, SIREN, SELLER)}</ram:IssuerTradeParty>"
        f"<ram:SpecifiedDocumentStatus><ram:SequenceNumeric>1</ram:SequenceNumeric>{shares}"
        "</ram:SpecifiedDocumentStatus>"
    )


def _party(number: str, scheme: str, role: str, address: str = "") -> str:
    where = f'<ram:URIID schemeID="{ADDRESS}">{address}</ram:URIID>' if address else ""
    there = f"<ram:URIUniversalCommunication>{where}</ram:URIUniversalCommunication>" if address else ""
    return _identity(number, scheme, role) + there


def _identity(number: str, scheme: str, role: str) -> str:
    return f'<ram:GlobalID schemeID="{scheme}">{number}</ram:GlobalID><ram:RoleCode>{role}</ram:RoleCode>'


def _instant(at: datetime) -> str:
    return _issued(f"{at.astimezone(PARIS):%Y%m%d%H%M%S}", "204")


def _day(on: date) -> str:
    return _issued(f"{on:%Y%m%d}000000", "204")


def _issued(digits: str, kind: str) -> str:
    string = f'<udt:DateTimeString format="{kind}">{digits}</udt:DateTimeString>'
    return f"<ram:IssueDateTime>{string}</ram:IssueDateTime>"


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def read_message(content: bytes, usual: datetime) -> Told:
    """The status that a message tells; `usual` is its instant when it says none. A document type is refused,
    so no entity can grow or reach outside.
    """
    from lxml import etree  # noqa: PLC0415 - loaded when a message arrives

    if len(content) > BIGGEST or b"<!DOCTYPE" in content:
        raise WrongMessage
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise WrongMessage from None
    found = root.find(f"{RSM}AcknowledgementDocument")
    if found is None or (document := found.find(f"{RAM}ReferenceReferencedDocument")) is None:
        raise WrongMessage
    number, status = _text(document, "IssuerAssignedID"), _text(document, "ProcessConditionCode")
    if not number or not status or len(status) > 3:
        raise WrongMessage
    code = _text(document, "SpecifiedDocumentStatus/ReasonCode")
    words = _text(document, "SpecifiedDocumentStatus/Reason")
    at = found.findtext(f"{RAM}IssueDateTime/{UDT}DateTimeString") or ""
    seller, reason = _text(document, "IssuerTradeParty/GlobalID")[:9], reason_words(code, words)[:500]
    return Told(number[:30], seller, status, reason, _read_instant(at, usual))


def _text(element: Any, path: str) -> str:
    names = "/".join(f"{RAM}{name}" for name in path.split("/"))
    return legible(" ".join((element.findtext(names) or "").split()))


def _read_instant(digits: str, usual: datetime) -> datetime:
    for kind in ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d"):
        try:
            return datetime.strptime(digits.strip(), kind).replace(tzinfo=PARIS).astimezone(UTC)
        except ValueError:
            continue
    return usual
