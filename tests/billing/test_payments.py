"""Payments typed by hand: the amount that its invoice explains, and what was typed by mistake taken back."""

import asyncio

import pytest

from db.models import AuditEvent, AuditKind, Payment
from tests.bank.files import cfonb, movement
from tests.bank.test_routes import send
from tests.invoices.steps import IBAN, an_invoice, paid
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
PAID = {"amount": "120", "paid_on": "02/03/2026", "method": "chèque", "reference": "0004512"}
GIVEN = {"amount": "30", "paid_on": "02/03/2026", "reference": "VIR-88"}


@pytest.fixture
async def page(portal, world):
    """Of an invoice of 120,00 € with tax, of 2 February."""
    invoice = await an_invoice(portal, world, "F2026-9")
    return f"/service/factures/{invoice.key}"


async def cents_of(portal):
    return [each.cents for each in await rows(portal, Payment, Payment.reference.in_(["0004512", "VIR-88"]))]


async def cancelling(portal, page, reference):
    (payment,) = await rows(portal, Payment, Payment.reference.startswith(reference))
    return f"{page}/reglements/{payment.key}/annulation"


async def test_more_than_what_is_left_is_recorded_only_when_a_box_says_so(clerk, portal, page):
    form = f"{page}/reglement"
    assert "dépasse ce qui reste" not in (await clerk.get(form)).text
    refused = await clerk.fill(form, **PAID | {"amount": "12 000"})
    assert refused.status_code == 422
    check(refused)
    assert "il reste 120,00 € à payer" in refused.text
    assert "Le montant dépasse ce qui reste à payer" in refused.text
    assert await cents_of(portal) == []
    await clerk.follow(await clerk.fill(form, **PAID | {"amount": "12 000", "beyond": "oui"}))
    assert await cents_of(portal) == [12_000_00]
    other = await clerk.fill(form, **PAID | {"amount": "0,01", "reference": "autre"})
    assert "il ne reste rien à payer" in other.text


async def test_all_that_is_left_sent_twice_is_one_payment(clerk, portal, page):
    both = [clerk.fill(f"{page}/reglement", **PAID) for _ in range(2)]
    for each in (*await asyncio.gather(*both), await clerk.fill(f"{page}/reglement", **PAID)):
        assert "Le règlement est enregistré." in (await clerk.follow(each)).text
    assert await cents_of(portal) == [120_00]


@pytest.mark.parametrize(("day", "is_refused"), [("01/08/2025", True), ("02/08/2025", False)])
async def test_a_day_long_before_the_invoice_is_refused(clerk, portal, page, day, is_refused):
    answer = await clerk.fill(
        f"{page}/reglement", **PAID | {"paid_on": day, "amount": "150", "beyond": "oui"}
    )
    assert (answer.status_code == 422) == ("plus de six mois" in answer.text) == is_refused
    if not is_refused:
        given = await clerk.fill(f"{page}/remboursement", **GIVEN | {"paid_on": "01/08/2025"})
        assert "plus de six mois" in given.text
        assert await cents_of(portal) == [150_00]


async def test_a_payment_typed_by_mistake_is_taken_back_and_typed_again(clerk, alice, portal, page):
    await clerk.fill(f"{page}/reglement", **PAID)
    question = await cancelling(portal, page, "0004512")
    assert question in (await clerk.get(page)).text
    asked = await clerk.get(question)
    check(asked)
    assert "Annuler ce règlement ?" in asked.text
    assert "120,00" in asked.text
    sent = {"csrf": await clerk.token(question)}
    done = await asyncio.gather(*(clerk.post(question, data=sent) for _ in range(2)))
    assert {each.status_code for each in done} == {303}
    shown = await clerk.follow(done[0])
    check(shown)
    assert "C’est annulé" in shown.text
    assert await cents_of(portal) == []
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PAYMENT_REMOVED)
    assert event.about == "120,00\N{NO-BREAK SPACE}€ le 2 mars 2026, facture F2026-9"
    assert "règlement retiré par le service" in (await alice.get("/espace/00010-2/historique")).text
    assert (await clerk.get(question)).status_code == 404
    await clerk.fill(f"{page}/reglement", **PAID | {"amount": "12"})
    assert await cents_of(portal) == [12_00]


async def test_a_refund_is_taken_back_before_the_payment_that_it_gives_back(clerk, portal, page):
    await clerk.fill(f"{page}/reglement", **PAID | {"amount": "150", "beyond": "oui"})
    await clerk.fill(f"{page}/remboursement", **GIVEN)
    refused = await clerk.fill(await cancelling(portal, page, "0004512"))
    assert refused.status_code == 409
    assert "annulez d’abord le remboursement" in refused.text
    assert "Annuler ce remboursement" in (await clerk.get(page)).text
    check(await clerk.get(await cancelling(portal, page, "VIR-88")))
    await clerk.follow(await clerk.fill(await cancelling(portal, page, "VIR-88")))
    assert await cents_of(portal) == [150_00]
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.REFUND_REMOVED)
    assert event.about.startswith("30,00\N{NO-BREAK SPACE}€ le")
    await clerk.follow(await clerk.fill(await cancelling(portal, page, "0004512")))
    assert await cents_of(portal) == []


async def test_a_payment_of_a_statement_is_taken_back_with_its_statement_only(clerk, portal, page):
    portal.settings.service_iban = IBAN
    sent = (await send(clerk, cfonb(movement(12_000, "VIR F2026-9", "REF1")))).headers["location"]
    await clerk.fill(sent.partition("?")[0], to=sent.partition("?")[0])
    question = await cancelling(portal, page, "REF1")
    assert question not in (await clerk.get(page)).text
    asked = await clerk.get(question)
    assert "vient d’un relevé de banque" in asked.text
    refused = await clerk.fill(f"{page}/reglement", to=question)
    assert refused.status_code == 409
    assert len(await rows(portal, Payment, Payment.reference.startswith("REF1"))) == 1


async def test_a_payment_is_taken_back_by_the_page_of_its_own_invoice(clerk, portal, world, page):
    other = await an_invoice(portal, world, "F2026-8")
    await paid(portal, world, other, 1_000)
    question = await cancelling(portal, page, "VIR-1")
    assert (await clerk.get(question)).status_code == 404
    await clerk.fill(page + "/reglement", to=question)
    assert len(await rows(portal, Payment, Payment.reference == "VIR-1")) == 1
