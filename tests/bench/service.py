"""A service at work: 200 of its people and 2 000 employers, at the pace of January.

The base is made by `portail seed-service`; each reader opens other addresses, in a mix of what is opened.
Of the largest service 30 pages a second are the staff's and 140 the employers'; a smaller one has its share.
A page that waits is counted with its wait.

    PORTAIL_TEST_DATABASE_URL=… python -m tests.bench service    53 000 members on PostgreSQL, 4 processes
    python -m tests.bench service                                9 100 members on SQLite, one process
    … --quick                                                    600 members, ten seconds
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import select

from app import clock
from app.access import VisitorAccess
from app.portal import make_portal
from app.sessions import open_session
from app.settings import Settings
from db.models import (
    Account,
    AppointmentRequest,
    CareCentre,
    Company,
    Employee,
    Invoice,
    Membership,
    StaffMember,
)
from tests.bench.mail import SERVER, _fresh
from tests.bench.served import ROOT, SECRET, Server, free_port, running
from tests.bench.table import Line, verdict

STAFF, EMPLOYERS = 200, 2_000  # who is signed in
STAFF_PACE, EMPLOYER_PACE = 30, 140  # requests a second
MOST_STAFF = 0.2  # seconds, 95 of 100
LARGE, AVERAGE, SMALL = 53_000, 9_100, 600  # members
PROCESSES, MINUTES = 4, 1


def lines(*, quick: bool = False) -> list[Line]:
    members = SMALL if quick else LARGE if SERVER else AVERAGE
    seconds = 10 if quick else 60 * MINUTES
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        url = asyncio.run(_fresh("portail_bench_service")) if SERVER else f"sqlite:///{folder}/portail.db"
        url = url.replace("+asyncpg", "")
        variables = {
            "PORTAIL_DATA_DIR": folder, "PORTAIL_DATABASE_URL": url, "PORTAIL_SECRET_KEY": SECRET,
            "PORTAIL_RESERVED_ADDRESSES": "true",
        }  # fmt: skip
        _seed(members, variables)
        told = asyncio.run(_addresses(Path(folder), url))
        file = Path(folder) / "asked.json"
        with _served(PROCESSES if SERVER else 1, variables) as servers:
            share = 1.0 if quick else members / LARGE
            file.write_text(json.dumps(told | {"urls": [each.url for each in servers], "share": share}))
            used = sum(each.processor_seconds() for each in servers)
            found = _asked(file, seconds)
            used = sum(each.processor_seconds() for each in servers) - used
    return _lines(found, members, len(servers), used / seconds)


def _seed(members: int, variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "app", "seed-service", "--members", str(members)]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | variables, stdout=subprocess.DEVNULL)


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
    portal = make_portal(Settings(data_dir=folder, database_url=url, secret_key=SECRET), bcrypt_cost=4)
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


def _lines(found: dict[str, Any], members: int, processes: int, used: float) -> list[Line]:
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
    lines.append(Line("processors used by the portal", f"{used:.2f} of {os.cpu_count()}", "", ""))
    return lines
