"""Invoices of the site, made with the service's own acts, and the code of a paper read by a reader."""

import struct
import zlib
from datetime import UTC, date, datetime

import typst
import zxingcpp

from app.files.pdf import ROOT
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, ReceivedPayment, issue_invoice, record_payment
from app.settings import DEMO_SELLER, Settings
from db.models import InvoiceKind
from tests.planning.steps import service

INVOICES = "/espace/00010-2/factures"  # of the site, which starts without any
IBAN, BIC = "FR7630006000011234567890189", "AGRIFRPP"
BANK = {"service_iban": IBAN, "service_bic": BIC}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def an_entry(number="F2026-1", **more):
    usual = {
        "kind": InvoiceKind.CONTRIBUTION, "title": "Cotisation 2026",
        "issued_on": date(2026, 2, 2), "due_on": date(2026, 3, 15),
    }  # fmt: skip
    return Entry(number=number, **usual | more)


async def an_invoice(portal, world, number="F2026-1", cents=10_000, company=None, **more):
    """Of 120 € with tax unless told otherwise."""
    async with service(portal, world) as access:
        lines = [BilledLine("Salariés suivis", 1, cents)]
        company = company or world.site
        return await issue_invoice(access, company.key, an_entry(number, **more), lines, NOW)


async def paid(portal, world, invoice, cents, reference="VIR-1", on=date(2026, 2, 20)):
    async with service(portal, world) as access:
        received = ReceivedPayment(cents, on, "virement", reference)
        return await record_payment(access, invoice.key, received, NOW)


def the_settings(**more):
    return Settings(**{"secret_key": "x" * 32} | DEMO_SELLER | BANK | more)


def codes_on(template, data):
    """What a reader finds on the first page that this template draws."""
    width, height, grey = _grey(page_of(template, data))
    found = zxingcpp.read_barcodes(memoryview(grey).cast("B", shape=[height, width]))
    return [each.text for each in found]


def page_of(template, data):
    """That page as a PNG, at 100 dots an inch."""
    png = typst.Compiler(root=ROOT, ignore_system_fonts=True).compile(
        input=ROOT / template, format="png", ppi=100.0, sys_inputs={"data": data}
    )
    return png[0] if isinstance(png, list) else png


def _grey(png):
    """The green of an 8-bit RGB(A) PNG without interlacing, over white: no library reads it here."""
    at, data, head = 8, b"", ()
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        head = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else head
        data += body if kind == b"IDAT" else b""
        at += size + 12
    width, height, depth, colour, *_, interlaced = head
    assert (depth, interlaced) == (8, 0)
    step = {2: 3, 6: 4}[colour]
    return width, height, _unfiltered(zlib.decompress(data), width * step, height, step)


def _unfiltered(raw, stride, height, step):
    before, green = bytearray(stride), bytearray()
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for x in range(stride) if kind else ():
            left = line[x - step] if x >= step else 0
            corner = before[x - step] if x >= step else 0
            guess = (0, left, before[x], (left + before[x]) // 2, _paeth(left, before[x], corner))[kind]
            line[x] = (line[x] + guess) & 255
        green += line[1::step]
        before = line
    return bytes(green)


def _paeth(left, above, corner):
    near = left + above - corner
    return min((left, above, corner), key=lambda each: abs(near - each))
