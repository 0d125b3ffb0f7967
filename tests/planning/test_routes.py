"""The planning as it is read: from a week on, by month, past, on paper; light whatever it holds."""

import re
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from db.models import SlotState, VisitKind
from db.seeds.world import World
from tests.employees.people import put
from tests.planning.told import PLANNING, WEDNESDAY, a_person, a_slot
from tests.statements import statements_of
from tests.test_pages import check

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
KB = 1024


def hours_of(page):
    return re.findall(r'class="slot-who"[^>]*><time datetime="([^"]+)"', page.text)


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


async def test_300_slots_are_read_page_by_page_each_once(alice, told, portal):
    await many_slots(portal, told.site, 300)
    path, found = PLANNING, []
    while path:
        page = await alice.get(path)
        assert page.status_code == 200
        found += hours_of(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(found) == 300
    assert found == sorted(found)


async def test_what_a_page_asks_does_not_grow_with_the_planning_nor_its_weight(alice, told, portal):
    await many_slots(portal, told.site, 4)
    with statements_of(portal) as few:
        await alice.get(PLANNING)
    await many_more(portal, told.site)
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


async def test_the_fragment_of_a_row_and_its_counters_is_light(alice, told, portal):
    person = await a_person(portal, told.site, "LE GUILLOU-DE KERGUELEN", first_names="Marie-Gwenaëlle")
    slot = await a_slot(portal, told.site, person)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial", "Accept-Encoding": "identity"}
    path = f"{PLANNING}/{slot.id}/confirmation"
    answer = await alice.post(path, data={"csrf": await alice.token(path), "sequence": "0"}, headers=headers)
    assert answer.status_code == 200
    assert len(brotli.compress(answer.content, quality=4)) <= KB


async def test_a_week_and_a_day_of_it_lead_to_its_monday(alice, told, portal):
    await a_slot(portal, told.site)
    await a_slot(portal, told.site, starts_at=WEDNESDAY + timedelta(days=7))
    for typed in ("2026-W12", "2026-03-18", "18/03/2026"):
        page = await alice.get(PLANNING, params={"semaine": typed})
        assert hours_of(page) == ["2026-03-18T08:30:00+00:00"], typed
        assert "Semaine du 16 mars 2026" in page.text
        assert "semaine=2026-W11" in page.text
        check(page)


async def test_each_filter_shows_its_slots_and_the_counters_lead_to_them(alice, told, portal):
    person = await a_person(portal, told.site)
    other = await a_person(portal, told.site, "MORVAN")
    proposed = await a_slot(portal, told.site, person)
    opened = await a_slot(portal, told.site, starts_at=WEDNESDAY + timedelta(hours=1))
    kept = await a_slot(
        portal, told.site, other, WEDNESDAY + timedelta(hours=2), state="confirmed", confirmed_at=WEDNESDAY
    )
    gone = await a_slot(portal, told.site, starts_at=WEDNESDAY + timedelta(hours=3), state="cancelled")
    living = [proposed, opened, kept]
    for state, slots in (
        ("", living), ("confirmer", [proposed]), ("libres", [opened]), ("confirmes", [kept]),
        ("rendus", [gone]), ("n’importe", living),
    ):  # fmt: skip
        page = await alice.get(PLANNING, params={"etat": state})
        assert re.findall(r'id="planning-slot-(\d+)"', page.text) == [str(each.id) for each in slots], state
    for words in (
        "<strong>1</strong> à confirmer",
        "<strong>1</strong> libre",
        "<strong>1</strong> confirmé",
    ):
        assert words in page.text


async def test_the_fragments_are_what_the_pages_show(alice, told, portal):
    await a_slot(portal, told.site)
    for path in (PLANNING, f"{PLANNING}?etat=libres", f"{PLANNING}/mois?mois=2026-03"):
        whole, part = await alice.get(path), await alice.partial(path)
        token = re.compile(r'(name="csrf" value=")[^"]*')
        fragment = token.sub(r"\1", part.text.partition("</title>\n")[2].partition("<hx-partial")[0]).strip()
        assert fragment, path
        assert fragment in token.sub(r"\1", whole.text), path


async def test_an_empty_planning_says_that_nothing_is_to_be_asked(alice, told):
    assert "Aucun rendez-vous n’est proposé pour le moment" in (await alice.get(PLANNING)).text
    assert "Aucun créneau ici." in (await alice.get(PLANNING, params={"etat": "libres"})).text
    assert "Aucune visite n’a encore eu lieu." in (await alice.get(f"{PLANNING}/passees")).text
    assert "Aucun rendez-vous cette semaine-là." in (await alice.get(f"{PLANNING}/feuille")).text


async def test_the_month_is_a_table_of_its_days_in_paris(alice, told, portal):
    """On the night of 25 October 2026 the clocks go back: 22:30 UTC of the 24th is the 25th in Paris."""
    person = await a_person(portal, told.site)
    night = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    slot = await a_slot(portal, told.site, person, night)
    page = await alice.get(f"{PLANNING}/mois", params={"mois": "2026-10"})
    check(page)
    cell = page.text.partition('datetime="2026-10-25"')[2].partition("</td>")[0]
    assert f'/planning/{slot.id}">0 h 30 LE GALL Élise</a>' in cell
    assert "dimanche 25 octobre" in cell
    assert '<th scope="col"><abbr title="lundi">' in page.text
    assert "mois=2026-09" in page.text
    assert "mois=2026-11" in page.text
    days = re.findall(r'datetime="(2026-\d\d-\d\d)"', page.text)
    assert len(days) == len(set(days)) == 35


async def test_an_hour_that_comes_twice_is_read_in_order(alice, told, portal):
    for number, hour in enumerate((0, 1)):
        await a_slot(
            portal,
            told.site,
            starts_at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC),
            professional=f"Dr {number}",
        )
    page = await alice.get(PLANNING, params={"semaine": "2026-10-25"})
    assert hours_of(page) == ["2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+00:00"]
    assert page.text.count("2 h 30") >= 2


async def test_a_slot_that_began_today_is_still_there_but_answers_no_more(alice, told, portal):
    person = await a_person(portal, told.site)
    slot = await a_slot(portal, told.site, person, datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
    page = await alice.get(PLANNING)
    assert f'id="planning-slot-{slot.id}"' in page.text
    assert "Confirmer" not in page.text


async def test_the_sheet_of_a_week_is_a_table_to_print(alice, told, portal):
    person = await a_person(portal, told.site)
    await a_slot(portal, told.site, person)
    await a_slot(portal, told.site, starts_at=WEDNESDAY + timedelta(days=7))
    page = await alice.get(f"{PLANNING}/feuille", params={"semaine": "2026-W11"})
    check(page)
    assert page.text.count("<tr><th") == 2
    for words in ("LE GALL Élise", "Mercredi 11 mars", "9 h 30", "4 rue de la Santé", "à confirmer"):
        assert words in page.text


async def test_past_visits_are_read_page_by_page(alice, told, portal):
    async with portal.database.transaction(write=True) as session:
        world = World(session)
        person = await put(world, told.site)
        for index in range(60):
            await world.a_visit(
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
async def test_the_field_of_the_week_says_the_day_that_was_typed(alice, told, semaine, shown):
    page = await alice.get("/espace/00010-2/planning", params={"semaine": semaine})
    assert f'name="semaine" type="text" value="{shown}"' in page.text
