"""Convocations proposed together: prepared, launched, killed, resumed, taken back."""

import asyncio
from datetime import date, time

import pytest

from app import clock
from app.batches import staff as batches
from app.batches.staff import Wanted, launch_batch, prepare_batch, work_portion
from db.models import (
    AuditEvent,
    AuditKind,
    BatchLine,
    BatchState,
    CareTeam,
    Company,
    ConvocationBatch,
    LineState,
    OutboxMail,
    Slot,
    SlotState,
    VisitKind,
)
from tests.clinic.steps import a_session
from tests.pages import check
from tests.planning.steps import a_person, confirm, service
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams
from tests.statements import statements_of

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
BATCHES, NEW = "/service/convocations", "/service/convocations/nouvelle"
BEFORE = "01/07/2026"


async def people(portal, company, number):
    return [
        await a_person(portal, company, f"LE GALL {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[each]}")
        for each in range(number)
    ]


async def a_batch(portal, world, *sessions, **more):
    async with service(portal, world) as staff:
        wanted = Wanted(
            **{"team_id": None, "due_before": date(2026, 7, 1), "kinds": (), "sessions": sessions} | more
        )
        return await prepare_batch(staff, wanted, clock.moment())


async def work(portal):
    while await work_portion(portal, clock.now()):
        pass


async def lines(portal):
    return [each.state for each in await rows(portal, BatchLine)]


async def slots(portal, session_id):
    return [each for each in await rows(portal, Slot) if each.session_id == session_id]


async def test_a_batch_is_looked_at_then_proposed_and_each_company_hears_once(clerk, alice, portal, world):
    made = await a_session(portal, world, closes=time(11))
    await people(portal, world.site, 3)
    page = await clerk.get(NEW)
    check(page)
    assert "4 places" in page.text
    answer = await clerk.fill(NEW, due_before=BEFORE, team="", **{f"session_{made.id}": "oui"})
    draft = await clerk.follow(answer)
    check(draft)
    assert "3 personnes ont un créneau, rien n’est encore proposé" in draft.text
    assert not await slots(portal, made.id)
    path = answer.headers["location"]
    seen = await clerk.get(f"{path}?vacation={made.id}")
    check(seen)
    assert "LE GALL A Élise" in seen.text
    started = await clerk.follow(await clerk.fill(path, to=f"{path}/envoi"))
    check(started)
    assert "0 sur 3" in started.text
    await work(portal)
    done = await clerk.get(path)
    check(done)
    assert "3 rendez-vous proposés" in done.text
    placed = await slots(portal, made.id)
    assert [each.state for each in placed] == [SlotState.PROPOSED] * 3
    (mail,) = await rows(portal, OutboxMail, OutboxMail.template == "slots_proposed")
    assert mail.context["count"] == 3
    assert "LE GALL A" in (await alice.get("/espace/00010-2/planning")).text
    assert len(await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.SLOT_PROPOSED)) == 3
    check(await clerk.get(BATCHES))


async def test_sessions_that_are_full_leave_people_with_the_reason(clerk, portal, world):
    made = await a_session(portal, world)  # two times
    await people(portal, world.site, 5)
    answer = await clerk.fill(NEW, due_before=BEFORE, team="", every="oui")
    page = await clerk.follow(answer)
    assert "2 personnes ont un créneau" in page.text
    assert "Les vacations choisies sont complètes" in page.text
    seen = await clerk.get(f"{answer.headers['location']}?raison=Les vacations choisies sont complètes")
    check(seen)
    assert seen.text.count("LE GALL") == 3
    await clerk.fill(answer.headers["location"], to=f"{answer.headers['location']}/envoi")
    await work(portal)
    again = await clerk.fill(NEW, due_before=BEFORE, team="", **{f"session_{made.id}": "oui"})
    assert again.status_code == 422
    assert "Ces vacations sont complètes ou passées" in again.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"due_before": ""}, "Écrivez la date"),
        ({"due_before": "01/01/2025"}, "Personne n’est à convoquer avec ces choix"),
        ({}, "Cochez au moins une vacation"),
        ({"team": "x"}, "Choisissez dans la liste"),
        ({"session_999": "oui"}, "complètes ou passées"),
    ],
)
async def test_what_cannot_be_prepared_is_said(clerk, portal, world, wrong, words):
    await a_session(portal, world)
    await people(portal, world.site, 1)
    chosen = {"every": "oui"} if set(wrong) & {"due_before", "team"} else {}
    answer = await clerk.fill(NEW, **{"due_before": BEFORE, "team": ""} | chosen | wrong)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, ConvocationBatch)


async def test_a_team_and_visits_narrow_it(portal, world):
    made = await a_session(portal, world)
    await people(portal, world.site, 2)
    async with portal.database.transaction(write=True) as session:
        team = CareTeam(name="Équipe Armor")
        session.add(team)
        await session.flush()
        site = await session.get_one(Company, world.site.key)
    with pytest.raises(Exception, match="Personne n’est à convoquer"):
        await a_batch(portal, world, made.id, team_id=team.key)
    async with portal.database.transaction(write=True) as session:
        site = await session.get_one(Company, world.site.key)
        site.team_id = team.key
    await a_batch(portal, world, made.id, team_id=team.key)
    assert await lines(portal) == [LineState.PLANNED] * 2


async def test_a_batch_is_of_the_team_of_whoever_may_see_no_other(visitor, clerk, portal, world):
    ours, theirs = await two_teams(portal, world)
    made = await a_session(portal, world, closes=time(11))
    await people(portal, world.site, 1)
    everybody = await a_batch(portal, world, made.id)
    foreign = await a_batch_of(portal, world.theirs, theirs)
    await a_colleague(visitor, portal, ["planning"], teams=[ours])
    page = await visitor.get(NEW)
    check(page)
    assert "Toutes les équipes" not in page.text
    assert "Équipe de Paimpol" not in page.text
    mine = (await visitor.fill(NEW, due_before=BEFORE, team="", every="oui")).headers["location"]
    assert (await visitor.get(mine)).status_code == 200
    assert [each.team_id for each in await rows(portal, ConvocationBatch)] == [None, theirs, ours]
    listed = await visitor.get(BATCHES)
    assert mine in listed.text
    for batch in (everybody, foreign):
        path = f"{BATCHES}/{batch.key}"
        assert path not in listed.text.replace(mine, "")
        assert (await visitor.get(path)).status_code == 404
        token = await visitor.token(mine)
        for act in ("envoi", "retrait", "abandon", "attente"):
            assert (await visitor.post(f"{path}/{act}", data={"csrf": token})).status_code == 404
    assert {each.state for each in await rows(portal, ConvocationBatch)} == {BatchState.DRAFT}
    assert (await clerk.get(mine)).status_code == 200


async def a_batch_of(portal, company, team_id):
    async with portal.database.transaction(write=True) as session:
        batch = ConvocationBatch(
            team_id=team_id, due_before=date(2026, 7, 1), account_id=1, created_at=clock.now()
        )
        session.add(batch)
    return batch


async def test_whoever_has_several_teams_says_which_one(visitor, portal, world):
    ours, theirs = await two_teams(portal, world)
    async with portal.database.transaction(write=True) as session:
        other = CareTeam(name="Équipe de Brest")
        session.add(other)
    await a_session(portal, world)
    await people(portal, world.site, 1)
    await a_colleague(visitor, portal, ["planning"], teams=[ours, theirs])
    for team in ("", str(other.key)):
        answer = await visitor.fill(NEW, due_before=BEFORE, team=team, every="oui")
        assert answer.status_code == 422
        assert "Choisissez une de vos équipes." in answer.text
    await visitor.fill(NEW, due_before=BEFORE, team=str(ours), every="oui")
    assert [each.team_id for each in await rows(portal, ConvocationBatch)] == [ours]


async def test_killed_in_the_middle_it_goes_on_without_a_double(portal, world, monkeypatch):
    """The process dies after it wrote a portion and before it committed; another one goes on."""
    monkeypatch.setattr(batches, "PORTION", 3)
    made = await a_session(portal, world, opens=time(8), closes=time(12))
    await people(portal, world.site, 8)
    batch = await a_batch(portal, world, made.id)
    async with service(portal, world) as staff:
        await launch_batch(staff, batch.key, clock.now())
    assert await work_portion(portal, clock.now())
    notify = batches._notify

    async def die(*given):
        await notify(*given)
        raise asyncio.CancelledError

    monkeypatch.setattr(batches, "_notify", die)
    with pytest.raises(asyncio.CancelledError):
        await work_portion(portal, clock.now())
    assert len(await slots(portal, made.id)) == 3
    monkeypatch.setattr(batches, "_notify", notify)
    await asyncio.gather(work(portal), work(portal), work(portal))
    placed = await slots(portal, made.id)
    assert (
        len(placed)
        == len({each.employee_id for each in placed})
        == len({each.starts_at for each in placed})
        == 8
    )
    (mail,) = await rows(portal, OutboxMail, OutboxMail.template == "slots_proposed")
    assert mail.context["count"] == 8
    (found,) = await rows(portal, ConvocationBatch)
    assert found.state == BatchState.DONE


async def test_a_time_taken_meanwhile_is_refused_and_the_others_go(portal, world):
    made = await a_session(portal, world, closes=time(11))
    await people(portal, world.site, 3)
    batch = await a_batch(portal, world, made.id)
    other = await a_batch(portal, world, made.id)
    async with service(portal, world) as staff:
        await launch_batch(staff, batch.key, clock.now())
    await work(portal)
    async with service(portal, world) as staff:
        await launch_batch(staff, other.key, clock.now())
    await work(portal)
    assert await lines(portal) == [LineState.PROPOSED] * 3 + [LineState.REFUSED] * 3
    assert len(await slots(portal, made.id)) == 3


async def test_it_is_taken_back_but_for_what_was_answered(clerk, alice, portal, world):
    made = await a_session(portal, world, closes=time(11))
    await people(portal, world.site, 3)
    batch = await a_batch(portal, world, made.id)
    path = f"{BATCHES}/{batch.key}"
    await clerk.fill(path, to=f"{path}/envoi")
    await work(portal)
    await confirm(alice, (await slots(portal, made.id))[0])
    page = await clerk.get(f"{path}/retrait")
    check(page)
    assert "2 rendez-vous n’ont pas encore de réponse" in page.text
    await clerk.follow(await clerk.fill(f"{path}/retrait"))
    await work(portal)
    states = [each.state for each in await slots(portal, made.id)]
    assert sorted(states) == [SlotState.CANCELLED, SlotState.CANCELLED, SlotState.CONFIRMED]
    done = await clerk.get(path)
    check(done)
    assert "2 retirés" in done.text
    assert "1 gardé" in done.text
    mails = await rows(portal, OutboxMail, OutboxMail.template == "slots_proposed")
    assert [each.context["are_withdrawn"] for each in mails] == [False, True]


async def test_a_draft_is_dropped_and_only_a_draft(clerk, portal, world):
    made = await a_session(portal, world)
    await people(portal, world.site, 1)
    batch = await a_batch(portal, world, made.id)
    path = f"{BATCHES}/{batch.key}"
    token = await clerk.token(path)
    await clerk.post(f"{path}/envoi", data={"csrf": token})
    assert (await clerk.post(f"{path}/abandon", data={"csrf": token})).status_code == 409
    await work(portal)
    other = await a_batch_again(portal, world, made)
    await clerk.fill(f"{BATCHES}/{other.key}", to=f"{BATCHES}/{other.key}/abandon")
    assert [each.id for each in await rows(portal, ConvocationBatch)] == [batch.key]


async def a_batch_again(portal, world, made):
    await a_person(portal, world.site, "RIOU")
    return await a_batch(portal, world, made.id)


async def test_the_list_of_batches_is_read_by_as_many_statements_whatever_their_number(clerk, portal, world):
    made = await a_session(portal, world, closes=time(11))
    await people(portal, world.site, 2)
    await a_batch(portal, world, made.id)
    with statements_of(portal) as one:
        assert "2 à proposer" in (await clerk.get(BATCHES)).text
    for _ in range(3):
        await a_batch(portal, world, made.id)
    with statements_of(portal) as four:
        assert (await clerk.get(BATCHES)).text.count("2 à proposer") == 4
    assert len(four) == len(one)


async def test_a_batch_of_some_visits_reads_as_a_sentence(clerk, portal, world):
    made = await a_session(portal, world, closes=time(11))
    await people(portal, world.site, 1)
    batch = await a_batch(portal, world, made.id, kinds=(VisitKind.VIP, VisitKind.EXAM))
    await a_batch(portal, world, made.id)
    title = "Toutes les équipes, visites dues avant le 1er juillet 2026"
    kinds = "visite d’information et de prévention périodique, examen médical d’aptitude périodique"
    listed = (await clerk.get(BATCHES)).text
    assert f">{title}</a>" in listed
    assert f">{title} : {kinds}</a>" in listed
    assert f">{title} : {kinds}</h1>" in (await clerk.get(f"{BATCHES}/{batch.key}")).text


async def test_those_without_a_time_wait_for_the_next(clerk, portal, world):
    await a_session(portal, world)  # two times
    await people(portal, world.site, 4)
    answer = await clerk.fill(NEW, due_before=BEFORE, team="", every="oui")
    path = answer.headers["location"]
    for _ in range(2):
        page = await clerk.follow(await clerk.fill(path, to=f"{path}/attente"))
        check(page)
        assert "2 personnes attendent" in page.text
