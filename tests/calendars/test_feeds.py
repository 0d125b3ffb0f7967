"""The secret address as a calendar reads it: what it tells, to whom, and what it never does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import delete
from structlog.testing import capture_logs

from app.calendars.queries import MOST_EVENTS
from db.models import CompanyOwned, Membership, Slot, VisitKind
from tests.actors import Actor
from tests.calendars.readers import read
from tests.calendars.steps import PAGE, a_slot, an_address, seeding
from tests.doors import membership_of
from tests.employees.people import acting
from tests.statements import watched
from tests.test_access import everything
from tests.world import OURS, THEIRS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # of `time_machine_at`


@pytest.fixture
async def reader(app):
    """A calendar: no cookie, no browser, only the address."""
    async with Actor(app) as actor:
        yield actor


@pytest.fixture(autouse=True)
def _monday(time_machine_at):
    return time_machine_at


async def events(actor, path, **more):
    answer = await actor.get(path, **more)
    assert answer.status_code == 200, answer.text
    return sorted(read(answer.content).items(), key=lambda each: each[1].starts_at)


async def summaries(actor, path):
    return [event.summary for _, event in await events(actor, path)]


async def change_membership(portal, account, company, **values):
    async with portal.database.transaction(write=True) as session:
        membership = await session.merge(await membership_of(portal, account, company))
        for name, value in values.items():
            setattr(membership, name, value)


async def test_a_calendar_reads_the_companies_of_its_owner_and_no_others(alice, reader, world, portal):
    await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    await a_slot(portal, world.site, NOW + timedelta(days=2))
    await a_slot(portal, world.theirs, NOW + timedelta(days=3), employee=world.their_employee)
    every = await an_address(alice, names=True)
    assert await summaries(reader, every) == [f"Visite de {OURS} Jean", "Créneau à attribuer"]
    assert THEIRS not in (await reader.get(every)).text
    one = await an_address(alice, company="00010-2")
    assert await summaries(reader, one) == ["Créneau à attribuer"]
    assert "X-WR-CALNAME:Rendez-vous AIST22 – 00010-2" in (await reader.get(one)).text


async def test_names_are_told_only_when_asked(alice, reader, world, portal):
    await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    path = await an_address(alice)
    assert "Jean" not in (await reader.get(path)).text


async def test_names_follow_the_role_of_today_company_by_company(alice, reader, world, portal):
    await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    async with seeding(portal) as seeds:
        # Charlie's company too, for once.
        await seeds.acts_for(world.alice, world.theirs, roles=["lecture"])
    await a_slot(portal, world.theirs, NOW + timedelta(days=2), employee=world.their_employee)
    path = await an_address(alice, names=True)
    hidden = "Visite d’information et de prévention périodique"
    assert await summaries(reader, path) == [f"Visite de {OURS} Jean", hidden]
    await change_membership(portal, world.alice, world.ours, roles=["salaries"])
    assert await summaries(reader, path) == [hidden, hidden]
    assert "Jean" not in (await reader.get(path)).text
    await change_membership(portal, world.alice, world.ours, roles=["rendez-vous"])
    assert await summaries(reader, path) == [f"Visite de {OURS} Jean", hidden]


async def test_a_reader_gets_no_names(app, reader, world, portal):
    await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    async with acting(app, portal, world.ours) as actor:
        path = await an_address(actor)
    assert "Jean" not in (await reader.get(path)).text


async def test_what_was_called_off_is_told_and_open_slots_only_while_they_wait(alice, reader, world, portal):
    for days, more in enumerate(
        [
            {"state": "cancelled", "employee": world.employee},
            {"state": "declined", "employee": world.employee},
            {"state": "proposed"},
            {"state": "cancelled"},
            {"state": "declined"},
            {"state": "absent", "employee": world.employee},
            {"state": "proposed", "employee": world.employee, "kind": VisitKind.RETURN},
        ]
    ):
        await a_slot(portal, world.ours, NOW + timedelta(days=days), **more)
    found = [event.status for _, event in await events(reader, await an_address(alice))]
    assert found == ["CANCELLED", "CANCELLED", "TENTATIVE", "CONFIRMED", "TENTATIVE"]


async def test_ninety_days_of_the_past_and_all_of_the_future_are_told(alice, reader, world, portal):
    for days in (-91, -89, 0, 700):
        await a_slot(portal, world.ours, NOW + timedelta(days=days, hours=1))
    found = [event.starts_at for _, event in await events(reader, await an_address(alice))]
    assert [(each - NOW).days for each in found] == [-89, 0, 700]


async def test_of_too_many_the_nearest_to_the_present_are_told(alice, reader, world, portal):
    await a_slot(portal, world.ours, NOW)
    async with portal.database.transaction(write=True) as session:
        usual = {"company_id": world.ours.key, "centre_id": 1, "kind": "vip", "created_at": NOW}
        for hours in range(1, MOST_EVENTS + 1):
            at = NOW + timedelta(hours=hours if hours % 2 else -hours)
            session.add(Slot(professional="Dr Morvan", starts_at=at, updated_at=NOW, **usual))
    answer = await reader.get(await an_address(alice))
    found = read(answer.content)
    assert len(found) == MOST_EVENTS
    assert max(abs(event.starts_at - NOW) for event in found.values()) == timedelta(hours=MOST_EVENTS - 1)


async def test_what_has_not_changed_is_not_sent_again(alice, reader, world, portal):
    slot = await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    path = await an_address(alice, names=True)
    first = await reader.get(path)
    tag = first.headers["etag"]
    for asked in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = await reader.get(path, headers={"If-None-Match": asked})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == "no-store, max-age=0"
    async with portal.database.transaction(write=True) as session:
        row = await session.get(Slot, slot.id)
        row.sequence, row.updated_at = 1, NOW
    changed = await reader.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert (await reader.get(path, headers={"If-None-Match": '"x"'})).status_code == 200


async def test_a_name_that_may_no_longer_be_told_changes_the_tag(alice, reader, world, portal):
    await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    path = await an_address(alice, names=True)
    tag = (await reader.get(path)).headers["etag"]
    await change_membership(portal, world.alice, world.ours, roles=["lecture"])
    assert (await reader.get(path, headers={"If-None-Match": tag})).status_code == 200


async def absent_bytes(actor):
    return (await actor.get("/nowhere")).content


async def test_revoked_it_is_an_absent_page(alice, reader, portal):
    path = await an_address(alice)
    assert (await reader.get(path)).status_code == 200
    await alice.fill(f"{PAGE}/1/revocation")
    answer = await reader.get(path)
    assert (answer.status_code, answer.content) == (404, await absent_bytes(reader))
    tagged = await reader.get(path, headers={"If-None-Match": "*"})
    assert tagged.status_code == 404


@pytest.mark.parametrize(
    "path",
    ["abc.ics", "abc", ".ics", "A" * 43 + ".ics", "%C3%A9.ics", "%ED%A0%80.ics", "x" * 5_000, "a.ics.ics"],
)
async def test_unknown_it_is_an_absent_page(reader, world, path):
    answer = await reader.get(f"/calendrier/{path}")
    assert (answer.status_code, answer.content) == (404, await absent_bytes(reader))


async def test_without_its_ending_or_with_another_it_is_an_absent_page(alice, reader):
    path = await an_address(alice)
    for other in (path.removesuffix(".ics"), f"{path}.ics", path.replace(".ics", ".ICS"), f"{path}/x"):
        assert (await reader.get(other)).content == await absent_bytes(reader)


async def test_it_ends_the_day_after_the_last_day_of_the_membership(alice, reader, world, portal):
    path = await an_address(alice, company="00010")
    await change_membership(portal, world.alice, world.ours, ends_on=date(2026, 3, 2))
    assert (await reader.get(path)).status_code == 200
    await change_membership(portal, world.alice, world.ours, ends_on=date(2026, 3, 1))
    answer = await reader.get(path)
    assert (answer.status_code, answer.content) == (404, await absent_bytes(reader))


async def test_it_ends_with_the_last_role(alice, reader, world, portal):
    path = await an_address(alice, company="00010")
    await change_membership(portal, world.alice, world.ours, roles=[])
    assert (await reader.get(path)).content == await absent_bytes(reader)


async def test_an_address_for_all_loses_the_companies_that_are_left_and_ends_with_the_last(
    alice, reader, world, portal
):
    await a_slot(portal, world.ours, NOW + timedelta(days=1))
    await a_slot(portal, world.site, NOW + timedelta(days=2))
    path = await an_address(alice)
    assert len(await events(reader, path)) == 2
    async with portal.database.transaction(write=True) as session:
        await session.delete(await membership_of(portal, world.alice, world.ours))
    ((_, event),) = await events(reader, path)
    assert "00010-2" in event.description
    async with portal.database.transaction(write=True) as session:
        await session.exec(delete(Membership).where(Membership.account_id == world.alice.key))
    answer = await reader.get(path)
    assert (answer.status_code, answer.content) == (404, await absent_bytes(reader))


async def test_reading_writes_nothing_opens_no_session_and_sets_no_cookie(alice, reader, world, portal):
    await a_slot(portal, world.ours, NOW + timedelta(days=1), employee=world.employee)
    path = await an_address(alice)
    before = await everything(portal)
    answer = await reader.get(path)
    assert "set-cookie" not in answer.headers
    assert not reader.cookies
    assert await everything(portal) == before


async def test_no_statement_forgets_the_company(alice, reader, world, portal):
    path = await an_address(alice)
    owned = {sub.__tablename__ for sub in CompanyOwned.__subclasses__()}
    seen, forgetful = [], []

    def watch(_connection, _cursor, statement, *_):
        seen.append(statement)
        if any(f"FROM {table} " in f"{statement} " for table in owned):
            where = statement.partition("WHERE")[2]
            if "slot.company_id IN" not in where:
                forgetful.append(statement)

    with watched(portal, watch):
        await reader.get(path)
    assert sum("FROM slot " in statement for statement in seen) == 2
    assert not forgetful


async def test_head_answers_like_get_without_a_body(alice, reader, world, portal):
    path = await an_address(alice)
    got, head = await reader.get(path), await reader.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", got.headers["etag"])


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_it_is_compressed_for_who_accepts_it(app, alice, reader, world, portal, encoding):
    await a_slot(portal, world.ours, NOW + timedelta(days=1))
    path = await an_address(alice)
    answer = await reader.get(path, headers={"Accept-Encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert len(read(answer.content)) == 1


async def test_nothing_of_the_address_is_left_in_the_log(alice, reader):
    path = await an_address(alice)
    with capture_logs() as logs:
        await reader.get(path)
    (line,) = logs
    assert (line["event"], line["status"]) == ("request", 200)
    assert path.removeprefix("/calendrier/")[:10] not in repr(logs)
