"""Files read by the process beside the pages, as production reads them."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest
from sqlmodel import select

from app.files.companion import Companion
from app.imports import sieves
from app.main import companion_of
from app.web.uploads import CUT
from db.models import EmployeeImport, ImportLine, ImportState, SentFile
from tests.employee_files.files import BRIEUC, NIR, dsn_bytes, dsn_person
from tests.imports.test_routes import ZOE, compared, csv, send
from tests.reading import rows


@pytest.fixture
async def companion(app, settings):
    made = companion_of(settings)
    app.app.state.portal = replace(app.app.state.portal, companion=made)
    yield made
    await made.close()


@pytest.fixture
def portal(app, companion):
    return app.app.state.portal


def kill(companion: Companion) -> None:
    assert companion._process
    os.kill(companion._process._popen.pid, signal.SIGKILL)


async def test_a_payroll_is_sieved_held_compared_and_forgotten(alice, world, portal):
    async with portal.database.transaction(write=True) as session:
        (await session.merge(world.site)).siret = BRIEUC
    content = dsn_bytes(*(dsn_person({"002": f"NOM{at}", "018": ""}) for at in range(1_200)))
    assert len(content) > 2 * sieves.PIECE
    place, page = await compared(alice, content, "paie.dsn")
    assert "1\u202f200 lignes lues" in page.text
    (row,) = await rows(portal, EmployeeImport, EmployeeImport.company_id == world.site.id)
    assert row.state == ImportState.READY
    async with portal.database.transaction(write=False) as session:
        (sealed,) = (await session.exec(select(SentFile.sealed))).all()
    held = portal.keys.opened(sealed, f"account {row.account_id}")
    assert b"NOM1199" in held
    assert NIR.encode() not in held
    chosen = {"column_0": ""}
    assert (await alice.fill(f"{place}/colonnes", **chosen)).status_code in {200, 303}
    await alice.fill(f"{place}/annulation")
    assert await rows(portal, ImportLine, ImportLine.company_id == world.site.id) == []
    assert await rows(portal, SentFile, SentFile.company_id == world.site.id) == []


async def test_a_table_is_read_again_when_the_process_is_killed_and_given_up_when_it_is_twice(
    alice, world, portal, companion, monkeypatch
):
    asked, ask = [], companion.ask

    async def ask_and_kill(what, said, content=b""):
        asked.append(what)
        await companion.wake()
        answer = asyncio.create_task(ask(what, said, content))
        await asyncio.sleep(0)
        if len(asked) in deaths:
            kill(companion)
        return await answer

    monkeypatch.setattr(companion, "ask", ask_and_kill)
    deaths = {1}
    _, page = await compared(alice, csv(ZOE))
    assert "Comparaison avec votre liste" in page.text
    assert asked == ["read", "read"]
    asked.clear()
    deaths = {1, 2}
    _, page = await compared(alice, csv(ZOE))
    assert "La lecture s’est interrompue : renvoyez le fichier." in page.text
    assert await rows(portal, ImportLine, ImportLine.company_id == world.site.id) == []


async def test_a_payroll_whose_sieve_dies_in_the_middle_is_sent_again(alice, world, companion, monkeypatch):
    monkeypatch.setattr(sieves, "PIECE", 20_000)
    content = dsn_bytes(*(dsn_person({}) for _ in range(300)))
    ask = companion.ask

    async def ask_and_kill(what, said, piece=b""):
        answer = await ask(what, said, piece)
        if said["is_first"]:
            kill(companion)
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(companion, "ask", ask_and_kill)
        assert CUT in (await send(alice, content, "paie.dsn")).text
    _, page = await compared(alice, content, "paie.dsn")
    assert "Lecture du fichier" not in page.text
    assert CUT not in page.text
