"""A calendar's address with 2 000 appointments: its whole answer, and what it costs when nothing changed."""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import httpx
from sqlalchemy import insert

from app import clock
from app.security.keys import Keys, fingerprint
from db.models import CalendarFeed, Employee, Slot
from db.seeds.world import World
from tests.bench.served import SECRET, portal_served
from tests.bench.table import KB, Line, verdict

EVENTS, SECONDS, SHARE = 2_000, 1.0, 0.25
SEED = "5" * 64
TOKEN = Keys(SECRET).mailed_link(SEED)


def lines(*, quick: bool = False) -> list[Line]:
    rounds = 5 if quick else 15
    with (
        portal_served(fill) as served,
        httpx.Client(base_url=served.url, timeout=60, trust_env=False) as client,
    ):
        path = f"/calendrier/{TOKEN}.ics"
        whole = client.get(path)
        _check(whole)
        headers = {"If-None-Match": whole.headers["etag"]}
        written = _seconds(lambda: client.get(path), 200, rounds)
        known = _seconds(lambda: client.get(path, headers=headers), 304, rounds)
    share = known / written
    sizes = f"{whole.num_bytes_downloaded / KB:.0f} KB, {len(whole.content) / KB:.0f} before compression"
    return [
        _most(f"{EVENTS} events with names, the whole answer", f"{written:.2f} s", written, SECONDS, " s"),
        Line("as it travels", sizes),
        _most("asked again, nothing changed (304)", f"{share:.2f} of it, {known * 1e3:.0f} ms", share, SHARE),
    ]


def _most(what: str, told: str, measured: float, most: float, unit: str = "") -> Line:
    return Line(what, told, f"at most {most:g}{unit}", verdict(measured <= most))


async def fill(portal, told) -> None:
    """A slot each half hour around now, each with an employee of its own; and Alice's address for all."""
    async with portal.database.transaction(write=True) as session:
        now = clock.now()
        centre = await World(session, now).a_centre("Centre de Saint-Brieuc", access="Entrée par la cour.")
        columns = told.employee.model_dump(exclude={"id"})
        connection = await session.connection()
        people = [columns | {"first_names": f"Zoé {number}"} for number in range(EVENTS)]
        made = await connection.execute(insert(Employee).returning(Employee.id), people)
        await connection.execute(insert(Slot), [_slot(*each, centre, now) for each in enumerate(made.all())])
        mine = {"account_id": told.alice.key, "seed": SEED, "token_hash": fingerprint(TOKEN)}
        session.add(CalendarFeed(with_names=True, created_at=now, **mine))


def _slot(number, employee, centre, now):
    starts_at = now + timedelta(minutes=30 * (number - EVENTS // 4))
    return {
        "company_id": 1, "centre_id": centre.key, "employee_id": employee[0], "kind": "vip", "minutes": 30,
        "starts_at": starts_at, "state": "confirmed", "sequence": 1, "created_at": now, "updated_at": now,
        "professional": "Dr Hélène Morvan", "role": "Médecin du travail", "reason": "", "fee_cents": 0,
    }  # fmt: skip


def _check(answer: httpx.Response) -> None:
    """What took no time may not have been written."""
    if answer.status_code != 200 or answer.text.count("SUMMARY:Visite de") != EVENTS:
        raise RuntimeError(f"{answer.status_code}: not everything was told")


def _seconds(ask: Callable[[], httpx.Response], status: int, rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = ask()
        taken.append(time.perf_counter() - began)
        if answer.status_code != status:
            raise RuntimeError(f"{answer.status_code} instead of {status}")
    return median(taken)
