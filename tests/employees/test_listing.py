"""The list of employees: how many there are, how it is sorted, which columns it has, and who is who."""

import re
from datetime import date

import pytest

from app.follow_up.law import DoneVisit
from db.models import VisitKind
from tests.employees.people import LIST, acting, an_employee
from tests.employees.test_routes import names
from tests.pages import check
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")
CAPTION = re.compile(r"<caption[^>]*>([^<]*)</caption>")
PLAIN = re.compile(r"<[^>]+>")


def caption(page):
    return CAPTION.search(page.text)[1].replace("\u202f", " ")


def cells_of(page, row=0):
    """(title, words) of each cell of a row, without its markup."""
    body = page.text.partition("<tbody>")[2].split("</tr>")[row]
    return [
        (title, PLAIN.sub("", words).strip())
        for title, words in re.findall(r'<td data-label="([^"]*)">(.*?)</td>', body, re.DOTALL)
    ]


async def many(portal, world, number, **declared):
    for index in range(number):
        await an_employee(portal, world.site, birth_name=f"MOAL{index:03}", **declared)


async def test_the_caption_counts_all_the_pages_and_says_which_rows_are_here(alice, portal, world):
    await many(portal, world, 60)
    await an_employee(portal, world.site, birth_name="PARTI", exit_on="2026-01-31")
    first = await alice.get(LIST)
    assert caption(first) == "60 salariés présents – 1 à 25"
    following = re.search(r'href="([^"]*)" rel="next"', first.text)[1].replace("&amp;", "&")
    second = await alice.get(following)
    assert caption(second) == "60 salariés présents – 26 à 50"
    assert caption(await alice.get(f"{LIST}?etat=sortis")) == "1 salarié sorti"
    assert caption(await alice.get(f"{LIST}?q=moal05")) == "10 salariés présents"


async def test_the_heads_sort_and_say_how_the_list_is_sorted(alice, portal, world):
    for name, entry in (("ARZEL", "2024-01-01"), ("BIHAN", "2020-01-01"), ("CORRE", "2022-01-01")):
        await an_employee(portal, world.site, birth_name=name, entry_on=entry, first_names="X")
    page = await alice.get(f"{LIST}?tri=entree&suivi=SI")
    heads = page.text.partition("<thead>")[2].partition("</thead>")[0]
    sorted_head = re.search(r'<th scope="col" aria-sort="ascending"><a href="([^"]*)">Entrée', heads)
    assert heads.count("aria-sort") == 1
    assert sorted_head[1] == f"{LIST}?suivi=SI&amp;tri=-entree#employees-table"
    assert f'<a href="{LIST}?suivi=SI#employees-table">Nom</a>' in heads
    assert "Poste" in heads
    assert "<a" not in heads.partition("Poste")[0].rpartition("<th")[2]
    check(page)


@pytest.mark.parametrize(
    ("sort", "initials"), [("-nom", "CBA"), ("-entree", "ACB"), ("vue", "CAB"), ("-vue", "BAC")]
)
async def test_each_sort_goes_both_ways_over_all_the_pages(alice, portal, world, monkeypatch, sort, initials):
    for name, entry, seen in (("ARZEL", 2024, 2024), ("BIHAN", 2020, 2025), ("CORRE", 2022, None)):
        visits = [DoneVisit(VisitKind.VIP_INITIAL, date(seen, 5, 4))] if seen else []
        await an_employee(portal, world.site, *visits, birth_name=name, entry_on=f"{entry}-01-01")
    monkeypatch.setattr("app.employees.listing.PAGE", 1)
    found, path = "", f"{LIST}?tri={sort}"
    while path:
        page = await alice.get(path)
        found += re.search(r'<th scope="row"><a href="[^"]*">(.)', page.text)[1]
        after = re.search(r'href="([^"]*)" rel="next"', page.text)
        path = after and after[1].replace("&amp;", "&")
    assert found == initials


async def test_columns_are_chosen_in_the_address_and_stay_there(alice, portal, world):
    await an_employee(
        portal, world.site, staff_number="M7", contract="cdd", contract_ends_on="2026-08-31", risks="NUIT"
    )
    usual = await alice.get(LIST)
    assert [title for title, _ in cells_of(usual)] == [
        "Prochaine visite", "Poste", "Suivi", "Entrée", "Dernière visite",
    ]  # fmt: skip
    chosen = await alice.get(f"{LIST}?colonne=risques&colonne=contrat&colonne=matricule&colonne=naissance")
    assert cells_of(chosen)[1:] == [
        ("Contrat", "CDD jusqu’au 31/08/2026"),
        ("Naissance", "03/02/1990"),
        ("Matricule", "M7"),
        ("Expositions", "Travail de nuit"),
    ]
    kept = "colonne=contrat&amp;colonne=naissance&amp;colonne=matricule&amp;colonne=risques"
    assert f"{LIST}?tri=-nom&amp;{kept}#employees-table" in chosen.text
    assert chosen.text.count(" checked>") == 4
    assert [title for title, _ in cells_of(await alice.get(f"{LIST}?colonne=salaire"))][1] == "Poste"
    check(chosen)


async def test_filters_by_contract_job_and_exposure_find_their_people(alice, portal, world):
    for name, more in (
        ("ALIX", {"contract": "cdd", "contract_ends_on": "2026-12-31"}),
        ("BREWAL", {"job_title": "Soudeur à l’arc", "risks": "CMR NUIT"}),
        ("CARO", {"risks": "BIO2"}),
        ("DENEZ", {"risks": "BIO34 NUIT"}),
    ):
        await an_employee(portal, world.site, birth_name=name, first_names="X", **more)
    asked = {
        "contrat=cdd": "A", "poste=Soudeur à l’arc": "B", "risque=NUIT": "BD", "risque=BIO2": "C",
        "risque=BIO34": "D", "risque=NUIT&poste=Caissière": "D", "contrat=cdi&risque=CMR": "B",
        "poste=Inconnu": "", "risque=RIEN": "ABCD", "contrat=or": "ABCD",
    }  # fmt: skip
    for query, initials in asked.items():
        assert "".join(each[0] for each in await names(alice, **dict(_pairs(query)))) == initials, query
    page = await alice.get(f"{LIST}?poste=Soudeur à l’arc&contrat=cdi")
    assert '<option value="Soudeur à l’arc" selected>' in page.text
    assert '<span id="employees-asked"> : CDI, Soudeur à l’arc</span>' in page.text


def _pairs(query):
    return [tuple(each.split("=")) for each in query.split("&")]


async def test_what_an_employee_made_known_is_for_those_who_keep_the_list(app, alice, portal, world):
    await an_employee(portal, world.site, risks="NUIT RQTH")
    await an_employee(portal, world.site, birth_name="ROUX")
    shown = f"{LIST}?colonne=risques"
    assert cells_of(await alice.get(shown))[1] == ("Expositions", "Travail de nuit, RQTH ou invalidité")
    assert await names(alice, risque="RQTH") == ["LE GALL Élise"]
    async with acting(app, portal, world.site) as reader:
        page = await reader.get(shown)
        assert cells_of(page)[1] == ("Expositions", "Travail de nuit")
        assert "RQTH" not in page.text
        assert len(await names(reader, risque="RQTH")) == 2


async def test_namesakes_are_told_apart_whatever_the_page_or_the_sort(alice, portal, world):
    await an_employee(portal, world.site, entry_on="2024-01-01")
    await an_employee(portal, world.site, birth_on="1971-07-14", entry_on="2010-01-01")
    await an_employee(portal, world.site, birth_name="ROUX", sex="")
    await an_employee(portal, world.site, birth_name="ROUX", sex="M", exit_on="2025-12-31")
    await an_employee(portal, world.site, birth_name="SEULE")
    page = await alice.get(f"{LIST}?tri=entree")
    links = re.findall(r'<a href="[^"]*">([^<]*)</a> <span class="hint whole">([^<]*)</span>', page.text)
    assert links == [
        ("LE GALL Élise", "née le 14/07/1971"),
        ("LE GALL Élise", "née le 03/02/1990"),
        ("ROUX Élise", "date de naissance : 03/02/1990"),
    ]
    assert 'aria-label="Choisir LE GALL Élise, née le 14/07/1971"' in page.text
    assert 'aria-label="Choisir SEULE Élise"' in page.text


async def test_the_situation_is_a_tag_for_those_alone_who_are_not_simply_present(alice, portal, world):
    await an_employee(portal, world.site)
    await an_employee(portal, world.site, birth_name="ZOLA", exit_on="2026-03-05")
    page = await alice.get(LIST)
    assert "Présent<" not in page.text.partition("<tbody>")[2]
    assert '<span class="tag wait">Présent, part le 05/03/2026</span>' in page.text


async def test_a_site_is_chosen_among_those_of_the_member_and_keeps_the_filters(alice, charlie, world):
    page = await alice.get(f"{LIST}?suivi=SIR&poste=Soudeur&tri=entree")
    assert '<option value="00010-2" selected>' in page.text
    answer = await alice.get(f"{LIST}?site=00010&suivi=SIR&poste=Soudeur&tri=entree")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/espace/00010/salaries?suivi=SIR&tri=entree")
    for foreign in ("00042", "98765", "00010-9"):
        assert (await alice.get(f"{LIST}?site={foreign}")).status_code == 200


@pytest.mark.parametrize("number", [0, 1, 10, 60])
async def test_the_list_asks_the_same_of_the_database_whatever_its_length(alice, portal, world, number):
    await many(portal, world, number)
    with statements_of(portal) as whole:
        assert (await alice.get(f"{LIST}?colonne=risques&tri=-vue")).status_code == 200
    with statements_of(portal) as part:
        await alice.partial(LIST)
    assert len(whole) == (4 if number else 3), whole
    assert len(part) == (3 if number else 2), part
