"""Absences of a period: looked at, ticked, billed once in the continuous series, or given up."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col

from db.models import AbsenceBilling, AuditEvent, AuditKind, Invoice, InvoiceKind, SlotState
from tests.actors import Actor
from tests.pages import check
from tests.planning.steps import a_person, a_slot
from tests.reading import rows
from tests.staff.scopes import a_colleague

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
HERE = "/service/absences"
BILL, WAIVE = "Facturer les absences cochées", "Ne pas facturer les absences cochées"
MISSED = datetime(2026, 2, 10, 8, 30, tzinfo=UTC)


async def missed(portal, company, days=0, person=None, state=SlotState.ABSENT, fee_cents=6_000):
    starts_at = MISSED + timedelta(days=days)
    return await a_slot(portal, company, person, starts_at, state=state, fee_cents=fee_cents)


async def test_absences_are_looked_at_and_billed_one_invoice_a_member(clerk, alice, portal, world):
    person = await a_person(portal, world.site)
    one = await missed(portal, world.site, 0, person)
    late = await missed(portal, world.site, 1, state=SlotState.DECLINED)
    other = await missed(portal, world.theirs, 2)
    free = await missed(portal, world.site, 3, fee_cents=0)
    page = await clerk.get(HERE)
    check(page)
    for words in ("LE GALL", "rendu trop tard", "180,00", "1 absence excusée ou jamais confirmée"):
        assert words in page.text, words
    assert f"slot_{free.id}" not in page.text
    boxes = {f"slot_{each.id}": "oui" for each in (one, late, other)}
    done = await clerk.follow(await clerk.fill(HERE, acte=BILL, **boxes))
    check(done)
    assert "Aucune absence n’est à facturer" in done.text
    made = await rows(portal, Invoice, Invoice.kind == InvoiceKind.ABSENCE)
    assert [(each.number, each.net_cents) for each in made] == [
        ("FA2026-000001", 12_000), ("FA2026-000002", 6_000),
    ]  # fmt: skip
    words = [each["label"].replace("\N{NO-BREAK SPACE}", " ") for each in made[0].lines]
    assert words == [
        "Rendez-vous du 10 février 2026 à 9 h 30, Centre de la Baie, non honoré",
        "Rendez-vous du 11 février 2026 à 9 h 30, Centre de la Baie, rendu trop tard",
    ]
    theirs = await alice.get(f"/espace/00010-2/factures/{made[0].id}")
    assert "Centre de la Baie, non honoré" in theirs.text
    assert "LE GALL" not in theirs.text
    assert "Contester cette facture" in theirs.text
    events = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.ABSENCES_BILLED)
    assert [each.about.replace("\N{NO-BREAK SPACE}", " ") for each in events] == [
        "2 absences : facture", "1 absence : facture",
    ]  # fmt: skip


async def test_an_absence_is_billed_or_given_up_once(clerk, portal, world):
    one, two = await missed(portal, world.site), await missed(portal, world.site, 1)
    token = await clerk.token(HERE)
    box = {f"slot_{one.id}": "oui", "acte": BILL, "csrf": token}
    answers = await asyncio.gather(*(clerk.post(HERE, data=box) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [303, 409, 409]
    waived = {f"slot_{two.id}": "oui", "acte": WAIVE, "csrf": token}
    assert "ne seront pas facturées" in (await clerk.follow(await clerk.post(HERE, data=waived))).text
    assert (await clerk.post(HERE, data=waived | {"acte": BILL})).status_code == 409
    assert len(await rows(portal, Invoice, Invoice.kind == InvoiceKind.ABSENCE)) == 1
    billings = await rows(portal, AbsenceBilling)
    assert [each.invoice_id is None for each in billings] == [False, True]
    assert (await clerk.post(HERE, data={"acte": BILL, "csrf": token})).status_code == 422
    foreign = {"slot_999": "oui", "acte": BILL, "csrf": token}
    assert (await clerk.post(HERE, data=foreign)).status_code == 404


async def test_the_first_of_a_year_is_offered_where_the_service_says_so(clerk, portal, world):
    first, second = await missed(portal, world.site), await missed(portal, world.site, 1)
    assert (await clerk.get(HERE)).text.count(" checked") == 2
    portal.settings.service_first_absence_free = True
    page = await clerk.get(HERE)
    check(page)
    assert "première en un an, offerte d’habitude" in page.text
    assert page.text.count(" checked") == 1
    assert f'name="slot_{second.id}" value="oui" checked' in page.text
    assert f'name="slot_{first.id}" value="oui">' in page.text


async def test_the_period_is_typed_and_names_are_for_those_who_plan(app, clerk, portal, world):
    person = await a_person(portal, world.site)
    await missed(portal, world.site, 0, person)
    assert "Aucune absence" in (await clerk.get(f"{HERE}?du=11/02/2026&au=28/02/2026")).text
    assert "LE GALL" in (await clerk.get(f"{HERE}?du=10/02/2026&au=10/02/2026")).text
    wrong = await clerk.get(f"{HERE}?du=31/02/2026")
    check(wrong)
    assert "n’existe pas" in wrong.text
    async with Actor(app) as actor:
        colleague = await a_colleague(actor, portal, ["comptabilite"])
        page = await colleague.get(HERE)
        assert "LE GALL" not in page.text
        assert "L. G." in page.text
    async with Actor(app) as actor:
        colleague = await a_colleague(actor, portal, ["accueil"])
        assert (await colleague.get(HERE)).status_code == 403
    assert not await rows(portal, Invoice, col(Invoice.kind) == InvoiceKind.ABSENCE)


async def test_what_was_unticked_stays_so_when_a_colleague_was_quicker(clerk, portal, world):
    """Else the second press would bill what nobody chose."""
    one, two, three = [await missed(portal, world.site, each) for each in range(3)]
    token = await clerk.token(HERE)
    for absence in (one, two):
        sent = {f"slot_{absence.id}": "oui", "acte": BILL, "csrf": token}
        if absence is two:
            sent |= {f"slot_{one.id}": "oui"}
        answer = await clerk.post(HERE, data=sent)
    assert answer.status_code == 409
    check(answer)
    assert "relisez la liste" in answer.text
    assert f'name="slot_{two.id}" value="oui" checked' in answer.text
    assert f'name="slot_{three.id}" value="oui">' in answer.text
    assert f"slot_{one.id}" not in answer.text


@pytest.mark.parametrize("act", [{}, {"acte": ""}, {"acte": "Autre chose"}])
async def test_a_form_that_names_no_button_neither_bills_nor_gives_up(clerk, portal, world, act):
    one = await missed(portal, world.site)
    token = await clerk.token(HERE)
    answer = await clerk.post(HERE, data={f"slot_{one.id}": "oui", "csrf": token} | act)
    assert answer.status_code == 422
    check(answer)
    assert "Choisissez l’un des deux boutons" in answer.text
    assert not await rows(portal, AbsenceBilling)
