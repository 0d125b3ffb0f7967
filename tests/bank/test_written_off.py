"""Money that comes for an invoice written off: nothing takes it before the loss is undone."""

import pytest

from db.models import LineMatch, Payment
from tests.bank.files import movement
from tests.bank.steps import lines, sent
from tests.invoices.steps import an_invoice
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_account")  # Monday 2 March 2026
LOSS = {"lost_on": "02/03/2026", "reason": "Liquidation judiciaire close"}


async def lose(clerk, invoice):
    answer = await clerk.fill(f"/service/factures/{invoice.key}/perte", **LOSS)
    assert answer.status_code == 303, answer.text


async def undo_the_loss(clerk, portal, invoice):
    (loss,) = await rows(portal, Payment, Payment.invoice_id == invoice.key)
    assert loss.method == "perte"
    await clerk.fill(f"/service/factures/{invoice.key}/reglements/{loss.key}/annulation")


async def test_a_line_that_names_it_is_left_unmatched_and_says_why_when_it_is_chosen(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    await lose(clerk, invoice)
    page = await sent(clerk, movement(12_000, "VIR F2026-1"))
    (line,) = await lines(portal)
    assert (line.match, line.is_taken) == (LineMatch.UNKNOWN, False)
    path = f"{page}/lignes/{line.key}"
    box = {f"invoice_{invoice.key}": "oui"}
    refused = await clerk.fill(f"{path}?facture=F2026-1", to=path, **box)
    assert refused.status_code == 409
    check(refused)
    assert "Cette facture est passée en perte : annulez d’abord la perte." in refused.text
    await undo_the_loss(clerk, portal, invoice)
    assert (await clerk.fill(f"{path}?facture=F2026-1", to=path, **box)).status_code == 303
    await clerk.fill(f"{page}?nature=chosen", to=page)
    (payment,) = await rows(portal, Payment, Payment.invoice_id == invoice.key)
    assert (payment.cents, payment.method) == (12_000, "virement")


async def test_an_invoice_lost_between_the_match_and_its_recording_stays_lost(clerk, portal, world):
    invoice, other = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    page = await sent(clerk, movement(12_000, "VIR F2026-1"), movement(12_000, "VIR F2026-2"))
    assert [each.match for each in await lines(portal)] == [LineMatch.SURE, LineMatch.SURE]
    await lose(clerk, invoice)
    assert "relisez-les" in (await clerk.follow(await clerk.fill(page, to=page))).text
    assert [each.match for each in await lines(portal)] == [LineMatch.UNKNOWN, LineMatch.SURE]
    found = {each.invoice_id: each.method for each in await rows(portal, Payment)}
    assert {key: found[key] for key in (invoice.key, other.key)} == {
        invoice.key: "perte",
        other.key: "virement",
    }
