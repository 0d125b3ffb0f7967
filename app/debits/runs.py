"""Runs of debits: written and announced, made into the bank's files, paid on their day, or called off.

Whoever is there works in portions, each one transaction: killed, a portion is as if it had not begun. A file
is made between two transactions, out of what the first one read; if the second one finds that an invoice was
paid or a mandate ended meanwhile, it is made again. Once filed, a run never changes: its files are kept as
they went to the bank. Its payments are recorded on its day if somebody has downloaded all of its files: those
that stay here debit nobody.
"""

import asyncio
import re
import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from app.access import StaffAccess, VisitorAccess
from app.clock import Moment, day_of
from app.debits.acts import iban_of
from app.debits.making import Unmade, make_apart
from app.debits.queries import (
    Candidate,
    Order,
    candidates,
    days_of_other_runs,
    files_of,
    held_run,
    next_run,
    orders_of,
    payments_of_debits,
    shortest_notice,
)
from app.debits.rules import first_day_of, is_bank_day, is_usable
from app.debits.staff import mail_payers
from app.errors import NotFound, Refused
from app.follow_up.law import add_months
from app.invoices.rules import basic_letters
from app.invoices.staff import ReceivedPayment, record_payments
from app.portal import Portal
from app.portions import fitting, limited
from app.settings import Settings
from app.text.counts import plural
from app.text.formats import amount, day
from db.models import (
    Account,
    AuditKind,
    Company,
    Debit,
    DebitFile,
    DebitRun,
    DebitRunState,
    DebitState,
    Mandate,
    Scheme,
)

PORTION = 100  # debits of a transaction
ALL_KNOWN_MONTHS = 12  # debits are kept for longer, whatever the service decides
OFF = "L’identifiant de créancier (ICS) ou l’IBAN du service n’est pas réglé : rien ne peut être prélevé."
NOTHING = "Aucune facture à prélever ce jour-là : personne n’a de mandat en vigueur et de facture échue."
CHANGED = "Cette remise a changé entre-temps : voyez où elle en est."
PAST = "Le jour de cette remise est arrivé : la banque n’en prendrait plus le fichier. Annulez-la."
PAID, ENDED = "facture réglée entre-temps", "mandat qui ne vaut plus"
PLANNED, CONTESTED = "échéancier de paiement convenu", "facture contestée, sans réponse"
CALLED_OFF = "remise annulée"


def check_day(settings: Settings, collect_on: date, today: date, shortest: int) -> None:
    """`Refused` unless banks are open and somebody can be told in time: `shortest` days before."""
    if not settings.takes_debits:
        raise Refused(OFF)
    first = first_day_of(today, shortest)
    if collect_on < first:
        notice = plural(shortest, "jour")
        raise Refused(f"Les adhérents sont prévenus {notice} avant : à partir du {day(first)}.", "collect_on")
    if not is_bank_day(collect_on):
        raise Refused("Les banques sont fermées ce jour-là : choisissez un jour ouvré.", "collect_on")
    if collect_on > today + timedelta(days=90):
        raise Refused("Ce jour est trop loin : choisissez-en un dans les 90 jours.", "collect_on")


async def launch_run(access: StaffAccess, collect_on: date, at: Moment) -> DebitRun:
    """Write the debits of that day and announce them, in the background."""
    check_day(access.portal.settings, collect_on, at.today, await shortest_notice(access))
    if not await candidates(access, collect_on, at.today, most=1):
        raise Refused(NOTHING)
    run = DebitRun(collect_on=collect_on, account_id=access.account.key, created_at=at.now)
    access.add(run)
    await access.flush()
    return run


async def file_run(access: StaffAccess, run_id: int, at: Moment) -> None:
    """Have the bank's files made, in the background."""
    run = await _held(access, run_id, DebitRunState.ANNOUNCED)
    if at.today >= run.collect_on:
        raise Refused(PAST)
    run.state, run.problem, run.account_id = DebitRunState.FILING, "", access.account.key


async def cancel_run(access: StaffAccess, run_id: int, today: date) -> None:
    """Call off a run whose files nobody has taken: its members are told, in the background."""
    run = await _held(access, run_id, DebitRunState.ANNOUNCED, DebitRunState.FILED)
    if run.state == DebitRunState.FILED:
        files = await files_of(access, run_id)
        if any(each.taken_at for each in files):
            raise Refused(CHANGED, status_code=409)
        for file in files:
            await access.delete(file)
        await _unfreeze(access, run_id, today)
    run.state, run.account_id = DebitRunState.CANCELLING, access.account.key


async def _unfreeze(access: StaffAccess, run_id: int, today: date) -> None:
    """Its debits as before its files: a mandate lives from what went to a bank. Of an old mandate whose runs
    are no longer kept, nobody knows from when, and it stays as it is.
    """
    others = await days_of_other_runs(access, run_id)
    for order in await orders_of(access, run_id, DebitState.FILED):
        order.debit.state = DebitState.PLANNED
        if (mandate := order.mandate) is None:
            continue
        signed = day_of(mandate.signed_at or mandate.created_at)
        if mandate.key in others:
            mandate.used_on = mandate.alive_on = others[mandate.key]
        elif signed > add_months(today, -ALL_KNOWN_MONTHS):
            mandate.used_on, mandate.alive_on = None, signed


async def _held(access: StaffAccess, run_id: int, *states: DebitRunState) -> DebitRun:
    run = await held_run(access, run_id)
    if run is None:
        raise NotFound
    if run.state not in states:
        raise Refused(CHANGED, status_code=409)
    return run


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Go on with a run, whichever process is there. False when there is nothing to do."""
    async with portal.database.transaction(write=False) as session:
        run_id = await next_run(VisitorAccess(portal, session), day_of(now))
        if not run_id:
            return False
        run = await session.get_one(DebitRun, run_id)
        is_filing, orders = run.state == DebitRunState.FILING, list[Order]()
        if is_filing:
            orders = await orders_of(VisitorAccess(portal, session), run_id, DebitState.PLANNED)
    if is_filing:
        return await _file(portal, run_id, orders, now)
    async with limited(portal, DebitRun) as session:
        held = await held_run(VisitorAccess(portal, session), run_id, waits=False)
        if held is None:
            return False
        access = StaffAccess(portal, session, await session.get_one(Account, held.account_id))
        work = {
            DebitRunState.ANNOUNCING: _announce,
            DebitRunState.CANCELLING: _call_off,
            DebitRunState.FILED: _collect,
        }
        if act := work.get(DebitRunState(held.state)):
            await act(access, held, now)
    return True


async def _announce(access: StaffAccess, run: DebitRun, now: datetime) -> None:
    most, told_on = fitting(access.portal, DebitRun, PORTION), day_of(run.created_at)
    found = await candidates(access, run.collect_on, told_on, run.after, most)
    if not found:
        run.state = DebitRunState.ANNOUNCED if run.debits else DebitRunState.CANCELLED
        _trace(access, run, f"{plural(run.debits, 'prélèvement annoncé', 'prélèvements annoncés')}", now)
        return
    if len(found) == most and found[0].company_id != found[-1].company_id:
        found = [each for each in found if each.company_id != found[-1].company_id]  # whole companies
    elif len(found) == most:
        found = [
            each
            for each in await candidates(access, run.collect_on, told_on, run.after)
            if each.company_id == found[0].company_id
        ]
    for company_id, theirs in groupby(found, key=lambda each: each.company_id):
        await _announce_company(access, run, company_id, list(theirs), now)
        run.after = company_id


async def _announce_company(
    access: StaffAccess, run: DebitRun, company_id: int, theirs: Sequence[Candidate], now: datetime
) -> None:
    for each in theirs:
        access.add(
            Debit(
                company_id=company_id, run_id=run.key, invoice_id=each.invoice_id,
                mandate_id=each.mandate_id, scheme=each.scheme, rum=each.rum, iban_last=each.iban_last,
                cents=each.cents, reference=reference_of_debit(each.number, run.key),
            )
        )  # fmt: skip
    run.debits += len(theirs)
    run.total_cents += sum(each.cents for each in theirs)
    await mail_payers(
        access, await access.get(Company, company_id), "debit_announced", now, day=day(run.collect_on),
        total_cents=sum(each.cents for each in theirs), rum=theirs[0].rum, last=theirs[0].iban_last,
        ics=access.portal.settings.service_creditor_id,
        lines=[f"{each.number} : {amount(each.cents)}" for each in theirs],
    )  # fmt: skip


def reference_of_debit(number: str, run_id: int) -> str:
    """FA2027-000123-P7: of that invoice in that run, in letters that a bank gives back as they are."""
    return f"{re.sub(r'[^A-Z0-9-]', '-', number)}-P{run_id}"


async def _call_off(access: StaffAccess, run: DebitRun, now: datetime) -> None:
    most = fitting(access.portal, DebitRun, PORTION)
    orders = await orders_of(access, run.key, DebitState.PLANNED, most)
    if not orders:
        run.state = DebitRunState.CANCELLED
        _trace(access, run, "annulée", now)
        return
    for company_id, theirs in groupby(orders, key=lambda each: each.debit.company_id):
        for each in theirs:
            _drop(each.debit, CALLED_OFF, day_of(now))
        company = await access.get(Company, company_id)
        await mail_payers(access, company, "debit_cancelled", now, day=day(run.collect_on))


def _drop(debit: Debit, why: str, on: date) -> None:
    debit.state, debit.why, debit.ended_on = DebitState.DROPPED, why, on


async def _collect(access: StaffAccess, run: DebitRun, now: datetime) -> None:
    """Its day has come: what no bank refused is paid."""
    most = fitting(access.portal, DebitRun, PORTION)
    orders = await orders_of(access, run.key, DebitState.FILED, most)
    if not orders:
        run.state = DebitRunState.COLLECTED
        _trace(access, run, "encaissée", now)
        return
    # Somebody may have typed the reference of the bank's list: that is this money, whatever its day.
    typed = {each.reference for each in await payments_of_debits(access, [each.debit for each in orders])}
    paid = [
        (each.invoice_id, ReceivedPayment(each.cents, run.collect_on, "prélèvement", each.reference))
        for each, *_ in orders
        if each.reference not in typed
    ]
    await record_payments(access, paid, now)
    for each in orders:
        each.debit.state = DebitState.COLLECTED


# The files.


async def _file(portal: Portal, run_id: int, orders: Sequence[Order], now: datetime) -> bool:
    """Make the files of what was read, then freeze the run with them if nothing has changed."""
    async with portal.database.transaction(write=False) as session:
        access = VisitorAccess(portal, session)
        run = await session.get_one(DebitRun, run_id)
        kept = [each for each in orders if not why_not(each, run.collect_on)]
        asked = {scheme: file_order(access, run, kept, scheme) for scheme in Scheme}
        asked = {scheme: order for scheme, order in asked.items() if order["debits"]}
    problem, made = "", dict[Scheme, bytes]()
    try:
        for scheme, order in asked.items():
            made[scheme] = await asyncio.to_thread(make_apart, order)
    except Unmade as unmade:
        problem = str(unmade)
    async with portal.database.transaction(write=True) as session:
        held = await held_run(VisitorAccess(portal, session), run_id, waits=False)
        if held is None or held.state != DebitRunState.FILING:
            return False
        access_ = StaffAccess(portal, session, await session.get_one(Account, held.account_id))
        if problem:
            held.state, held.problem = DebitRunState.ANNOUNCED, problem
            return True
        again = await orders_of(access_, run_id, DebitState.PLANNED)
        now_kept = [each for each in again if not why_not(each, held.collect_on)]
        now_asked = {scheme: file_order(access_, held, now_kept, scheme) for scheme in asked}
        if now_asked != asked or len(now_kept) != len(kept):
            return True  # Something has changed: once more.
        _freeze(access_, held, again, made, asked, now)
    return True


def why_not(order: Order, on: date) -> str:
    """The reason why this debit does not go; "" when it does."""
    for is_so, reason in (
        (order.left <= 0, PAID),
        (order.is_planned, PLANNED),
        (order.is_contested, CONTESTED),
    ):
        if is_so:
            return reason
    return "" if order.mandate and is_usable(order.mandate, on) else ENDED


def file_order(access: Any, run: DebitRun, orders: Sequence[Order], scheme: Scheme) -> dict[str, Any]:
    """The order that `making.file_of` takes. Of a mandate never used, the first debit is FRST."""
    settings, first = access.portal.settings, set[int]()
    debits = []
    for each in orders:
        if each.debit.scheme != scheme or each.mandate is None:
            continue
        is_first = each.mandate.used_on is None and each.mandate.key not in first
        first.add(each.mandate.key)
        debits.append(_debit_words(access, each, each.mandate, "FRST" if is_first else "RCUR"))
    return {
        "name": basic_letters(settings.service_name)[:70], "iban": settings.service_iban,
        "bic": settings.service_bic, "ics": settings.service_creditor_id, "scheme": str(scheme),
        "collect_on": run.collect_on.isoformat(), "debits": debits,
    }  # fmt: skip


def _debit_words(access: Any, order: Order, mandate: Mandate, sequence: str) -> dict[str, Any]:
    return {
        "name": basic_letters(mandate.holder)[:70], "iban": iban_of(access, mandate),
        "cents": min(order.debit.cents, order.left), "sequence": sequence, "rum": mandate.rum,
        "signed_on": day_of(mandate.signed_at or mandate.created_at).isoformat(),
        "words": f"Facture {basic_letters(order.number)}", "reference": order.debit.reference,
    }  # fmt: skip


def _freeze(
    access: StaffAccess, run: DebitRun, orders: Sequence[Order], made: dict[Scheme, bytes],
    asked: dict[Scheme, dict[str, Any]], now: datetime,
) -> None:  # fmt: skip
    for each in orders:
        if why := why_not(each, run.collect_on):
            _drop(each.debit, why, day_of(now))
            continue
        each.debit.state, each.debit.cents = DebitState.FILED, min(each.debit.cents, each.left)
        if each.mandate:
            each.mandate.used_on = each.mandate.alive_on = run.collect_on
    for scheme, content in made.items():
        debits = asked[scheme]["debits"]
        access.add(
            DebitFile(
                run_id=run.key, scheme=scheme, message_id=_message_of(content), debits=len(debits),
                total_cents=sum(each["cents"] for each in debits),
                content=access.portal.keys.sealed(zlib.compress(content), about_file(run.key, scheme)),
            )
        )  # fmt: skip
    run.state, run.filed_at = DebitRunState.FILED if made else DebitRunState.CANCELLED, now
    _trace(
        access,
        run,
        plural(sum(len(each["debits"]) for each in asked.values()), "ordre") + " à la banque",
        now,
    )


def _message_of(content: bytes) -> str:
    found = re.search(rb"<MsgId>([^<]{1,35})</MsgId>", content)
    return found[1].decode() if found else ""


def about_file(run_id: int, scheme: str) -> str:
    """The words that tie a sealed file to its run."""
    return f"debits {run_id} {scheme}"


def content_of(portal: Portal, file: DebitFile) -> bytes:
    """The file as it goes to the bank."""
    return zlib.decompress(portal.keys.opened(file.content, about_file(file.run_id, file.scheme)))


def _trace(access: StaffAccess, run: DebitRun, what: str, now: datetime) -> None:
    about = f"du {day(run.collect_on)} : {what}, {amount(run.total_cents)}"
    access.record(AuditKind.DEBITS_CHANGED, now, access.account.key, None, about, run.key)
