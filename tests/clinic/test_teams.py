"""The teams that follow companies, through their pages."""

import pytest

from db.models import CareTeam
from tests.pages import check
from tests.reading import rows

TEAMS = "/service/equipes-de-suivi"
FIELDS = {"name": "Équipe Armor", "people": "médecin du travail : Dr Abgrall\n\ninfirmière: Aude Riou"}


async def test_a_team_is_made_changed_and_named_once(clerk, portal):
    check(await clerk.get(TEAMS))
    page = await clerk.follow(await clerk.fill(TEAMS, **FIELDS, email="armor@service.example", phone=""))
    check(page)
    (team,) = await rows(portal, CareTeam)
    assert team.people == [["médecin du travail", "Dr Abgrall"], ["infirmière", "Aude Riou"]]
    twice = await clerk.fill(TEAMS, **FIELDS)
    assert "porte déjà ce nom" in twice.text
    one = await clerk.get(f"{TEAMS}/{team.id}")
    check(one)
    assert "infirmière : Aude Riou" in one.text
    await clerk.fill(f"{TEAMS}/{team.id}", **FIELDS | {"name": "Équipe Trégor", "people": ""})
    (team,) = await rows(portal, CareTeam)
    assert (team.name, team.people) == ("Équipe Trégor", [])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"people": "Dr Abgrall"}, "sur chaque ligne ; à revoir : Dr Abgrall"),
        ({"name": ""}, "Écrivez le nom"),
        ({"email": "armor"}, "adresse"),
    ],
)
async def test_what_does_not_read_is_said(clerk, portal, wrong, words):
    answer = await clerk.fill(TEAMS, **FIELDS | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, CareTeam)


async def test_the_settings_are_read_with_their_names(clerk):
    page = await clerk.get("/service/reglages")
    check(page)
    assert "PORTAIL_SERVICE_NOTICE_DAYS" in page.text
    assert "portailadh@aist22.fr" in page.text
