"""Money given back for an invoice paid too much: as much as is owed, once, seen by its employer."""

import pytest

from db.models import AuditEvent, AuditKind, Payment
from tests.invoices.norm import attached
from tests.invoices.steps import INVOICES, an_invoice, paid
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
GIVEN = {"amount": "30", "paid_on": "02/03/2026", "reference": "VIR-88"}


async def test_what_was_paid_too_much_is_given_back_once_and_seen(clerk, alice, portal, world):
    invoice = await an_invoice(portal, world)
    await paid(portal, world, invoice, 15_000)
    page = f"/service/factures/{invoice.key}"
    assert "Enregistrer un remboursement" in (await clerk.get(page)).text
    check(await clerk.get(f"{page}/remboursement"))
    more = await clerk.fill(f"{page}/remboursement", **GIVEN | {"amount": "30,01"})
    assert "on doit 30,00 €" in more.text
    for _ in range(2):
        shown = await clerk.follow(await clerk.fill(f"{page}/remboursement", **GIVEN))
    check(shown)
    assert "Le remboursement est enregistré." in shown.text
    assert "trop reçu" not in shown.text
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [
        15_000, -3_000
    ]  # fmt: skip
    theirs = (await alice.get(f"{INVOICES}/{invoice.key}")).text
    assert "−30,00 €, remboursement" in theirs
    assert "Payée" in theirs
    assert 'le <time datetime="2026-02-20">20 février 2026</time>' in theirs, "the day of the payment"
    assert 'le <time datetime="2026-02-20">' in (await alice.get(INVOICES)).text
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.REFUND_RECORDED)
    assert event.about.endswith("le 2 mars 2026, facture F2026-1")
    xml = attached((await clerk.get(f"{page}/pdf")).content)
    assert b"20260220" in xml, "BT-9"
    assert b"20260302" not in xml
    assert ";payée;20/02/2026\r\n" in (await alice.get(f"{INVOICES}/export/csv")).text
    several = await alice.get("/entreprises/factures/csv?code=00010-2")
    assert ";payée;20/02/2026;" in several.text


async def test_nothing_is_given_back_of_what_was_not_paid_too_much(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    answer = await clerk.fill(f"/service/factures/{invoice.key}/remboursement", **GIVEN)
    assert "on ne doit rien" in answer.text
    later = await clerk.fill(
        f"/service/factures/{invoice.key}/remboursement", **GIVEN | {"paid_on": "03/03/2026"}
    )
    assert "à venir" in later.text
    assert await rows(portal, Payment, Payment.invoice_id == invoice.key) == []
