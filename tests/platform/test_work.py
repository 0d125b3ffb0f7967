"""Invoices leave once each, whatever the platform answers and whoever dies; what it says comes back."""

import asyncio
from datetime import timedelta

import pytest

from app import clock
from app.invoices.rules import BilledLine
from app.invoices.staff import issue_credit_note
from app.platform import client
from app.platform.client import Platform
from app.platform.work import Courier
from db.models import BuyerKind, FlowKind, FlowState, InvoiceStatus, Payment, PlatformFlow
from tests.invoices.norm import attached, value
from tests.invoices.steps import an_invoice, paid
from tests.planning.steps import service
from tests.platform.fake import SECRET, TOKEN
from tests.platform.steps import a_message, flows, heard, planned, sent, some_invoices, with_siret
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_an_invoice_leaves_with_its_xml_and_its_life_comes_back(portal, world, fake, courier, alice):
    invoice, other = await some_invoices(portal, world, "F2026-1", "F2026-2")
    async with service(portal, world) as access:
        await issue_credit_note(access, invoice.key, "", BilledLine("Erreur", 1, -1_000), clock.now())
    await planned(portal)
    await sent(portal, courier)
    assert [each["flowSyntax"] for each in fake.flows] == ["Factur-X"] * 3
    assert value(attached(fake.files["f1"]), "ID") is not None
    (flow,) = await flows(portal, PlatformFlow.invoice_id == invoice.id)
    assert (flow.state, flow.tracking_id) == (FlowState.SENT, "F2026-1.1")
    fake.page = 2
    (first,), (second,) = fake.sent("F2026-1.1"), fake.sent("F2026-2.1")
    fake.acknowledge(first)
    fake.acknowledge(second, "Error", "XML illisible")
    fake.add("CDAR", direction="In", content=a_message("F2026-1", "202", "20260302110000"))
    late = a_message("F2026-1", "207", "20260303080000", "QTE_ERR", "Nous sommes 3")
    fake.add("CDAR", direction="In", content=late)
    fake.add("CDAR", direction="In", content=a_message("F2026-1", "203", "20260302120000"))
    fake.add("CDAR", direction="In", content=a_message("ELSEWHERE-1", "202"))
    fake.add("CDAR", direction="In", content=a_message("F2026-1", "213", seller="999999999"))
    fake.add("CDAR", direction="In", content=b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    fake.add("CDAR", direction="In", content=b"%PDF-")
    for _ in range(3):
        await heard(portal, courier)
    assert len(await rows(portal, InvoiceStatus)) == 9
    (flow,) = await flows(portal, PlatformFlow.invoice_id == invoice.id)
    assert (flow.status, flow.reason, flow.state) == ("207", "Nous sommes 3", FlowState.SENT)
    (refused,) = await flows(portal, PlatformFlow.invoice_id == other.id)
    assert (refused.status, refused.reason, refused.state) == ("501", "XML illisible", FlowState.REFUSED)
    downloads = [each for each in fake.asked if "/flows/" in each]
    assert len(downloads) == len(set(downloads)) == 7
    page = (await alice.get(f"/espace/00010-2/factures/{invoice.id}")).text
    for words in ("En litige", "reçue par la plateforme", "mise à disposition", "Nous sommes 3"):
        assert words in page, words
    listed = (await alice.get("/espace/00010-2/factures")).text
    assert "électronique : en litige" in listed
    assert "irrecevable" not in listed


@pytest.mark.parametrize("mood", ["lost", "slow", "killed"])
async def test_what_was_cut_short_is_not_sent_twice(
    portal, world, fake, courier, time_machine_at, monkeypatch, mood
):
    await some_invoices(portal, world, "F2026-1")
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 60.0 if mood == "killed" else 1.0)
    fake.moods = ["lost" if mood == "lost" else "slow"]
    sending = asyncio.create_task(courier.send_some(portal, clock.now()))
    if mood == "killed":
        async with asyncio.timeout(20):
            while not fake.flows:
                await asyncio.sleep(0.01)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    else:
        await sending
    (flow,) = await flows(portal)
    assert flow.state == FlowState.WAITING
    other = Courier(Platform(portal.settings))
    assert not await other.send_some(portal, clock.now())
    time_machine_at.shift(timedelta(minutes=3))
    monkeypatch.undo()
    await sent(portal, other)
    await other.platform.close()
    (flow,) = await flows(portal)
    assert (flow.state, flow.flow_id, flow.attempts) == (FlowState.SENT, "f1", 2)
    assert len(fake.sent("F2026-1.1")) == 1


async def test_two_processes_send_each_invoice_once(portal, world, fake, courier):
    await some_invoices(portal, world, *(f"F2026-{place}" for place in range(6)))
    other = Courier(Platform(portal.settings))
    await asyncio.gather(planned(portal), planned(portal), sent(portal, courier), sent(portal, other))
    await other.platform.close()
    assert sorted(each["trackingId"] for each in fake.flows) == [f"F2026-{place}.1" for place in range(6)]


async def test_a_platform_that_is_ill_is_tried_for_a_day_and_a_refusal_at_once_refused(
    portal, world, fake, courier, time_machine_at
):
    await some_invoices(portal, world, "F2026-1", "F2026-2")
    fake.moods = [503, 422]
    await sent(portal, courier)
    waiting, refused = await flows(portal)
    if waiting.state == FlowState.REFUSED:
        waiting, refused = refused, waiting
    assert (waiting.state, refused.state) == (FlowState.WAITING, FlowState.REFUSED)
    assert waiting.due_at > clock.now() + timedelta(seconds=50)
    assert "SIRET de l’acheteur inconnu" in refused.reason
    fake.moods = [500] * 40
    for _ in range(30):
        time_machine_at.shift(timedelta(hours=1, minutes=1))
        await sent(portal, courier)
    (given_up,) = await flows(portal, PlatformFlow.id == waiting.id)
    assert (given_up.state, given_up.attempts, given_up.due_at) == (FlowState.GIVEN_UP, 28, None)


async def test_no_secret_is_kept_or_logged_and_an_ended_token_is_renewed(
    portal, world, fake, courier, capfd, caplog
):
    await some_invoices(portal, world, "F2026-1")
    caplog.set_level("DEBUG")
    fake.moods = [403]
    await sent(portal, courier)
    fake.tokens = {"another"}
    async with portal.database.transaction(write=True) as session:
        (flow,) = await flows(portal)
        (await session.get(PlatformFlow, flow.id)).due_at = clock.now()
    await sent(portal, courier)
    assert fake.logins == 2
    (flow,) = await flows(portal)
    assert flow.state == FlowState.SENT
    fake.tokens = {""}
    courier.platform._token = ""
    written = f"{portal.settings!r}{capfd.readouterr()}{caplog.text}{flow.reason}{flow.last_error}"
    assert SECRET not in written
    assert TOKEN not in written


async def test_who_has_no_platform_is_set_aside_with_the_reason(portal, world, fake, courier):
    await an_invoice(portal, world, "F2026-1")
    await planned(portal)
    kinds = {"F2026-2": BuyerKind.PUBLIC, "F2026-3": BuyerKind.UNTAXED, "F2026-4": BuyerKind.TAXED}
    for number, kind in kinds.items():
        await with_siret(portal, world.site, buyer_kind=kind.value)
        await an_invoice(portal, world, number)
        await planned(portal)
    old = {"issued_on": clock.today() - timedelta(days=90), "due_on": clock.today()}
    await an_invoice(portal, world, "F2025-1", **old)
    await planned(portal)
    await sent(portal, courier)
    assert [each["trackingId"] for each in fake.flows] == ["F2026-4.1"]
    reasons = [each.reason for each in await flows(portal, PlatformFlow.state == FlowState.ASIDE)]
    assert reasons == ["unknown", "public", "untaxed"]


async def test_money_that_comes_in_and_goes_back_is_told_once_by_its_sums(portal, world, fake, courier):
    (invoice,) = await some_invoices(portal, world, "F2026-1")
    await paid(portal, world, invoice, 50_00, "V1")
    await planned(portal)
    assert len(await flows(portal)) == 1  # not before the platform has the invoice
    await sent(portal, courier)
    fake.acknowledge(fake.flows[0])
    await heard(portal, courier)
    for _ in range(2):
        await planned(portal)
        await sent(portal, courier)
    await paid(portal, world, invoice, 90_00, "V2")  # 20 € beyond the price
    await planned(portal)
    await sent(portal, courier)
    async with portal.database.transaction(write=True) as session:
        (first,) = await rows(portal, Payment, Payment.reference == "V1")
        await session.delete(await session.get(Payment, first.id))
        lost = {"cents": 30_00, "method": "perte", "reference": "Injoignable"}  # no money, and no news
        session.add(Payment(**first.model_dump(exclude={"id", *lost}) | lost))
    await planned(portal)
    await sent(portal, courier)
    told = await flows(portal, PlatformFlow.kind == FlowKind.PAID)
    assert [(each.cents, each.tracking_id) for each in told] == [
        (50_00, "F2026-1.212.1"), (70_00, "F2026-1.212.2"), (-30_00, "F2026-1.212.3"),
    ]  # fmt: skip
    messages = [fake.files[each["flowId"]].decode() for each in fake.flows if each["flowSyntax"] == "CDAR"]
    assert all("<ram:ProcessConditionCode>212<" in each for each in messages)
    assert [f">{cents}.00<" in message for cents, message in zip((50, 70, -30), messages, strict=True)]
    fake.acknowledge(fake.flows[1])
    fake.acknowledge(fake.flows[2], "Error", "montant incohérent")
    await heard(portal, courier)
    (flow,) = await flows(portal, PlatformFlow.kind == FlowKind.INVOICE)
    assert (flow.status, flow.state) == ("212", FlowState.SENT)
    assert (await flows(portal, PlatformFlow.tracking_id == "F2026-1.212.2"))[
        0
    ].reason == "montant incohérent"
