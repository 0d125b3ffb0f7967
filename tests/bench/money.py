"""Other works on the invoices of the largest service: a tariff tried, reminders, a statement of the bank."""

import asyncio
import time
from collections.abc import Awaitable

from sqlmodel import col, select

from app import clock
from app.access import StaffAccess
from app.bank.reading import read_statement
from app.bank.staff import keep_statement, match_statement, record_statement
from app.bank.staff import work_portion as record_portion
from app.campaigns.staff import try_tariff
from app.contributions.tariff import rules_of
from app.dunning.queries import late_invoices, steps_of
from app.dunning.staff import launch_run, work_portion
from app.invoices.rules import basic_letters
from app.portal import Portal
from db.models import Account, Company, DunningRun, DunningStep, Invoice, StepKind
from tests.bank.files import cfonb, movement
from tests.bench.member_import import WAIT, waits_of
from tests.bench.table import Line, verdict
from tests.calls.killing import RULES
from tests.reading import rows

LINES, MATCHED, TRIED, PREVIEWED = 20_000, 20, 10, 5  # lines; seconds
SAMPLE = 60  # seconds of a batch
NIGHT = 4  # hours


async def lines_of(portal: Portal, account: Account) -> list[Line]:
    """All of it on what the base holds; the statement and the reminders are left there."""
    return [
        *await _tariff(portal, account), *await _statement(portal, account),
        *await _reminders(portal, account),
    ]  # fmt: skip


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


def _within(name: str, took: float, most: float) -> Line:
    return Line(name, f"{took:.2f} s", f"< {most:g} s", verdict(took < most))


async def _tariff(portal: Portal, account: Account) -> list[Line]:
    rules = RULES | {"grid": {"kind": "monitoring", "cents": {"SI": 10_500, "SIA": 11_600, "SIR": 13_200}}}
    year = clock.today().year + 2
    async with portal.database.transaction(write=False) as session:
        access = StaffAccess(portal, session, account)
        began = time.perf_counter()
        trial = await try_tariff(access, year, rules_of(year, rules), clock.today())
        took = time.perf_counter() - began
    members = trial.whole.members if trial else 0
    return [_within(f"a tariff tried on {members} declarations", took, TRIED)]


async def _statement(portal: Portal, account: Account) -> list[Line]:
    """Half of its lines name their invoice, a quarter their member and amount, the rest nobody."""
    async with portal.database.transaction(write=False) as session:
        columns = select(Invoice.number, Invoice.total_cents, Company.name).join(
            Company, col(Company.id) == col(Invoice.company_id)
        )
        open_ones = (await session.exec(columns.order_by(col(Invoice.id).desc()).limit(LINES))).all()
    today = clock.today()
    content = cfonb(
        *(
            movement(
                cents, f"VIR {place}", on=today, LCC=number if place % 2 else "", NPY=basic_letters(name)
            )
            if place % 4 < 3
            else movement(cents + 1, f"VIR {place}", on=today, NPY="INCONNU")
            for place, (number, cents, name) in enumerate(open_ones)
        ),
        since=today, until=today,
    )  # fmt: skip
    began = time.perf_counter()
    read = await asyncio.to_thread(read_statement, content, portal.settings.service_iban)
    async with portal.database.transaction(write=False) as session:
        matched = await match_statement(StaffAccess(portal, session, account), read, today)
    took = time.perf_counter() - began
    found = [_within(f"a statement of {len(matched)} lines read and matched", took, MATCHED)]
    async with waits_of(portal, account) as waits:
        began = time.perf_counter()
        async with portal.database.transaction(write=True) as session:
            access = StaffAccess(portal, session, account)
            kept = await keep_statement(access, "releve.txt", read, matched, clock.moment())
            await session.flush()
        async with portal.database.transaction(write=True) as session:
            await record_statement(StaffAccess(portal, session, account), kept.key, clock.now())
        while await record_portion(portal, clock.now()):
            await asyncio.sleep(0)
        took = time.perf_counter() - began
    taken = sum(bool(each["is_taken"]) for each in matched)
    return [*found, Line(f"  kept, and {taken} of them recorded", f"{took:.1f} s"), _wait(waits)]


def _wait(waits: list[float]) -> Line:
    return _within("  longest wait to write", max(waits), WAIT)


async def _reminders(portal: Portal, account: Account) -> list[Line]:
    """The preview of all, then a sample of the letters of a run."""
    async with portal.database.transaction(write=True) as session:
        for days, kind in ((8, StepKind.MAIL), (30, StepKind.BOTH)):
            session.add(
                DunningStep(
                    days=days, kind=kind, subject="Rappel", text="Il reste {montant} à payer.",
                    signed_by="Le service",
                )
            )  # fmt: skip
    async with portal.database.transaction(write=False) as session:
        access = StaffAccess(portal, session, account)
        began = time.perf_counter()
        due, _ = await late_invoices(access, await steps_of(access), clock.today())
        previewed = time.perf_counter() - began
    async with waits_of(portal, account) as waits:
        async with portal.database.transaction(write=True) as session:
            launching = launch_run(StaffAccess(portal, session, account), clock.moment())
            launched = await _timed(launching)
        began, more = time.perf_counter(), True
        while more and time.perf_counter() - began < SAMPLE:
            more = await work_portion(portal, clock.now())
            await asyncio.sleep(0)
        took = time.perf_counter() - began
    (run,) = await rows(portal, DunningRun)
    hours = len(due) * took / max(run.reminders, 1) / 3600
    measured = f"{run.reminders / took:.0f} ({len(due)} in {hours:.1f} h)"
    return [
        _within(f"reminders of {len(due)} late invoices previewed", previewed, PREVIEWED),
        _within("  launched, in one transaction", launched, WAIT),
        Line("  reminded a second", measured, f"< {NIGHT} h", verdict(hours < NIGHT)),
        _wait(waits),
    ]
