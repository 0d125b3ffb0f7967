"""How fast mail leaves to a real SMTP server, and whether each letter leaves once with two dispatchers.

On SQLite, and on PostgreSQL where PORTAIL_TEST_DATABASE_URL names a server.
"""

import asyncio
import email
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from aiosmtpd.smtp import SMTP
from sqlalchemy.engine import make_url

from app import clock
from app.access import VisitorAccess
from app.mail.outbox import new_seed, queue_mail
from app.mail.relay import Relay
from app.mail.sending import Dispatcher
from app.main import standalone_templates
from app.planning.convocations import context_of
from app.portal import Portal, make_portal
from app.settings import Settings
from db.engine import migrate
from tests.bench.documents import ORDINARY
from tests.bench.table import Line, verdict

SERVER = os.environ.get("PORTAIL_TEST_DATABASE_URL", "")
ROOT = Path(__file__).parents[2]
SECRET = "b" * 64
ACCESS_SECONDS, PLAIN_A_SECOND, DRAWN_A_SECOND = 5.0, 20.0, 10.0


class Inbox:
    """What arrived, by its Message-ID, and when. Addresses that start with "slow" are answered late."""

    def __init__(self, slow_seconds: float) -> None:
        self.arrived: list[tuple[str, str, float]] = []
        self.slow_seconds = slow_seconds

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("slow"):
            await asyncio.sleep(self.slow_seconds)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        letter = email.message_from_bytes(envelope.content)
        self.arrived.append((envelope.rcpt_tos[0], letter["Message-ID"], time.monotonic()))
        return "250 OK"


class Bench:
    """An empty portal, and an SMTP server in this process."""

    def __init__(self, settings: Settings, portal: Portal, inbox: Inbox) -> None:
        self.settings, self.portal, self.inbox = settings, portal, inbox

    async def queue(self, *recipients: str, with_pdf: bool = False, seed: str = "") -> None:
        more: dict[str, Any] = {"code": "00010"}
        if with_pdf:
            more = {"kind": "summons", "to_employee": True, "when": "mardi 1er décembre 2026 à 9 h 30"}
        template = "convocation" if with_pdf else "no_account" if seed else "password_changed"
        async with self.portal.database.transaction(write=True) as session:
            access = VisitorAccess(self.portal, session)
            for place, each in enumerate(recipients):
                if with_pdf:
                    told = replace(ORDINARY, employee=f"{ORDINARY.employee} {place}")
                    more["convocation"] = context_of(told)
                queue_mail(access, template, each, clock.now(), seed=seed, **more)

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.portal, Relay(self.settings), standalone_templates(self.settings))

    def process(self) -> subprocess.Popen[str]:
        """`portail send-mail`, beside another."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAIL_")}
        variables = {
            "PORTAIL_DATA_DIR": str(self.settings.data_dir),
            "PORTAIL_DATABASE_URL": self.settings.database_url,
            "PORTAIL_SECRET_KEY": SECRET,
            "PORTAIL_SMTP_URL": self.settings.smtp_url,
            "PORTAIL_RESERVED_ADDRESSES": "true",
        }
        command = [sys.executable, "-m", "app", "send-mail"]
        return subprocess.Popen(
            command, cwd=ROOT, env=inherited | variables, stdout=subprocess.PIPE, text=True
        )


@asynccontextmanager
async def bench(url: str, slow_seconds: float = 65.0) -> AsyncIterator[Bench]:
    inbox = Inbox(slow_seconds)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, hostname="127.0.0.1"), "127.0.0.1", 0)
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        settings = Settings(
            data_dir=Path(folder), database_url=url or f"sqlite:///{folder}/portail.db", secret_key=SECRET,
            smtp_url=f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", reserved_addresses=True,
        )  # fmt: skip
        await migrate(settings.database_url)
        portal = make_portal(settings, bcrypt_cost=4)
        yield Bench(settings, portal, inbox)
        await portal.close()
    server.close()


async def fresh(name: str) -> str:
    """A PostgreSQL database of this name, empty."""
    connection = await asyncpg.connect(SERVER)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return _on_server(name)


def _on_server(name: str) -> str:
    given = make_url(SERVER).set(drivername="postgresql+asyncpg", database=name)
    return given.render_as_string(hide_password=False)


def lines(*, quick: bool = False) -> list[Line]:
    return asyncio.run(_lines(quick))


async def _lines(quick: bool) -> list[Line]:
    found: list[Line] = []
    for base in ("SQLite", *(["PostgreSQL"] if SERVER else [])):
        number, many = (100, 400) if quick else (400, 2_000)
        found.append(await _rate(f"{base}: plain mails a second", await _url(base), number, PLAIN_A_SECOND))
        pdf = await _rate(
            f"{base}: with a convocation a second", await _url(base), number // 2, DRAWN_A_SECOND, True
        )
        found.append(pdf)
        found.append(await _access(base, 20.0 if quick else 65.0))
        found.append(await _twice(base, many, kill=False))
        found.append(await _twice(base, many, kill=True))
    return found


async def _url(base: str) -> str:
    return await fresh("portail_bench_mail") if base == "PostgreSQL" else ""


async def _rate(name: str, url: str, number: int, least: float, with_pdf: bool = False) -> Line:
    async with bench(url) as given:
        await given.queue(*(f"n{n}@d{n % 20}.example" for n in range(number)), with_pdf=with_pdf)
        began, worked = time.monotonic(), time.process_time()
        await given.dispatcher().send_due()
        taken, worked = time.monotonic() - began, time.process_time() - worked
        if len(given.inbox.arrived) != number:
            raise RuntimeError(f"{len(given.inbox.arrived)} of {number} letters arrived")
        words = f"{number / taken:.0f} ({1000 * worked / number:.0f} ms of processor each)"
        return Line(name, words, f"at least {least:.0f}", verdict(number / taken >= least))


async def _access(base: str, slow_seconds: float) -> Line:
    """The slowest of access mails, one a second to different people, behind convocations and slow ones."""
    async with bench(await _url(base), slow_seconds) as given:
        await given.queue("slow@far.example")
        await given.queue("slow-link@far.example", seed=new_seed())
        await given.queue(*(f"n{n}@d{n % 20}.example" for n in range(200)), with_pdf=True)
        sending = asyncio.create_task(given.dispatcher().run())
        asked: dict[str, float] = {}
        for n in range(15):
            await asyncio.sleep(1)
            recipient = f"alice{n}@{'far' if n % 2 else 'near'}.example"
            asked[recipient] = time.monotonic()
            await given.queue(recipient, seed=new_seed())
        await asyncio.sleep(ACCESS_SECONDS)
        arrived = {recipient: at for recipient, _, at in given.inbox.arrived}
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    waits = [arrived.get(recipient, float("inf")) - at for recipient, at in asked.items()]
    words = f"{max(waits):.2f} s"
    name = f"{base}: access mails behind 200 convocations and recipients of {slow_seconds:.0f} s, the slowest"
    return Line(name, words, f"at most {ACCESS_SECONDS:.0f} s", verdict(max(waits) <= ACCESS_SECONDS))


async def _twice(base: str, number: int, *, kill: bool) -> Line:
    """Two processes empty one outbox; or one is killed in the middle, and its leases end."""
    async with bench(await _url(base)) as given:
        await given.queue(*(f"n{n}@d{n % 20}.example" for n in range(number)))
        began = time.monotonic()
        processes = [given.process(), given.process()]
        if kill:
            while len(given.inbox.arrived) < number // 4:
                await asyncio.sleep(0.01)
            processes[0].kill()
        for process in processes:
            await asyncio.to_thread(process.wait)
            if process.stdout:
                process.stdout.close()
        if kill:
            await _end_leases(given.portal)
            await given.dispatcher().send_due()
        taken = time.monotonic() - began
        copies = Counter(recipient for recipient, _, _ in given.inbox.arrived)
        letters = {message_id for _, message_id, _ in given.inbox.arrived}
    lost, twice = number - len(copies), sum(each - 1 for each in copies.values())
    words = f"{lost} lost, {twice} twice ({taken:.0f} s)"
    name = f"{base}: {number} mails, two dispatchers"
    if not kill:
        return Line(name, words, "0 lost, 0 twice", verdict(not lost and not twice))
    # Only what the dead one had sent and not yet marked, at most one letter a hand, with its Message-ID.
    return Line(
        f"{name}, one killed",
        words,
        "0 lost, at most 8 twice",
        verdict(not lost and twice <= 8 and len(letters) == number),
    )


async def _end_leases(portal: Portal) -> None:
    from sqlalchemy import text

    async with portal.database.transaction(write=True) as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE outboxmail SET due_at = created_at WHERE due_at IS NOT NULL"))
