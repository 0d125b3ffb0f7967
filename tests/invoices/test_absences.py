"""The invoice of an absence says which appointment nobody came to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Refused
from app.invoices.absences import invoice_absences
from db.models import InvoiceKind, SlotState
from tests.invoices.steps import NOW
from tests.planning.steps import a_slot, service

MISSED = datetime(2026, 2, 10, 8, 30, tzinfo=UTC)
DAYS = (date(2026, 2, 20), date(2026, 3, 22))


async def billed(portal, world, *slots):
    async with service(portal, world) as staff:
        return await invoice_absences(staff, [each.id for each in slots], "F2026-9", DAYS, 6_000, NOW)


async def test_each_line_names_its_appointment_and_nobody(portal, world, alice):
    first, second = [
        await a_slot(portal, world.ours, starts_at=MISSED + timedelta(days=days), state=SlotState.ABSENT)
        for days in (0, 1)
    ]
    invoice = await billed(portal, world, second, first)
    assert (invoice.kind, invoice.net_cents) == (InvoiceKind.ABSENCE, 12_000)
    page = await alice.get(f"/espace/00010/factures/{invoice.id}")
    assert "Rendez-vous du 10 février 2026 à 9 h 30, Centre de la Baie, non honoré" in page.text
    assert "Rendez-vous du 11 février 2026 à 9 h 30, Centre de la Baie, non honoré" in page.text


async def test_only_what_was_missed_at_one_company_is_billed(portal, world):
    missed = await a_slot(portal, world.ours, starts_at=MISSED, state=SlotState.ABSENT)
    came = await a_slot(portal, world.ours, starts_at=MISSED + timedelta(days=1), state=SlotState.DONE)
    elsewhere = await a_slot(portal, world.site, starts_at=MISSED + timedelta(days=2), state=SlotState.ABSENT)
    for slots in ((), (came,), (missed, came), (missed, elsewhere)):
        with pytest.raises(Refused, match="d’une même entreprise"):
            await billed(portal, world, *slots)
