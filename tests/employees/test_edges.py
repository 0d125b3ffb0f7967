"""Who never came, who left, whose visit is urgent: what the pages and the mails then say."""

import pytest

from app.jobs.pcs import jobs_like
from app.text.formats import of
from tests.employees.people import LIST, an_employee, as_shown, changes, correct, declare, undo
from tests.employees.steps import JOB, NOTHING, three_steps
from tests.pages import check
from tests.postbox import words_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_a_hire_whose_visit_comes_before_the_work_is_told_to_the_team_at_once(
    app, alice, world, portal, mailbox
):
    await three_steps(alice, work=NOTHING | {"risk_amiante": "oui"})
    await declare(alice)
    (letter,) = await mailbox.delivered(app)
    assert letter["to"] == portal.settings.service_email
    assert letter["subject"].startswith("Embauche : visite avant la prise de poste")
    assert "Examen médical d’aptitude à l’embauche" in words_of(letter)


async def test_the_page_of_a_departure_names_the_person_as_one_says_it(alice, world, portal):
    before = await an_employee(portal, world.site, birth_name="ABGRALL")
    page = await alice.get(f"{LIST}/{before.id}/depart")
    check(page)
    assert '<h1 tabindex="-1">Départ d’ABGRALL Élise</h1>' in page.text
    assert "* Champ obligatoire" in page.text


@pytest.mark.parametrize(
    ("name", "words"),
    [("MORVAN Yann", "de MORVAN Yann"), ("ABGRALL", "d’ABGRALL"), ("Élise", "d’Élise"), ("HAMON", "d’HAMON")],
)
def test_a_name_is_elided(name, words):
    assert of(name) == words


@pytest.mark.parametrize(
    ("words", "code"), [("informaticien", "478c"), ("RH", "543e"), ("ressources humaines", "543e")]
)
def test_everyday_words_find_their_code(words, code):
    assert code in [found for found, _ in jobs_like(words)]


async def test_a_return_and_its_undoing_pressed_twice_are_done_once(alice, world, portal):
    gone = await an_employee(portal, world.site, exit_on="2025-06-30")
    path = f"{LIST}/{gone.id}/retour"
    seen = await as_shown(alice, path) | {"entry_on": "2026-03-16"}
    token = await alice.token(path)
    for _ in range(2):
        assert (await alice.post(path, data=seen | {"csrf": token})).status_code == 303
    (change,) = await changes(portal, world.site)
    path = f"{LIST}/operations/{change.id}/annulation"
    for _ in range(2):
        assert (await alice.post(path, data={"csrf": token})).status_code == 303
    assert [each.kind for each in await changes(portal, world.site)] == ["came_back", "undone"]


async def test_what_an_undoing_took_away_is_restored_by_that_name(alice, world, portal):
    employee = await an_employee(portal, world.site)
    await correct(alice, employee, job_title="Vendeuse")
    (change,) = await changes(portal, world.site)
    await undo(alice, change)
    listed = (await alice.get(f"{LIST}/operations")).text
    assert '">Rétablir<span class="sr">' in listed
    shown = await alice.after(f"{LIST}/{employee.id}", "annule")
    assert '">Rétablir</a>' in shown.text


async def test_the_answer_to_a_late_declaration_does_not_ask_for_a_day_that_has_passed(alice, world, portal):
    await three_steps(alice, job=JOB | {"entry_on": "02/06/2025"})
    done = await alice.follow(await declare(alice))
    assert "visite en retard, elle devait avoir lieu au plus tard le 2 septembre 2025" in done.text
