"""Two members become one: people move, papers of money stay, and everybody still finds theirs."""

import pytest

from app.members.merging import MOVED
from db.models import (
    AbsenceBilling,
    AuditEvent,
    Company,
    CompanyOwned,
    Employee,
    Inquiry,
    Invoice,
    InvoiceDispute,
    InvoiceKind,
    OutboxMail,
    SessionCompany,
)
from tests.absences.test_absences import BILL, WAIVE, missed
from tests.absences.test_absences import HERE as ABSENCES
from tests.actors import Actor
from tests.clinic.steps import a_session
from tests.clinic.test_reserving import proposed, reserved
from tests.dunning.steps import late_invoice
from tests.planning.steps import a_person, a_slot
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")
# What was being typed, what imports remember, who has access, papers in the name of their company, and
# counts, which the database moves with the people.
STAYS = {
    "AnnualDeclaration", "ColumnHabit", "CompanyContact", "DeclarationAnswer", "DeclarationCorrection",
    "CompanyCorrection", "EmployeeDraft", "EmployeeImport", "ImportLine", "Invitation", "Invoice",
    "CampaignLetter", "Debit", "DunningLetter", "HiringMonth", "InvoiceDispute", "Mandate", "Membership",
    "Payment", "PaymentPlan", "PhoneCall", "PlanInvoice", "PlatformFlow", "Reminder", "SentFile",
    "VisitMonth", "SessionCompany",  # but where the other has not the same one
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


async def test_an_absence_that_was_billed_before_is_not_offered_again(clerk, portal, world):
    """Its appointment moves; that it was billed, or given up, moves with it."""
    person = await a_person(portal, world.theirs)
    first, second = [await missed(portal, world.theirs, each, person) for each in (0, 1)]
    for absence, act in ((first, BILL), (second, WAIVE)):
        await clerk.follow(await clerk.fill(ABSENCES, acte=act, **{f"slot_{absence.id}": "oui"}))
    await clerk.follow(await clerk.fill(MERGING, code="00010"))
    page = await clerk.get(ABSENCES)
    assert "Aucune absence n’est à facturer" in page.text
    (invoice,) = await rows(portal, Invoice, Invoice.kind == InvoiceKind.ABSENCE)
    assert invoice.company_id == world.theirs.id, "a paper of the name that it was made in"
    assert {each.company_id for each in await rows(portal, AbsenceBilling)} == {world.ours.id}


async def test_a_session_reserved_to_the_one_is_the_other_s_once(clerk, portal, world):
    made = [await a_session(portal, world, name=f"Dr {each}") for each in ("Abgrall", "Bodin")]
    for session, codes in zip(made, ("00042", "00042, 00010"), strict=True):
        await clerk.follow(await reserved(clerk, session, codes))
    person = await a_person(portal, world.theirs)
    await clerk.follow(await clerk.fill(MERGING, code="00010"))
    kept = await rows(portal, SessionCompany, SessionCompany.company_id == world.ours.id)
    assert sorted(each.session_id for each in kept) == sorted(each.id for each in made)
    for place, session in enumerate(made):
        (moved,) = await rows(portal, Employee, Employee.id == person.id)
        if place == 0:
            assert (await proposed(clerk, session, moved)).status_code == 303


async def test_a_contest_that_waits_is_answered_after_the_merger(clerk, charlie, portal, world):
    """Its thread is the other member's, its invoice stays: the employer reads the answer, reminders go on."""
    invoice = await late_invoice(portal, world, company=world.theirs)
    path = f"/espace/00042/factures/{invoice.id}/contestation"
    await charlie.follow(await charlie.fill(path, token="un-jeton-quelconque-22", text="Déjà réglée."))
    await clerk.follow(await clerk.fill(MERGING, code="00010"))
    (dispute,) = await rows(portal, InvoiceDispute)
    page = f"/service/contestations/{dispute.id}"
    assert "Déjà réglée." in (await clerk.get(page)).text
    answer = {"acte": "Maintenir la facture et répondre", "text": "Rien n’est venu.", "amount": ""}
    assert "Aucune contestation" not in (await clerk.get("/service/contestations")).text
    await clerk.follow(await clerk.fill(page, **answer))
    assert "Aucune contestation" in (await clerk.get("/service/contestations")).text
    (inquiry,) = await rows(portal, Inquiry, Inquiry.id == dispute.inquiry_id)
    assert "Rien n’est venu." in (await charlie.get(f"/espace/00010/contact/{inquiry.id}")).text
