"""A service at work: 200 of its people and 2 000 employers, at the pace of January.

The base is made by `portail seed-service`; each reader opens other addresses, in a mix of what is opened.
Of the largest service 30 pages a second are the staff's and 140 the employers'; a smaller one has its share.
A page that waits is counted with its wait.

    PORTAIL_TEST_DATABASE_URL=… python -m tests.bench service    53 000 members on PostgreSQL, 4 processes
    python -m tests.bench service                                9 100 members on SQLite, one process
    … --quick                                                    600 members, ten seconds
    PORTAIL_BENCH_KEEP=FOLDER …                                  the base stays there, for another run
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import col, select

from app import clock
from app.access import VisitorAccess
from app.portal import make_portal
from app.sessions import open_session
from app.settings import Settings
from db.engine import migrate
from db.models import (
    Account,
    AppointmentRequest,
    CareCentre,
    Company,
    Employee,
    Invoice,
    Membership,
    OutboxMail,
    StaffMember,
)
from tests.bench.mail import SERVER, _on_server, fresh
from tests.bench.served import ROOT, SECRET, Server, free_port, running
from tests.bench.table import Line, verdict

STAFF, EMPLOYERS = 200, 2_000  # who is signed in
STAFF_PACE, EMPLOYER_PACE = 30, 140  # requests a second
MOST_STAFF = 0.2  # seconds, 95 of 100
LARGE, AVERAGE, SMALL = 53_000, 9_100, 600  # members
PROCESSES, MINUTES = 4, 1
SETTLED = 15.0  # seconds without a new letter: the night is over


def lines(*, quick: bool = False) -> list[Line]:
    members = SMALL if quick else LARGE if SERVER else AVERAGE
    seconds = 10 if quick else 60 * MINUTES
    kept = os.environ.get("PORTAIL_BENCH_KEEP", "")
    with nullcontext(kept) if kept else TemporaryDirectory(prefix="portail-bench-") as folder:
        is_seeded = Path(folder) / f"seeded-{'postgresql' if SERVER else 'sqlite'}-{members}"
        url = _base(folder, is_fresh=not is_seeded.exists())
        variables = {
            "PORTAIL_DATA_DIR": folder, "PORTAIL_DATABASE_URL": url, "PORTAIL_SECRET_KEY": SECRET,
            "PORTAIL_RESERVED_ADDRESSES": "true",
        }  # fmt: skip
        if not is_seeded.exists():
            _seed(members, variables)
            with _served(1, variables):
                asyncio.run(_after_the_night(Path(folder), url))
            is_seeded.touch()
        told = asyncio.run(_addresses(Path(folder), url))
        file = Path(folder) / "asked.json"
        with _served(PROCESSES if SERVER else 1, variables) as servers:
            share = 1.0 if quick else members / LARGE
            file.write_text(json.dumps(told | {"urls": [each.url for each in servers], "share": share}))
            began, before = time.monotonic(), _processors(servers)
            found = _asked(file, seconds)
            taken, after = time.monotonic() - began, _processors(servers)
    used = {name: (after[name] - before[name]) / taken for name in after}
    used["the readers"] = found["processor"] / taken
    used["others"] -= sum(each for name, each in used.items() if name != "others")
    return _lines(found, members, len(servers), used)


def _base(folder: str, *, is_fresh: bool) -> str:
    if not SERVER:
        Path(folder).mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder}/portail.db"
    name = "portail_bench_service"
    url = asyncio.run(fresh(name)) if is_fresh else _on_server(name)
    return url.replace("+asyncpg", "")


def _processors(servers: list[Server]) -> dict[str, float]:
    """Seconds used so far by the portal, by a PostgreSQL of this machine, and by everybody."""
    busy = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    server = [
        Server("", int(each.parent.name)) for each in Path("/proc").glob("[0-9]*/comm") if _is_postgres(each)
    ]
    return {
        "the portal": sum(each.processor_seconds() for each in servers),
        "PostgreSQL": sum(each.processor_seconds() for each in server),
        "others": (sum(busy) - busy[3] - busy[4]) / os.sysconf("SC_CLK_TCK"),
    }


def _is_postgres(name: Path) -> bool:
    try:
        return name.read_text().strip() == "postgres"
    except OSError:  # it has ended
        return False


def _seed(members: int, variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "app", "seed-service", "--members", str(members)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | variables, stdout=subprocess.DEVNULL)


async def _after_the_night(folder: Path, url: str) -> None:
    """Wait until the first start has written the letters of a night, and take those away that have not left:
    pages are what is measured.
    """
    portal, letters = make_portal(Settings(data_dir=folder, database_url=url, secret_key=SECRET)), -1
    while True:
        async with portal.database.transaction(write=False) as session:
            there = (await session.exec(select(func.max(OutboxMail.id)))).one()
        if there == letters:
            break
        letters = there
        await asyncio.sleep(SETTLED)
    async with portal.database.transaction(write=True) as session:
        await (await session.connection()).execute(
            delete(OutboxMail).where(col(OutboxMail.sent_at).is_(None))
        )
    await portal.close()


@contextmanager
def _served(number: int, variables: dict[str, str]) -> Iterator[list[Server]]:
    """As many machines behind a proxy: one base, a folder and a port each. In the demo, as the base is."""
    with ExitStack() as stack:
        servers = []
        for place in range(number):
            port, folder = free_port(), variables["PORTAIL_DATA_DIR"]
            folder = f"{folder}/{place}" if place else folder
            own = variables | {"PORTAIL_PORT": str(port), "PORTAIL_DATA_DIR": folder}
            servers.append(stack.enter_context(running("app", "demo", port=port, **own)))
        yield servers


async def _addresses(folder: Path, url: str) -> dict[str, Any]:
    """Sessions of people, and for each the addresses to draw from, the frequent ones more than once."""
    settings = Settings(data_dir=folder, database_url=url, secret_key=SECRET)
    await migrate(settings.database_url)
    portal = make_portal(settings, bcrypt_cost=4)
    draw, found = Random(2026), {}
    try:
        async with portal.database.transaction(write=True) as session:
            access = VisitorAccess(portal, session)
            staff = select(Account).join(StaffMember, StaffMember.account_id == Account.id)
            service = await _staff_addresses(session)
            found["staff"] = [
                (open_session(access, account, "Firefox", clock.now()), service)
                for account in (await session.exec(staff.order_by(Account.id.desc()).limit(STAFF))).all()
            ]
            members = (
                select(Account, Company.code, Employee.id)
                .join(Membership, Membership.account_id == Account.id)
                .join(Company, Company.id == Membership.company_id)
                .join(Employee, Employee.company_id == Company.id)
                .where(Account.email.startswith("personne"), Employee.id % 10 == 3)
            )
            rows = {account.id: (account, code, number) for account, code, number in
                    (await session.exec(members.limit(EMPLOYERS * 6))).all()}  # fmt: skip
            people = draw.sample(sorted(rows), min(EMPLOYERS, len(rows)))
            found["employers"] = [
                (open_session(access, account, "Firefox", clock.now()), _employer_addresses(code, number))
                for account, code, number in (rows[each] for each in people)
            ]
    finally:
        await portal.close()
    return found


async def _staff_addresses(session: Any) -> list[str]:
    requests = (await session.exec(select(AppointmentRequest.id).limit(50))).all()
    codes = (await session.exec(select(Company.code).where(Company.id % 97 == 0).limit(50))).all()
    people = (await session.exec(select(Employee.id).where(Employee.id % 997 == 0).limit(50))).all()
    centres = (await session.exec(select(CareCentre.id).order_by(CareCentre.id.desc()).limit(10))).all()
    numbers = (await session.exec(select(Invoice.number).limit(10))).all()
    words = [*codes[:10], *numbers, "martin", "kergo anne", "garage"]
    return [
        *["/service", "/service/a-traiter"] * 15,
        *(f"/service/demandes/{each}" for each in requests),
        *(f"/service/adherents/{each}" for each in codes),
        *(f"/service/salaries/{each}" for each in people[:25]),
        *(f"/service/recherche?q={each}" for each in words),
        *(f"/service/feuille?centre={each}" for each in centres),
        *[f"/service/vacations?centre={each}" for each in centres],
        "/service/echeances", "/service/charge",
    ]  # fmt: skip


def _employer_addresses(code: str, employee: int) -> list[str]:
    home = f"/espace/{code}"
    return [
        home, home, home, f"{home}/salaries", f"{home}/salaries", f"{home}/salaries/{employee}",
        f"{home}/cotisation", f"{home}/cotisation", f"{home}/factures", f"{home}/planning",
        f"{home}/demandes", f"{home}/documents", f"{home}/contact", "/mon-compte",
    ]  # fmt: skip


def _asked(file: Path, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.service_load", str(file), str(seconds)]
    told = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    return found


def _lines(found: dict[str, Any], members: int, processes: int, used: dict[str, float]) -> list[Line]:
    base = f"{members} members, {'PostgreSQL' if SERVER else 'SQLite'}, {processes} process(es)"
    lines = []
    for who, most in (("staff", MOST_STAFF), ("employers", None)):
        told = found[who]
        asked = told["answered"] + told["failed"]
        measured = (
            f"p95 {told['p95'] * 1000:.0f} ms (half {told['usual'] * 1000:.0f}, p99 {told['p99'] * 1000:.0f};"
            f" {told['failed']} of {asked} not answered 200)"
        )
        is_good = not told["failed"] and (most is None or told["p95"] <= most)
        lines.append(
            Line(
                f"{base}: pages of {who}",
                measured,
                f"at most {most * 1000:.0f} ms" if most else "",
                verdict(is_good),
            )
        )
    slow = ", ".join(f"{path} {1000 * taken:.0f} ms" for path, taken in found["slow"])
    lines.append(Line("slowest addresses, by half of them", slow, "", ""))
    words = ", ".join(f"{name} {each:.2f}" for name, each in used.items())
    lines.append(Line("processors used", f"{words} of {os.cpu_count()}", "", ""))
    return lines
