"""Lists over all members, the load of the months, who fits a free time, and the waiting list."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app import clock
from app.due.queries import needs_of
from app.due.rules import Needs
from app.due.staff import add_waiting, refill
from app.planning.staff import withdraw_slot
from db.models import (
    CareCentre,
    Company,
    Employee,
    OutboxMail,
    Professional,
    RequestMotive,
    Slot,
    SlotState,
    VisitKind,
    WaitingPerson,
)
from tests.appointments.steps import a_request
from tests.clinic.steps import a_session
from tests.pages import check
from tests.planning.steps import a_person, service
from tests.reading import rows
from tests.staff.scopes import another_centre

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
LISTS, LOAD = "/service/echeances", "/service/charge"
NINE = datetime(2026, 3, 9, 8, tzinfo=UTC)


def hour_of(made, at=NINE):
    return f"/service/vacations/{made.id}/heure/{int(at.timestamp())}"


async def slots(portal, made):
    return [each for each in await rows(portal, Slot) if each.session_id == made.id]


async def test_each_list_has_its_people_and_its_file(clerk, portal, world):
    """Due on 1 June; late in July."""
    await a_person(portal, world.site)
    hired = await a_person(portal, world.site, "RIOU", entry_on="2026-03-20", risks="PLOMB")
    back = await a_person(portal, world.site, "MORVAN")
    await a_request(
        portal, world.site, back, world.alice, motive=RequestMotive.RETURN, kind="reprise",
        back_on=date(2026, 3, 4),
    )  # fmt: skip
    june = await clerk.get(f"{LISTS}?liste=mois&mois=2026-06")
    check(june)
    assert "LE GALL Élise" in june.text
    assert "RIOU" not in june.text
    returns = await clerk.get(f"{LISTS}?liste=reprises")
    check(returns)
    assert "MORVAN Élise" in returns.text
    assert "12 mars 2026" in returns.text
    file = await clerk.get(f"{LISTS}/export?liste=mois&mois=2026-06")
    assert file.headers["content-disposition"] == 'attachment; filename="mois-2026-03-02.csv"'
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Code adhérent;Raison sociale;Commune;Nom;Prénom")
    assert "LE GALL" in lines[1]
    assert hired.due_on
    check(await clerk.get(f"{LISTS}?liste=embauches"))


async def test_a_list_goes_on_page_after_page(clerk, portal, world, monkeypatch):
    for module in ("app.due.queries.PAGE", "app.due.routes.PAGE"):
        monkeypatch.setattr(module, 2)
    monkeypatch.setattr("app.due.queries.list_rows.__defaults__", (0, None, 3))
    for name in ("A", "B", "C"):
        await a_person(portal, world.site, f"LE GALL {name}")
    first = await clerk.get(f"{LISTS}?liste=mois&mois=2026-06")
    assert first.text.count("LE GALL") == 4  # each has a link that names them
    following = first.text.partition("apres=")[2].partition('"')[0]
    second = await clerk.get(f"{LISTS}?liste=mois&mois=2026-06&apres={following}")
    assert "LE GALL C" in second.text
    assert "LE GALL A" not in second.text


async def test_who_was_called_is_on_no_list(clerk, portal, world):
    made = await a_session(portal, world)
    person = await a_person(portal, world.site)
    await clerk.fill(hour_of(made), salarie=str(person.id))
    assert "LE GALL" not in (await clerk.get(f"{LISTS}?liste=mois&mois=2026-06")).text


async def test_the_load_sets_what_is_due_beside_what_is_open(clerk, portal, world, monkeypatch):
    monkeypatch.setattr("app.due.routes.SESSIONS_COUNTED", 1)
    made, _ = await a_session(portal, world), await a_session(portal, world, name="Dr Zoé")
    person = await a_person(portal, world.site)
    await clerk.follow(await clerk.fill(hour_of(made), salarie=str(person.id)))
    page = await clerk.get(LOAD)
    check(page)
    assert "Juin 2026" in page.text
    march = page.text[page.text.index("Mars 2026") : page.text.index("Avril 2026")]
    assert [int(each) for each in re.findall(r"(\d+)</td>", march, re.ASCII)] == [0, 4, 3, 0]


async def test_from_a_free_time_to_a_person_the_same_company_first(clerk, portal, world):
    made = await a_session(portal, world, closes=time(11))
    here = await a_person(portal, world.site, "LE GALL")
    await a_person(portal, world.ours, "AUTRE", entry_on="2021-01-01")
    colleague = await a_person(portal, world.site, "ZZZ")
    session = await clerk.get(f"/service/vacations/{made.id}")
    check(session)
    assert session.text.count("Qui convient ?") == 4
    await clerk.follow(await clerk.fill(hour_of(made), salarie=str(here.id)))
    page = await clerk.get(hour_of(made, NINE + timedelta(minutes=30)))
    check(page)
    assert page.text.index("ZZZ") < page.text.index("AUTRE")
    assert page.text.count("son entreprise vient déjà") == 1
    twice = await clerk.fill(hour_of(made, NINE + timedelta(minutes=30)), salarie=str(colleague.id))
    assert twice.status_code == 303
    assert len(await slots(portal, made)) == 2
    mails = await rows(portal, OutboxMail, OutboxMail.template == "slots_proposed")
    assert len(mails) == 2
    assert "convocation" in mails[0].context
    taken = await clerk.get(hour_of(made))
    assert "Ce créneau est pris ou passé" in taken.text


async def test_from_a_person_to_a_time(clerk, portal, world):
    made = await a_session(portal, world)
    person = await a_person(portal, world.site)
    path = f"/service/salaries/{person.id}/creneau"
    page = await clerk.get(path)
    check(page)
    key = f"{made.id}-{int(NINE.timestamp())}"
    assert key in page.text
    stale = await clerk.post(path, data={"csrf": "old", "creneau": key})
    check(stale)
    assert f'value="{key}" checked' in stale.text
    await clerk.follow(await clerk.fill(path, creneau=key))
    (slot,) = await slots(portal, made)
    assert (slot.employee_id, slot.state) == (person.id, SlotState.PROPOSED)
    other = await a_person(portal, world.site, "RIOU")
    refused = await clerk.fill(f"/service/salaries/{other.id}/creneau", creneau=key)
    assert refused.status_code == 409
    assert "Ce créneau vient d’être pris" in refused.text


async def test_a_slot_given_back_goes_to_the_first_who_waits(clerk, portal, world):
    made = await a_session(portal, world, closes=time(9, 30))
    first, second = await a_person(portal, world.site), await a_person(portal, world.site, "RIOU")
    await clerk.fill(hour_of(made), salarie=str(first.id))
    waits = f"/service/salaries/{second.id}/attente"
    for _ in range(2):
        await clerk.follow(await clerk.fill(waits, centre=""))
    page = await clerk.get("/service/attente")
    check(page)
    assert "1 personne attend" in page.text
    assert await refill(portal, clock.now()) == 0
    (slot,) = await slots(portal, made)
    async with service(portal, world) as staff:
        await withdraw_slot(staff, slot.key, clock.now())
    assert await refill(portal, clock.now()) == 1
    assert [each.employee_id for each in await slots(portal, made) if each.state == "proposed"] == [second.id]
    assert not await rows(portal, WaitingPerson)


async def test_those_whom_nothing_fits_hold_up_nobody_behind_them(portal, world):
    """Fifty-one who would only come to a centre without a session, then one who comes to any."""
    await a_session(portal, world, closes=time(9, 30))
    far = await another_centre(portal)
    people = [
        await a_person(portal, world.site, f"LE GALL {'ABCDEFGHIJ'[each // 10]}{'ABCDEFGHIJ'[each % 10]}")
        for each in range(52)
    ]
    async with service(portal, world) as staff:
        for each in people:
            await add_waiting(
                staff, each.key, VisitKind.VIP, None if each == people[-1] else far, clock.now()
            )
    assert await refill(portal, clock.now()) == 1
    (slot,) = await rows(portal, Slot, Slot.employee_id == people[-1].id)
    assert slot.state == "proposed"
    assert len(await rows(portal, WaitingPerson)) == 51


async def test_of_those_who_wait_each_gets_a_time_of_their_own_in_order(portal, world):
    made = await a_session(portal, world)  # two times
    people = [await a_person(portal, world.site, f"LE GALL {name}") for name in "ABC"]
    async with service(portal, world) as staff:
        for each in people:
            await add_waiting(staff, each.key, VisitKind.VIP, None, clock.now())
    assert await refill(portal, clock.now()) == 2
    assert [each.employee_id for each in await slots(portal, made)] == [each.id for each in people[:2]]
    assert [each.employee_id for each in await rows(portal, WaitingPerson)] == [people[2].id]


async def test_whoever_has_left_waits_no_more(portal, world):
    gone, closed = await a_person(portal, world.site), await a_person(portal, world.theirs, "RIOU")
    async with service(portal, world) as staff:
        for each in (gone, closed):
            await add_waiting(staff, each.key, VisitKind.VIP, None, clock.now())
        (await staff.get(Employee, gone.key)).exit_on = date(2026, 2, 1)
        (await staff.get(Company, world.theirs.key)).closed_at = clock.now()
    assert await refill(portal, clock.now()) == 0
    assert not await rows(portal, WaitingPerson)


async def test_needs_are_read_of_the_people_of_the_page_alone(portal, world):
    here, elsewhere = await a_person(portal, world.site), await a_person(portal, world.theirs, "RIOU")
    for each, company, account in ((here, world.site, world.alice), (elsewhere, world.theirs, world.charlie)):
        await a_request(portal, company, each, account, kind="vip", needs_access=True)
    async with service(portal, world) as staff:
        assert await needs_of(staff, [here.key]) == {here.key: Needs(access=True)}
        assert await needs_of(staff, []) == {}


@pytest.mark.parametrize("need", [{"needs_access": True}, {"interpreter": "Turc"}])
async def test_what_a_visit_needs_is_looked_at_before_a_time_is_proposed_by_itself(portal, world, need):
    made = await a_session(portal, world)
    first, second = await a_person(portal, world.site), await a_person(portal, world.theirs, "RIOU")
    await a_request(portal, world.site, first, world.alice, kind="vip", **need)
    async with service(portal, world) as staff:
        (await staff.get(CareCentre, made.centre_id)).is_accessible = False
        for each in (first, second):
            await add_waiting(staff, each.key, VisitKind.VIP, None, clock.now())
    assert await refill(portal, clock.now()) == 1
    assert [each.employee_id for each in await slots(portal, made)] == [second.id]
    async with service(portal, world) as staff:
        (await staff.get(CareCentre, made.centre_id)).is_accessible = True
        (await staff.get(Professional, made.professional_id)).languages = "arabe, turc"
    assert await refill(portal, clock.now()) == 1
    assert {each.employee_id for each in await slots(portal, made)} == {first.id, second.id}


async def test_an_interpreter_is_a_need_of_those_who_fit(clerk, portal, world):
    made = await a_session(portal, world)
    person = await a_person(portal, world.site)
    await a_person(portal, world.site, "RIOU", entry_on="2026-03-05")
    await a_request(portal, world.site, person, world.alice, kind="vip", interpreter="Turc")
    page = await clerk.get(hour_of(made))
    check(page)
    assert page.text.index("RIOU") < page.text.index("LE GALL"), "an interpreter is to be found"
    assert "interprète à réserver : Turc" in page.text
    assert "d’après le code postal" in page.text
    path = f"/service/professionnels/{made.professional_id}"
    await clerk.fill(path, name="Dr Abgrall", role="médecin du travail", languages="turc, arabe")
    assert 'value="turc, arabe"' in (await clerk.get(path)).text
    page = await clerk.get(hour_of(made))
    assert "parlé par Dr Abgrall : Turc" in page.text
    assert page.text.index("LE GALL") < page.text.index("RIOU")


async def test_who_waits_is_taken_off_by_hand(clerk, portal, world):
    person = await a_person(portal, world.site)
    await clerk.fill(f"/service/salaries/{person.id}/attente", centre="1")
    (line,) = await rows(portal, WaitingPerson)
    assert (line.centre_id, line.kind) == (1, VisitKind.VIP)
    await clerk.fill("/service/attente", attente=str(line.id))
    assert not await rows(portal, WaitingPerson)
