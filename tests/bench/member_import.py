"""A members' file of 60 000 lines, half of them known: compared, applied, undone in portions, and how long
somebody else waits to write meanwhile.

    python -m tests.bench member_import                                  SQLite
    PORTAIL_TEST_DATABASE_URL=… python -m tests.bench member_import      PostgreSQL
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory

from sqlalchemy import insert, update
from sqlmodel import col

from app import clock
from app.access import StaffAccess
from app.member_file.reading import MemberRows
from app.members.comparing import ImportWork, begin_import, sealed_file
from app.members.importing import MOST_BYTES, apply_import, undo_import
from app.portal import Portal, make_portal
from app.settings import Settings
from db.engine import migrate
from db.models import Account, Company
from tests.bench.mail import SERVER, fresh
from tests.bench.served import SECRET
from tests.bench.table import Line, verdict

ROWS, MINUTES, WAIT = 60_000, 5, 1.0  # lines; for each step; seconds, the longest for anybody else
HEAD = "Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant;E-mail;Adresse;Code postal;NAF;Téléphone"


def lines(*, quick: bool = False) -> list[Line]:
    return asyncio.run(_lines(ROWS // 20 if quick else ROWS))


async def _lines(number: int) -> list[Line]:
    async with fresh_portal("members") as portal:
        return await _measured(portal, number)


@asynccontextmanager
async def fresh_portal(name: str) -> AsyncIterator[Portal]:
    """Over an empty base of its own: a file, or one of that name on the server of the tests."""
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        url = await fresh(f"portail_bench_{name}") if SERVER else f"sqlite+aiosqlite:///{folder}/portail.db"
        await migrate(url)
        settings = Settings(data_dir=folder, database_url=url.replace("+asyncpg", ""), secret_key=SECRET)
        portal = make_portal(settings, bcrypt_cost=4)
        try:
            yield portal
        finally:
            await portal.close()


async def _measured(portal: Portal, number: int) -> list[Line]:
    account = await fill(portal, number // 2)
    content = "\n".join([HEAD, *map(_row, range(number))]).encode()
    rows, sealed = MemberRows(content, MOST_BYTES), sealed_file(portal.keys, content)
    found, import_id = [], 0

    async def begin(access: StaffAccess) -> None:
        nonlocal import_id
        import_id = (await begin_import(access, "adherents.csv", sealed, rows, clock.now())).key

    async def apply(access: StaffAccess) -> None:
        await apply_import(access, import_id, clock.now())

    async def undo(access: StaffAccess) -> None:
        await undo_import(access, import_id, clock.now())

    for name, act in (("compared", begin), ("applied", apply), ("undone", undo)):
        began = time.perf_counter()
        async with waits_of(portal, account) as waits:
            async with portal.database.transaction(write=True) as session:
                await act(StaffAccess(portal, session, account))
            work = ImportWork()
            while await work.portion(portal, clock.now()):
                await asyncio.sleep(0)
        took = time.perf_counter() - began
        found += [
            Line(f"{number} lines {name}", f"{took:.1f} s", f"< {MINUTES} min", verdict(took < 60 * MINUTES)),
            Line("  longest wait to write", f"{max(waits):.2f} s", f"< {WAIT} s", verdict(max(waits) < WAIT)),
            Line("  95 of 100 waits", f"{sorted(waits)[int(len(waits) * 0.95)] * 1000:.0f} ms"),
        ]  # fmt: skip
    return found


def _row(number: int) -> str:
    # The tenth line of ten says what is known already.
    town = "Saint-Brieuc" if number % 10 else "Dinan"
    return (
        f"{10_000 + number:05};Entreprise {number};{town};;;contact{number}@exemple.fr;12 rue de la Gare;"
        "22000;62.01Z;02 96 01 02 03"
    )


async def fill(portal: Portal, number: int) -> Account:
    now = clock.now()
    rows = [
        {
            "code": f"{10_000 + each:05}", "member_code": f"{10_000 + each:05}", "name": f"Entreprise {each}",
            "town": "Dinan", "declarant_key": f"{each:064}", "created_at": now, "updated_at": now,
        }
        for each in range(number)
    ]  # fmt: skip
    async with portal.database.transaction(write=True) as session:
        account = Account(
            email="clerk@service.example", first_name="A", last_name="B", job_title="", created_at=now
        )
        session.add(account)
        await session.flush()
        for start in range(0, number, 1_000):
            await (await session.connection()).execute(insert(Company), rows[start : start + 1_000])
    return account


@asynccontextmanager
async def waits_of(portal: Portal, account: Account) -> AsyncIterator[list[float]]:
    """The seconds that each of somebody else's writes took, ten a second."""
    waits: list[float] = []

    async def write() -> None:
        mine = update(Account).where(col(Account.id) == account.key)
        while True:
            began = time.perf_counter()
            async with portal.database.transaction(write=True) as session:
                await session.exec(mine.values(job_title=f"{len(waits)}"))
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.1)

    # As the portal does once it has started: a pass of the collector over all the modules stops everybody.
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(write())
    yield waits
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
