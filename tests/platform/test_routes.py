"""The service sees what is on its way, refused or to be given otherwise, and acts on it."""

import pytest

from app import clock
from db.models import AuditEvent, AuditKind, BuyerKind, FlowState, PlatformFlow
from tests.actors import Actor
from tests.invoices.steps import an_invoice
from tests.pages import check
from tests.platform.steps import WAY, flows, heard, planned, sent, some_invoices, with_siret
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


def way_of(invoice):
    return f"/service/factures/{invoice.id}/plateforme"


async def test_a_refusal_is_seen_mended_and_sent_again_under_another_number(
    clerk, portal, world, fake, courier
):
    await some_invoices(portal, world, "F2026-1", "F2026-2")
    fake.moods = [422]
    await sent(portal, courier)
    page = await clerk.get(WAY)
    check(page)
    assert "Refusées ou non parties" in page.text
    refused = (await flows(portal, PlatformFlow.state == FlowState.REFUSED))[0]
    number = refused.tracking_id.partition(".")[0]
    assert f">{number}</a>" in page.text
    way = f"/service/factures/{refused.invoice_id}/plateforme"
    shown = await clerk.get(way)
    check(shown)
    assert "SIRET de l’acheteur inconnu" in shown.text
    done = await clerk.follow(await clerk.fill(way, act="Envoyer de nouveau"))
    check(done)
    assert "dans la minute" in done.text
    token = await clerk.token(WAY + "?etat=attente")
    twice = await clerk.fill(way, csrf=token, act="Envoyer de nouveau")
    assert twice.status_code == 409
    await sent(portal, courier)
    assert f"{number}.2" in [each["trackingId"] for each in fake.flows]
    fake.acknowledge(fake.sent(f"{number}.2")[0])
    await heard(portal, courier)
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.INVOICE_SENT_AGAIN)
    assert (event.about, event.about_id) == (number, refused.invoice_id)
    billed = await clerk.get(f"/service/factures/{refused.invoice_id}")
    check(billed)
    assert "déposée" in billed.text


async def test_what_waits_is_tried_at_once_when_somebody_asks(clerk, portal, world, fake, courier):
    await some_invoices(portal, world, "F2026-1")
    fake.moods = [503]
    await sent(portal, courier)
    page = await clerk.get(f"{WAY}?etat=attente")
    check(page)
    assert "indisponible (503)" in page.text
    await clerk.fill(f"{WAY}?etat=attente", to=WAY)
    await sent(portal, courier)
    assert [each["trackingId"] for each in fake.flows] == ["F2026-1.1"]


async def test_a_public_bodys_invoice_waits_for_chorus_and_an_associations_for_nobody(
    clerk, portal, world, fake
):
    await with_siret(portal, world.site, buyer_kind=BuyerKind.PUBLIC.value)
    invoice = await an_invoice(portal, world, "F2026-1")
    await planned(portal)
    listed = await clerk.get(f"{WAY}?etat=public")
    check(listed)
    assert "Chorus Pro" in listed.text
    shown = await clerk.get(way_of(invoice))
    assert "Déposez ses factures sur Chorus Pro" in shown.text
    await clerk.fill(way_of(invoice), act="C’est fait")
    assert (await flows(portal))[0].state == FlowState.DONE
    assert "F2026-1" not in (await clerk.get(f"{WAY}?etat=public")).text
    await with_siret(portal, world.site, buyer_kind=BuyerKind.UNTAXED.value)
    other = await an_invoice(portal, world, "F2026-2")
    await planned(portal)
    page = await clerk.get(f"{WAY}?etat=untaxed")
    check(page)
    assert "e-reporting" in page.text
    assert (await clerk.fill(way_of(other), act="Envoyer à la plateforme")).status_code == 422
    await with_siret(portal, world.site, buyer_kind=BuyerKind.TAXED.value)
    await clerk.fill(way_of(other), act="Envoyer à la plateforme")
    (flow,) = await flows(portal, PlatformFlow.invoice_id == other.id)
    assert (flow.state, flow.tracking_id, flow.due_at <= clock.now()) == (
        FlowState.WAITING, "F2026-2.2", True,
    )  # fmt: skip


async def test_an_account_of_one_team_sees_the_flows_of_its_members_only(app, portal, world, fake):
    await some_invoices(portal, world, "F2026-1")
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        page = await actor.get(f"{WAY}?etat=attente")
        check(page)
        assert "F2026-1" not in page.text
        (flow,) = await flows(portal)
        assert (await actor.get(f"/service/factures/{flow.invoice_id}/plateforme")).status_code == 404


async def test_without_a_platform_the_page_says_so_and_nothing_is_promised(app, clerk, portal, world):
    object.__setattr__(portal, "settings", portal.settings.model_copy(update={"platform_url": ""}))
    await with_siret(portal, world.site)
    invoice = await an_invoice(portal, world, "F2026-1")
    page = await clerk.get(WAY)
    check(page)
    assert "Aucune plateforme agréée n’est réglée" in page.text
    shown = await clerk.get(way_of(invoice))
    check(shown)
    assert "Pas envoyée" in shown.text
    assert '<button name="act"' not in shown.text
