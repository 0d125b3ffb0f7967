"""Issue the invoices of a call, killed again and again, and count what it wrote after each kill.

    python -m tests.calls.killing SETTINGS KILLS PORTION [any]

A kill comes before a statement drawn by lot, a commit among them; with `any`, every second one at an instant
drawn by lot. Prints what was found, as JSON. Its own process: it forks, and `kill -9` spares nothing.
"""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, select, update

from app import clock
from app.access import StaffAccess
from app.calls import staff
from app.portal import Portal, make_portal
from app.settings import Settings
from db.models import (
    Account,
    AnnualDeclaration,
    AuditEvent,
    AuditKind,
    CallState,
    Company,
    ContributionCall,
    Invoice,
    InvoiceSeries,
    OutboxMail,
    Tariff,
)
from tests.killing import killed_after, killed_at
from tests.reading import rows

RULES = {
    "reference_on": "2026-01-01", "least_days": 30, "hires": "none", "vat_points": 2000,
    "grid": {"kind": "flat", "cents": 11_600},
}  # fmt: skip
STATEMENTS, SECONDS = 30, (0.05, 0.5)  # of a portion's invoice at most, about; of a life that an instant ends


@dataclass(frozen=True, slots=True)
class Found:
    """Invoices, and what is wrong with them: nothing, if all are zero. `sums`: members billed another amount
    than they declared, and counts of the call, the series, mails or the history that say otherwise.
    """

    invoices: int
    gaps: int
    doubles: int
    sums: int


def main(settings: Settings, kills: int, portion: int, *, at_any_instant: bool) -> None:
    staff.PORTION, chance, made, found = portion, Random(2026), 0, [asyncio.run(audited(settings))]
    for turn in range(kills):
        if at_any_instant and turn % 2:
            killed = killed_after(chance.uniform(*SECONDS), lambda: asyncio.run(work(settings)))
        else:
            statement = 1 + chance.randrange(STATEMENTS * portion)
            killed = killed_at(statement, lambda: asyncio.run(work(settings)))
        if not killed:
            break
        made += 1
        found.append(asyncio.run(audited(settings)))
    in_the_middle = sum(1 for each in found[1:] if each.invoices < expected(settings))
    asyncio.run(work(settings))
    found.append(asyncio.run(audited(settings, is_done=True)))
    worst = {name: max(getattr(each, name) for each in found) for name in ("gaps", "doubles", "sums")}
    print(json.dumps({"kills": made, "in_the_middle": in_the_middle, "invoices": found[-1].invoices} | worst))


def expected(settings: Settings) -> int:
    return asyncio.run(_expected(settings))


async def _expected(settings: Settings) -> int:
    portal = make_portal(settings, bcrypt_cost=4)
    declared = await rows(portal, AnnualDeclaration, AnnualDeclaration.number.is_not(None))
    await portal.close()
    return len(declared)


async def work(settings: Settings) -> None:
    """As a server does it, until the call is done: one that another holds is asked for again."""
    portal = make_portal(settings, bcrypt_cost=4)
    while await staff.work_portion(portal, clock.now()) or await _is_running(portal):
        pass
    await portal.close()


async def _is_running(portal: Portal) -> bool:
    return bool(await rows(portal, ContributionCall, ContributionCall.state == CallState.RUNNING))


async def launched(portal: Portal, account: Account, year: int) -> None:
    """The call of that year, under way."""
    async with portal.database.transaction(write=True) as session:
        at = clock.moment()
        access = StaffAccess(portal, session, account)
        await staff.launch_call(access, year, at.today + timedelta(days=30), at)


async def declared(
    portal: Portal, year: int, net_cents: Any = lambda place: 116_00 * (1 + place % 199)
) -> int:
    """A tariff of the year; of each member that exists an address and a validated declaration. How many."""
    at = clock.moment()
    window = {"opens_on": at.today - timedelta(days=40), "closes_on": at.today - timedelta(days=1)}
    async with portal.database.transaction(write=True) as session:
        session.add(Tariff(year=year, rules=RULES, **window))
        connection = await session.connection()
        address = "compta@e" + Company.code + ".example"
        await connection.execute(update(Company).where(Company.email == "").values(email=address))
        members = (await connection.execute(select(Company.id, Company.code).order_by(Company.id))).all()
        for start in range(0, len(members), 2_000):
            of_some = [
                _declaration(company, code, year, net_cents(start + place), at.now)
                for place, (company, code) in enumerate(members[start : start + 2_000])
            ]
            await connection.execute(insert(AnnualDeclaration), of_some)
    return len(members)


def _declaration(company: int, code: str, year: int, net: int, now: Any) -> dict[str, Any]:
    people = max(1, net // 116_00)
    line = {"label": "Personnes suivies", "quantity": people, "unit_cents": net // people}
    return {
        "company_id": company, "year": year, "number": f"D{year}-{code}", "headcount": people,
        "counts": {"SI": people}, "lines": [line | {"net_cents": net, "reason": ""}], "net_cents": net,
        "vat_cents": net // 5, "total_cents": net + net // 5, "started_at": now, "updated_at": now,
        "submitted_at": now,
    }  # fmt: skip


async def audited(settings: Settings, *, is_done: bool = False) -> Found:
    portal = make_portal(settings, bcrypt_cost=4)
    try:
        return await _audited(portal, is_done=is_done)
    finally:
        await portal.close()


async def _audited(portal: Portal, *, is_done: bool) -> Found:
    made = await rows(portal, Invoice, Invoice.receipt.is_not(None))
    numbers = [int(each.number[-6:]) for each in made]
    series = {each.prefix: each.last for each in await rows(portal, InvoiceSeries)}
    (call,) = await rows(portal, ContributionCall)
    counts = {
        len(made), call.invoices, sum(series.values()),
        await _count(portal, OutboxMail, OutboxMail.template == "invoice_called"),
        await _count(portal, AuditEvent, AuditEvent.kind == AuditKind.INVOICE_ISSUED),
    }  # fmt: skip
    owed = {
        each.company_id: each.net_cents
        for each in await rows(portal, AnnualDeclaration, AnnualDeclaration.year == call.year)
    }
    billed = Counter(dict.fromkeys(owed, 0)) if is_done else Counter()
    for each in made:
        billed[each.company_id] += each.net_cents
    off = sum(1 for company, cents in billed.items() if owed[company] != cents)
    off += len(counts) - 1 + (call.total_cents != sum(each.total_cents for each in made))
    off += bool(call.refused) + (is_done and call.state != CallState.DONE)
    return Found(
        invoices=len(made),
        gaps=max(numbers, default=0) - len(set(numbers)),
        doubles=2 * len(made) - len(set(numbers)) - len({each.receipt for each in made}),
        sums=off,
    )


async def _count(portal: Portal, model: Any, *where: Any) -> int:
    async with portal.database.transaction(write=False) as session:
        return int((await session.exec(select(func.count()).select_from(model).where(*where))).scalar_one())


if __name__ == "__main__":
    main(
        Settings.model_validate_json(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]),
        at_any_instant="any" in sys.argv[4:],
    )  # fmt: skip
