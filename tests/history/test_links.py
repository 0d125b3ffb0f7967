"""The page that a line of the history leads to: there, open to the reader, and of the company."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from app import clock
from app.history.targets import SECTIONS, TARGETS
from db.models import AnnualDeclaration, AuditEvent, AuditKind, Document, DocumentKind, Membership
from tests.actors import Actor
from tests.contact.steps import WRITTEN, send
from tests.documents.steps import PNG, deposited, shared
from tests.history.test_routes import happened
from tests.invoices.steps import an_invoice, paid
from tests.planning.steps import a_person, a_slot, confirm
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
SITE = "/espace/00010-2"
LINK = re.compile(r'<td data-label="Objet"><a href="([^"]+)">')


async def links(actor, path=f"{SITE}/historique"):
    return LINK.findall((await actor.get(path)).text)


async def test_each_act_leads_to_what_it_made_and_each_link_opens(alice, portal, world):
    person = await a_person(portal, world.site)
    slot = await a_slot(portal, world.site, person)
    await confirm(alice, slot)
    await deposited(alice)
    invoice = await an_invoice(portal, world)
    await paid(portal, world, invoice, 5_000)
    await shared(portal, world)
    await send(alice, f"{SITE}/contact/nouveau", **WRITTEN)
    found = await links(alice)
    for path in (f"planning/{slot.id}", f"factures/{invoice.id}", "documents/", "contact/"):
        assert any(link.startswith(f"{SITE}/{path}") for link in found), (path, found)
    for link in found:
        assert (await alice.get(link)).status_code == 200, link


async def about(portal, world, kind, about_id, **more):
    event = AuditEvent(at=clock.now(), kind=kind, about="ceci", about_id=about_id, account_id=world.alice.key)
    event.company_id = world.ours.key
    for name, value in more.items():
        setattr(event, name, value)
    await happened(portal, event)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", list(TARGETS))
async def test_a_row_that_is_gone_or_of_another_company_has_no_link(alice, portal, world, kind):
    for about_id in (2**31 - 1, None):
        await about(portal, world, kind, about_id)
    theirs = await rows(portal, TARGETS[kind].model, TARGETS[kind].model.company_id == world.theirs.key)
    for row in theirs:
        await about(portal, world, kind, row.id)
    assert await links(alice, "/espace/00010/historique") == []


@pytest.mark.parametrize("kind", list(SECTIONS))
async def test_an_event_of_no_row_leads_to_its_section(alice, portal, world, kind):
    await about(portal, world, kind, None)
    (link,) = await links(alice, "/espace/00010/historique")
    assert (await alice.get(link)).status_code == 200


async def test_the_number_of_a_row_that_is_gone_leads_to_no_later_one(alice, portal, world):
    earlier = world.employee.created_at - timedelta(days=1)
    await about(portal, world, AuditKind.EMPLOYEE_CORRECTED, world.employee.key, at=earlier)
    assert await links(alice, "/espace/00010/historique") == []
    await about(portal, world, AuditKind.EMPLOYEE_CORRECTED, world.employee.key)
    assert await links(alice, "/espace/00010/historique") == [f"/espace/00010/salaries/{world.employee.key}"]


async def test_a_declaration_is_led_to_by_its_year_whatever_else_is_on_the_page(alice, portal, world):
    (filed, *_) = await rows(portal, AnnualDeclaration, AnnualDeclaration.company_id == world.ours.key)
    await about(portal, world, AuditKind.DECLARATION_SUBMITTED, filed.key)
    await about(portal, world, AuditKind.EMPLOYEE_CORRECTED, world.employee.key)
    assert f"/espace/00010/cotisation/{filed.year}" in await links(alice, "/espace/00010/historique")


async def test_an_administrator_of_a_third_party_has_no_link_to_an_aptitude_notice(app, alice, portal, world):
    async with portal.database.transaction(write=True) as session:
        mine = (await session.exec(select(Membership).where(Membership.account_id == world.bob.key))).one()
        mine.third_party = True
    notice = await shared(portal, world, DocumentKind.APTITUDE, "Avis", company=world.ours)
    path = f"/espace/00010/documents/{notice.key}"
    assert path in await links(alice, "/espace/00010/historique")
    async with Actor(app) as bob:
        await bob.signed_in(world.bob)
        assert path not in await links(bob, "/espace/00010/historique")
        assert (await bob.get(path)).status_code == 403


async def test_a_document_off_the_list_has_no_link(alice, portal, world):
    path = await deposited(alice, PNG, "plan.png", kind="autre", title="Plan")
    assert path in await links(alice)
    async with portal.database.transaction(write=True) as session:
        for each in (await session.exec(select(Document).where(Document.company_id == world.site.key))).all():
            each.withdrawn_at = clock.now()
    assert path not in await links(alice)
