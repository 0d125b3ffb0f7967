"""Two members become one: people move, papers of money stay, and everybody still finds theirs."""

import pytest

from app.members.merging import MOVED
from db.models import AuditEvent, Company, CompanyOwned, Employee, Invoice, OutboxMail
from tests.actors import Actor
from tests.planning.steps import a_person, a_slot
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")
# What was being typed, what imports remember, who has access, and papers in the name of their company.
STAYS = {
    "AnnualDeclaration", "ColumnHabit", "CompanyContact", "DeclarationAnswer", "DeclarationCorrection",
    "CompanyCorrection", "EmployeeDraft", "EmployeeImport", "ImportLine", "Invitation", "Invoice",
    "AbsenceBilling", "CampaignLetter", "Debit", "DunningLetter", "InvoiceDispute", "Mandate", "Membership",
    "Payment", "PaymentPlan", "PhoneCall", "PlanInvoice", "PlatformFlow", "Reminder", "SentFile",
    "SessionCompany",
}  # fmt: skip
MERGING = "/service/adherents/00042/fusion"


def test_every_table_of_a_company_moves_or_stays():
    """A new table is put on one side."""
    moved = {model.__name__ for model in MOVED}
    assert not moved & STAYS
    known = {model.__name__ for model in CompanyOwned.__subclasses__()}
    assert moved | STAYS == known


async def test_people_move_and_invoices_stay(clerk, alice, portal, world, app):
    person = await a_person(portal, world.theirs)
    await a_slot(portal, world.theirs, person)
    before = len(await rows(portal, Employee, Employee.company_id == world.ours.id))
    moving = len(await rows(portal, Employee, Employee.company_id == world.theirs.id))
    page = await clerk.follow(await clerk.fill(MERGING, code="00010"))
    assert "La fusion est faite" in page.text
    assert "fusion avec 00010" in page.text
    assert len(await rows(portal, Employee, Employee.company_id == world.ours.id)) == before + moving
    assert await rows(portal, Invoice, Invoice.company_id == world.theirs.id)
    assert (await alice.get(f"/espace/00010/salaries/{person.id}")).status_code == 200
    assert (await alice.get("/espace/00042")).status_code == 404
    events = await rows(portal, AuditEvent, AuditEvent.kind == "members_merged")
    assert {each.company_id for each in events} == {world.ours.id, world.theirs.id}
    recipients = {each.recipient for each in await rows(portal, OutboxMail)}
    assert {"alice@ours.example", "charlie@theirs.example"} <= recipients


async def test_whoever_acted_for_the_one_acts_for_both(app, clerk, portal, world):

    async with Actor(app) as charlie:
        await charlie.signed_in(world.charlie)
        await clerk.fill(MERGING, code="00010")
        for path in ("/espace/00010", "/espace/00042", "/espace/00010/contact", "/espace/00010/documents"):
            assert (await charlie.get(path)).status_code == 200, path


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (MERGING, "00042", "avec lui-même"),
        (MERGING, "99999", "Aucun adhérent"),
        (MERGING, "zut", "cinq chiffres"),
        ("/service/adherents/00010/fusion", "00042", "d’abord ses sites"),
    ],
)
async def test_what_does_not_merge_is_said_and_nothing_moves(clerk, portal, world, path, code, words):
    answer = await clerk.fill(path, code=code)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(each.closed_at is None for each in await rows(portal, Company))
    assert await rows(portal, Employee, Employee.company_id == world.theirs.id)
