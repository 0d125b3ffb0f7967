"""What an employer asks of the service reaches the team that follows them, by mail."""

import pytest

from db.models import CareTeam, Company
from tests.appointments.steps import REQUESTS, ask, asked
from tests.employees.people import an_employee
from tests.postbox import words_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_asked_added_to_and_cancelled_the_team_hears_of_it_each_time(
    app, alice, world, portal, mailbox
):
    async with portal.database.transaction(write=True) as session:
        team = CareTeam(name="Équipe Goëlo", email="goelo@service.example", phone="+33296000001")
        session.add(team)
        await session.flush()
        (await session.get_one(Company, world.site.key)).team_id = team.key
    people = [await an_employee(portal, world.site, birth_name=name) for name in ("LE GALL", "MORVAN")]
    await ask(alice, "employeur", *people, message="Avant la fin du mois si possible.")
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == "goelo@service.example"
    assert letter["subject"].startswith("Visite à votre demande : 00010-2")
    text = words_of(letter)
    assert "LE GALL Élise, MORVAN Élise" in text
    assert "Avant la fin du mois si possible." in text
    first, second = await asked(portal, world.site)
    await alice.fill(f"{REQUESTS}/{first.id}/messages", token="un-autre-jeton", text="Plutôt le matin.")
    await alice.fill(f"{REQUESTS}/{second.id}/annulation")
    added, dropped = await mailbox.delivered(app)
    assert "Plutôt le matin." in words_of(added)
    assert dropped["subject"].startswith("Demande de visite annulée : 00010-2")
