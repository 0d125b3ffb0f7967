"""One declaration comes out of what was typed, and it is the one that was on screen."""

import asyncio
from collections import Counter

import pytest

from db.models import AuditEvent, EmployeeDraft
from tests.employees.people import CHECK, as_shown, changes, declare
from tests.employees.steps import WHO, YANN, ours, three_steps
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_a_button_pressed_twice_declares_once_and_shows_it_again(alice, world, portal):
    await three_steps(alice)
    fields = {"csrf": await alice.token(CHECK), **await as_shown(alice, CHECK)}
    first, second = await alice.post(CHECK, data=fields), await alice.post(CHECK, data=fields)
    assert first.headers["location"] == second.headers["location"]
    assert len(await ours(portal, world)) == 1


async def test_only_who_was_on_screen_is_declared(alice, world, portal):
    await three_steps(alice)
    shown = {"csrf": await alice.token(CHECK), **await as_shown(alice, CHECK)}
    await three_steps(alice, YANN | {"birth_name": "BETA", "first_names": "Deux"})
    refused = await alice.post(CHECK, data=shown)
    assert refused.status_code == 409
    assert "Cette déclaration a changé entre-temps" in refused.text
    assert "Vérifier et déclarer BETA Deux" in refused.text
    check(refused)
    assert not await ours(portal, world)
    assert (await declare(alice)).status_code == 303
    after = await alice.post(CHECK, data=shown)
    assert after.status_code == 409
    assert "Cette déclaration a changé entre-temps" in after.text
    assert [each.birth_name for each in await ours(portal, world)] == ["BETA"]


async def test_twenty_at_once_declare_one_person(alice, world, portal):
    await three_steps(alice)
    fields = {"csrf": await alice.token(CHECK), **await as_shown(alice, CHECK)}
    answers = await asyncio.gather(*(alice.post(CHECK, data=fields) for _ in range(20)))
    assert set(Counter(answer.status_code for answer in answers)) <= {303, 409}
    assert len(await ours(portal, world)) == 1
    assert len(await changes(portal, world.site)) == 1
    assert len(await rows(portal, AuditEvent)) == 1


async def test_twenty_first_steps_at_once_keep_one_draft(alice, world, portal):
    fields = {"csrf": await alice.token(WHO), **YANN}
    answers = await asyncio.gather(*(alice.post(WHO, data=fields) for _ in range(20)))
    assert max(answer.status_code for answer in answers) < 500
    assert 303 in {answer.status_code for answer in answers}
    assert len(await rows(portal, EmployeeDraft)) == 1
