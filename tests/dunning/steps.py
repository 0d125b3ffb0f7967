"""Steps of reminders as the service writes them, and the work of their job."""

from datetime import date

from sqlmodel import col

from app import clock
from app.dunning.staff import work_portion
from db.models import Company, DunningStep, Invoice, Reminder
from tests.invoices.steps import an_invoice
from tests.reading import rows

ALL = "/service/relances"
TEXT = "Il reste {montant} à payer sur {factures}, en retard de {retard}."
FIRST = {
    "days": "8", "kind": "mail", "subject": "Rappel : {factures}", "text": TEXT, "fee": "",
    "signed_by": "Le service cotisations",
}  # fmt: skip
SECOND = FIRST | {"days": "30", "kind": "both", "subject": "Deuxième relance de {adhérent}"}
LAST = FIRST | {"days": "45", "kind": "letter", "subject": "Mise en demeure", "fee": "40"}


async def write_steps(clerk, *steps):
    for each in steps or (FIRST, SECOND, LAST):
        await clerk.follow(await clerk.fill(f"{ALL}/etapes/nouvelle", **each))


async def late_invoice(portal, world, number="F2026-9", due_on=date(2026, 2, 20), **more):
    """120,00 € with tax, ten days late on the Monday of the tests."""
    return await an_invoice(portal, world, number, issued_on=date(2026, 1, 20), due_on=due_on, **more)


async def with_address(portal, *companies):
    """Where a letter reaches them."""
    async with portal.database.transaction(write=True) as session:
        for company in companies:
            row = await session.get(Company, company.id)
            row.address, row.postcode, row.town = "3 quai Morand", "22500", "Paimpol"


async def worked(portal):
    while await work_portion(portal, clock.now()):
        pass


async def remind(clerk, portal):
    """Press the button, let the job end; the page of the run."""
    answer = await clerk.fill(ALL)
    await worked(portal)
    return await clerk.follow(answer)


async def standing(portal):
    """(invoice, days of the step) of reminders that stand, in order."""
    days = {each.id: each.days for each in await rows(portal, DunningStep)}
    found = await rows(portal, Reminder, col(Reminder.undone_at).is_(None))
    numbers = {each.id: each.number for each in await rows(portal, Invoice)}
    return sorted((numbers[each.invoice_id], days[each.step_id]) for each in found)
