"""A contribution call of the largest service: invoices issued; drawn as PDF with their XML and handed to a
platform while pages are read; and the other works on as many invoices.

The base is made by `portail seed-service`. PORTAIL_BENCH_MEMBERS: other than 53 000.

    python -m tests.bench call                                  SQLite
    PORTAIL_TEST_DATABASE_URL=… python -m tests.bench call      PostgreSQL
    … --quick                                                   600 members, ten seconds
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy
from sqlmodel import col, select, update

from app import clock
from app.calls.staff import work_portion
from app.platform.work import content_of
from app.portal import Portal, make_portal
from app.settings import DEMO_SELLER, Settings
from db.models import Account, FlowKind, FlowState, Invoice, OutboxMail, PlatformFlow
from tests.bench import money
from tests.bench.mail import SERVER, fresh
from tests.bench.member_import import WAIT, waits_of
from tests.bench.served import ROOT, SECRET, Server
from tests.bench.service import _addresses, _asked, _seed, _served
from tests.bench.table import Line, verdict
from tests.calls.killing import declared, launched
from tests.invoices.steps import IBAN
from tests.platform.fake import CLIENT
from tests.platform.fake import SECRET as PLATFORM_SECRET

MEMBERS, SMALL = 53_000, 600
RATE, ONE, SLOWER, MINUTES = 8, 0.15, 1.5, 30  # a second; seconds; times the calm p95; to issue all of them
SHARE = 0.1  # of the requests a second of the bench of `service`: what one process answers beside two cores
ROUNDS, SECONDS = 3, 30  # of calm, then of work


def lines(*, quick: bool = False) -> list[Line]:
    members = SMALL if quick else int(os.environ.get("PORTAIL_BENCH_MEMBERS", MEMBERS))
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        url = asyncio.run(fresh("portail_bench_call")) if SERVER else f"sqlite:///{folder}/portail.db"
        variables = {
            "PORTAIL_DATA_DIR": folder, "PORTAIL_DATABASE_URL": url.replace("+asyncpg", ""),
            "PORTAIL_SECRET_KEY": SECRET, "PORTAIL_RESERVED_ADDRESSES": "true", "PORTAIL_SERVICE_IBAN": IBAN,
        }  # fmt: skip
        _seed(members, variables)
        found = asyncio.run(_worked(variables))
        return found + _handed_over(Path(folder), variables, *((1, 8) if quick else (ROUNDS, SECONDS)))


def _portal(variables: dict[str, str]) -> Portal:
    given: dict[str, Any] = {
        name.removeprefix("PORTAIL_").lower(): value for name, value in variables.items()
    }
    return make_portal(Settings(**given, **DEMO_SELLER), bcrypt_cost=4)


async def _worked(variables: dict[str, str]) -> list[Line]:
    portal = _portal(variables)
    try:
        async with portal.database.transaction(write=False) as session:
            account = (await session.exec(select(Account).limit(1))).first()
        found = await _issued(portal, account)
        found += [await _one(portal)]
        found += await money.lines_of(portal, account)
        async with portal.database.transaction(write=True) as session:
            await session.exec(update(OutboxMail).values(due_at=None))  # mail that leaves has its own bench
        return found
    finally:
        await portal.close()


async def _issued(portal: Portal, account: Account) -> list[Line]:
    year = clock.today().year + 1
    number = await declared(portal, year)
    began = time.perf_counter()
    await launched(portal, account, year)
    held = time.perf_counter() - began
    began = time.perf_counter()
    async with waits_of(portal, account) as waits:
        while await work_portion(portal, clock.now()):
            await asyncio.sleep(0)
    took, base = time.perf_counter() - began, "PostgreSQL" if SERVER else "SQLite"
    async with portal.database.transaction(write=False) as session:
        made = (await session.exec(_count(Invoice, col(Invoice.receipt).is_not(None)))).one()
    if made[0] != number:
        raise RuntimeError(f"{made[0]} of {number} invoices")
    return [
        Line(
            f"{number} invoices issued, {base}", f"{took:.0f} s ({number / took:.0f} a second)",
            f"< {MINUTES} min", verdict(took < 60 * MINUTES),
        ),
        Line("  their launch, in one transaction", f"{held:.2f} s", f"< {WAIT} s", verdict(held < WAIT)),
        Line("  longest wait to write", f"{max(waits):.2f} s", f"< {WAIT} s", verdict(max(waits) < WAIT)),
    ]  # fmt: skip


def _count(model: Any, *where: Any) -> Any:
    return sqlalchemy.select(sqlalchemy.func.count()).select_from(model).where(*where)


async def _one(portal: Portal) -> Line:
    """A PDF with its XML from the rows to the bytes, when nobody else asks for one."""
    async with portal.database.transaction(write=False) as session:
        some = (await session.exec(select(Invoice).where(col(Invoice.receipt).is_not(None)).limit(33))).all()
    taken = []
    for each in some:
        flow = PlatformFlow(
            invoice_id=each.id, company_id=each.company_id, kind=FlowKind.INVOICE, tracking_id=each.number,
            created_at=clock.now(),
        )  # fmt: skip
        began = time.perf_counter()
        await content_of(portal, flow)
        taken.append(time.perf_counter() - began)
    half = statistics.median(taken[3:])
    return Line("one invoice, PDF and XML: half of 30", f"{half:.3f} s", f"<= {ONE} s", verdict(half <= ONE))


@contextmanager
def _platform() -> Iterator[tuple[str, int]]:
    """Address and process of a platform that answers at once."""
    command = [sys.executable, "-m", "tests.bench.platform"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else "", process.pid
        finally:
            process.kill()


def _handed_over(folder: Path, variables: dict[str, str], rounds: int, seconds: int) -> list[Line]:
    """Rounds of calm, the platform being stopped, and of work, in turn: the machine's other work weighs on
    both alike.
    """
    told = asyncio.run(_addresses(folder, variables["PORTAIL_DATABASE_URL"]))
    file, felt, sent, took = folder / "asked.json", {"calm": [], "busy": []}, 0, 0.0
    with _platform() as (url, pid):
        more = {
            "PORTAIL_PLATFORM_URL": f"{url}/flow-service", "PORTAIL_PLATFORM_TOKEN_URL": f"{url}/token",
            "PORTAIL_PLATFORM_CLIENT_ID": CLIENT, "PORTAIL_PLATFORM_CLIENT_SECRET": PLATFORM_SECRET,
            "PORTAIL_PLATFORM_SINCE": clock.today().isoformat(),
        }  # fmt: skip
        with _served(1, variables | more) as servers:
            file.write_text(json.dumps(told | {"urls": [servers[0].url], "share": SHARE}))
            time.sleep(5)  # the first flows are planned
            for _ in range(rounds):
                os.kill(pid, signal.SIGSTOP)
                time.sleep(1)
                felt["calm"].append(_asked(file, seconds))
                os.kill(pid, signal.SIGCONT)
                time.sleep(1)
                before, began = _sent(variables), time.perf_counter()
                felt["busy"].append(_asked(file, seconds))
                sent, took = sent + _sent(variables) - before, took + time.perf_counter() - began
            used = _used(servers, pid)
    return [*_rate(sent, took), *(_ratio(felt, who) for who in ("staff", "employers")), used]


def _sent(variables: dict[str, str]) -> int:
    async def count() -> int:
        portal = _portal(variables)
        async with portal.database.transaction(write=False) as session:
            found = (
                await session.exec(_count(PlatformFlow, col(PlatformFlow.state) == FlowState.SENT))
            ).one()
        await portal.close()
        return int(found[0])

    return asyncio.run(count())


def _rate(sent: int, took: float) -> list[Line]:
    hours = MEMBERS * took / max(sent, 1) / 3600
    measured = f"{sent / took:.1f} ({sent} in {took:.0f} s; {MEMBERS} in {hours:.1f} h)"
    name = "PDF with XML drawn and handed over beside readers, a second"
    return [Line(name, measured, f"at least {RATE}", verdict(sent / took >= RATE))]


def _ratio(felt: dict[str, list[dict[str, Any]]], who: str) -> Line:
    calm, busy = (statistics.median(each[who]["p95"] for each in felt[name]) for name in ("calm", "busy"))
    failed = sum(each[who]["failed"] for rounds in felt.values() for each in rounds)
    measured = f"{busy / calm:.2f} times ({busy * 1000:.0f} ms, calm {calm * 1000:.0f} ms; {failed} failed)"
    is_good = busy < SLOWER * calm and not failed
    return Line(f"  pages of {who} meanwhile, p95", measured, f"< {SLOWER} times", verdict(is_good))


def _used(servers: list[Server], platform: int) -> Line:
    there = Server("", platform).processor_seconds()
    measured = f"portal {servers[0].processor_seconds():.0f} s, platform {there:.0f} s"
    return Line("  processor used, drawing apart", measured)
