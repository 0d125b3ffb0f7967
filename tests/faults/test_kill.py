"""A server killed again and again under writers loses nothing that it acknowledged.

SQLite on its own file, whatever database the other tests use: here is what a power cut would meet.
"""

import asyncio
import os
import socket
import sqlite3
import sys
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx
import pytest

from app.main import create_app
from app.security.passwords import Lane
from app.settings import Settings
from db.engine import migrate
from db.numbers import draw_declarant_number
from db.seeds.world import World
from tests.actors import TOKEN
from tests.faults.steps import dispatcher_of, entry
from tests.postbox import password_in, words_of

KILLS, WRITERS, COMPANIES = 10, 6, 240
ROOT = Path(__file__).parent.parent.parent
# It loads everything, then waits for the word: so a restart takes no longer than it must.
SERVER = """
import sys, uvicorn
from app.main import create_app
from app.settings import load_settings
settings = load_settings()
sys.stdin.readline()
options = {"port": settings.port, "log_level": "error", "access_log": False, "forwarded_allow_ips": "*"}
uvicorn.run(create_app(settings, bcrypt_cost=4), **options)
"""


class Served:
    """The portal as a process of its own, the next one always ready to take over."""

    def __init__(self, settings):
        variables = {"PORTAIL_PORT": str(settings.port), "PORTAIL_SMTP_URL": settings.smtp_url}
        variables |= {"PORTAIL_DATA_DIR": str(settings.data_dir), "PORTAIL_SECRET_KEY": settings.secret_key}
        variables |= {"PORTAIL_DATABASE_URL": settings.database_url, "PORTAIL_BASE_URL": settings.base_url}
        self.environment = {**os.environ, **variables, "PYTHONPATH": str(ROOT)}
        self.address = settings.base_url
        self.spare = self.running = None

    async def launched(self):
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.DEVNULL}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVER, env=self.environment, cwd=ROOT, **pipes
        )

    async def start(self):
        self.running = self.spare or await self.launched()
        self.running.stdin.write(b"go\n")
        self.spare = await self.launched()
        async with asyncio.timeout(60), httpx.AsyncClient(verify=False) as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get(f"{self.address}/readyz")).status_code == 200:
                        return
                await asyncio.sleep(0.02)

    async def kill(self):
        self.running.kill()
        await self.running.wait()

    async def end(self):
        for process in (self.running, self.spare):
            if process and process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
def own_settings(tmp_path, mailbox):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Settings(
        port=port,
        data_dir=tmp_path,
        database_url=f"sqlite+aiosqlite:///{tmp_path / 'killed.db'}",
        secret_key="k" * 64,
        smtp_url=f"smtp://127.0.0.1:{mailbox.port}",
        base_url=f"http://127.0.0.1:{port}",
    )


@pytest.fixture
async def own_app(own_settings):
    """The same portal in this process, to tell the companies and to look at the end."""
    await migrate(own_settings.database_url)
    edge = create_app(own_settings, bcrypt_cost=4)
    yield edge
    await edge.app.state.portal.close()


async def companies_of(portal):
    """Companies for the writers, code and number: each opens so many accounts an hour and no more."""
    pairs = [(f"{n:05d}", draw_declarant_number()) for n in range(1, COMPANIES + 1)]
    async with portal.database.transaction(write=True) as session:
        for code, number in pairs:
            await World(session).a_company(code, "Biscuiterie", key=portal.keys.declarant_key(code, number))
    return pairs


async def opens_an_account(address, pair, network, email):
    """The whole sign-up over the network, as a browser does it. Whether it was acknowledged."""
    options = {"headers": {"X-Forwarded-For": network}, "timeout": 10, "verify": False}
    async with httpx.AsyncClient(base_url=address, **options) as client:

        async def fill(path, **fields):
            token = TOKEN.findall((await client.get(path)).text)[-1]
            return await client.post(path, data={"csrf": token, **fields})

        code, number = pair
        await fill("/connexion/code-adherent", code=code, number=number)
        answer = await fill("/connexion/creer-mon-compte", **entry(email))
    assert answer.status_code < 500, answer.text
    return "/connexion/compte-cree" in answer.headers.get("location", "")


async def write_until_killed(address, pairs, name, acknowledged):
    """One account after another; what a dying server left unanswered is not counted."""
    for turn, pair in enumerate(pairs):
        email = f"{name}-{turn}@ours.example"
        try:
            done = await opens_an_account(address, pair, f"10.{Random(email).randrange(250)}.1.1", email)
        except (httpx.TransportError, IndexError):
            return
        if done:
            acknowledged.append(email)


async def killed_under_writers(served, pairs, chance, rounds):
    """The addresses of every account whose opening was acknowledged."""
    acknowledged = []
    for number in range(rounds):
        await served.start()
        writers = [
            asyncio.create_task(
                write_until_killed(served.address, pairs[n::WRITERS], f"r{number}w{n}", acknowledged)
            )
            for n in range(WRITERS)
        ]
        enough = len(acknowledged) + chance.randint(2, 12)
        async with asyncio.timeout(60):
            while len(acknowledged) < enough:
                await asyncio.sleep(0.005)
        await asyncio.sleep(chance.uniform(0, 0.05))
        await served.kill()
        await asyncio.gather(*writers)
    return acknowledged


def asked(file, statement):
    connection = sqlite3.connect(file)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


async def test_ten_kills_under_writers_lose_nothing_acknowledged(own_app, own_settings, mailbox):
    portal = own_app.app.state.portal
    served = Served(own_settings)
    try:
        acknowledged = await killed_under_writers(served, await companies_of(portal), Random(2026), KILLS)
    finally:
        await served.end()
    assert len(acknowledged) >= KILLS
    file = own_settings.data_dir / "killed.db"
    assert asked(file, "PRAGMA integrity_check") == [("ok",)]
    assert asked(file, "PRAGMA foreign_key_check") == []
    accounts = {email for (email,) in asked(file, "SELECT email FROM account")}
    assert set(acknowledged) <= accounts
    promised = asked(file, "SELECT recipient FROM outboxmail WHERE template = 'account_created'")
    assert sorted(email for (email,) in promised) == sorted(accounts)
    assert not asked(file, "SELECT email FROM account WHERE id NOT IN (SELECT account_id FROM membership)"), (
        "an account without its company"
    )
    assert len(asked(file, "SELECT 1 FROM auditevent WHERE kind = 'account_created'")) == len(accounts)
    await every_letter_arrived_and_its_password_opens(own_app, mailbox, file, accounts)


async def every_letter_arrived_and_its_password_opens(own_app, mailbox, file, accounts):
    portal = own_app.app.state.portal
    connection = sqlite3.connect(file)
    connection.execute("UPDATE outboxmail SET due_at = created_at WHERE sent_at IS NULL")
    connection.commit()
    connection.close()
    await dispatcher_of(own_app).send_due()
    assert asked(file, "SELECT count(*) FROM outboxmail WHERE sent_at IS NULL OR secret_seed <> ''") == [(0,)]
    copies = defaultdict(set)
    for letter in mailbox.letters:
        if "Mot de passe :" in words_of(letter):
            copies[letter["To"]].add((letter["Message-ID"], password_in(letter)))
    assert set(copies) == accounts
    hashes = dict(asked(file, "SELECT email, temporary_hash FROM account"))
    for email in sorted(copies):
        ((_, password),) = copies[email]
        assert await portal.passwords.matches(password, hashes[email], Lane.KNOWN, email)
