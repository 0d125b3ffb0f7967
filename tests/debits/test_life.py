"""The life of a mandate over its runs: only what went to a bank counts as a use of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.debits import runs
from app.debits.making import file_of
from app.follow_up.law import add_months
from db.models import DebitRun, DebitRunState, DebitState, Mandate, Payment
from tests.debits.steps import signed
from tests.debits.test_runs import announced, filed, texts, work
from tests.invoices.steps import an_invoice
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_creditor")  # Monday 2 March 2026
SIGNED, FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 18)


@pytest.fixture(autouse=True)
def _made_here(monkeypatch):
    """The bank's file, made without a process of its own, which takes a second to start."""
    monkeypatch.setattr(runs, "make_apart", file_of)


async def uses(portal):
    (mandate,) = await rows(portal, Mandate)
    return mandate.used_on, mandate.alive_on


async def called_off(clerk, portal, run):
    await clerk.follow(await clerk.fill(f"{run}/annulation"))
    await work(portal)


async def test_a_file_that_never_went_does_not_lengthen_a_mandate(alice, clerk, portal, world):
    """36 months run from the last debit sent to a bank (EPC016-06), and the first one sent is FRST."""
    await signed(alice, portal)
    await an_invoice(portal, world)
    run = await announced(clerk, portal)
    assert await uses(portal) == (None, SIGNED)
    await filed(clerk, portal, run)
    assert await uses(portal) == (FIRST, FIRST)
    await called_off(clerk, portal, run)
    assert await uses(portal) == (None, SIGNED)
    again = await announced(clerk, portal, "18/03/2026")
    await filed(clerk, portal, again)
    content = (await clerk.fill(again, to=f"{again}/fichier/CORE")).content
    assert texts(content, "SeqTp") == ["FRST"]
    assert await uses(portal) == (SECOND, SECOND)


async def test_a_run_called_off_leaves_the_use_that_another_made(alice, clerk, portal, world):
    await signed(alice, portal)
    await an_invoice(portal, world, "F2026-1")
    first = await announced(clerk, portal)
    await filed(clerk, portal, first)
    await clerk.fill(first, to=f"{first}/fichier/CORE")
    await an_invoice(portal, world, "F2026-2")
    second = await announced(clerk, portal, "18/03/2026")
    await filed(clerk, portal, second)
    assert await uses(portal) == (SECOND, SECOND)
    await called_off(clerk, portal, second)
    assert await uses(portal) == (FIRST, FIRST)


@pytest.mark.parametrize(("months", "known"), [(11, (None, date(2025, 4, 2))), (13, (FIRST, FIRST))])
async def test_what_an_old_mandate_debited_before_is_not_guessed(alice, clerk, portal, world, months, known):
    """Runs are kept for thirteen months at least: of a mandate older than that, some may be gone."""
    await signed(alice, portal)
    async with portal.database.transaction(write=True) as session:
        (mandate,) = await rows(portal, Mandate)
        row = await session.get(Mandate, mandate.id)
        row.signed_at = datetime.combine(add_months(SIGNED, -months), time(9), UTC)
        row.alive_on = date(2026, 1, 5)
    await an_invoice(portal, world)
    run = await announced(clerk, portal)
    await filed(clerk, portal, run)
    await called_off(clerk, portal, run)
    assert await uses(portal) == known


async def test_a_file_that_was_taken_is_called_off_no_more_and_is_paid_once(
    alice, clerk, portal, world, time_machine_at
):
    await signed(alice, portal)
    invoice = await an_invoice(portal, world)
    run = await announced(clerk, portal)
    await filed(clerk, portal, run)
    page = f"{run}/annulation"
    token = await clerk.token(page)
    await clerk.fill(run, to=f"{run}/fichier/CORE")
    late = await clerk.post(page, data={"csrf": token})
    assert late.status_code == 409
    assert "a changé entre-temps" in late.text
    assert await uses(portal) == (FIRST, FIRST)
    for passed in (timedelta(days=14), timedelta(days=30)):
        time_machine_at.shift(passed)
        await work(portal)
        await clerk.signed_in(world.clerk)
        left = (await clerk.get(f"/service/factures/{invoice.key}")).text
        assert left.count("F2026-1-P1") >= 1
    assert [each.state for each in await rows(portal, DebitRun)] == [DebitRunState.COLLECTED]


async def test_a_run_is_not_filed_on_its_day_nor_twice(alice, clerk, portal, world, time_machine_at):
    await signed(alice, portal)
    await an_invoice(portal, world)
    run = await announced(clerk, portal)
    token = await clerk.token(run)
    both = [await clerk.post(f"{run}/fichier", data={"csrf": token}) for _ in range(2)]
    assert [each.status_code for each in both] == [303, 409]
    await work(portal)
    other = await an_invoice(portal, world, "F2026-2")
    late = await announced(clerk, portal, "18/03/2026")
    time_machine_at.shift(timedelta(days=16))
    await clerk.signed_in(world.clerk)
    refused = await clerk.fill(late, to=f"{late}/fichier")
    assert refused.status_code == 422
    assert "la banque n’en prendrait plus le fichier" in refused.text
    assert other.key
    states = {each.state for each in await rows(portal, DebitRun)}
    assert states == {DebitRunState.FILED, DebitRunState.ANNOUNCED}
    assert DebitState.COLLECTED not in states


@pytest.mark.parametrize("amount", ["120", "60"])
async def test_a_debit_typed_by_hand_beforehand_does_not_hold_up_its_run(
    alice, clerk, portal, world, time_machine_at, amount
):
    """Somebody copied its reference from the bank's list: it is that very money, whatever day was typed."""
    await signed(alice, portal)
    one, two = [await an_invoice(portal, world, f"F2026-{place}") for place in (1, 2)]
    run = await announced(clerk, portal)
    await filed(clerk, portal, run)
    await clerk.fill(run, to=f"{run}/fichier/CORE")
    typed = {"amount": amount, "paid_on": "02/03/2026", "method": "virement", "reference": "F2026-1-P1"}
    await clerk.follow(await clerk.fill(f"/service/factures/{one.key}/reglement", **typed))
    time_machine_at.shift(timedelta(days=14))
    await work(portal)
    assert [each.state for each in await rows(portal, DebitRun)] == [DebitRunState.COLLECTED]
    paid = await rows(portal, Payment, Payment.invoice_id.in_([one.key, two.key]))
    assert sorted((each.reference, each.cents) for each in paid) == [
        ("F2026-1-P1", int(amount) * 100), ("F2026-2-P1", 120_00),
    ]  # fmt: skip
