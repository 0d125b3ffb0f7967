"""Traces of what the service's people open, and how long their session lasts."""

from datetime import timedelta

import pytest
from sqlmodel import delete

from app import clock
from app.access import StaffAccess
from app.security.presence import ABSOLUTE, STAFF_ABSOLUTE
from app.security.reads import MOST, SAME
from db.models import AccountSession, Company, Document, Employee, Membership, StaffRead
from db.shortage import Busy
from tests.actors import Actor
from tests.reading import rows
from tests.staff.test_rights import of_the_service


async def opening(portal, world, *subjects):
    async with portal.database.transaction(write=False) as session:
        access = StaffAccess(portal, session, world.clerk)
        for model in subjects:
            access.reads(await access.get(model, 1))


async def test_a_page_about_somebody_leaves_a_line_by_itself_and_an_act_does_not(clerk, portal, world):
    await clerk.get("/service/demandes/1")
    await portal.reads.flush()
    (line,) = await rows(portal, StaffRead)
    assert (line.kind, line.subject_id, line.company_id) == ("employee", world.employee.key, world.ours.key)
    portal.reads._latest.clear()
    token = await clerk.token("/deconnexion")
    assert (await clerk.post("/service/demandes/1", data={"csrf": token})).status_code == 303
    await portal.reads.flush()
    assert len(await rows(portal, StaffRead)) == 1


async def test_what_is_opened_leaves_a_line_with_who_what_and_of_whom(portal, world):
    await opening(portal, world, Company, Employee, Document)
    assert not await rows(portal, StaffRead)
    await portal.reads.flush()
    lines = await rows(portal, StaffRead)
    assert [(each.kind, each.subject_id, each.company_id) for each in lines] == [
        ("company", 1, 1), ("employee", 1, world.ours.key), ("document", 1, world.ours.key),
    ]  # fmt: skip
    assert {each.account_id for each in lines} == {world.clerk.key}
    assert all(each.about for each in lines)


async def test_every_page_about_a_member_or_somebody_leaves_a_line(app, clerk, portal, world):
    """Pages of acts too: they show the name, the SIRET, the people."""
    pages = [
        path for method, path, _ in of_the_service(app)
        if method == "GET" and path.startswith(("/service/adherents/00010/", "/service/personnes/"))
    ]  # fmt: skip
    assert len(pages) > 10
    for path in pages:
        portal.reads._latest.clear()
        if (await clerk.get(path)).status_code == 200:
            await portal.reads.flush()
            found = await rows(portal, StaffRead)
            assert [each.kind for each in found] == ["company" if "adherents" in path else "account"], path
            async with portal.database.transaction(write=True) as session:
                await session.exec(delete(StaffRead))


async def test_what_is_read_with_the_eyes_of_a_member_leaves_lines(clerk, alice, portal, world):
    (found,) = await rows(
        portal, Membership, Membership.account_id == world.alice.id, Membership.company_id == world.ours.id
    )
    await clerk.fill(f"/service/vue/{found.id}")
    await portal.reads.flush()
    before = len(await rows(portal, StaffRead))
    (document,) = await rows(portal, Document, Document.company_id == world.ours.id)
    for path in (f"salaries/{world.employee.id}", f"documents/{document.id}/fichier", "salaries/999"):
        await clerk.get(f"/espace/00010/{path}")
        await alice.get(f"/espace/00010/{path}")
    await portal.reads.flush()
    lines = (await rows(portal, StaffRead))[before:]
    assert {each.account_id for each in lines} == {world.clerk.id}
    assert sorted((each.kind, each.subject_id) for each in lines) == [
        ("company", world.ours.id), ("document", document.id), ("employee", world.employee.id),
    ]  # fmt: skip


async def test_looking_with_the_eyes_of_a_member_lasts_no_longer_than_the_service(
    clerk, portal, world, monkeypatch
):
    (found,) = await rows(
        portal, Membership, Membership.account_id == world.alice.id, Membership.company_id == world.ours.id
    )
    await clerk.fill(f"/service/vue/{found.id}")
    (opened,) = await rows(portal, AccountSession)
    for after, status in ((timedelta(minutes=-1), 200), (timedelta(minutes=1), 303)):
        now = opened.created_at + STAFF_ABSOLUTE + after
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        portal.presence.touch(opened.key, now)
        assert (await clerk.get("/espace/00010")).status_code == status


async def test_the_same_reading_is_written_once_and_again_later(portal, world, monkeypatch):
    await opening(portal, world, Company, Company)
    await portal.reads.flush()
    later = clock.now() + SAME
    monkeypatch.setattr(clock, "now", lambda: later)
    await opening(portal, world, Company)
    await portal.reads.flush()
    assert len(await rows(portal, StaffRead)) == 2


async def test_lines_that_cannot_be_written_wait_and_then_pages_do(portal, world, monkeypatch):
    def broken(**_):
        raise OSError

    await opening(portal, world, Company)
    with monkeypatch.context() as broke:
        broke.setattr(portal.database, "transaction", broken)
        with pytest.raises(OSError):
            await portal.reads.flush()
    one = StaffRead(at=clock.now(), account_id=world.clerk.key, kind="company", subject_id=0)
    for number in range(MOST - 1):
        portal.reads.note(one.model_copy(update={"subject_id": number + 2}))
    with pytest.raises(Busy):
        await opening(portal, world, Employee)
    await portal.reads.flush()
    assert len(await rows(portal, StaffRead)) == MOST


async def test_a_line_of_what_is_gone_keeps_no_other_from_being_written(portal, world):
    now, gone = clock.now(), 999_999
    one = StaffRead(at=now, account_id=world.clerk.key, kind="company", subject_id=1, company_id=1)
    for update in (
        {}, {"subject_id": gone, "company_id": gone, "about": "Partie"}, {"account_id": gone},
        {"subject_id": 2},
    ):  # fmt: skip
        portal.reads.note(one.model_copy(update=update))
    await portal.reads.flush()
    lines = [(each.subject_id, each.company_id, each.about) for each in await rows(portal, StaffRead)]
    assert lines == [(1, 1, ""), (gone, None, "Partie"), (2, 1, "")]
    await portal.reads.flush()
    assert len(await rows(portal, StaffRead)) == 3


@pytest.mark.parametrize(("who", "longest"), [("alice", ABSOLUTE), ("clerk", STAFF_ABSOLUTE)])
async def test_a_session_of_the_service_lasts_less(app, portal, world, who, longest, monkeypatch):
    async with Actor(app) as actor:
        await actor.signed_in(getattr(world, who))
        (opened,) = await rows(portal, AccountSession)
        for after, status in ((timedelta(minutes=-1), 200), (timedelta(minutes=1), 303)):
            now = opened.created_at + longest + after
            monkeypatch.setattr(clock, "now", lambda now=now: now)
            portal.presence.touch(opened.key, now)
            assert (await actor.get("/mon-compte")).status_code == status
