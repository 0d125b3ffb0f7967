"""Notes of the service on a member: written on its page, read there and on all of it that waits."""

import pytest

from db.models import AuditEvent, AuditKind, StaffNote
from tests.actors import Actor
from tests.appointments.steps import a_request
from tests.inbox.steps import page_of
from tests.pages import check
from tests.planning.steps import a_person
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
SITE = "/service/adherents/00010-2"
WORDS = "Rappeler la gérante <avant> 9 h."


async def test_a_note_is_read_on_the_member_and_on_what_waits_of_it(app, clerk, portal, world):
    asked = await a_request(portal, world.site, await a_person(portal, world.site), world.alice, kind="vip")
    check(await clerk.get(f"{SITE}/notes"))
    done = await clerk.follow(await clerk.fill(f"{SITE}/notes", note=WORDS))
    check(done)
    assert "La note est gardée, pour vos collègues seulement." in done.text
    async with Actor(app) as colleague:
        await a_colleague(colleague, portal, ["comptabilite", "accueil"])
        for path in (SITE, f"{SITE}/notes", page_of(asked)):
            page = await colleague.get(path)
            check(page)
            assert "Rappeler la gérante &lt;avant&gt; 9 h." in page.text, path
            assert "Claude Riou" in page.text, path
        assert "Rappeler" not in (await colleague.get("/service/adherents/00010")).text
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.NOTE_WRITTEN)
    assert (event.company_id, event.about_id) == (None, world.site.id)


async def test_an_empty_note_is_refused_and_none_is_written_outside_the_scope(app, clerk, portal, world):
    empty = await clerk.fill(f"{SITE}/notes", note=" ")
    assert empty.status_code == 422
    assert "Écrivez la note." in empty.text
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as far:
        await a_colleague(far, portal, ["accueil"], teams=[theirs])
        token = await far.token("/service/adherents/00042/notes")
        assert (await far.post(f"{SITE}/notes", data={"csrf": token, "note": "x"})).status_code == 404
    assert not await rows(portal, StaffNote)


async def test_notes_go_with_the_member_that_goes_on(clerk, portal, world):
    await clerk.fill("/service/adherents/00042/notes", note="Préfère le mardi.")
    await clerk.fill("/service/adherents/00042/fusion", code="00010")
    assert "Préfère le mardi." in (await clerk.get("/service/adherents/00010")).text
    assert "Préfère le mardi." not in (await clerk.get("/service/adherents/00042")).text
