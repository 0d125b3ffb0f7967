"""The page of an error shows who is signed in, and the menu of their company, when the door knew it."""

import pytest
from sqlalchemy import event
from sqlmodel import select

from db.models import AccountSession
from tests.actors import Actor
from tests.statements import statements_of

MENU = 'aria-label="Menu principal"'
MINE = 'href="/espace/00010/salaries"'


@pytest.fixture
def struck(portal):
    """The next statement that holds these words fails as told."""
    engine, listeners = portal.database.engine.sync_engine, []

    def strike(words, error):
        def fail(_connection, _cursor, statement, *_):
            if words in statement:
                raise error

        event.listen(engine, "before_cursor_execute", fail)
        listeners.append(fail)

    yield strike
    for listener in listeners:
        event.remove(engine, "before_cursor_execute", listener)


def shows(answer, status):
    assert answer.status_code == status
    assert 'id="erreur" role="alert"' in answer.text
    assert MENU in answer.text
    assert "Se déconnecter" in answer.text
    return answer.text


async def test_an_absent_thing_of_the_company(alice):
    assert MINE in shows(await alice.get("/espace/00010/salaries/999999"), 404)


async def test_a_foreign_company_shows_the_person_without_a_company(alice):
    text = shows(await alice.get("/espace/00042"), 404)
    assert "/espace/" not in text.replace("/mon-espace", "")
    assert text == (await alice.get("/espace/98765")).text


async def test_a_reader_who_may_not(app, world, portal):
    from db.seeds.world import World

    async with portal.database.transaction(write=True) as session:
        seeds = World(session)
        reader = await seeds.an_account("reader@ours.example", "Rémi", "Lecture")
        await seeds.acts_for(reader, world.ours, roles=("lecture",))
    async with await Actor(app).signed_in(reader) as actor:
        assert 'href="/espace/00010"' in shows(await actor.get("/espace/00010/utilisateurs/invitation"), 403)


async def test_a_page_that_had_expired(alice):
    assert "Ajouter une entreprise" in shows(await alice.post("/deconnexion", data={"csrf": "old"}), 403)


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("x"), 500), (OSError(28, "No space left on device"), 503)]
)
async def test_a_fault_and_a_shortage_after_a_rollback(alice, struck, error, status):
    path = "/espace/00010/utilisateurs/depart"
    token = await alice.token(path)
    struck("INSERT INTO auditevent", error)
    answer = await alice.post(path, data={"csrf": token})
    assert MINE in shows(answer, status)


async def test_an_address_that_leads_nowhere_keeps_the_menu(alice, portal):
    text = shows(await alice.get("/nowhere"), 404)
    assert "/espace/" not in text
    assert text == (await alice.get("/espace/98765")).text == (await alice.get("/service/a-traiter")).text
    for path in ("/espace/00010/nowhere", "/espace/00010/planning/+1", "/espace/00010/salaries/"):
        with statements_of(portal) as seen:
            assert MINE in shows(await alice.get(path), 404)
        assert len(seen) == 1
    assert "/espace/" not in shows(await alice.get("/espace/00042/nowhere"), 404)


async def test_nobody_is_shown_where_nobody_is_signed_in(visitor, portal):
    with statements_of(portal) as seen:
        assert "Se déconnecter" not in (await visitor.get("/nowhere")).text
        assert "Se déconnecter" not in (await visitor.get("/espace/00010/nowhere")).text
    assert seen == []


async def test_a_session_that_is_over_shows_nobody(alice, portal):
    async with portal.database.transaction(write=True) as session:
        for each in (await session.exec(select(AccountSession))).all():
            each.ended_at = each.created_at
    for path in ("/nowhere", "/espace/00010/nowhere"):
        answer = await alice.get(path)
        assert answer.status_code == 404
        assert "Se déconnecter" not in answer.text
