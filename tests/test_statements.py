"""What each journey asks of the database, from the press of its last button to the answer.

Each row is read once, then handed on: a bound that grows says where it is read again. SQLite writes one more
statement than PostgreSQL where two mails leave, since it promises no order for rows written together.
"""

import re
from datetime import timedelta

import pytest

from tests.appointments import steps as appointments
from tests.contact import steps as contact
from tests.contributions import steps as contributions
from tests.employees.people import CHECK, acting, an_employee, as_shown
from tests.employees.steps import three_steps
from tests.faults.steps import dispatcher_of
from tests.imports.test_routes import ELISE, ZOE, compared, csv
from tests.planning.steps import PLANNING, WEDNESDAY, a_person, a_slot, confirm
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def pressed(actor, path, fields, status=303, **more):
    """All is filled and the token is there: what is left is to send it."""
    sent = {"data": {"csrf": await actor.token("/mon-compte")} | fields} | more

    async def send():
        answer = await actor.post(path, **sent)
        assert answer.status_code == status, answer.text

    return send


async def proposed(portal, world):
    return await a_slot(portal, world.site, await a_person(portal, world.site, email="elise@example.fr"))


async def confirming(alice, world, portal, status=303, **more):
    path = f"{PLANNING}/{(await proposed(portal, world)).id}/confirmation"
    return await pressed(alice, path, await as_shown(alice, path), status, **more)


async def confirming_in_place(alice, world, portal):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    return await confirming(alice, world, portal, 200, headers=headers)


async def confirming_a_week(alice, world, portal):
    """Two statements for each appointment, and the three rows that it writes: PostgreSQL takes those of all
    together.
    """
    for number, name in enumerate(("LE GALL", "MORVAN", "RIOU", "THOMAS")):
        person = await a_person(portal, world.site, name, email=f"{name[:2].lower()}@example.fr")
        await a_slot(portal, world.site, person, WEDNESDAY + timedelta(hours=number))
    return await pressed(alice, PLANNING, await shown_week(alice))


async def shown_week(alice):
    (shown,) = re.findall(r'name="shown" value="([^"]+)"', (await alice.get(PLANNING)).text)
    return {"shown": shown}


async def confirming_second(alice, world, portal):
    slot = await proposed(portal, world)
    path = f"{PLANNING}/{slot.id}/absence"
    fields = await as_shown(alice, path) | {"reason": "a_refaire"}
    async with acting(alice.edge, portal, world.site, "rendez-vous") as colleague:
        assert (await confirm(colleague, slot)).status_code == 303
    return await pressed(alice, path, fields, 409)


async def after_confirming(alice, world, portal, word, **typed):
    slot = await proposed(portal, world)
    assert (await confirm(alice, slot)).status_code == 303
    path = f"{PLANNING}/{slot.id}/{word}"
    return await pressed(alice, path, await as_shown(alice, path) | typed)


async def giving_back(alice, world, portal):
    return await after_confirming(alice, world, portal, "absence", reason="a_refaire")


async def asking_another_date(alice, world, portal):
    return await after_confirming(alice, world, portal, "autre-date")


async def giving(alice, world, portal):
    person = await a_person(portal, world.site, email="elise@example.fr")
    path = f"{PLANNING}/{(await a_slot(portal, world.site)).id}/salarie"
    return await pressed(alice, path, {"sequence": "0", "employee": str(person.id)})


async def asking(alice, world, portal):
    person = await a_person(portal, world.site)
    fields = await appointments.typed_for(alice, "employeur", person, message="Merci.")
    return await pressed(alice, f"{appointments.NEW}/employeur", fields)


async def declaring(alice, world, portal):
    await three_steps(alice)
    return await pressed(alice, CHECK, await as_shown(alice, CHECK))


async def importing(alice, world, portal):
    await an_employee(portal, world.site)
    place, _ = await compared(alice, csv(ZOE, ELISE))
    return await pressed(alice, place, await as_shown(alice, place))


async def filing(alice, world, portal):
    await contributions.some_employees(portal, world.site)
    await contributions.declare(alice)
    path = f"{contributions.YEAR}/validation"
    return await pressed(alice, path, await as_shown(alice, path))


async def writing(alice, world, portal):
    return await pressed(alice, contact.NEW, contact.WRITTEN, files={"fichier": ("", b"")})


async def sending(alice, world, portal):
    """From the dispatcher's waking to its finding nothing left: one letter, with its convocation."""
    await confirm(alice, await proposed(portal, world))
    dispatcher = dispatcher_of(alice.edge)

    async def send():
        assert await dispatcher.send_due() == 1

    return send


JOURNEYS = {
    "confirm a slot": (confirming, 9),
    "confirm a slot in place": (confirming_in_place, 11),
    "confirm the four of a week": (confirming_a_week, 4 + 4 * 5),
    "come second": (confirming_second, 8),
    "give a slot back": (giving_back, 10),
    "ask for another date": (asking_another_date, 12),
    "give a slot to somebody": (giving, 11),
    "ask for a visit": (asking, 10),
    "declare an employee": (declaring, 7),
    "apply an import": (importing, 13),
    "file the declaration": (filing, 10),
    "write a message": (writing, 8),
    "a mail leaves": (sending, 5),
}


@pytest.mark.parametrize("journey", JOURNEYS)
async def test_a_journey_asks_little_of_the_database(alice, world, portal, journey):
    begin, most = JOURNEYS[journey]
    last = await begin(alice, world, portal)
    with statements_of(portal) as statements:
        await last()
    assert len(statements) <= most, f"{len(statements)} for {most}:\n" + "\n".join(statements)
