"""/mon-compte/calendriers: opening and revoking addresses. And one appointment as a file."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.calendars import queries
from app.calendars.queries import MOST
from db.models import VisitKind
from tests.actors import Actor
from tests.calendars.readers import read
from tests.calendars.steps import (
    PAGE,
    a_slot,
    addresses,
    an_address,
    calendar_events,
    feeds,
    open_address,
)
from tests.doors import membership_of
from tests.employees.people import acting, as_shown
from tests.pages import check
from tests.world import OURS, THEIRS

AT = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


async def test_the_page_leads_from_the_account_to_an_address_that_can_be_copied(alice):
    assert f'href="{PAGE}"' in (await alice.get("/mon-compte")).text
    before = await alice.get(PAGE)
    assert "Vous n’avez encore aucune adresse d’agenda." in before.text
    answer = await open_address(alice, company="00010", names=True)
    after = await alice.follow(answer)
    check(after)
    assert "L’adresse est créée" in after.text
    (path,) = await addresses(alice)
    https, webcal = (f'href="{scheme}://127.0.0.1:8000{path}"' for scheme in ("http", "webcal"))
    assert after.text.index(https) < after.text.index(webcal), "what every browser opens comes first"
    assert "Avec les noms des salariés" in after.text
    assert (await alice.get(path)).headers["content-type"] == "text/calendar; charset=utf-8"


async def test_an_address_is_shown_again_and_only_its_fingerprint_is_kept(alice, portal):
    path = await an_address(alice)
    assert await addresses(alice) == [path]
    (feed,) = await feeds(portal)
    token = path.removeprefix("/calendrier/").removesuffix(".ics")
    assert len(token) == 43
    assert token not in repr(feed)


async def test_opening_and_revoking_are_told_once_in_the_history(alice, world, portal):
    await an_address(alice, company="00010", names=True)
    (feed,) = await feeds(portal)
    for _ in range(2):
        await alice.fill(PAGE, to=f"{PAGE}/{feed.id}/revocation")
    events = [(each.kind, each.company_id, each.about) for each in await calendar_events(portal)]
    assert events == [
        ("calendar_opened", world.ours.id, "00010, avec les noms"),
        ("calendar_revoked", world.ours.id, ""),
    ]
    assert "adresse d’agenda créée" in (await alice.get("/espace/00010/historique")).text


async def test_a_form_sent_twice_opens_one_address(alice, portal):
    fields = await as_shown(alice, PAGE) | {"csrf": await alice.token(PAGE)}
    answers = [await alice.post(PAGE, data=fields) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(await feeds(portal)) == len(await calendar_events(portal)) == 1


async def test_a_form_sent_twenty_times_at_once_opens_one_address(alice, portal):
    fields = await as_shown(alice, PAGE) | {"csrf": await alice.token(PAGE)}
    answers = await asyncio.gather(*(alice.post(PAGE, data=fields) for _ in range(20)))
    assert {each.status_code for each in answers} == {303}
    assert len(await feeds(portal)) == len(await calendar_events(portal)) == 1


async def test_the_same_form_for_another_company_is_another_address(alice, portal):
    fields = await as_shown(alice, PAGE)
    for company in ("00010", "00010-2"):
        await alice.fill(PAGE, **fields | {"company": company})
    assert len({feed.token_hash for feed in await feeds(portal)}) == 2


async def test_the_same_form_of_somebody_else_is_another_address(alice, charlie, portal):
    fields = await as_shown(alice, PAGE)
    for actor in (alice, charlie):
        assert (await actor.fill(PAGE, **fields)).status_code == 303
    assert len({feed.token_hash for feed in await feeds(portal)}) == 2


async def test_a_revoked_address_does_not_come_back_with_its_old_form(alice, portal):
    fields = await as_shown(alice, PAGE)
    await alice.fill(PAGE, **fields)
    await alice.fill(f"{PAGE}/1/revocation")
    answer = await alice.fill(PAGE, **fields)
    assert answer.status_code == 422
    assert "Cette adresse a été révoquée. Validez de nouveau" in answer.text
    assert (await open_address(alice)).status_code == 303
    assert len(await addresses(alice)) == 1


async def test_the_eleventh_is_refused_in_a_sentence_until_one_is_revoked(alice, portal):
    for _ in range(MOST):
        assert (await open_address(alice)).status_code == 303
    refused = await open_address(alice)
    assert refused.status_code == 422
    assert "Vous avez déjà 10 adresses : révoquez-en une pour en créer une autre." in refused.text
    check(refused)
    assert len(await feeds(portal)) == len(await calendar_events(portal)) == MOST
    await alice.fill(f"{PAGE}/1/revocation")
    assert (await open_address(alice)).status_code == 303


async def test_addresses_asked_at_once_do_not_pass_the_limit(alice, portal):
    for _ in range(MOST - 1):
        await open_address(alice)
    csrf = await alice.token(PAGE)
    forms = [{"csrf": csrf, "company": "", "once": f"{number:043d}"} for number in range(8)]
    answers = await asyncio.gather(*(alice.post(PAGE, data=form) for form in forms))
    assert sorted(each.status_code for each in answers) == [303] + [422] * 7
    assert len(await feeds(portal)) == MOST


@pytest.mark.parametrize("company", ["00042", "98765", "x", "00010' OR 1=1"])
async def test_a_company_that_is_not_ones_own_is_refused_like_one_that_is_not(alice, portal, company):
    answer = await open_address(alice, company=company)
    assert answer.status_code == 422
    assert "Vous n’agissez pour aucune entreprise de ce code." in answer.text
    assert not await feeds(portal)


async def test_among_too_many_companies_one_is_chosen_by_its_code(alice, portal, world, monkeypatch):
    await open_address(alice, company="00010")
    monkeypatch.setattr(queries, "FEW", 1)
    page = await alice.get(PAGE)
    check(page)
    assert "<option" not in page.text
    assert '<label for="company">Code de l’entreprise</label>' in page.text
    assert f"00010 - {world.ours.name}" in page.text, "an address still says of which company it is"
    assert (await open_address(alice, company=" 00010-2 ")).status_code == 303
    wrong = await open_address(alice, company="00042")
    check(wrong)
    assert 'value="00042"' in wrong.text
    assert [each.company_id for each in await feeds(portal)] == [world.ours.id, world.site.id]


async def test_names_are_refused_to_who_may_not_arrange_appointments(app, world, portal):
    async with acting(app, portal, world.ours) as reader:
        for company in ("00010", ""):
            answer = await open_address(reader, company=company, names=True)
            assert answer.status_code == 422
            assert "il faut le rôle « Rendez-vous »" in answer.text
            check(answer)
        assert (await open_address(reader)).status_code == 303


@pytest.mark.parametrize("once", ["", "x", "x" * 101])
async def test_a_form_without_what_its_page_drew_opens_nothing(alice, portal, once):
    answer = await open_address(alice, once=once)
    assert answer.status_code == 422
    assert not await feeds(portal)


async def test_revoking_asks_first_and_says_so_afterwards(alice):
    path = await an_address(alice, company="00010-2")
    asked = await alice.get(f"{PAGE}/1/revocation")
    check(asked)
    assert "Paimpol" in asked.text
    assert (await alice.get(path)).status_code == 200
    done = await alice.follow(await alice.fill(f"{PAGE}/1/revocation"))
    assert "L’adresse est révoquée" in done.text
    assert await addresses(alice) == []
    assert "Cette adresse est déjà révoquée." in (await alice.get(f"{PAGE}/1/revocation")).text


async def test_somebody_elses_address_is_not_found(alice, charlie, portal):
    await an_address(alice)
    foreign, absent = [await charlie.get(f"{PAGE}/{number}/revocation") for number in (1, 999)]
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert (await charlie.fill(PAGE, to=f"{PAGE}/1/revocation")).status_code == 404
    assert (await feeds(portal))[0].revoked_at is None


async def test_an_address_for_a_company_that_one_left_does_not_tell_its_name(alice, world, portal):
    await an_address(alice, company="00010")
    async with portal.database.transaction(write=True) as session:
        await session.delete(await membership_of(portal, world.alice, world.ours))
    page = (await alice.get(PAGE)).text
    assert "Une entreprise que vous ne suivez plus" in page
    assert "Cette adresse ne répond plus." in page


async def test_who_acts_for_no_company_is_told_so(clerk, portal):
    page = await clerk.get(PAGE)
    check(page)
    assert "Vous n’agissez pour aucune entreprise" in page.text
    assert "Créer l’adresse" not in page.text


async def test_one_appointment_opens_as_a_file(alice, world, portal):
    slot = await a_slot(portal, world.ours, AT, employee=world.employee)
    answer = await alice.get(f"/espace/00010/planning/{slot.id}/calendrier")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    disposition = 'attachment; filename="rendez-vous-2026-03-09-09h30.ics"'
    assert answer.headers["content-disposition"] == disposition
    (uid, event), *others = read(answer.content).items()
    assert not others
    assert uid == f"creneau-{slot.id}@127.0.0.1"
    assert (event.starts_at, event.status, event.summary) == (AT, "CONFIRMED", f"Visite de {OURS} Jean")


async def test_who_does_not_arrange_appointments_gets_the_file_without_the_name(app, world, portal):
    slot = await a_slot(portal, world.ours, AT, employee=world.employee, kind=VisitKind.RETURN)
    async with acting(app, portal, world.ours) as reader:
        answer = await reader.get(f"/espace/00010/planning/{slot.id}/calendrier")
    assert answer.status_code == 200
    assert "Jean" not in answer.text
    (event,) = read(answer.content).values()
    assert event.summary == "Visite de reprise"


async def test_an_appointment_of_another_company_is_not_found(alice, charlie, world, portal):
    slot = await a_slot(portal, world.theirs, AT, employee=world.their_employee)
    assert THEIRS in (await charlie.get(f"/espace/00042/planning/{slot.id}/calendrier")).text
    for code, other in (("00010", "00010"), ("00010-2", "00010-2"), ("00042", "99999")):
        absent = await alice.get(f"/espace/{other}/planning/999999/calendrier")
        foreign = await alice.get(f"/espace/{code}/planning/{slot.id}/calendrier")
        assert (foreign.status_code, foreign.content) == (404, absent.content)


@pytest.mark.parametrize("number", ["0", str(2**31), str(2**63), "9" * 30])
async def test_a_number_that_no_appointment_has_is_not_found(app, alice, number):
    assert (await alice.get(f"/espace/00010/planning/{number}/calendrier")).status_code == 404


async def test_the_file_needs_somebody_signed_in(app, world, portal):
    slot = await a_slot(portal, world.ours, AT, employee=world.employee)
    async with Actor(app) as stranger:
        answer = await stranger.get(f"/espace/00010/planning/{slot.id}/calendrier")
    assert answer.headers["location"].startswith("/connexion?")
