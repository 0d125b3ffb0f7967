"""The invoice on paper: what it says, what a screen reader finds, and the code that a bank reads."""

import io
import json
import shutil
import subprocess
from datetime import date

import pytest
from pypdf import PdfReader

from app.files.pdf import _all_drawable, typeset
from app.invoices.paper import TEMPLATE, bank_of, draw, paper_of
from app.invoices.queries import InvoiceRow
from db.models import Company, Invoice, Payment
from tests.invoices.steps import BIC, IBAN, NOW, codes_on, page_of, the_settings
from tests.planning.test_convocations import HOSTILE, roles

COMPANY = Company(
    id=1, code="00010", member_code="00010", name="Adhérent BRIEUC", address="12 rue de la Gare",
    postcode="22000", town="Saint-Brieuc", siret="73282932000074", declarant_key="-",
)  # fmt: skip
LINES = [{"label": "Salariés suivis", "quantity": 1, "unit_cents": 10_000, "net_cents": 10_000}]
PAYLOAD = f"BCD\n002\n1\nSCT\n{BIC}\nAIST22 Sante au Travail\n{IBAN}\nEUR50.00\n\nRF40F202600123"


def a_paper(paid=7_000, lines=LINES, company=COMPANY, settings=None, **changed):
    values = {
        "id": 1, "company_id": 1, "number": "F2026-00123", "kind": "cotisation", "title": "Cotisation 2026",
        "issued_on": date(2026, 2, 2), "due_on": date(2026, 3, 15), "net_cents": 10_000, "vat_cents": 2_000,
        "total_cents": 12_000, "settles_id": None,
    } | changed  # fmt: skip
    invoice = Invoice(**values, lines=lines, created_at=NOW)
    payments = [
        Payment(
            company_id=1, invoice_id=1, paid_on=date(2026, 2, 20), cents=paid, method="virement",
            reference="V", created_at=NOW,
        )
    ] * bool(paid)  # fmt: skip
    stored = [values[name] for name in InvoiceRow._fields[:10]]
    row = InvoiceRow(*stored, paid, 0, date(2026, 2, 20) if paid else None)
    return paper_of(company, invoice, row, payments, settings or the_settings(), date(2026, 3, 2))


def drawn(paper):
    return typeset(
        TEMPLATE, {name: value for name, value in paper.items() if name != "facts"}, paper["facts"]
    )


def opened(paper):
    return PdfReader(io.BytesIO(drawn(paper)))


def text_of(paper):
    return " ".join(" ".join(page.extract_text() for page in opened(paper).pages).split())


def codes_of(paper):
    return codes_on(TEMPLATE, json.dumps(_all_drawable(paper)))


def test_a_bank_reads_from_the_paper_whom_to_pay_and_only_what_is_left():
    assert codes_of(a_paper()) == [PAYLOAD]


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg (package zbar-tools) is not here")
def test_a_reader_that_is_no_banks_reads_the_same(tmp_path):
    """It knows neither EPC069-12 nor its field for the encoding, and guessed Big5 at « Santé »."""
    paper = a_paper(settings=the_settings(service_name="Santé au travail d’Armor – Œuvre"))
    (tmp_path / "page.png").write_bytes(page_of(TEMPLATE, json.dumps(_all_drawable(paper))))
    command = ["zbarimg", "--quiet", "--raw", "-S*.disable", "-Sqrcode.enable", tmp_path / "page.png"]
    found = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert found.rstrip("\n") == codes_of(paper)[0]
    assert found.split("\n")[5] == "Sante au travail d'Armor - OEuvre"


def test_what_the_code_says_is_written_beside_it():
    text = text_of(a_paper())
    for words in (
        "Facture F2026-00123", "Date : 2 février 2026", "Échéance : 15 mars 2026", "Adhérent BRIEUC",
        "SIRET 732 829 320 00074", "Code adhérent 00010", "Total HT 100,00 €", "TVA 20 % 20,00 €",
        "Total TTC 120,00 €", "Période facturée : du 1er janvier 2026 au 31 décembre 2026",
        "Association loi 1901", "SIRET 123 456 782 00010", "N° de TVA FR11123456782",
        "pénalités de trois fois le taux d’intérêt légal, exigibles sans rappel",
        "indemnité forfaitaire de 40 € pour frais de recouvrement", "Pas d’escompte",
        "Règlement du 20 février 2026, virement −70,00 €", "Reste à payer 50,00 €",
        "État au 2 mars 2026 : partiellement payée", "FR76 3000 6000 0112 3456 7890 189", BIC,
        "RF40 F202 6001 23", "Montant 50,00 €", "page 1 / 1",
    ):  # fmt: skip
        assert words in text.replace("\N{NO-BREAK SPACE}", " "), words


def test_a_screen_reader_finds_language_title_tables_and_the_words_of_the_code():
    reader = opened(a_paper())
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"].startswith("fr")
    assert reader.metadata.title == "Facture F2026-00123 – Adhérent BRIEUC"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalogue["/Metadata"].get_data()
    found = roles(catalogue["/StructTreeRoot"])
    assert found.count("/H1") == 1
    assert found.count("/Table") == 2
    assert "/TH" in found
    assert found.count("/Figure") == 1
    assert any("Code QR de virement SEPA" in alt for alt in alternatives(catalogue["/StructTreeRoot"]))


def alternatives(element):
    children = element.get("/K", [])
    found = [element["/Alt"]] if "/Alt" in element else []
    for child in children if isinstance(children, list) else [children]:
        if hasattr(child.get_object(), "get"):
            found += alternatives(child.get_object())
    return found


def test_lines_of_two_rates_say_which():
    lines = [
        LINES[0] | {"vat_points": 2000},
        LINES[0] | {"label": "Ouvrage", "quantity": -1200, "vat_points": 550},
    ]
    text = text_of(a_paper(lines=lines)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Salariés suivis (TVA 20 %) 1 " in text
    assert "Ouvrage (TVA 5,5 %) −1 200 " in text
    assert "(TVA" not in text_of(a_paper())


def test_a_paid_invoice_asks_for_nothing():
    paper = a_paper(paid=12_000)
    assert paper["modules"] == []
    assert "Payer" not in text_of(paper)
    assert "payée" in text_of(paper)


def test_a_credit_note_asks_for_nothing_either():
    negative = {"net_cents": -10_000, "vat_cents": -2_000, "total_cents": -12_000}
    text = text_of(a_paper(paid=0, kind="avoir", number="A2026-1", settles_id=9, **negative))
    assert "Avoir A2026-1" in text
    assert "−120,00 €" in text
    for words in ("Payer", "Échéance", "Reste", "IBAN"):
        assert words not in text


def test_without_an_account_it_says_whom_to_ask_and_shows_no_code():
    paper = a_paper(settings=the_settings(service_iban="", service_bic=""))
    assert (paper["bank"], paper["modules"]) == ([], [])
    assert "Demandez au service comment payer, à cotisations@aist22.fr" in text_of(paper)


def test_without_a_bic_the_code_still_is_one():
    paper = a_paper(settings=the_settings(service_bic=""))
    assert "BIC" not in [each["words"] for each in paper["bank"]]
    assert codes_of(paper) == [PAYLOAD.replace(BIC, "")]


async def test_a_mail_that_waited_while_the_portal_changed_version_still_has_its_paper():
    """The outbox holds words, and those of the version before were fewer."""
    new = a_paper()
    old = {"vat_words": "TVA 20 %", "vat": "20,00 €"} | {
        name: value for name, value in new.items()
        if name not in {"vats", "exemption", "notes", "period", "settles", "facts"}
    }  # fmt: skip
    fewer = {name: value for name, value in new["service"].items() if name not in {"form", "town", "vat"}}
    name, content, _ = await draw(old | {"service": fewer}, the_settings())
    assert name == "facture-F2026-00123.pdf"
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert "TVA 20 % 20,00 €" in text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", HOSTILE)
def test_what_looks_like_typst_stays_text(name):
    company = Company(**COMPANY.model_dump() | {"name": name, "address": name})
    lines = [LINES[0] | {"label": name}]
    text = text_of(a_paper(company=company, title=name, lines=lines))
    assert text.count(" ".join(name.split())) == 4


def test_many_lines_go_on_over_pages_with_their_titles():
    reader = opened(a_paper(lines=[LINES[0] | {"label": f"Ligne {at} " + "W" * 60} for at in range(80)]))
    assert len(reader.pages) > 1
    assert all("Objet" in page.extract_text() for page in reader.pages[:2])


def test_the_bank_follows_the_row():
    row = InvoiceRow(1, "F1", "cotisation", "", date.min, date.max, 0, 0, 100, None, 0, 0, None)
    assert bank_of(row, the_settings()).amount == "1,00\N{NO-BREAK SPACE}€"
    assert bank_of(row._replace(paid_cents=100), the_settings()) is None
