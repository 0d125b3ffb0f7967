"""An invoice contested by its employer: a thread, no reminder, then a credit note or the invoice upheld."""

import asyncio

import pytest

from db.models import (
    AuditEvent,
    AuditKind,
    Inquiry,
    InquiryMessage,
    InquiryState,
    Invoice,
    InvoiceDispute,
    OutboxMail,
)
from tests.actors import Actor
from tests.dunning.steps import ALL as REMINDERS
from tests.dunning.steps import late_invoice, remind, standing, write_steps
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
DISPUTES = "/service/contestations"
CREDIT, UPHOLD = "Faire un avoir et répondre", "Maintenir la facture et répondre"


def path_of(invoice):
    return f"/espace/00010-2/factures/{invoice.id}/contestation"


async def contested(alice, invoice, text="Le salarié était en arrêt, nous l’avions dit."):
    token = (await alice.get(path_of(invoice))).text.partition('name="token" value="')[2].partition('"')[0]
    return await alice.fill(path_of(invoice), token=token, text=text)


async def test_a_contest_opens_a_thread_and_stops_reminders_until_the_invoice_is_upheld(
    clerk, alice, portal, world
):
    invoice = await late_invoice(portal, world)
    await write_steps(clerk)
    check(await alice.get(path_of(invoice)))
    assert (await alice.fill(path_of(invoice), token="un-jeton-quelconque-22", text="")).status_code == 422
    thread = await alice.follow(await contested(alice, invoice))
    check(thread)
    assert "Facture F2026-9 contestée" in thread.text
    mine = await alice.get(f"/espace/00010-2/factures/{invoice.id}")
    check(mine)
    assert "le service va répondre, et ne relance pas" in mine.text
    assert (await contested(alice, invoice, "Encore")).status_code == 409
    assert "Facture contestée, et sans réponse" in (await clerk.get(REMINDERS)).text
    listed = await clerk.get(DISPUTES)
    check(listed)
    assert "F2026-9" in listed.text
    (dispute,) = await rows(portal, InvoiceDispute)
    page = await clerk.get(f"{DISPUTES}/{dispute.id}")
    check(page)
    assert "nous l’avions dit" in page.text
    assert f"{DISPUTES}/{dispute.id}" in (await clerk.get(f"/service/factures/{invoice.id}")).text
    answer = {"acte": UPHOLD, "text": "La convocation avait été confirmée.", "amount": "100"}
    assert (await clerk.fill(f"{DISPUTES}/{dispute.id}", **answer | {"text": ""})).status_code == 422
    assert (await clerk.fill(f"{DISPUTES}/{dispute.id}", **answer | {"acte": "Rien"})).status_code == 422
    token = await clerk.token(f"{DISPUTES}/{dispute.id}")
    both = [clerk.post(f"{DISPUTES}/{dispute.id}", data=answer | {"csrf": token}) for _ in range(2)]
    assert sorted(each.status_code for each in await asyncio.gather(*both)) == [303, 409]
    check(await clerk.get(f"{DISPUTES}/{dispute.id}"))
    assert (
        "le service maintient la facture" in (await alice.get(f"/espace/00010-2/factures/{invoice.id}")).text
    )
    (inquiry,) = await rows(portal, Inquiry, Inquiry.invoice_id == invoice.id)
    assert inquiry.state == InquiryState.CLOSED
    said = await rows(portal, InquiryMessage, InquiryMessage.inquiry_id == inquiry.id)
    assert [each.from_service for each in said] == [False, True]
    assert await rows(portal, OutboxMail, OutboxMail.template == "inquiry_answered")
    assert not await rows(portal, Invoice, Invoice.settles_id == invoice.id)
    await remind(clerk, portal)
    assert await standing(portal) == [("F2026-9", 8)]


async def test_a_contest_is_settled_by_a_credit_note_no_larger_than_its_invoice(clerk, alice, portal, world):
    invoice = await late_invoice(portal, world)
    await contested(alice, invoice)
    (dispute,) = await rows(portal, InvoiceDispute)
    path = f"{DISPUTES}/{dispute.id}"
    assert 'value="100,00"' in (await clerk.get(path)).text
    answer = {"acte": CREDIT, "text": "Vous avez raison.", "amount": "100"}
    for amount, words in (
        ("100,01", "ne dépasse pas"),
        ("", "Écrivez le montant"),
        ("cent", "ne se lit pas"),
    ):
        refused = await clerk.fill(path, **answer | {"amount": amount})
        assert refused.status_code == 422
        assert words in refused.text
    page = await clerk.follow(await clerk.fill(path, **answer))
    assert "un avoir est fait" in page.text
    (note,) = await rows(portal, Invoice, Invoice.settles_id == invoice.id)
    assert (note.number, note.total_cents) == ("AV2026-000001", -120_00)
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.DISPUTE_SETTLED)
    assert event.about == "F2026-9 : avoir"
    assert (await alice.get(path_of(note))).status_code == 404
    assert "Aucune contestation" in (await clerk.get(DISPUTES)).text


async def test_contests_are_for_those_who_see_invoices_and_settled_by_those_who_bill(
    app, alice, charlie, portal, world
):
    invoice = await late_invoice(portal, world)
    assert (await charlie.get(path_of(invoice))).status_code == 404
    await contested(alice, invoice)
    (dispute,) = await rows(portal, InvoiceDispute)
    _, theirs = await two_teams(portal, world)
    for roles, teams, status in ((["comptabilite"], [theirs], 404), (["accueil"], [], 403)):
        async with Actor(app) as actor:
            colleague = await a_colleague(actor, portal, roles, teams=teams)
            assert (await colleague.get(f"{DISPUTES}/{dispute.id}")).status_code == status
