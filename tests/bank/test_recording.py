"""Payments of statements recorded once, taken back whole, in portions that may fail."""

import asyncio
import contextlib
from datetime import date

import pytest

from app import clock
from app.bank import staff
from app.text.formats import amount
from db.models import AuditEvent, AuditKind, BankStatement, LineMatch, Payment, StatementLine
from tests.bank.files import cfonb, movement, xml, xml_entry
from tests.bank.steps import cents_of, lines, send, sent, some_invoices
from tests.invoices.steps import an_invoice, paid
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_account")  # Monday 2 March 2026


async def test_a_line_whose_invoice_was_paid_meanwhile_is_left_to_be_read_again(clerk, portal, world):
    invoice, other = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    page = await sent(clerk, movement(12_000, "VIR F2026-1"), movement(12_000, "VIR F2026-2"))
    await paid(portal, world, invoice, 12_000, "CHQ-7")
    assert "relisez-les" in (await clerk.follow(await clerk.fill(page, to=page))).text
    found = {each.invoice_id: each.cents for each in await rows(portal, Payment)}
    assert (found[invoice.key], found[other.key]) == (12_000, 12_000)
    assert [each.match for each in await lines(portal)] == [LineMatch.DOUBTFUL, LineMatch.SURE]
    assert "Déjà réglée" in (await clerk.get(f"{page}?nature=doubtful")).text
    # Nothing was recorded of it, and nothing will be unless somebody ticks it.
    assert "Aucune ligne" in (await clerk.fill(f"{page}/annulation", to=page)).text


async def test_money_recorded_by_hand_is_not_recorded_again_by_the_bank(clerk, portal, world):
    whole, half = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    await paid(portal, world, whole, 12_000, "A LA MAIN", date(2026, 2, 27))
    await paid(portal, world, half, 6_000, "A LA MAIN", date(2026, 2, 27))
    page = await sent(clerk, movement(12_000, "VIR F2026-1"), movement(6_000, "VIR F2026-2"))
    assert [(each.match, each.is_taken) for each in await lines(portal)] == [(LineMatch.DOUBTFUL, False)] * 2
    shown = await clerk.get(page)
    check(shown)
    assert "Peut-être déjà réglée : 120,00 € y sont enregistrés au 27/02/2026 par virement." in shown.text
    assert "dont 120,00 € de trop" in shown.text
    assert "Peut-être déjà réglée : 60,00 €" in shown.text
    (line, _) = await lines(portal)
    assert "Peut-être déjà réglée" in (await clerk.get(f"{page}/lignes/{line.key}")).text


async def test_part_of_an_invoice_recorded_by_hand_after_the_reading_is_not_recorded_again(
    clerk, portal, world
):
    invoice = await an_invoice(portal, world)
    page = await sent(clerk, movement(6_000, "VIR F2026-1"))
    await paid(portal, world, invoice, 6_000, "A LA MAIN", date(2026, 2, 27))
    await clerk.fill(page, to=page)
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [6_000]
    assert [each.match for each in await lines(portal)] == [LineMatch.DOUBTFUL]


async def test_two_parts_of_an_invoice_in_one_statement_are_both_sure(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    first, second = movement(6_000, "VIR F2026-1", "R1"), movement(6_000, "VIR F2026-1 SOLDE", "R2")
    day = await sent(clerk, first)
    await clerk.fill(day, to=day)
    both = await sent(clerk, first, second)
    await clerk.fill(both, to=both)
    cents = [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)]
    assert cents == [6_000, 6_000]


async def test_a_movement_in_both_formats_is_recorded_once(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    one = cfonb(movement(12_000, "VIR SEPA", LCC="F2026-1", NPY="BRIEUC"))
    other = xml(xml_entry("120.00", "F2026-1", "Brieuc SARL"))
    for content in (one, other):
        page = (await send(clerk, content)).headers["location"].partition("?")[0]
        await clerk.fill(f"{page}/abandon", to=page)
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [12_000]
    assert [each.match for each in await lines(portal)] == [LineMatch.SURE, LineMatch.DOUBTFUL]


async def test_what_another_statement_took_back_can_be_recorded_by_this_one(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    first = movement(12_000, "VIR F2026-1", "REF1")
    day = await sent(clerk, first)
    await clerk.fill(day, to=day)
    month = await sent(clerk, first, movement(-500, "FRAIS"))
    assert LineMatch.KNOWN in {each.match for each in await lines(portal)}
    await clerk.fill(f"{day}/annulation")
    assert "Enregistrer les règlements de 1 ligne" in (await clerk.get(month)).text
    await clerk.fill(f"{day}/abandon")
    again = await send(clerk, cfonb(first))
    assert again.headers["location"].partition("?")[0] != month
    await clerk.fill(month, to=month)
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [12_000]


async def test_a_long_statement_is_recorded_and_taken_back_in_portions(clerk, portal, world, monkeypatch):
    monkeypatch.setattr(staff, "PORTION", 2)
    invoices, transfers = await some_invoices(portal, world, 5)
    page = await sent(clerk, *transfers, movement(12_000, "DE QUI"))
    await clerk.fill(page, to=page)
    running = await clerk.get(page)
    check(running)
    assert "Lignes enregistrées : 2 sur 5" in running.text
    assert "Enregistrer les règlements de" not in running.text
    assert 'hx-trigger="every 1s"' in (await clerk.partial(page)).text
    (line,) = await rows(portal, StatementLine, StatementLine.match == LineMatch.UNKNOWN)
    for path in (page, f"{page}/annulation", f"{page}/abandon", f"{page}/lignes/{line.key}"):
        token = await clerk.token(f"{page}/annulation")
        assert "en cours" in (await clerk.post(path, data={"csrf": token})).text, path
    while await staff.work_portion(portal, clock.now()):
        pass
    assert await cents_of(portal, invoices) == [12_000] * 5
    assert "C’est fini : 5 sur 5" in (await clerk.partial(page)).text
    check(await clerk.get(page))
    events = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.STATEMENT_CHANGED)
    assert f"5 règlements enregistrés, {amount(60_000)}" in events[-1].about
    await clerk.fill(f"{page}/annulation")
    assert "Lignes annulées : 2 sur 5" in (await clerk.get(page)).text
    while await staff.work_portion(portal, clock.now()):
        pass
    assert await cents_of(portal, invoices) == [0] * 5
    assert "Enregistrer les règlements de 5 lignes" in (await clerk.get(page)).text


async def test_what_fails_between_two_portions_is_neither_lost_nor_recorded_twice(
    clerk, portal, world, monkeypatch
):
    monkeypatch.setattr(staff, "PORTION", 2)
    invoices, transfers = await some_invoices(portal, world, 7)
    page = await sent(clerk, *transfers)
    await clerk.fill(page, to=page)
    true, calls = staff.record_payments, 0

    async def failing(*given):
        nonlocal calls
        calls += 1
        await true(*given)
        if calls in {1, 3}:
            raise RuntimeError("killed")

    monkeypatch.setattr(staff, "record_payments", failing)
    for _ in range(20):
        with contextlib.suppress(RuntimeError):
            await asyncio.gather(*(staff.work_portion(portal, clock.now()) for _ in range(2)))
    assert await cents_of(portal, invoices) == [12_000] * 7
    assert len([each for each in await rows(portal, Payment) if each.reference.startswith("RF2026")]) == 7


async def test_a_line_that_is_refused_holds_up_no_other(clerk, portal, world):
    invoices, transfers = await some_invoices(portal, world, 5)
    page = await sent(clerk, *transfers)
    line = (await lines(portal))[2]
    await paid(portal, world, invoices[2], 500, line.reference)  # another amount under its very reference
    await clerk.fill(page, to=page)
    shown = await clerk.get(page)
    assert "1 ligne n’a pas été enregistrée" in shown.text
    assert await cents_of(portal, invoices) == [12_000, 12_000, 500, 12_000, 12_000]


async def test_what_one_statement_records_is_known_by_the_others_at_once(clerk, portal, world):
    _, transfers = await some_invoices(portal, world, 2)
    day, month = await sent(clerk, transfers[0]), await sent(clerk, *transfers)
    assert "Enregistrer les règlements de 2 lignes" in (await clerk.get(month)).text
    await clerk.fill(day, to=day)
    assert "Enregistrer les règlements de 1 ligne" in (await clerk.get(month)).text
    await clerk.fill(f"{day}/annulation")
    assert "Enregistrer les règlements de 2 lignes" in (await clerk.get(month)).text


async def test_a_statement_whose_known_lines_were_taken_back_meanwhile_is_sent_again(
    clerk, portal, world, monkeypatch
):
    await an_invoice(portal, world)
    one = movement(12_000, "VIR F2026-1")
    day = await sent(clerk, one)
    await clerk.fill(day, to=day)
    true = staff.match_statement

    async def undone_meanwhile(*given):
        found = await true(*given)
        async with service(portal, world) as access:
            await staff.undo_statement(access, int(day.rpartition("/")[2]), clock.now())
        return found

    monkeypatch.setattr(staff, "match_statement", undone_meanwhile)
    refused = await send(clerk, cfonb(one, movement(-100, "FRAIS")))
    assert refused.status_code == 409
    assert "envoyez-le de nouveau" in refused.text
    assert len(await rows(portal, BankStatement)) == 1
