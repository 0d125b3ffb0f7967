"""« Mes entreprises » of who acts for several: what waits in each, filtered, sorted, page by page."""

import random
import re
from datetime import UTC, date, datetime, time, timedelta

import html5lib
import pytest
from sqlmodel import col, select, update

from app.access import AccountAccess
from app.companies.queries import Mine
from app.contributions.filings import declarations_at, years_due_at
from app.welcome.board import PAGE, BoardQuery, Line, chosen_lines, page_of
from db.models import AnnualDeclaration, Company, Invoice, Tariff
from db.seeds.world import World
from tests.actors import Actor
from tests.employees.people import an_employee
from tests.pages import check
from tests.people.steps import a_member
from tests.planning.steps import a_slot
from tests.statements import statements_of

BOARD = "/entreprises"
LATER = datetime(2099, 6, 1, 9, 0, tzinfo=UTC)
DECLARATIONS, TO_CONFIRM, UNDATED, LATE = range(4)


def table(page):
    """By code, the four figures: (what is read, where it leads)."""
    tree = html5lib.parse(page.text, namespaceHTMLElements=False)
    found = {}
    for row in tree.findall(".//tbody/tr"):
        links = [cell.find("a") for cell in row.findall("td")[3:]]
        figures = [("–", "") if link is None else (link.text, link.get("href")) for link in links]
        found[row.findall("td")[1].text] = figures
    return found


def counters(page):
    return re.findall(r"<strong>([^<]*)</strong> <span>([^<]*)</span>", page.text)


async def late_invoice(portal, company):
    async with portal.database.transaction(write=True) as session:
        late = update(Invoice).where(Invoice.company_id == company.key).values(due_on=date(2026, 2, 4))
        await session.exec(late)


async def clients(portal, account, number, first=3000, **more):
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        for code in range(first, first + number):
            company = await seeds.a_company(f"{code:05d}", f"Client {code}")
            await seeds.acts_for(account, company, **more)


async def test_each_figure_leads_to_where_it_is_done_in_its_company(alice, world, portal):
    await late_invoice(portal, world.ours)
    await an_employee(portal, world.site, birth_name="RETARD")
    page = await alice.get(BOARD)
    check(page)
    assert table(page) == {
        "00010": [
            ("1", "/espace/00010/cotisation/2026"),
            ("1", "/espace/00010/planning?etat=confirmer"),
            ("–", ""),
            ("60,00 €", "/espace/00010/factures?etat=en_retard"),
        ],
        "00010-2": [
            ("1", "/espace/00010-2/cotisation/2026"),
            ("–", ""),
            ("1", "/espace/00010-2/salaries?visite=retard&tri=echeance"),
            ("–", ""),
        ],
        "00010-5": [("1", "/espace/00010-5/cotisation/2026"), ("–", ""), ("–", ""), ("–", "")],
    }
    assert counters(page) == [
        ("3", "déclarations à faire"),
        ("1", "rendez-vous à confirmer"),
        ("1", "visite en retard, sans date"),
        ("60 €", "en retard"),
    ]
    for cells in table(page).values():
        for _, href in cells:
            assert not href or (await alice.get(href)).status_code == 200


async def test_a_late_visit_that_has_its_date_does_not_wait(alice, world, portal):
    """The rule is the one of the list: an appointment proposed stands for the deadline."""
    late = await an_employee(portal, world.site, birth_name="RETARD")
    assert table(await alice.get(BOARD))["00010-2"][UNDATED][0] == "1"
    await a_slot(portal, world.site, late, LATER, kind=late.due_kind)
    cells = table(await alice.get(BOARD))["00010-2"]
    assert (cells[TO_CONFIRM][0], cells[UNDATED][0]) == ("1", "–")


async def test_a_counter_filters_the_list_and_leads_back_to_all(alice, world, portal):
    page = await alice.get(BOARD)
    href = re.search(r'<a href="([^"]+)"><strong>1</strong> <span>rendez-vous', page.text)[1]
    page = await alice.get(href.replace("&amp;", "&"))
    check(page)
    assert list(table(page)) == ["00010"]
    assert "1 sur 3 entreprises : rendez-vous à confirmer" in page.text
    assert page.text.count('aria-current="true"') == 1
    assert f'<a href="{BOARD}">Voir toutes mes entreprises</a>' in page.text
    searched = await alice.get(f"{BOARD}?attente=rendez-vous&q=dinan")
    assert "Aucune de vos entreprises ne correspond à « dinan »." in searched.text


@pytest.mark.parametrize(
    ("role", "held"), [("rendez-vous", TO_CONFIRM), ("facturation", LATE), ("declaration", DECLARATIONS)]
)
async def test_only_what_a_person_may_do_waits_for_them(app, world, portal, role, held):
    await late_invoice(portal, world.ours)
    person = await a_member(portal, world.ours, "role@ours.example", role)
    async with portal.database.transaction(write=True) as session:
        await World(session).acts_for(person, world.site, roles=("lecture",))
    async with Actor(app) as actor:
        cells = table(await (await actor.signed_in(person)).get(BOARD))
    assert [place for place, (figure, _) in enumerate(cells["00010"]) if figure != "–"] == [held]
    assert cells["00010-2"] == [("–", "")] * 4


async def test_with_one_company_the_page_has_no_board(charlie, portal):
    with statements_of(portal) as statements:
        page = await charlie.get(BOARD)
    check(page)
    assert 'href="/espace/00042"' in page.text
    assert "<table" not in page.text
    assert "Administrateur" in page.text
    assert len(statements) <= 3


async def test_a_role_is_named_where_it_is_not_the_usual_one(alice, world, portal):
    await clients(portal, world.alice, 2, roles=("facturation",), third_party=True, ends_on=date(2099, 3, 31))
    page = await alice.get(BOARD)
    assert page.text.count("Administrateur") == 1
    assert "Votre rôle : Administrateur, sauf mention sous le nom." in page.text
    assert page.text.count("Facturation (tiers déclarant jusqu’au 31/03/2099)") == 2


async def test_five_hundred_companies_are_read_in_as_many_statements_as_three(alice, world, portal):
    counts = []
    for more in (0, 497):
        await clients(portal, world.alice, more)
        for path in (BOARD, f"{BOARD}?tri=visites&page=3", f"{BOARD}?attente=declarations"):
            with statements_of(portal) as statements:
                page = await alice.get(path)
            assert page.status_code == 200
            counts.append(len(statements))
    assert len(set(counts)) == 1
    assert counts[0] <= 7
    assert len(table(page)) == PAGE
    assert "500 entreprises : déclarations à faire, page 1 sur 10" in page.text


async def a_declaration(session, chance, company, year, hour):
    """Begun or not, validated or not, reopened or not, by the one or the other."""
    at = lambda *when: chance.choice([None, *when])  # noqa: E731
    row = AnnualDeclaration(company_id=company.key, year=year, started_at=hour, updated_at=hour)
    row.updated_by = at(1)
    row.submitted_at, row.reopened_at, row.reopened_by_service = at(hour), at(hour), chance.random() < 0.5
    session.add(row)


async def test_the_years_of_the_board_are_those_of_the_rule(portal, world):
    """The rule asked for each company, beside what the statement of the board already chooses."""
    chance, closing = random.Random(4), date(2026, 2, 15)
    await clients(portal, world.alice, 60)
    async with portal.database.transaction(write=True) as session:
        companies = (await session.exec(select(Company).where(Company.code >= "03000"))).all()
        tariffs = (await session.exec(select(Tariff).order_by(col(Tariff.year)))).all()
        for company in companies:
            # In the hour around midnight UTC, the day is another one in Paris.
            joined = chance.choice([closing, closing + timedelta(days=1), date(2024, 3, 1), date(2027, 1, 1)])
            hour = chance.choice([0, 12, 22, 23])
            company.created_at = datetime.combine(joined, time(hour, 30), UTC)
            for tariff in tariffs:
                if chance.random() < 0.7:
                    await a_declaration(session, chance, company, tariff.year, world.ours.created_at)
    days = {
        each + timedelta(days=n) for t in tariffs for each in (t.opens_on, t.closes_on) for n in (-1, 0, 1)
    }
    async with portal.database.transaction(write=False) as session:
        access = AccountAccess(portal, session, world.alice, None)
        for day in sorted(days):
            found, expected = await years_due_at(access, day), {}
            for each in await declarations_at(access, day):
                if each.is_due:
                    expected[each.company_id] = (*expected.get(each.company_id, ()), each.year)
            assert found == expected, day
        assert len(expected) > 10


async def test_a_search_in_place_keeps_the_filter_and_the_order(alice, world, portal):
    part = await alice.partial(f"{BOARD}?q=client&attente=declarations&tri=nom")
    assert 'id="welcome-list"' in part.text
    await clients(portal, world.alice, 60)
    part = await alice.partial(f"{BOARD}?q=client&attente=declarations&tri=nom")
    assert 'href="/entreprises?q=client&amp;attente=declarations&amp;tri=nom&amp;page=2"' in part.text
    assert '<input type="hidden" name="attente" value="declarations">' in part.text


def line(code, name="", town="", years=(), to_confirm=0, undated=0, late_cents=0):
    mine = Mine(1, code, name or f"N{code}", town, "", ["administrateur"], False, None, False)
    return Line(mine, years, to_confirm, undated, late_cents)


def order(lines, sort):
    return [each.company.code for each in chosen_lines(lines, BoardQuery.of("", "", sort))]


def test_what_waits_most_comes_first_and_a_member_stays_before_its_sites():
    lines = [
        line("00001"),
        line("00002", undated=9),
        line("00003", years=(2026,), late_cents=1),
        line("00004-2", to_confirm=1, undated=1, years=(2026,)),
        line("00004"),
        line("00005", undated=9, late_cents=0),
    ]
    assert order(lines, "") == ["00004", "00004-2", "00003", "00002", "00005", "00001"]
    assert order(lines, "visites")[:2] == ["00002", "00005"]
    assert order(lines, "declarations")[:3] == ["00003", "00004", "00004-2"]
    assert order(lines, "impayes")[0] == "00003"
    assert order(lines, "code") == sorted(each.company.code for each in lines)


def test_words_sort_as_a_dictionary_by_the_member_of_a_family():
    lines = [line("00001", "Zoé", "Auray"), line("00002", "Écluse", "Vannes"), line("00002-1", "Zz", "Brest")]
    assert order(lines, "nom") == ["00002", "00002-1", "00001"]
    assert order(lines, "commune") == ["00001", "00002", "00002-1"]


@pytest.mark.parametrize(("typed", "number"), [("", 1), ("2", 2), ("9", 3), ("0", 1), ("-1", 1), ("²", 1)])
def test_a_page_that_makes_no_sense_is_the_nearest_that_does(typed, number):
    lines = [line(f"{each:05d}") for each in range(120)]
    shown, at, pages = page_of(lines, typed)
    assert (at, pages) == (number, 3)
    assert shown[0] is lines[(number - 1) * PAGE]
    assert page_of([], typed) == ([], 1, 1)
