"""/espace/{code}/salaries: the list as it is searched, read, addressed and exported."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from app.follow_up.law import DoneVisit
from db.models import VisitKind
from tests.actors import Actor
from tests.employees.people import LIST, acting, an_employee, changes, columns, the_employee
from tests.pages import check

pytestmark = pytest.mark.usefixtures("time_machine_at")
NAME = re.compile(r'<th scope="row"><a href="[^"]*">([^<]*)</a>')
TODAY = date(2026, 3, 2)
VIP = VisitKind.VIP_INITIAL


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


async def names(actor, **asked):
    page = await actor.get(LIST, params=asked)
    assert page.status_code == 200
    return NAME.findall(page.text)


# --- What is searched


@pytest.fixture
async def five(portal, world):
    """Names that are alike without their accents, and what a search could take for a wildcard."""
    for birth, first, job, number in (
        ("LE GALL", "Élise", "Caissière", "M101"),
        ("LE GOFF", "Éliott", "Chef de rayon", "M102"),
        ("ŒUVRARD", "Zoé", "Conducteur d’engins", "100%"),
        ("NGUYEN-TRAN", "Anne Lise", "Agent 50 % polyvalent", "A_7"),
        ("O’BRIEN", "Sinéad", "Contrôleuse", "M_103"),
    ):
        await an_employee(
            portal, world.site, birth_name=birth, first_names=first, job_title=job, staff_number=number
        )


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("elise", {"LE GALL Élise"}),
        ("ELISE", {"LE GALL Élise"}),
        ("éli", {"LE GALL Élise", "LE GOFF Éliott"}),
        ("gall élise", {"LE GALL Élise"}),
        ("élise gall", {"LE GALL Élise"}),
        ("le", {"LE GALL Élise", "LE GOFF Éliott"}),
        ("le rayon", {"LE GOFF Éliott"}),
        ("caissiere", {"LE GALL Élise"}),
        ("M102", {"LE GOFF Éliott"}),
        ("m10", {"LE GALL Élise", "LE GOFF Éliott"}),
        ("oeuvrard", {"ŒUVRARD Zoé"}),
        ("œuvrard", {"ŒUVRARD Zoé"}),
        ("ŒUVRARD ZOE", {"ŒUVRARD Zoé"}),
        ("tran", {"NGUYEN-TRAN Anne Lise"}),
        ("nguyen-tran anne", {"NGUYEN-TRAN Anne Lise"}),
        ("o'brien", {"O’BRIEN Sinéad"}),
        ("d’engins", {"ŒUVRARD Zoé"}),
        ("  gall \t élise ", {"LE GALL Élise"}),
        ("all", set()),
        ("100%", {"ŒUVRARD Zoé"}),
        ("ga%se", set()),
        ("ca_ssiere", set()),
        ("M_103", {"O’BRIEN Sinéad"}),
        ("inconnue", set()),
        ("élise inconnue", set()),
        ("' OR 1=1 --", set()),
        ("\\", {"LE GALL Élise", "LE GOFF Éliott", "ŒUVRARD Zoé", "NGUYEN-TRAN Anne Lise", "O’BRIEN Sinéad"}),
    ],
)
async def test_people_are_found_by_the_beginning_of_their_words(alice, five, q, found):
    assert set(await names(alice, q=q)) == found


@pytest.mark.parametrize("typed", ["sorensen aegir", "SØRENSEN", "æg", "manoeuvre", "manœuvre"])
async def test_people_are_found_however_their_letters_are_typed(alice, portal, world, typed):
    for first in ("Ægir", "Aegir"):
        await an_employee(
            portal, world.site, birth_name="SØRENSEN", first_names=first, job_title="Manœuvre", sex="M"
        )
    await an_employee(portal, world.site)
    assert set(await names(alice, q=typed)) == {"SØRENSEN Ægir", "SØRENSEN Aegir"}


async def test_a_person_is_found_under_both_names_and_shown_with_both(alice, world, portal):
    await an_employee(portal, world.site, birth_name="MARTIN", usual_name="DUPONT", first_names="Claire")
    for q in ("martin", "dupont"):
        assert await names(alice, q=q) == ["DUPONT Claire (née MARTIN)"]


# --- What is filtered and sorted


@pytest.fixture
async def staff(portal, world):
    """One of each situation."""
    seen = [DoneVisit(VIP, date(2026, 1, 20), None)]
    for name, visits, more in (
        ("ALIX", seen, {"entry_on": "2020-01-06"}),
        ("BAPTISTE", [], {"entry_on": day(-200), "risks": "NUIT"}),
        ("CHLOE", [], {"entry_on": day(-75), "birth_on": "1991-01-01"}),
        ("DENIS", seen, {"entry_on": "2021-01-06", "exit_on": day(-1)}),
        ("ESTHER", seen, {"entry_on": "2019-01-07", "contract": "cdd", "contract_ends_on": day(-1)}),
        ("FANCH", seen, {"entry_on": "2022-01-10", "exit_on": day(0)}),
        ("GWENN", [], {"entry_on": day(-30), "birth_on": "2008-03-03"}),
        ("HERVE", [], {"entry_on": day(5), "risks": "AMIANTE NUIT"}),
        ("ILAN", [], {"entry_on": day(-20), "birth_on": "2008-03-02"}),
        ("JADE", [], {"entry_on": day(-10), "contract": "stage"}),
    ):
        await an_employee(portal, world.site, *visits, birth_name=name, first_names="X", **more)


@pytest.mark.parametrize(
    ("asked", "initials"),
    [
        ({}, "ABCEFGHIJ"),
        ({"etat": "tous"}, "ABCDEFGHIJ"),
        ({"etat": "sortis"}, "D"),
        ({"etat": "confirmer"}, "E"),
        ({"suivi": "SI"}, "ACEFI"),
        ({"suivi": "SIA"}, "BG"),
        ({"suivi": "SIR"}, "H"),
        ({"visite": "retard"}, "BGI"),
        ({"visite": "mois"}, "CH"),
        ({"visite": "retard", "suivi": "SIR"}, ""),
        ({"etat": "sortis", "suivi": "SI"}, "D"),
        ({"q": "esther", "etat": "confirmer", "suivi": "SI", "tri": "entree"}, "E"),
        ({"tri": "nom"}, "ABCEFGHIJ"),
        ({"tri": "entree"}, "EAFBCGIJH"),
    ],
)
async def test_each_filter_and_sort_gives_its_people(alice, staff, asked, initials):
    assert "".join(name[0] for name in await names(alice, **asked)) == initials


async def test_by_deadline_the_most_urgent_come_first_and_those_without_one_last(alice, staff):
    found = "".join(name[0] for name in await names(alice, tri="echeance"))
    assert found[:5] == "BGIHC"
    assert set(found[-2:]) == {"F", "J"}


async def test_who_left_has_no_deadline_whatever_it_was(alice, world, portal):
    await an_employee(portal, world.site, entry_on="2020-10-01", exit_on="2022-10-01")
    gone = (await alice.get(f"{LIST}?etat=sortis")).text
    assert ">01/10/2020<" in gone
    assert "01/01/2021" not in gone
    assert not await names(alice, etat="tous", visite="retard")


async def test_a_row_says_who_what_since_when_and_until_when(alice, world, portal):
    seen = DoneVisit(VIP, date(2026, 1, 20))
    mine = await an_employee(portal, world.site, seen)
    late = await an_employee(portal, world.site, birth_name="ZOLA", risks="NUIT", exit_on=day(3))
    page = await alice.get(LIST)
    rows = page.text.partition("<tbody>")[2].split("</tr>")
    assert f'href="{LIST}/{mine.id}">LE GALL Élise</a>' in rows[0]
    for words in ("Caissière", ">02/09/2024<", ">SI</td>", ">20/01/2026<", ">20/01/2031<"):
        assert words in rows[0]
    assert "en retard" not in rows[0]
    assert "Présent" not in rows[0]
    assert f'href="{LIST}/{late.id}">ZOLA Élise</a>' in rows[1]
    assert '<time datetime="2024-09-01">01/09/2024</time> <span class="tag bad">en retard</span>' in rows[1]
    assert "Présent, part le 05/03/2026" in rows[1]
    check(page)


async def test_an_intern_is_not_followed_here_and_the_row_says_so(alice, world, portal):
    await an_employee(portal, world.site, birth_name="JADE", contract="stage")
    page = await alice.get(LIST)
    assert ">non suivi</td>" in page.text
    assert ">SI</td>" not in page.text
    assert await names(alice, suivi="SI") == []


async def test_nobody_of_another_company_is_on_the_list(alice, charlie, world, portal):
    await an_employee(portal, world.site)
    assert await names(alice) == ["LE GALL Élise"]
    theirs = await charlie.get("/espace/00042/salaries?etat=tous")
    assert "LE GALL" not in theirs.text


# --- What is addressed


async def test_the_fragment_is_the_table_that_the_page_holds(alice, staff):
    for query in ("", "?q=alix", "?suivi=SIA&tri=echeance", "?etat=sortis", "?q=personne", "?apres=BAP~1"):
        whole, part = await alice.get(LIST + query), await alice.partial(LIST + query)
        title, _, fragment = part.text.partition("</title>")
        assert title.startswith("<title>")
        assert fragment.strip().startswith('<div id="employees-table" data-said=')
        assert fragment.strip() in whole.text
        assert whole.headers["vary"].startswith("HX-Request-Type")


async def test_the_address_of_a_list_gives_the_form_as_it_was_filled(alice, staff):
    page = await alice.get(f"{LIST}?q=le+G&etat=tous&suivi=SIA&visite=retard&tri=echeance")
    assert 'name="q" type="search" value="le G"' in page.text
    for chosen in ("tous", "SIA", "retard", "echeance"):
        assert f'<option value="{chosen}" selected>' in page.text
    assert 'data-hx-replace-url="true"' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "tri=zzz", "suivi=SIX", "visite=demain", "apres=garbage", "apres=~1",
        "apres=zz~0", "apres=zz~-1", "apres=zz~9999999999999999999999", "apres=zz~00000000001" + "0" * 200,
        "apres=zz~%C2%B2", "tri=echeance&apres=9999-99-99~1", "tri=entree&apres=hier~3",
        "tri=entree&apres=0001-01-01~1", "tri=echeance&apres=2026-W10-1~1", "q=" + "x" * 5000, "q=%ED%A0%80",
        "q=" + "+".join("abcdefghijklmnop"), "apres=" + "a" * 3000 + "~1", "tri[]=nom&q[]=x", "q=a&q=b",
    ],
)  # fmt: skip
async def test_an_address_that_makes_no_sense_still_shows_a_list(alice, staff, query):
    page = await alice.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert ">Mes salariés</h1>" in page.text


async def test_an_empty_list_says_what_to_do_and_an_empty_search_how_to_come_back(alice, world, portal):
    empty = await alice.get(LIST)
    assert "Votre liste est vide pour le moment. Déclarez un salarié, ou importez un fichier" in empty.text
    check(empty)
    await an_employee(portal, world.site)
    for query in ("?q=personne", "?suivi=SIR", "?apres=zzz~1"):
        nothing = await alice.get(LIST + query)
        assert "Aucun salarié ne correspond à ce que vous cherchez." in nothing.text, query
        assert f'<a href="{LIST}">Voir tous les présents</a>' in nothing.text
        check(nothing)


# --- What is exported


async def exported(actor, query=""):
    answer = await actor.get(f"{LIST}/export/csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="salaries-00010-2-2026-03-02.csv"' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


async def test_an_export_holds_what_the_filters_show_and_all_its_pages(alice, staff, world, portal):
    assert [row["Nom de naissance"][0] for row in await exported(alice)] == list("ABCEFGHIJ")
    assert [row["Nom de naissance"] for row in await exported(alice, "?etat=sortis")] == ["DENIS"]
    found = await exported(alice, "?suivi=SIA&tri=echeance&q=x")
    assert [row["Nom de naissance"] for row in found] == ["BAPTISTE", "GWENN"]
    for number in range(60):
        await an_employee(portal, world.site, birth_name=f"MULTIPLE{number:02}")
    assert len(await exported(alice, "?q=multiple")) == 60


async def test_an_export_never_carries_a_live_formula(alice, world, portal):
    evil = '=HYPERLINK("http://x";"y")'
    await an_employee(portal, world.site, birth_name=evil, first_names="+1+1", job_title="@SUM(A1)")
    (row,) = await exported(alice)
    assert (row["Nom de naissance"], row["Prénom"], row["Poste"]) == (f"'{evil}", "'+1+1", "'@SUM(A1)")
    book = await alice.get(f"{LIST}/export/xlsx")
    assert book.content[:2] == b"PK"
    assert (await alice.get(f"{LIST}/export/exe")).status_code == 404


# --- Who may


CHANGES_OF = ("correction", "depart", "retour")


async def test_a_reader_sees_the_list_without_a_button_and_may_change_nothing(app, alice, world, portal):
    mine = await an_employee(portal, world.site, risks="RQTH")
    await alice.fill(f"{LIST}/{mine.id}/depart", exit_on="2026-03-31")
    (change,) = await changes(portal, world.site)
    async with acting(app, portal, world.site) as reader:
        before = columns(await the_employee(portal, mine.id))
        listed, sheet = await reader.get(LIST), await reader.get(f"{LIST}/{mine.id}")
        operations = await reader.get(f"{LIST}/operations")
        for page in (listed, sheet, operations):
            assert page.status_code == 200
            assert "LE GALL Élise" in page.text
            for word in ("Déclarer un", "Importer", "Exporter", "Modifier", "Enregistrer", "/annulation"):
                assert word not in page.text, word
        assert "situation que le salarié a fait connaître <" in sheet.text
        paths = [f"{mine.id}/{act}" for act in CHANGES_OF]
        paths += ["declaration", "declaration/identite", "declaration/verification"]
        paths += [f"operations/{change.id}/annulation", "imports", "imports/nouveau"]
        for path in paths:
            assert (await reader.get(f"{LIST}/{path}")).status_code == 403, path
            if path != "imports":
                token = await reader.token("/mon-compte/mot-de-passe")
                assert (await reader.post(f"{LIST}/{path}", data={"csrf": token})).status_code == 403, path
        assert (await reader.get(f"{LIST}/export/csv")).status_code == 403
        assert (await reader.get(f"{LIST}/modele/csv")).status_code == 200
    assert columns(await the_employee(portal, mine.id)) == before


async def test_the_employee_or_change_of_another_company_is_not_found(alice, world, portal):
    mine = await an_employee(portal, world.site)
    (theirs,) = await changes(portal, world.theirs)
    token = await alice.token("/mon-compte/mot-de-passe")
    for number in (world.their_employee.id, world.employee.id, 0, 999_999, 2**31, 2**63, 10**30):
        for act in ("", *(f"/{each}" for each in CHANGES_OF)):
            assert (await alice.get(f"{LIST}/{number}{act}")).status_code == 404, (number, act)
            if act:
                typed = {"csrf": token, "exit_on": "2026-03-31"}
                answer = await alice.post(f"{LIST}/{number}{act}", data=typed)
                assert answer.status_code == 404, (number, act)
    path = f"{LIST}/operations/{theirs.id}/annulation"
    assert (await alice.get(path)).status_code == 404
    assert (await alice.post(path, data={"csrf": token})).status_code == 404
    assert (await alice.get(f"/espace/00010/salaries/{mine.id}")).status_code == 404
    untouched = await the_employee(portal, world.their_employee.id)
    assert columns(untouched) == columns(world.their_employee)


async def test_somebody_without_a_session_is_asked_to_sign_in(app, world):
    async with Actor(app) as nobody:
        answer = await nobody.get(LIST)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/connexion")
