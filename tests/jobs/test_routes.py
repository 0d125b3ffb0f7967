"""The nearest job: proposed while one types, asked once on a page of its own to who has not seen it."""

import re

import pytest

from db.models import EmployeeDraft
from tests.employees.people import LIST, an_employee, as_shown, declare, fields_of, the_employee
from tests.employees.steps import JOB, NOTHING, POST, WHO, WORK, YANN, ours, three_steps
from tests.pages import TOKEN, check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_the_nearest_job_is_an_ordinary_question_asked_once(alice, world, portal):
    await alice.fill(WHO, **YANN)
    asked = await alice.fill(POST, **JOB | {"asked": "", "pcs": ""})
    is_a_question(asked, "Déclarer un salarié, étape 2 sur 4")
    assert 'name="pcs" value="623e"' in asked.text
    none = await alice.post(POST, data={"csrf": await alice.token(POST)} | fields_of(asked.text))
    assert none.headers["location"] == WORK
    await alice.fill(WORK, **NOTHING)
    await declare(alice)
    assert (await the_employee(portal, (await ours(portal, world))[0].id)).pcs == ""


async def test_the_code_of_the_job_typed_before_is_asked_about_again(alice, world, portal):
    await three_steps(alice)
    asked = await alice.fill(POST, **JOB | {"job_title": "Comptable"})
    is_a_question(asked, "Déclarer un salarié, étape 2 sur 4")
    (draft,) = await rows(portal, EmployeeDraft)
    assert "pcs" not in draft.typed
    kept = await alice.fill(POST, **JOB | {"job_title": "Comptable", "asked": "Comptable"})
    assert kept.headers["location"] == WORK


async def test_in_place_the_question_has_the_same_words(alice, world):
    await alice.fill(WHO, **YANN)
    fields = JOB | {"asked": "", "pcs": ""}
    part, whole = [await alice.fill(POST, partial=is_part, **fields) for is_part in (True, False)]
    assert part.status_code == 200
    title, _, fragment = part.text.partition("</title>\n")
    assert title + "</title>" in whole.text
    assert TOKEN.sub(r"\1", fragment).strip() in TOKEN.sub(r"\1", whole.text)


async def test_what_is_wrong_is_said_before_the_nearest_job_is_asked(alice, world):
    await alice.fill(WHO, **YANN)
    refused = await alice.fill(POST, **JOB | {"asked": "", "pcs": "", "contract": ""})
    assert refused.status_code == 422
    assert "Choisissez le type de contrat." in refused.text
    assert "<h1 tabindex" in refused.text
    assert "Quel métier est le plus proche ?" not in refused.text


@pytest.mark.parametrize(
    ("page", "about"), [("correction", "Modifier LE GALL Élise"), ("retour", "Retour de")]
)
async def test_a_sheet_corrected_and_a_return_ask_the_same_question(alice, world, portal, page, about):
    left = {"exit_on": "2026-01-31"} if page == "retour" else {}
    employee = await an_employee(portal, world.site, **left)
    path = f"{LIST}/{employee.id}/{page}"
    typed = await as_shown(alice, path) | {"job_title": "Soudeuse"}
    typed |= {"entry_on": "16/03/2026"} if page == "retour" else {}
    asked = await alice.fill(path, **typed)
    is_a_question(asked, about)
    assert (await the_employee(portal, employee.id)).job_title == "Caissière"
    answer = await alice.fill(path, **fields_of(asked.text) | {"pcs": "623e"})
    assert answer.status_code == 303
    now = await the_employee(portal, employee.id)
    assert (now.job_title, now.pcs, now.sex) == ("Soudeuse", "623e", "F")


async def test_a_title_that_is_like_no_job_drops_the_code_of_the_job_before(alice, world, portal):
    employee = await an_employee(portal, world.site)
    path = f"{LIST}/{employee.id}/correction"
    answer = await alice.fill(path, **await as_shown(alice, path) | {"job_title": "Xyzzq"})
    assert answer.status_code == 303
    assert (await the_employee(portal, employee.id)).pcs == ""


def is_a_question(page, about):
    """Nothing was refused: no summary, no « Erreur », no job ticked beforehand."""
    check(page)
    assert page.status_code == 200
    assert "Quel métier est le plus proche ? – " in page.text.partition("</title>")[0]
    assert ">Quel métier est le plus proche ?</h1>" in page.text
    assert f'<p class="hint">{about}' in page.text
    assert not re.search(
        r'Erreur|Il y a un problème|aria-invalid|class="wrong|value="[^"][^>]*checked', page.text
    )


async def test_a_job_that_is_like_nothing_is_taken_as_it_is(alice, world):
    await alice.fill(WHO, **YANN)
    answer = await alice.fill(POST, **JOB | {"job_title": "Xyzzq", "asked": "", "pcs": ""})
    assert answer.status_code == 303


async def test_the_codes_of_a_job_are_a_page_and_a_fragment(alice, world):
    whole = await alice.get(f"{LIST}/metiers", params={"job_title": "soudeuse"})
    part = await alice.partial(f"{LIST}/metiers", params={"job_title": "soudeuse"})
    assert 'value="623e"' in whole.text
    none = await alice.get(f"{LIST}/metiers", params={"job_title": "Xyzzq"})
    assert "Aucun métier trouvé : essayez un autre mot" in none.text
    assert part.text.partition("</title>")[2].strip() in whole.text
    check(whole)
    for odd in ("", "x" * 5000, "<script>", "%"):
        assert (await alice.get(f"{LIST}/metiers", params={"job_title": odd})).status_code == 200
