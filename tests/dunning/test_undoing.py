"""A run taken back although somebody touched its indemnities meanwhile: it ends, nothing is owed of them."""

import pytest
from sqlmodel import col

from app.billing.staff import write_off
from app.clock import Moment
from app.invoices.queries import row_of
from app.invoices.rules import BilledLine
from app.invoices.staff import issue_credit_note
from db.models import DunningRun, Invoice, InvoiceKind, Reminder, RunState
from tests.dunning.steps import ALL, LAST, late_invoice, remind, standing, worked, write_steps
from tests.invoices.steps import NOW, paid
from tests.planning.steps import service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


@pytest.fixture
async def fee(clerk, portal, world):
    """An indemnity of 40 € just billed by a reminder whose mail waits."""
    await late_invoice(portal, world)
    await write_steps(clerk, LAST | {"days": "8", "kind": "mail"})
    await remind(clerk, portal)
    (billed,) = await rows(portal, Invoice, Invoice.kind == InvoiceKind.INDEMNITY)
    return billed


async def credited(portal, world, fee, cents):
    async with service(portal, world) as access:
        await issue_credit_note(access, fee.key, "", BilledLine("Geste commercial", 1, -cents), NOW)


async def lost(portal, world, fee):
    async with service(portal, world) as access:
        await write_off(access, fee.key, "Liquidation close", fee.issued_on, Moment(NOW, NOW.date()))


async def left_of(portal, world, fee):
    async with service(portal, world) as access:
        return (await row_of(access, await access.get(Invoice, fee.key))).left_cents


@pytest.mark.parametrize(
    ("meanwhile", "left"),
    [
        (None, 0), ("part credited", 0), ("all credited", 0), ("paid", -40_00), ("written off", 0),
    ],
)  # fmt: skip
async def test_a_run_is_taken_back_whatever_became_of_its_indemnity(
    clerk, portal, world, fee, meanwhile, left
):
    if meanwhile in {"part credited", "all credited"}:
        await credited(portal, world, fee, 15_00 if "part" in meanwhile else 40_00)
    if meanwhile == "paid":
        await paid(portal, world, fee, 40_00)
    if meanwhile == "written off":
        await lost(portal, world, fee)
    (run,) = await rows(portal, DunningRun)
    await clerk.follow(await clerk.fill(f"{ALL}/{run.id}/annulation"))
    await worked(portal)
    (run,) = await rows(portal, DunningRun)
    assert run.state == RunState.UNDONE
    assert await standing(portal) == []
    assert await left_of(portal, world, fee) == left
    notes = await rows(portal, Invoice, Invoice.settles_id == fee.key)
    assert sum(each.total_cents for each in notes) == (0 if meanwhile == "written off" else -40_00)
    assert not await rows(portal, Reminder, col(Reminder.undone_at).is_(None))
