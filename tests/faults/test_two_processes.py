"""Two real processes over one database: what one begins the other goes on with, and nothing is done twice."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.security.throttle import FREE_FAILURES
from app.sessions import open_session
from db.models import ColumnHabit, Employee, EmployeeImport, ImportState, OutboxMail, SentFile
from tests.actors import Actor, _where_it_leads, _with_plain_spaces
from tests.bench.served import ROOT, free_port
from tests.faults.steps import give
from tests.imports.test_routes import NEW, counts
from tests.reading import rows

UNTITLED = (
    "DURAND;Eric;05/01/1990;01/02/2026;CDI;Soudeur\r\nBOULAY;Anne;06/02/1991;01/02/2026;CDI;Soudeuse\r\n"
)
FIELDS = ("birth_name", "first_names", "birth_on", "entry_on", "contract", "job_title")


class Client(Actor):
    """A browser at one of the processes."""

    def __init__(self, port, session=""):
        hooks = {"response": [_with_plain_spaces, _where_it_leads]}
        httpx.AsyncClient.__init__(
            self, base_url=f"http://127.0.0.1:{port}", event_hooks=hooks, timeout=60, trust_env=False
        )
        if session:
            self.cookies.set("session", session, domain="127.0.0.1")


class Portails:
    """Processes that serve, each at its port."""

    def __init__(self, settings):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAIL_")}
        self._variables = inherited | {
            "PORTAIL_DATA_DIR": str(settings.data_dir),
            "PORTAIL_DATABASE_URL": settings.database_url.replace("+aiosqlite", "").replace("+asyncpg", ""),
            "PORTAIL_SECRET_KEY": settings.secret_key,
            "PORTAIL_SMTP_URL": settings.smtp_url,
            "PORTAIL_RESERVED_ADDRESSES": "true",
        }
        self.running = []

    def start(self, *more):
        port = free_port()
        variables = self._variables | {"PORTAIL_PORT": str(port)}
        command = [sys.executable, "-m", "app", "serve", *more]
        self.running.append(
            subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=None)
        )
        return port

    async def ready(self, port):
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    (await client.get(f"http://127.0.0.1:{port}/readyz")).raise_for_status()
                    return
                except httpx.HTTPError:
                    assert all(each.poll() is None for each in self.running)
                    await asyncio.sleep(0.1)

    def kill(self, number):
        self.running[number].send_signal(signal.SIGKILL)
        self.running.pop(number).wait()


@pytest.fixture
def portails(settings):
    there = Portails(settings)
    yield there
    while there.running:
        there.kill(0)


@pytest.fixture
async def both(portails, portal, world):
    """Alice at each of two processes that started at the same time."""
    async with portal.database.transaction(write=True) as session:
        (await session.merge(world.employee)).driving_until = clock.today() + timedelta(days=30)
        token = open_session(VisitorAccess(portal, session), world.alice, "Firefox", clock.now())
    ports = [portails.start(), portails.start()]
    await asyncio.gather(*map(portails.ready, ports))
    clients = [Client(port, token) for port in ports]
    yield clients
    for each in clients:
        await each.aclose()


async def begun(client):
    """A file without titles: the page asks what its columns are."""
    sent = await client.post(
        NEW,
        data={"csrf": await client.token(NEW)},
        files={"fichier": ("liste.csv", UNTITLED.encode())},
    )
    return httpx.URL(sent.headers["location"]).path


async def read(client, place):
    while "Lecture du fichier" in (page := await client.get(place)).text:
        await asyncio.sleep(0.1)
    return page


async def corrected(client, place):
    await client.fill(f"{place}/colonnes", **{f"column_{at}": name for at, name in enumerate(FIELDS)})
    return await read(client, place)


async def test_an_import_begun_on_one_is_corrected_on_the_other_and_applied_on_the_first(both, portal):
    one, other = both
    place = await begun(one)
    assert "Ce fichier n’a pas de ligne de titres" in (await read(other, place)).text
    page = await corrected(other, place)
    assert counts(page)["Nouveaux"] == 2
    await one.fill(place)
    added = {each.birth_name for each in await rows(portal, Employee)}
    assert {"DURAND", "BOULAY"} <= added
    (done,) = await rows(portal, EmployeeImport, EmployeeImport.state == ImportState.APPLIED)
    assert done.counts
    assert not await rows(portal, SentFile)
    assert not await rows(portal, ColumnHabit)


async def test_the_one_that_is_killed_takes_no_file_with_it(both, portails, portal):
    one, other = both
    place = await begun(one)
    await read(one, place)
    portails.kill(0)
    page = await corrected(other, place)
    assert counts(page)["Nouveaux"] == 2
    await other.fill(place)
    assert len(await rows(portal, EmployeeImport, EmployeeImport.state == ImportState.APPLIED)) == 1


async def test_guesses_are_counted_over_both_and_nobody_is_written_to_twice(both, portal, world, mailbox):
    guessers = [Client(each.base_url.port) for each in both]
    answers = [
        (await give(guessers[at % 2], password=f"not this one {at}")).status_code
        for at in range(2 * FREE_FAILURES + 2)
    ]
    assert Counter(answers) == {422: FREE_FAILURES, 429: FREE_FAILURES + 2}
    assert {answers[-1], answers[-2]} == {429}
    for each in guessers:
        await each.aclose()
    reminded = select(OutboxMail.recipient, OutboxMail.sent_at).where(OutboxMail.template == "expiries")
    while True:
        async with portal.database.transaction(write=False) as session:
            letters = list(await session.exec(reminded))
        if len(letters) >= 2 and all(sent for _, sent in letters):
            break
        await asyncio.sleep(0.1)
    told = ["alice@ours.example", "bob@ours.example"]
    assert sorted(to for to, _ in letters) == told
    assert sorted(letter["To"] for letter in mailbox.letters if "autorisation" in letter["Subject"]) == told
