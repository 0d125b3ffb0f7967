"""The call of a year: looked at, issued once, in numbers without gap, run again after corrections."""

import asyncio
from datetime import date

import pytest
from sqlmodel import select

from app import clock
from app.calls import staff
from app.calls.staff import work_portion
from app.contributions.staff import answer_correction
from app.errors import Refused
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, issue_credit_note, issue_invoice
from db.models import (
    AnnualDeclaration,
    AuditEvent,
    AuditKind,
    Company,
    ContributionCall,
    CorrectionState,
    DeclarationCorrection,
    Invoice,
    InvoiceKind,
    InvoiceSeries,
    OutboxMail,
    Tariff,
)
from tests.actors import Actor
from tests.contributions.steps import declare, some_employees, the_declaration, validate
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
CALL = "/service/cotisations/2026/appel"
SITE = "/espace/00010-2/cotisation/2026"


@pytest.fixture
async def filed(alice, portal, world):
    await some_employees(portal, world.site)
    await declare(alice)
    await validate(alice)


async def many_filed(portal, world, number):
    """That many members more, each with a declaration of one person."""
    async with portal.database.transaction(write=True) as session:
        (model,) = await rows(portal, AnnualDeclaration, AnnualDeclaration.number == "D2025-00010")
        from db.seeds.world import World

        seeds = World(session)
        for place in range(number):
            code = f"7{place:04}"
            company = await seeds.a_company(code, f"Adhérent {code}")
            company.email = f"compta@e{code}.example"
            values = model.model_dump(exclude={"id", "company_id", "year", "number", "reopened_at"})
            session.add(
                AnnualDeclaration(**values, company_id=company.key, year=2026, number=f"D2026-{code}")
            )


async def worked(portal):
    while await work_portion(portal, clock.now()):
        pass


async def contributions(portal):
    found = await rows(portal, Invoice, Invoice.receipt.is_not(None))
    return sorted(found, key=lambda each: each.id)


async def test_a_declaration_is_billed_and_its_employer_finds_the_invoice(clerk, alice, portal, world, filed):
    page = await clerk.get(CALL)
    check(page)
    assert "1 déclaration validée" in page.text
    assert "La campagne court" in page.text
    await clerk.fill(CALL, due_on="15/04/2026")
    running = await clerk.get(CALL)
    check(running)
    assert "0 sur 1" in running.text
    await worked(portal)
    done = await clerk.get(CALL)
    check(done)
    assert "1 facture émise" in done.text
    assert "tout ce qui est validé l’est déjà." in done.text
    (invoice,) = await contributions(portal)
    assert (invoice.number, invoice.title, invoice.receipt) == (
        "FA2026-000001", "Cotisation 2026", f"D2026-{world.site.code}",
    )  # fmt: skip
    (declaration,) = await rows(portal, AnnualDeclaration, AnnualDeclaration.number == invoice.receipt)
    assert (invoice.net_cents, invoice.total_cents) == (declaration.net_cents, declaration.total_cents)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 3, 2), date(2026, 4, 15))
    theirs = await alice.get(f"/espace/00010-2/factures/{invoice.id}")
    assert invoice.number in theirs.text
    mails = await rows(portal, OutboxMail, OutboxMail.template == "invoice_called")
    assert len(mails) == 1
    assert await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.CALL_ISSUED)


async def test_numbers_follow_each_other_whatever_fails_between(clerk, portal, world, monkeypatch):
    await many_filed(portal, world, 23)
    await clerk.fill(CALL, due_on="15/04/2026")
    monkeypatch.setattr("app.calls.staff.PORTION", 5)
    calls = 0

    true = staff.issue_invoice

    async def failing(*given, **named):
        nonlocal calls
        calls += 1
        if calls in {4, 9, 17}:
            raise RuntimeError("killed")
        return await true(*given, **named)

    monkeypatch.setattr(staff, "issue_invoice", failing)
    for _ in range(40):
        try:
            if not await work_portion(portal, clock.now()):
                break
        except RuntimeError:
            continue
    made = await contributions(portal)
    assert [each.number for each in made] == [f"FA2026-{place:06}" for place in range(1, 24)]
    assert len({each.receipt for each in made}) == 23
    (series,) = await rows(portal, InvoiceSeries)
    assert (series.prefix, series.last) == ("FA2026-", 23)
    (call,) = await rows(portal, ContributionCall)
    assert (call.invoices, call.total_cents) == (23, sum(each.total_cents for each in made))
    assert len(await rows(portal, OutboxMail, OutboxMail.template == "invoice_called")) == 23


async def test_two_processes_bill_each_declaration_once(clerk, portal, world, monkeypatch):
    await many_filed(portal, world, 12)
    await clerk.fill(CALL, due_on="15/04/2026")
    monkeypatch.setattr("app.calls.staff.PORTION", 2)
    await asyncio.gather(worked(portal), worked(portal))
    await worked(portal)
    made = await contributions(portal)
    assert sorted(each.number for each in made) == [f"FA2026-{place:06}" for place in range(1, 13)]


async def test_two_colleagues_who_launch_at_once_launch_it_once(app, clerk, portal, world, filed):
    fields = {"csrf": await clerk.token(CALL), "due_on": "15/04/2026"}
    answers = await asyncio.gather(*(clerk.post(CALL, data=fields) for _ in range(4)))
    assert min(each.status_code for each in answers) == 303
    assert {each.status_code for each in answers} <= {303, 409, 422}
    await worked(portal)
    assert len(await contributions(portal)) == 1
    assert (await clerk.fill(CALL, csrf=fields["csrf"], due_on="15/04/2026")).status_code == 422


async def corrected(portal, world, alice, number):
    """The service lets the company take its declaration up again, with other people on its list."""
    async with service(portal, world) as own:
        declaration = await the_declaration(portal, world.site)
        asked = DeclarationCorrection(
            company_id=world.site.id, declaration_id=declaration.id, account_id=world.alice.id,
            token=f"c{number}", text="Une erreur", sent_at=clock.now(),
        )  # fmt: skip
        own.add(asked)
        await own.flush()
        await answer_correction(own, asked.key, CorrectionState.ACCEPTED, "", clock.now())
    await validate(alice)


async def test_what_is_corrected_after_the_call_is_credited_or_completed_by_the_next(
    clerk, alice, portal, world, filed
):
    await clerk.fill(CALL, due_on="15/04/2026")
    await worked(portal)
    await some_employees(portal, world.site, 2, birth_name="MORVAN")
    await corrected(portal, world, alice, 1)
    page = await clerk.get(CALL)
    assert "un avoir ou un complément est fait" in page.text
    await clerk.fill(CALL, due_on="30/04/2026")
    await worked(portal)
    first, more = await contributions(portal)
    (declaration,) = await rows(portal, AnnualDeclaration, AnnualDeclaration.number == more.receipt)
    assert more.title == "Complément de cotisation 2026"
    assert first.net_cents + more.net_cents == declaration.net_cents
    async with portal.database.transaction(write=True) as session:
        declaration = await session.get(AnnualDeclaration, declaration.id)
        declaration.net_cents, declaration.number = first.net_cents - 100_00, f"D2026-{world.site.code}/3"
    await clerk.fill(CALL, due_on="30/04/2026")
    await worked(portal)
    *_, last, note = await contributions(portal)
    assert {last.kind, note.kind} == {InvoiceKind.CREDIT_NOTE}
    assert (last.number, note.number) == ("AV2026-000001", "AV2026-000002")
    assert (last.settles_id, note.settles_id) == (more.id, first.id)
    assert sum(each.net_cents for each in await contributions(portal)) == first.net_cents - 100_00


async def redeclared(portal, world, net_cents, rank):
    """The declaration of the site under another receipt, for that amount."""
    async with portal.database.transaction(write=True) as session:
        found = await the_declaration(portal, world.site)
        row = await session.get(AnnualDeclaration, found.id)
        row.net_cents, row.total_cents = net_cents, net_cents + net_cents // 5
        row.number = f"D2026-{world.site.code}/{rank}"


async def called(clerk, portal):
    await clerk.fill(CALL, due_on="15/04/2026")
    await worked(portal)
    return await contributions(portal)


async def test_a_credit_note_made_by_hand_is_not_made_again_by_the_call(clerk, portal, world, filed):
    (first,) = await called(clerk, portal)
    async with service(portal, world) as own:
        line = BilledLine("Erreur", 1, -116_00)
        await issue_credit_note(own, first.key, "", line, clock.now())
    await redeclared(portal, world, first.net_cents - 116_00, 2)
    assert "Rien n’est à facturer" in (await clerk.get(CALL)).text.replace("\N{NO-BREAK SPACE}", " ")
    await redeclared(portal, world, first.net_cents - 200_00, 3)
    *_, note = await called(clerk, portal)
    assert note.net_cents == -84_00


async def test_a_correction_below_the_complement_is_credited_on_both_invoices(clerk, portal, world, filed):
    (first,) = await called(clerk, portal)
    await redeclared(portal, world, first.net_cents + 1_000_00, 2)
    _, more = await called(clerk, portal)
    await redeclared(portal, world, 100_00, 3)
    *_, one, two = await called(clerk, portal)
    assert [(each.kind, each.settles_id) for each in (one, two)] == [
        (InvoiceKind.CREDIT_NOTE, more.id), (InvoiceKind.CREDIT_NOTE, first.id),
    ]  # fmt: skip
    assert sum(each.net_cents for each in await contributions(portal)) == 100_00
    (call,) = await rows(portal, ContributionCall)
    assert (call.credit_notes, call.refused) == (2, [])


async def test_the_series_goes_on_from_a_number_that_is_taken(clerk, portal, world):
    days = date(2026, 2, 2), date(2026, 3, 4)
    async with service(portal, world) as own:
        entry = Entry("X1", InvoiceKind.ABSENCE, "Absence", *days)
        made = await issue_invoice(own, world.site.key, entry, [BilledLine("A", 1, 100)], clock.now())
        made.number = "FA2026-000007"
    async with service(portal, world) as own:
        entry = Entry("FA2026-000009", InvoiceKind.ABSENCE, "Absence", *days)
        with pytest.raises(Refused, match="à la suite"):
            await issue_invoice(own, world.site.key, entry, [BilledLine("A", 1, 100)], clock.now())
    await many_filed(portal, world, 3)
    made = await called(clerk, portal)
    assert [each.number for each in made] == [f"FA2026-{place:06}" for place in (8, 9, 10)]


async def test_a_slice_that_costs_nothing_is_left_out_of_the_invoice(clerk, portal, world, filed):
    async with portal.database.transaction(write=True) as session:
        found = await the_declaration(portal, world.site)
        row = await session.get(AnnualDeclaration, found.id)
        free = {"label": "Les suivantes", "quantity": 4, "unit_cents": 0, "net_cents": 0, "reason": ""}
        row.lines = [*row.lines, free]
    (invoice,) = await called(clerk, portal)
    assert [each["label"] for each in invoice.lines] == ["Personnes suivies"]


async def test_the_preview_knows_who_pays_no_tax_and_who_has_no_address(clerk, portal, world, filed):
    await many_filed(portal, world, 1)
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.site.id)).vat_exemption = "Article 261-7-1° b du CGI"
        for each in await rows(portal, Company, Company.code == "70000"):
            (await session.get(Company, each.id)).email = ""
    page = (await clerk.get(CALL)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "464,00 € HT, 487,20 € TTC" in page.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Sans adresse ni compte" in page


async def test_a_member_billed_by_hand_is_left_and_named_whenever_the_campaign_opens(
    clerk, portal, world, filed
):
    days = date(2026, 2, 2), date(2026, 3, 4)
    async with service(portal, world) as own:
        entry = Entry("F2026-1", InvoiceKind.CONTRIBUTION, "Cotisation 2026", *days)
        await issue_invoice(own, world.site.key, entry, [BilledLine("Salariés", 3, 11_600)], clock.now())
    await clerk.fill("/service/cotisations/2026/campagne", opens_on="02/03/2026", closes_on="31/03/2026")
    page = await clerk.get(CALL)
    assert "Rien n’est à facturer" in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Facturés hors de l’appel" in page.text
    token = await clerk.token("/service/cotisations/2026/campagne")
    assert (await clerk.fill(CALL, csrf=token, due_on="15/04/2026")).status_code == 422


@pytest.mark.parametrize("due_on", ["01/03/2026", "31/02/2026", "02/05/2026", "15/04/2062", ""])
async def test_a_term_that_cannot_be_is_refused(clerk, portal, filed, due_on):
    answer = await clerk.fill(CALL, due_on=due_on)
    assert answer.status_code == 422
    assert not await rows(portal, ContributionCall)


async def test_an_account_of_one_team_does_not_issue_the_call(app, portal, world, filed):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        clerk = await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        assert (await clerk.get(CALL)).status_code == 403


async def test_a_year_without_tariff_has_no_call(clerk, portal):
    assert (await clerk.get("/service/cotisations/2031/appel")).status_code == 404
    async with portal.database.transaction(write=False) as session:
        assert (await session.exec(select(Tariff))).all()
