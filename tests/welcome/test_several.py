"""Acts on several companies at once: each only where this person has the right to it."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest

from app.contributions.filings import DeclarationAt
from app.contributions.states import Campaign, State
from app.welcome.several import MOST, MOST_PAPERS, declaration_line, files_of
from db.models import AnnualDeclaration, Invoice, InvoiceKind
from db.seeds.world import World
from tests.actors import Actor
from tests.pages import TOKEN, check
from tests.people.steps import a_member
from tests.reading import rows
from tests.statements import statements_of
from tests.welcome.test_board import clients, line
from tests.world import OURS, THEIRS

CHOSEN, FILES = "/entreprises/choix", "/entreprises/factures"
ALL = "?code=00010&code=00010-2&code=00010-5&code=00042"


def names_in(answer):
    return zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def lines_in(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def an_invoice(portal, company, number, **more):
    told = {
        "kind": InvoiceKind.ENTRY, "title": "Adhésion", "issued_on": date(2025, 3, 1),
        "due_on": date(2025, 4, 1), "net_cents": 3_000, "vat_cents": 600, "total_cents": 3_600,
        "lines": [
            {"label": "Droit d’entrée", "quantity": 2, "unit_cents": 1_000, "net_cents": 2_000},
            {"label": "=1+1", "quantity": 1, "unit_cents": 1_000, "net_cents": 1_000},
        ],
        "created_at": datetime(2025, 3, 1, tzinfo=UTC),
    }  # fmt: skip
    async with portal.database.transaction(write=True) as session:
        session.add(Invoice(company_id=company.key, number=number, **told | more))


@pytest.fixture
async def mixed(app, world, portal):
    """Sees the invoices of BRIEUC and declares for its site of Paimpol; at the other company, only reads."""
    person = await a_member(portal, world.ours, "mixte@cabinet.example", "facturation", third_party=True)
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        await seeds.acts_for(person, world.site, roles=("declaration",))
        await seeds.acts_for(
            person, world.theirs, roles=("lecture", "rendez-vous", "declaration", "salaries")
        )
    async with Actor(app) as actor:
        yield await actor.signed_in(person)


async def test_the_invoices_of_several_are_one_zip_a_folder_each(alice, world, portal):
    await an_invoice(portal, world.site, "F2025/7")
    answer = await alice.get(f"{FILES}/zip{ALL}")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="factures-')
    folder = OURS.lower()
    assert names_in(answer) == [
        f"00010-{folder}/facture-F2026-00010.pdf",
        f"00010-2-{folder}/facture-F2025-7.pdf",
    ]
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())
    assert names_in(await alice.get(f"{FILES}/zip{ALL}&annee=2025"))[0].endswith("F2025-7.pdf")
    await an_invoice(portal, world.site, "A2024/1", kind=InvoiceKind.CREDIT_NOTE, issued_on=date(2024, 1, 5))
    (name,) = names_in(await alice.get(f"{FILES}/zip{ALL}&annee=2024"))
    assert name == f"00010-2-{folder}/avoir-A2024-1.pdf"


async def test_the_lines_of_several_are_one_csv_that_adds_up(alice, world, portal):
    await an_invoice(portal, world.site, "F2025/7")
    found = lines_in(await alice.get(f"{FILES}/csv{ALL}"))
    assert [each["Code adhérent"] for each in found] == ["00010", "00010-2", "00010-2"]
    assert [each["Montant HT de la ligne"] for each in found] == ["100,00", "20,00", "10,00"]
    assert [each["Montant HT"] for each in found] == ["100,00", "30,00", ""]
    assert [each["Réglé"] for each in found] == ["60,00", "0,00", ""]
    assert [each["État"] for each in found] == ["partiellement payée", "en retard", "en retard"]
    assert found[2]["Ligne"] == "'=1+1", "a spreadsheet would compute it"


async def test_no_invoice_leaves_of_a_company_without_the_right_to_it(mixed, world, portal):
    await an_invoice(portal, world.site, "F2025/7")
    assert [name.partition("/")[0] for name in names_in(await mixed.get(f"{FILES}/zip{ALL}"))] == [
        f"00010-{OURS.lower()}"
    ]
    assert {each["Code adhérent"] for each in lines_in(await mixed.get(f"{FILES}/csv{ALL}"))} == {"00010"}
    page = await mixed.get(CHOSEN + ALL)
    check(page)
    seen = "de ces entreprises, où vous n’avez pas le rôle « Facturation » :"
    assert seen in page.text
    assert "F2025/7" not in page.text
    for kind in ("zip", "csv"):
        answer = await mixed.get(f"{FILES}/{kind}?code=00042&code=00010-2")
        assert answer.headers["location"] == f"{CHOSEN}?code=00010-2&code=00042"


async def test_the_company_of_somebody_else_is_as_none(alice):
    foreign, absent = await alice.get(f"{CHOSEN}?code=00042"), await alice.get(f"{CHOSEN}?code=98765")
    assert "Aucune entreprise n’est cochée." in foreign.text
    assert TOKEN.sub("", foreign.text) == TOKEN.sub("", absent.text)
    assert THEIRS not in (await alice.get(CHOSEN + ALL)).text
    assert (await alice.get(f"{FILES}/zip?code=00042")).headers["location"] == CHOSEN
    assert (await alice.get(f"{FILES}/pdf{ALL}")).status_code == 404


async def begun(portal):
    found = await rows(portal, AnnualDeclaration, AnnualDeclaration.year == 2026)
    return {each.company_id: each.updated_by for each in found}


async def test_declarations_begin_where_they_can_and_the_others_say_why(mixed, world, portal):
    before = await begun(portal)
    page = await mixed.get(CHOSEN + ALL)
    assert "Commencer 1 déclaration</button>" in page.text
    answer = await mixed.fill(CHOSEN + ALL, to=CHOSEN, code="00010-2")
    page = await mixed.follow(answer)
    check(page)
    assert "Les déclarations sont commencées" in page.text
    assert "2026 : commencée" in page.text
    after = await begun(portal)
    assert after.keys() - before.keys() == {world.site.key}
    page = await mixed.get(CHOSEN + ALL)
    assert "vous n’avez pas le rôle « Déclaration » dans cette entreprise" in page.text
    assert "aucune déclaration à commencer" in page.text


async def test_nobody_begins_for_a_company_without_the_right_whatever_is_sent(mixed, alice, world, portal):
    before = await begun(portal)
    token = await mixed.token(CHOSEN + ALL)
    fields = "&".join(f"code={code}" for code in ("00010", "00010-5", "98765"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await mixed.post(CHOSEN, content=f"csrf={token}&{fields}", headers=headers)
    assert answer.status_code == 303
    assert "fait=" not in answer.headers["location"], "nothing is said to be begun"
    assert await begun(portal) == before


async def test_what_a_reminder_left_is_begun_once_and_who_began_first_stays(alice, world, portal):
    at = datetime(2026, 1, 5, tzinfo=UTC)
    async with portal.database.transaction(write=True) as session:
        session.add(AnnualDeclaration(company_id=world.site.key, year=2026, started_at=at, updated_at=at))
    token = await alice.token(CHOSEN + ALL)
    fields = "&".join(f"code={code}" for code in ("00010", "00010-2", "00010-5"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    before = await begun(portal)
    for _ in range(2):
        answer = await alice.post(CHOSEN, content=f"csrf={token}&{fields}", headers=headers)
        assert answer.status_code == 303
    after = await begun(portal)
    assert after[world.ours.key] == before[world.ours.key]
    assert after[world.site.key] == world.alice.key
    assert len(after) == len(before) + 1


async def test_the_whole_list_is_taken_a_hundred_at_a_time(alice, world, portal):
    await clients(portal, world.alice, MOST + 1)
    page = await alice.get("/entreprises")
    assert "Toutes les 104 de la liste, pas seulement celles de cette page" in page.text
    with statements_of(portal) as statements:
        page = await alice.get(f"{CHOSEN}?tout=oui")
    check(page)
    assert len(statements) <= 9
    assert f'<h1 tabindex="-1">Agir sur {MOST} entreprises</h1>' in page.text
    assert "de la 1re à la 100e des 104" in page.text
    page = await alice.get(f"{CHOSEN}?tout=oui&lot=2")
    assert "Agir sur 4 entreprises</h1>" in page.text
    assert "Voir les suivantes" not in page.text
    page = await alice.get(f"{CHOSEN}?tout=oui&lot=3")
    assert "Aucune entreprise n’est cochée." in page.text
    assert "tout=oui&amp;lot=2" in (await alice.get(f"{CHOSEN}?tout=oui")).text
    found = await alice.get(f"{CHOSEN}?tout=oui&q=dinan")
    assert "Agir sur 1 entreprise</h1>" in found.text


async def test_more_invoices_than_a_zip_holds_are_refused_with_words(alice, world, portal, monkeypatch):
    await an_invoice(portal, world.site, "F2025/7")
    monkeypatch.setattr("app.welcome.several.MOST_PAPERS", 1)
    monkeypatch.setattr("app.welcome.several.MOST_PAPERS", 1)
    answer = await alice.get(f"{FILES}/zip{ALL}")
    page = await alice.follow(answer)
    assert "Plus de 1 : choisissez une année ou moins d’entreprises" in page.text
    assert len(names_in(await alice.get(f"{FILES}/zip{ALL}&annee=2026"))) == 1


async def test_one_archive_at_a_time_is_drawn_for_a_person(alice, world, portal):
    assert names_in(await alice.get(f"{FILES}/zip{ALL}"))
    assert portal.archives == set()
    portal.archives.add(world.alice.key)
    page = await alice.follow(await alice.get(f"{FILES}/zip{ALL}"))
    assert "Une archive se prépare déjà pour vous" in page.text
    assert lines_in(await alice.get(f"{FILES}/csv{ALL}"))


def test_files_say_all_the_years_first_and_what_does_not_hold():
    found = files_of({2026: MOST_PAPERS, 2025: 1}, ["00010"])
    assert [(each.words, each.number, bool(each.papers)) for each in found] == [
        ("Toutes les années", MOST_PAPERS + 1, False), ("2026", MOST_PAPERS, True), ("2025", 1, True),
    ]  # fmt: skip
    assert files_of({}, ["00010"]) == []


@pytest.mark.parametrize(
    ("state", "may", "why"),
    [
        (State.COMING, True, "la campagne ouvre le 05/01/2026"),
        (State.NONE, True, "l’entreprise n’était pas encore adhérente"),
        (State.FILED, True, "elle est déjà validée"),
        (State.CLOSED, True, "elle est déjà validée"),
        (State.LATE, False, "vous n’avez pas le rôle « Déclaration » dans cette entreprise"),
        (State.LATE, True, ""),
    ],
)
def test_each_says_why_there_is_nothing_to_begin(state, may, why):
    company, campaign = line("00001").company, Campaign(date(2026, 1, 5), date(2026, 2, 15))
    told = declaration_line(company, [DeclarationAt(company.id, "00001", 2026, campaign, state, False, may)])
    assert told.why == why
    assert bool(told.route) == (not why)


def test_without_a_campaign_there_is_nothing_to_begin():
    assert declaration_line(line("00001").company, []).why == "le service n’a pas encore ouvert de campagne"
