"""Mes factures: who sees them, what they say, what they cost to read."""

import csv
import io
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from app.access import MemberAccess
from app.invoices.queries import FILTERS, InvoiceRow, invoices_before, totals_of
from app.invoices.rules import BilledLine, InvoiceState
from app.invoices.staff import issue_credit_note
from db.models import Company, Invoice
from tests.employees.people import acting
from tests.invoices.norm import attached, broken_rules, value
from tests.invoices.steps import BANK, INVOICES, NOW, an_invoice, paid
from tests.planning.steps import service
from tests.reading import rows
from tests.statements import statements_of
from tests.world import OURS, THEIRS

TODAY = date(2026, 3, 2)
pytestmark = pytest.mark.usefixtures("time_machine_at")


async def some_of_each(portal, world):
    """An invoice in each state, and the numbers by state."""
    late, due = {"due_on": date(2026, 3, 1)}, {"due_on": TODAY}
    await an_invoice(portal, world, "F2025-1", issued_on=date(2025, 2, 1), **late)
    await an_invoice(portal, world, "F2026-2", **due)
    for number, cents, when in (("F2026-3", 5_000, due), ("F2026-4", 12_000, late), ("F2026-5", 15_000, due)):
        await paid(portal, world, await an_invoice(portal, world, number, **when), cents)
    await paid(portal, world, await an_invoice(portal, world, "F2026-6", **late), 1)
    credited = await an_invoice(portal, world, "F2026-7", **due)
    async with service(portal, world) as access:
        await issue_credit_note(access, credited.key, "A2026-8", BilledLine("Erreur", -1, 10_000), NOW)


STATES = {
    "a_payer": {"F2026-2"},
    "partielle": {"F2026-3"},
    "payee": {"F2026-4", "F2026-5", "F2026-7"},
    "en_retard": {"F2025-1", "F2026-6"},
    "avoir": {"A2026-8"},
    "dues": {"F2025-1", "F2026-2", "F2026-3", "F2026-6"},
}


def numbers_in(page):
    return {each for names in STATES.values() for each in names if f">{each}</a>" in page.text}


@pytest.mark.parametrize(("state", "numbers"), STATES.items())
async def test_the_list_is_filtered_by_state(alice, portal, world, state, numbers):
    await some_of_each(portal, world)
    assert numbers_in(await alice.get(f"{INVOICES}?etat={state}")) == numbers


async def test_the_list_is_filtered_by_year(alice, portal, world):
    await some_of_each(portal, world)
    assert numbers_in(await alice.get(f"{INVOICES}?annee=2025")) == {"F2025-1"}
    assert numbers_in(await alice.get(f"{INVOICES}?annee=2026&etat=en_retard")) == {"F2026-6"}
    assert len(numbers_in(await alice.get(f"{INVOICES}?annee=lol&etat=x&avant=y"))) == 8


async def test_the_list_says_what_is_due_in_all_what_is_late_and_what_is_owed(alice, portal, world):
    await some_of_each(portal, world)
    text = (await alice.get(INVOICES)).text
    assert "Total à payer : 429,99 €" in text
    assert "239,99 € en retard" in text
    assert "En votre faveur : 30,00 €" in text


async def test_a_company_without_invoices_is_told_so(alice):
    text = (await alice.get(INVOICES)).text
    assert "Rien à payer" in text
    assert "Aucune facture n’a encore été émise" in text


async def test_an_invoice_says_what_was_paid_when_and_how_to_pay_the_rest(app, alice, portal, world):
    app.app.state.portal.settings.__dict__.update(BANK)
    invoice = await an_invoice(portal, world)
    await paid(portal, world, invoice, 7_000)
    text = (await alice.get(f"{INVOICES}/{invoice.id}")).text
    for words in (
        "Partiellement payée", "reste à payer : <strong>50,00 €", "15 mars 2026", "Salariés suivis",
        "20 février 2026", "70,00 €, virement", "référence VIR-1", "FR76 3000 6000 0112 3456 7890 189",
        "RF", "50,00 €",
    ):  # fmt: skip
        assert words in text, words


async def test_without_an_account_the_page_says_whom_to_ask(alice, portal, world):
    invoice = await an_invoice(portal, world)
    text = (await alice.get(f"{INVOICES}/{invoice.id}")).text
    assert "n’a pas indiqué ici son compte bancaire" in text
    assert "IBAN" not in text


async def test_the_paper_is_a_pdf_of_that_invoice(alice, portal, world):
    invoice = await an_invoice(portal, world, "F2026/12")
    answer = await alice.get(f"{INVOICES}/{invoice.id}/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="facture-F2026-12.pdf"'
    assert answer.headers["cache-control"] == "no-store, max-age=0"
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert OURS in text
    assert "F2026/12" in text


async def test_the_page_and_its_electronic_invoice_have_the_same_amounts(alice, portal, world):
    invoice = await an_invoice(portal, world, "F2026-12")
    await paid(portal, world, invoice, 5_000)
    page = await alice.get(f"{INVOICES}/{invoice.id}")
    assert "Télécharger la facture électronique (PDF Factur-X)" in page.text
    assert "Période facturée</dt><dd>du 1er janvier 2026 au 31 décembre 2026" in page.text
    xml = attached((await alice.get(f"{INVOICES}/{invoice.id}/pdf")).content)
    assert broken_rules(xml) == []
    paths = ("TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount")
    amounts = [value(xml, path) for path in paths]
    assert amounts == ["100.00", "20.00", "120.00", "70.00"]
    for each in amounts:
        assert f"{each.replace('.', ',')} €" in page.text


async def test_an_exempt_member_reads_why_and_the_file_says_it_too(alice, portal, world):
    words = "Exonération de TVA : article 262-00 bis du CGI"
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.site.key)).vat_exemption = words
    invoice = await an_invoice(portal, world, "F2026-13")
    page = await alice.get(f"{INVOICES}/{invoice.id}")
    assert words in page.text
    assert "Exonéré de TVA" in page.text
    xml = attached((await alice.get(f"{INVOICES}/{invoice.id}/pdf")).content)
    assert broken_rules(xml) == []
    assert (value(xml, "ExemptionReason"), value(xml, "GrandTotalAmount")) == (words, "100.00")


async def test_what_it_says_of_the_two_sides_stays_when_they_change(alice, portal, world):
    invoice = await an_invoice(portal, world, "F2026-14")
    before = attached((await alice.get(f"{INVOICES}/{invoice.id}/pdf")).content)
    async with portal.database.transaction(write=True) as session:
        company = await session.get(Company, world.site.key)
        company.name, company.town, company.siret = "Autre nom", "Brest", "40483304800022"
    assert attached((await alice.get(f"{INVOICES}/{invoice.id}/pdf")).content) == before


async def test_a_site_that_has_no_siret_has_the_siren_of_its_member(alice, portal, world):
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.ours.key)).siret = "73282932000074"
    invoice = await an_invoice(portal, world)
    content = (await alice.get(f"{INVOICES}/{invoice.id}/pdf")).content
    assert broken_rules(attached(content)) == []
    assert value(attached(content), "BuyerTradeParty/SpecifiedLegalOrganization/ID") == "732829320"
    assert "SIREN 732 829 320" in PdfReader(io.BytesIO(content)).pages[0].extract_text()


async def test_the_invoices_of_a_year_come_in_one_file_by_number(alice, portal, world):
    await an_invoice(portal, world, "F2025/1", issued_on=date(2025, 3, 1), due_on=date(2025, 4, 1))
    invoice = await an_invoice(portal, world, "F2026-2")
    async with service(portal, world) as access:
        await issue_credit_note(access, invoice.key, "A2026-1", BilledLine("Erreur", -1, 10_000), NOW)
    page = await alice.get(INVOICES)
    assert f'href="{INVOICES}/archive/2025">2025</a>' in page.text
    answer = await alice.get(f"{INVOICES}/archive/2026")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="factures-00010-2-2026.zip"'
    with ZipFile(io.BytesIO(answer.content)) as archive:
        names = sorted(each.rpartition("/")[2] for each in archive.namelist())
        assert names == ["avoir-A2026-1.pdf", "facture-F2026-2.pdf"]
        for name in archive.namelist():
            assert broken_rules(attached(archive.read(name))) == []
    assert portal.archives == set()
    for year in ("2024", "0", "99999"):
        assert (await alice.get(f"{INVOICES}/archive/{year}")).status_code == 404


async def test_an_archive_is_bounded_and_one_at_a_time_is_drawn(alice, portal, world, monkeypatch):
    for number in ("F2026-1", "F2026-2"):
        await an_invoice(portal, world, number)
    monkeypatch.setattr("app.invoices.routes.MOST_PAPERS", 1)
    page = await alice.follow(await alice.get(f"{INVOICES}/archive/2026"))
    assert "factures au plus : téléchargez la liste" in page.text
    portal.archives.add(world.alice.key)
    page = await alice.follow(await alice.get(f"{INVOICES}/archive/2026"))
    assert "Une archive se prépare déjà pour vous" in page.text


async def test_another_companys_paper_is_the_page_of_what_does_not_exist(alice, charlie, portal, world):
    async with portal.database.transaction(write=False) as session:
        ids = {(await session.get(Invoice, row)).company_id: row for row in (1, 2)}
    theirs = ids[world.theirs.key]
    foreign = await alice.get(f"/espace/00010/factures/{theirs}/pdf")
    absent = await alice.get("/espace/00010/factures/999999/pdf")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert foreign.headers["content-type"] == absent.headers["content-type"]
    assert (await charlie.get(f"/espace/00042/factures/{theirs}/pdf")).status_code == 200


async def test_only_the_roles_that_see_invoices_do(app, portal, world, alice):
    invoice = await an_invoice(portal, world)
    one, parts = f"{INVOICES}/{invoice.id}", ("", "/export/csv", "/archive/2026")
    paths = [one, f"{one}/pdf", *(f"{INVOICES}{part}" for part in parts)]
    for role, status in (("lecture", 403), ("declaration", 403), ("facturation", 200)):
        async with acting(app, portal, world.site, role, third_party=True) as actor:
            assert [(await actor.get(path)).status_code for path in paths] == [status] * 5, role
            home = (await actor.get("/espace/00010-2")).text
            assert ("Mes factures" in home) == (status == 200)


async def test_the_file_is_for_a_spreadsheet_in_french(alice, portal, world):
    await some_of_each(portal, world)
    await an_invoice(portal, world, "F2026-99", title='=1+1;"x"')
    answer = await alice.get(f"{INVOICES}/export/csv")
    assert answer.content.startswith("\ufeff".encode())
    assert "factures-00010-2-2026-03-02.csv" in answer.headers["content-disposition"]
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(table) == 10
    by_number = {line[0]: dict(zip(table[0], line, strict=True)) for line in table}
    partial = by_number["F2026-3"]
    assert (partial["Montant TTC"], partial["Réglé"], partial["Reste à payer"]) == (
        "120,00",
        "50,00",
        "70,00",
    )
    assert (partial["État"], partial["Dernier règlement"]) == ("partiellement payée", "20/02/2026")
    assert by_number["A2026-8"]["Montant TTC"] == "-120,00"
    assert by_number["F2026-99"]["Objet"] == '\'=1+1;"x"'
    filtered = await alice.get(f"{INVOICES}/export/csv?etat=avoir")
    assert filtered.text.count("\r\n") == 2


async def test_pages_follow_one_another_without_loss(alice, portal, world):
    for at in range(27):
        await an_invoice(portal, world, f"F{at:02}", issued_on=date(2026, 1, 1) + timedelta(days=at // 3))
    first = await alice.get(f"{INVOICES}?annee=2026")
    older = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = await alice.get(older.replace("&amp;", "&"))
    shown = [{f"F{at:02}" for at in range(27) if f">F{at:02}</a>" in each.text} for each in (first, second)]
    assert [len(each) for each in shown] == [25, 2]
    assert not shown[0] & shown[1]
    assert "Revenir aux plus récentes" in second.text


@pytest.mark.parametrize("path", ["", "?etat=dues&annee=2026", "/export/csv"])
async def test_the_list_costs_the_same_whatever_its_length(alice, portal, world, path):
    counts = []
    for start in (0, 20):
        for at in range(start, start + 3 + start):
            await paid(portal, world, await an_invoice(portal, world, f"F{at}"), 100)
        with statements_of(portal) as seen:
            await alice.get(f"{INVOICES}{path}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 5


async def test_the_database_and_the_rules_agree_on_every_state(app, alice, portal, world):
    await some_of_each(portal, world)
    async with portal.database.transaction(write=False) as session:
        access = MemberAccess(portal, session, None, world.site, None)
        everything = await invoices_before(access, "", None, None, TODAY)
        for state in InvoiceState:
            found = await invoices_before(access, state, None, None, TODAY)
            assert found == [row for row in everything if row.state(TODAY) == state]
        totals = await totals_of(access, TODAY)
    assert set(FILTERS) == {"", "dues", *InvoiceState}
    assert totals.due_cents == sum(max(row.left_cents, 0) for row in everything)
    assert totals.owed_cents == sum(max(-row.left_cents, 0) for row in everything)
    assert all(isinstance(row, InvoiceRow) for row in everything)


async def test_the_fragment_is_the_table_of_the_page(alice, portal, world):
    await some_of_each(portal, world)
    whole, part = await alice.get(INVOICES), await alice.partial(INVOICES)
    fragment = part.text.partition("</title>\n")[2].strip()
    assert fragment.startswith('<div id="invoices-table" data-said=')
    assert fragment in whole.text
    assert THEIRS not in whole.text


async def test_what_a_credit_note_settled_is_said_with_one_word_everywhere(alice, portal, world):
    await some_of_each(portal, world)
    (credited,) = await rows(portal, Invoice, Invoice.number == "F2026-7")
    words = "soldée par un avoir"
    assert f">{words}</span>" in (await alice.get(INVOICES)).text
    assert f">{words.capitalize()}</span>" in (await alice.get(f"{INVOICES}/{credited.id}")).text
    answer = await alice.get(f"{INVOICES}/{credited.id}/pdf")
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert words in " ".join(text.split())
    answer = await alice.get(f"{INVOICES}/export/csv")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    (line,) = [each for each in table if each["Numéro"] == "F2026-7"]
    assert (line["Réglé"], line["Avoirs déduits"], line["État"]) == ("0,00", "120,00", words)
