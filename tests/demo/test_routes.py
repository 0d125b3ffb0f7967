"""The demo, and that nothing of it exists elsewhere."""

import re

import pytest
from sqlmodel import col, select
from stdnum.fr import siret

from app.mail.relay import DemoPostbox
from app.mail.sending import Dispatcher
from app.text.formats import amount
from app.waiting import KINDS
from db.models import AnnualDeclaration, Company, Invoice, InvoiceKind
from db.seeds.personas import PERSONAS
from tests.invoices.norm import attached, broken_rules, value, values


@pytest.mark.parametrize(
    ("persona", "place"),
    [
        ("Employeur", "/espace/00010"),
        ("Cabinet", "/entreprises"),
        ("Service", "/service"),
    ],
)
async def test_one_click_signs_in_as_each_persona(show, persona, place):
    answer = await show.fill("/", to="/demo/connexion", persona=persona)
    assert answer.headers["location"] == place
    assert (await show.follow(answer)).status_code == 200


async def test_the_accountant_has_forty_companies_and_the_employer_three_sites(show):
    await show.fill("/", to="/demo/connexion", persona="Cabinet")
    assert "40 entreprises" in (await show.get("/entreprises")).text
    await show.fill("/", to="/demo/connexion", persona="Employeur")
    page = (await show.get("/espace/00010")).text
    for label in ("00010 - Adhérent BRIEUC", "00010-2 - Adhérent (Paimpol)", "00010-5 - Adhérent (Dinan)"):
        assert label in page


async def test_its_money_holds_together(show):
    """What was declared last year is what was invoiced; this year is not invoiced before it is declared."""
    async with show.edge.app.state.portal.database.transaction(write=False) as session:
        invoices = (await session.exec(select(Invoice))).all()
        (filed,) = (
            await session.exec(select(AnnualDeclaration).where(col(AnnualDeclaration.number).is_not(None)))
        ).all()
    contributions = {each.issued_on.year: each for each in invoices if each.kind == InvoiceKind.CONTRIBUTION}
    assert contributions[filed.year].total_cents == filed.total_cents
    assert max(contributions) == filed.year
    (note,) = [each for each in invoices if each.settles_id]
    (settled,) = [each for each in invoices if each.id == note.settles_id]
    assert note.number[1:] == settled.number[1:]
    await show.fill("/", to="/demo/connexion", persona="Employeur")
    page = await show.get("/espace/00010/factures")
    for words in ("à payer", "partiellement payée", "payée", "en retard", "soldée par un avoir", "avoir"):
        assert f">{words}" in page.text, words


async def test_each_invoice_of_the_employer_is_a_valid_electronic_one(show):
    """Whose totals are those of its page, with the three notes of the law."""
    await show.fill("/", to="/demo/connexion", persona="Employeur")
    page = await show.get("/espace/00010/factures")
    addresses = sorted(set(re.findall(r'href="(/espace/00010/factures/\d+)"', page.text)))
    assert len(addresses) >= 6
    for each in addresses:
        page, xml = await show.get(each), attached((await show.get(f"{each}/pdf")).content)
        assert broken_rules(xml) == [], each
        assert sorted(values(xml, "IncludedNote/SubjectCode")) == ["AAB", "PMD", "PMT"]
        for path in ("TaxBasisTotalAmount", "GrandTotalAmount"):
            words = amount(int(value(xml, path).replace(".", "")))
            assert words.replace("\N{NO-BREAK SPACE}", " ") in page.text, (each, path)


async def test_so_is_that_of_a_client_of_the_accountant(show):
    async with show.edge.app.state.portal.database.transaction(write=False) as session:
        clients = select(Company.id).where(col(Company.siret).startswith("9990")).scalar_subquery()
        invoice = (await session.exec(select(Invoice).where(col(Invoice.company_id).in_(clients)))).first()
        company = await session.get(Company, invoice.company_id)
    assert siret.is_valid(company.siret)
    await show.fill("/", to="/demo/connexion", persona="Cabinet")
    xml = attached((await show.get(f"/espace/{company.code}/factures/{invoice.id}/pdf")).content)
    assert broken_rules(xml) == []
    assert values(xml, "SpecifiedLegalOrganization/ID") == ["123456782", company.siret[:9]]


async def test_a_client_of_the_accountant_pays_by_direct_debit(show):
    await show.fill("/", to="/demo/connexion", persona="Service")
    page = await show.get("/service/prelevements/mandats")
    ((number, rum),) = re.findall(r'href="/service/prelevements/mandats/(\d+)">([\w-]+-M1)<', page.text)
    shown = await show.get(f"/service/prelevements/mandats/{number}")
    assert "finit par 2606" in shown.text
    assert (await show.get(f"/service/prelevements/mandats/{number}/pdf")).content.startswith(b"%PDF"), rum


async def test_the_letters_numbers_open_an_account_whose_mail_is_read_on_screen(show):
    state = show.edge.app.state
    dispatcher = Dispatcher(state.portal, DemoPostbox(state.portal.database), state.templates)
    await dispatcher.send_due()  # the letters of the story, as a running portal would have
    await show.fill("/connexion/code-adherent", code="00042", number="2022000422")
    person = {
        "last_name": "A",
        "first_name": "B",
        "job_title": "C",
        "email": "a@b.example",
        "email_again": "a@b.example",
    }
    await show.fill("/connexion/creer-mon-compte", **person)
    await dispatcher.send_due()
    page = await show.get("/demo/courriels")
    assert "Votre espace AIST22" in page.text
    numbers = re.findall(r"/demo/courriels/(\d+)", page.text)
    letters = [await show.get(f"/demo/courriels/{each}") for each in numbers]
    assert any("Mot de passe :" in letter.text for letter in letters)
    # The story's own letters say that a convocation is joined.
    joined = r"Pièce jointe : convocation-[\d-]+\.(pdf|ics)"
    assert {found for letter in letters for found in re.findall(joined, letter.text)} == {"pdf", "ics"}
    assert (await show.get("/demo/courriels/99999999999999999999")).status_code in {400, 404}


async def test_nothing_of_the_demo_exists_outside_it(visitor, world):
    home = await visitor.get("/")
    assert "Démonstration" not in home.text
    for path in ("/demo/courriels", "/demo/connexion", "/demo/courriels/1"):
        assert (await visitor.get(path)).status_code == 404
    assert (await visitor.post("/demo/connexion", data={"persona": PERSONAS[0].title})).status_code == 404


async def test_the_service_finds_a_mornings_work(show):
    await show.fill("/", to="/demo/connexion", persona="Service")
    page = (await show.get("/service/a-traiter")).text
    assert len(re.findall(r'<th scope="row"><a href="/service/', page)) >= 12
    assert set(re.findall(r"nature=(\w+)\"><strong>", page)) == set(KINDS)
    assert "Anaëlle Le Bris" in page
