"""The planning as it is read: from a week on, by month, past, on paper; light whatever it holds."""

import re
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from db.models import Slot, SlotState, VisitKind
from db.seeds.world import World
from tests.employees.people import put
from tests.pages import check
from tests.planning.steps import PLANNING, WEDNESDAY, a_person, a_slot
from tests.reading import rows
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
KB = 1024


def hours_of(page):
    return re.findall(r'class="hour"><time datetime="([^"]+)"', page.text)


async def many_slots(portal, company, number):
    """A quarter with a name, confirmed; the others open; nine an hour apart a day."""
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        centre = await world.a_centre("Centre de Dinan")
        for index in range(number):
            starts = WEDNESDAY + timedelta(days=index // 9, hours=index % 9)
            more = {}
            if index % 4 == 0:
                person = await put(world, company, birth_name=f"NOM{index}")
                more = {"employee_id": person.key, "state": SlotState.CONFIRMED}
            await world.a_slot(company, centre, starts, professional=f"Dr {index % 9}", **more)


async def in_time(portal, company):
    slots = await rows(portal, Slot, Slot.company_id == company.id)
    return sorted(each.starts_at.isoformat(timespec="seconds") for each in slots)


async def test_300_slots_are_read_page_by_page_each_once(alice, world, portal):
    await many_slots(portal, world.site, 300)
    path, found = PLANNING, []
    while path:
        page = await alice.get(path)
        assert page.status_code == 200
        found += hours_of(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(found) == 300
    weeks = [datetime.fromisoformat(each).isocalendar()[:2] for each in found]
    assert weeks == sorted(weeks)
    assert sorted(found) == await in_time(portal, world.site)


@pytest.mark.parametrize("day", ["31/02/2026", "demain", "12/05/1901"])
async def test_a_day_that_gives_no_week_is_said_at_its_field_and_left_aside(alice, world, portal, day):
    slot = await a_slot(portal, world.site, await a_person(portal, world.site), WEDNESDAY)
    page = await alice.get(PLANNING, params={"semaine": day})
    check(page)
    problem = "n’existe pas|ne se lit pas|Le planning commence en 1970"
    assert re.search(f'id="semaine-error"><span class="sr">Erreur : </span>[^<]*({problem})', page.text)
    assert "<title>Erreur : Mon planning" in page.text
    assert f'value="{day}"' in page.text
    assert f"/planning/{slot.id}/" in page.text
    fragment = await alice.partial(PLANNING, params={"semaine": day})
    assert re.search(f'data-said="[^"]*({problem})', fragment.text)


async def test_the_second_page_of_slots_says_so(alice, world, portal):
    await many_slots(portal, world.site, 30)
    page = await alice.get(PLANNING)
    assert "25 créneaux, la liste continue" in page.text
    following = re.search(r'href="([^"]+)" rel="next"', page.text)[1].replace("&amp;", "&")
    assert "<strong>5 créneaux, page 2</strong>" in (await alice.get(following)).text


async def test_what_a_page_asks_does_not_grow_with_the_planning_nor_its_weight(alice, world, portal):
    await many_slots(portal, world.site, 4)
    with statements_of(portal) as few:
        await alice.get(PLANNING)
    await many_more(portal, world.site)
    with statements_of(portal) as many:
        page = await alice.get(PLANNING, headers={"Accept-Encoding": "identity"})
    assert len(many) == len(few)
    assert len(brotli.compress(page.content, quality=4)) <= 6 * KB


async def many_more(portal, company):
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        centre = await world.a_centre("Centre de Lannion")
        for index in range(296):
            starts = WEDNESDAY + timedelta(minutes=30 * index)
            person = await put(world, company, birth_name=f"LE GUILLOU-{index}")
            more = {
                "employee_id": person.key,
                "professional": f"Dr Nom {index}",
                "role": "médecin du travail",
            }
            await world.a_slot(company, centre, starts, **more)


async def test_the_fragment_of_a_row_and_its_counters_is_light(alice, world, portal):
    person = await a_person(portal, world.site, "LE GUILLOU-DE KERGUELEN", first_names="Marie-Gwenaëlle")
    slot = await a_slot(portal, world.site, person)
    alice.headers["Accept-Encoding"] = "identity"
    path = f"{PLANNING}/{slot.id}/confirmation"
    answer = await alice.fill(path, partial=True, around=PLANNING, sequence="0")
    assert answer.status_code == 200
    assert "hx-partial" in answer.text
    assert len(brotli.compress(answer.content, quality=4)) <= KB


async def test_a_week_and_a_day_of_it_lead_to_its_monday(alice, world, portal):
    await a_slot(portal, world.site)
    await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(days=7))
    for typed in ("2026-W12", "2026-03-18", "18/03/2026"):
        page = await alice.get(PLANNING, params={"semaine": typed})
        assert hours_of(page) == ["2026-03-18T08:30:00+00:00"], typed
        assert "Semaine du 16 mars 2026" in page.text
        assert "semaine=2026-W11" in page.text
        check(page)


async def test_each_filter_shows_its_slots_and_the_counters_lead_to_them(alice, world, portal):
    person = await a_person(portal, world.site)
    other = await a_person(portal, world.site, "MORVAN")
    proposed = await a_slot(portal, world.site, person)
    opened = await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=1))
    kept = await a_slot(
        portal, world.site, other, WEDNESDAY + timedelta(hours=2), state="confirmed", confirmed_at=WEDNESDAY
    )
    gone = await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=3), state="cancelled")
    living = [proposed, opened, kept]
    for state, slots in (
        ("", living), ("confirmer", [proposed]), ("libres", [opened]), ("confirmes", [kept]),
        ("rendus", [gone]), ("n’importe", living),
    ):  # fmt: skip
        page = await alice.get(PLANNING, params={"etat": state})
        assert re.findall(r'id="planning-slot-(\d+)"', page.text) == [str(each.id) for each in slots], state
    for words in (
        "<strong>1</strong> à confirmer",
        "<strong>1</strong> à attribuer",
        "<strong>1</strong> confirmé",
    ):
        assert words in page.text


async def test_the_fragments_are_what_the_pages_show(alice, world, portal):
    await a_slot(portal, world.site)
    for path in (PLANNING, f"{PLANNING}?etat=libres", f"{PLANNING}/mois?mois=2026-03"):
        whole, part = await alice.get(path), await alice.partial(path)
        token = re.compile(r'(name="csrf" value=")[^"]*')
        fragment = token.sub(r"\1", part.text.partition("</title>\n")[2].partition("<hx-partial")[0]).strip()
        assert fragment, path
        assert fragment in token.sub(r"\1", whole.text), path


async def test_an_empty_planning_says_that_nothing_is_to_be_asked(alice, world):
    assert "Aucun rendez-vous n’est proposé pour le moment" in (await alice.get(PLANNING)).text
    assert "Aucun créneau ici." in (await alice.get(PLANNING, params={"etat": "libres"})).text
    assert "Aucune visite n’a encore eu lieu." in (await alice.get(f"{PLANNING}/passees")).text
    assert "Aucun rendez-vous cette semaine-là." in (await alice.get(f"{PLANNING}/feuille")).text


async def test_the_month_is_a_table_of_its_days_in_paris(alice, world, portal):
    """On the night of 25 October 2026 the clocks go back: 22:30 UTC of the 24th is the 25th in Paris."""
    person = await a_person(portal, world.site)
    night = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    slot = await a_slot(portal, world.site, person, night)
    page = await alice.get(f"{PLANNING}/mois", params={"mois": "2026-10"})
    check(page)
    cell = page.text.partition('datetime="2026-10-25"')[2].partition("</td>")[0]
    assert f'/planning/{slot.id}">0 h 30 LE GALL Élise</a>' in cell
    assert "dimanche 25 octobre" in re.sub("<[^>]+>", "", cell)
    assert '<th scope="col"><abbr title="lundi">' in page.text
    assert "mois=2026-09" in page.text
    assert "mois=2026-11" in page.text
    days = re.findall(r'datetime="(2026-\d\d-\d\d)"', page.text)
    assert len(days) == len(set(days)) == 35


async def test_an_hour_that_comes_twice_is_read_in_order(alice, world, portal):
    for number, hour in enumerate((0, 1)):
        await a_slot(
            portal,
            world.site,
            starts_at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC),
            professional=f"Dr {number}",
        )
    page = await alice.get(PLANNING, params={"semaine": "2026-10-25"})
    assert hours_of(page) == ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]
    assert page.text.count("2 h 30") >= 2


async def test_a_slot_that_began_today_is_still_there_but_answers_no_more(alice, world, portal):
    person = await a_person(portal, world.site)
    slot = await a_slot(portal, world.site, person, datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
    page = await alice.get(PLANNING)
    assert f'id="planning-slot-{slot.id}"' in page.text
    assert "Confirmer" not in page.text


async def test_the_sheet_of_a_week_is_a_table_to_print(alice, world, portal):
    person = await a_person(portal, world.site)
    await a_slot(portal, world.site, person)
    await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(days=7))
    page = await alice.get(f"{PLANNING}/feuille", params={"semaine": "2026-W11"})
    check(page)
    assert page.text.count('<tr><td class="day"') == 1
    assert portal.settings.service_name in page.text.partition("<h1")[0].partition("<main")[2]
    head = f" – <strong>{world.site.label}</strong> – feuille du 2 mars 2026"
    for words in (head, "LE GALL Élise", "Mercredi 11 mars", "9 h 30", "4 rue de la Santé", "à confirmer"):
        assert words in page.text
    assert "<button" not in page.text.partition("<h1")[2].partition("</main>")[0]


async def test_the_sheet_that_the_planning_leads_to_is_of_the_week_shown(alice, world, portal):
    """Nothing takes place this week: the first that is shown is the next."""
    await a_slot(portal, world.site, await a_person(portal, world.site))
    for query in ("", "?semaine=2026-W10", "?etat=confirmer"):
        page = await alice.get(f"{PLANNING}{query}")
        (sheet,) = re.findall(r'href="([^"]+/feuille[^"]*)"', page.text)
        assert "Visites de la semaine du 9 mars 2026" in (await alice.get(sheet)).text
        assert "LE GALL Élise" in (await alice.get(sheet)).text


async def test_a_place_and_a_professional_are_told_once_over_their_days(alice, world, portal):
    for hours in (0, 1, 24):
        await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=hours))
    await a_slot(portal, world.site, starts_at=WEDNESDAY + timedelta(hours=2), professional="Dr Nom")
    page = await alice.get(PLANNING)
    check(page)
    captions = re.findall(r"<caption[^>]*>([^<]+)", page.text)
    assert [each.rpartition(" – ")[2] for each in captions] == [
        "avec Solenn Prigent, Médecin du travail", "avec Dr Nom, Médecin du travail",
    ]  # fmt: skip
    assert page.text.count("4 rue de la Santé") == 2
    assert [each.count("<tr id=") for each in page.text.split("<tbody>")[1:]] == [2, 1, 1]


async def test_past_visits_are_read_page_by_page(alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        person = await put(seeds, world.site)
        for index in range(60):
            await seeds.a_visit(
                person, VisitKind.VIP, datetime(2020, 1, 1, tzinfo=UTC).date() + timedelta(index // 2)
            )
    path, found = f"{PLANNING}/passees", []
    while path:
        page = await alice.get(path)
        found += re.findall(r'<tr><td><time datetime="([^"]+)"', page.text)
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(found) == 60
    assert found == sorted(found, reverse=True)
    assert (await alice.get(f"{PLANNING}/passees", params={"avant": "x~y"})).status_code == 200


@pytest.mark.parametrize(
    ("semaine", "shown"),
    [("05/03/2099", "05/03/2099"), ("2099-03-05", "05/03/2099"), ("2099-W10", "02/03/2099")],
)
async def test_the_field_of_the_week_says_the_day_that_was_typed(alice, world, semaine, shown):
    page = await alice.get("/espace/00010-2/planning", params={"semaine": semaine})
    assert f'name="semaine" type="text" value="{shown}"' in page.text
