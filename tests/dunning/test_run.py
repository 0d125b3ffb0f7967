"""Reminders of a day: looked at, sent once, held half an hour, printed, taken back."""

import asyncio
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlmodel import col

from app import clock
from app.dunning import staff
from app.mail.sending import Dispatcher
from db.models import (
    AuditEvent,
    AuditKind,
    Company,
    Debit,
    DebitRun,
    DunningLetter,
    DunningRun,
    Invoice,
    InvoiceKind,
    OutboxMail,
    Reminder,
)
from tests.actors import Actor
from tests.dunning.steps import (
    ALL,
    LAST,
    late_invoice,
    remind,
    standing,
    with_address,
    worked,
    write_steps,
)
from tests.invoices.steps import paid
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def mails(portal):
    return await rows(portal, OutboxMail, OutboxMail.template == "dunning")


async def later(clerk, world, time_machine_at, **passed):
    """The time is later, and the clerk signs in again."""
    time_machine_at.shift(timedelta(**passed))
    await clerk.signed_in(world.clerk)


async def test_a_late_invoice_is_reminded_once_and_both_sides_read_it(clerk, alice, portal, world):
    await late_invoice(portal, world)
    await late_invoice(portal, world, "F2026-8", due_on=date(2026, 2, 27))
    await write_steps(clerk)
    page = await clerk.get(ALL)
    check(page)
    assert "Relancer 1 facture" in page.text
    assert "F2026-8" not in page.text
    done = await remind(clerk, portal)
    check(done)
    assert "1 facture relancée, 120,00 € à payer" in done.text
    (letter,) = await rows(portal, DunningLetter)
    assert letter.subject == "Rappel : F2026-9"
    assert "Il reste 120,00\N{NO-BREAK SPACE}€ à payer sur F2026-9, en retard de 10 jours." in letter.text
    (mail,) = await mails(portal)
    assert (mail.recipient, mail.due_at) == (
        "alice@ours.example",
        (await rows(portal, DunningRun))[0].leaves_at,
    )
    (invoice,) = await rows(portal, Invoice, Invoice.number == "F2026-9")
    for actor, path in ((clerk, "/service/factures/"), (alice, "/espace/00010-2/factures/")):
        read = await actor.get(f"{path}{invoice.id}")
        check(read)
        assert "2 mars 2026 : Rappel : F2026-9, par courriel ; il restait 120,00 €" in read.text
    events = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.REMINDER_SENT)
    assert [each.about_id for each in events] == [invoice.id]
    assert "Aucune facture n’est à relancer" in (await clerk.get(ALL)).text
    token = await clerk.token(f"{ALL}/etapes/nouvelle")
    assert (await clerk.post(ALL, data={"csrf": token})).status_code == 422
    assert await standing(portal) == [("F2026-9", 8)]


async def test_the_mail_leaves_after_half_an_hour_with_its_links(
    app, clerk, portal, world, mailbox, settings, time_machine_at
):
    await late_invoice(portal, world)
    await write_steps(clerk)
    await remind(clerk, portal)
    from app.mail.relay import Relay

    dispatcher = Dispatcher(portal, Relay(settings), app.app.state.templates)
    await dispatcher.send_due()
    subjects = [each["subject"] for each in mailbox.letters]
    assert not [each for each in subjects if "Rappel" in each]
    time_machine_at.shift(timedelta(minutes=31))
    await dispatcher.send_due()
    (letter,) = [each for each in mailbox.letters if "Rappel" in each["subject"]]
    words = letter.get_body(("plain",)).get_content()
    assert "/espace/00010-2/factures/" in words
    assert "RF" in words
    assert "Le service cotisations" in words


async def test_steps_follow_each_other_and_the_last_bills_the_indemnity_once(
    clerk, alice, portal, world, time_machine_at
):
    invoice = await late_invoice(portal, world)
    await with_address(portal, world.site)
    await write_steps(clerk)
    await remind(clerk, portal)
    await later(clerk, world, time_machine_at, days=21)  # 31 days late, and not 22 since the first
    assert "Aucune facture n’est à relancer" in (await clerk.get(ALL)).text
    await later(clerk, world, time_machine_at, days=1)
    await remind(clerk, portal)
    await later(clerk, world, time_machine_at, days=15)
    page = await clerk.get(ALL)
    assert "40,00 €" in page.text
    await remind(clerk, portal)
    assert await standing(portal) == [("F2026-9", 8), ("F2026-9", 30), ("F2026-9", 45)]
    (fee,) = await rows(portal, Invoice, Invoice.kind == InvoiceKind.INDEMNITY)
    assert (fee.total_cents, fee.vat_cents, fee.number) == (40_00, 0, "FA2026-000001")
    await alice.signed_in(world.alice)
    assert "hors du champ de la TVA" in (await alice.get(f"/espace/00010-2/factures/{fee.id}")).text
    last = (await rows(portal, DunningLetter))[-1]
    assert [each["cents"] for each in last.lines] == [120_00, 40_00]
    assert last.is_posted
    assert not last.recipients
    assert not await rows(portal, OutboxMail, OutboxMail.template.in_(["invoice_issued", "invoice_called"]),
                          col(OutboxMail.created_at) > datetime(2026, 4, 1, tzinfo=UTC))  # fmt: skip
    await later(clerk, world, time_machine_at, days=60)
    await remind(clerk, portal)  # the indemnity itself, late in its turn, has no indemnity
    assert len(await rows(portal, Invoice, Invoice.kind == InvoiceKind.INDEMNITY)) == 1
    theirs = await clerk.get(f"/service/factures/{invoice.id}")
    assert "indemnité facturée, FA2026-000001" in theirs.text


async def test_who_owes_nothing_or_is_owed_or_is_gone_is_left_aside(clerk, portal, world):
    await late_invoice(portal, world, "F2026-7")
    settled = await late_invoice(portal, world, "F2026-9")
    over = await late_invoice(portal, world, "F2026-5", company=world.theirs)
    await late_invoice(portal, world, "F2026-6", company=world.theirs)
    await write_steps(clerk)
    await paid(portal, world, settled, 120_00)
    await paid(portal, world, over, 130_00)
    page = await clerk.get(ALL)
    assert "Relancer 1 facture" in page.text
    assert "Le service doit de l’argent à cet adhérent" in page.text
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.site.id)).closed_at = clock.now()
    page = await clerk.get(ALL)
    assert "Adhérent radié" in page.text
    assert "Relancer" not in page.text.partition("<h2>À relancer")[2].partition("Laissées")[0]


async def test_an_invoice_about_to_be_debited_is_left_aside(clerk, portal, world):
    invoice = await late_invoice(portal, world)
    await write_steps(clerk)
    run = DebitRun(collect_on=date(2026, 3, 20), account_id=world.clerk.id, created_at=clock.now())
    async with portal.database.transaction(write=True) as session:
        session.add(run)
        await session.flush()
        debit = Debit(
            company_id=world.site.id, run_id=run.id, invoice_id=invoice.id, scheme="CORE", rum="R1",
            iban_last="0189", cents=120_00, reference="E1",
        )  # fmt: skip
        session.add(debit)
    page = await clerk.get(ALL)
    assert "Prélèvement annoncé" in page.text
    assert "Aucune facture n’est à relancer" in page.text
    async with portal.database.transaction(write=True) as session:
        (await session.get(Debit, debit.id)).state = "refused"
    assert "Relancer 1 facture" in (await clerk.get(ALL)).text


async def test_an_invoice_paid_between_the_button_and_its_portion_is_not_reminded(clerk, portal, world):
    invoice = await late_invoice(portal, world)
    await write_steps(clerk)
    answer = await clerk.fill(ALL)
    running = await clerk.follow(answer)
    check(running)
    assert "0 sur 1" in running.text
    path = answer.headers["location"]
    await paid(portal, world, invoice, 120_00)
    await worked(portal)
    ended = await clerk.partial(path)
    assert "C’est fini" in ended.text
    assert "<main" not in ended.text
    assert await standing(portal) == []
    assert not await mails(portal)


async def many_late(portal, world, number):
    for place in range(number):
        async with portal.database.transaction(write=True) as session:
            from db.seeds.world import World

            company = await World(session).a_company(f"7{place:04}", f"Adhérent {place}")
            company.address, company.town, company.postcode = "1 rue", "Paimpol", "22500"
        await late_invoice(portal, world, f"F2026-7{place:03}", company=company)


async def test_killed_and_run_by_two_it_reminds_each_invoice_once(clerk, portal, world, monkeypatch):
    await many_late(portal, world, 12)
    await write_steps(clerk, LAST | {"days": "5"})
    await clerk.fill(ALL)
    monkeypatch.setattr(staff, "PORTION", 3)
    true, calls = staff.issue_invoice, 0

    async def failing(*given, **named):
        nonlocal calls
        calls += 1
        if calls in {2, 7, 9}:
            raise RuntimeError("killed")
        return await true(*given, **named)

    monkeypatch.setattr(staff, "issue_invoice", failing)

    async def process():
        for _ in range(40):
            try:
                if not await staff.work_portion(portal, clock.now()):
                    return
            except RuntimeError:
                continue

    await asyncio.gather(process(), process())
    assert len(await standing(portal)) == 12
    fees = await rows(portal, Invoice, Invoice.kind == InvoiceKind.INDEMNITY)
    assert sorted(each.number for each in fees) == [f"FA2026-{place:06}" for place in range(1, 13)]
    (run,) = await rows(portal, DunningRun)
    assert (run.state, run.reminders, run.letters, run.posted) == ("done", 12, 12, 12)
    assert (run.left_cents, run.fee_cents) == (12 * 120_00, 12 * 40_00)


async def test_two_colleagues_who_press_at_once_remind_once(clerk, portal, world):
    await late_invoice(portal, world)
    await write_steps(clerk)
    token = await clerk.token(ALL)
    answers = await asyncio.gather(*(clerk.post(ALL, data={"csrf": token}) for _ in range(3)))
    assert min(each.status_code for each in answers) == 303
    assert {each.status_code for each in answers} <= {303, 409, 422}
    await worked(portal)
    assert len(await rows(portal, DunningRun)) == 1


async def test_taken_back_before_it_leaves_nothing_stays_but_the_numbers(clerk, alice, portal, world):
    await late_invoice(portal, world)
    await with_address(portal, world.site)
    await write_steps(clerk, LAST | {"days": "5", "kind": "both"})
    await remind(clerk, portal)
    (run,) = await rows(portal, DunningRun)
    path = f"{ALL}/{run.id}/annulation"
    check(await clerk.get(path))
    answer = await clerk.fill(path)
    await worked(portal)
    page = await clerk.follow(answer)
    check(page)
    assert "Tout est annulé" in page.text
    assert not await mails(portal)
    assert await standing(portal) == []
    fee, note = await rows(portal, Invoice, Invoice.number.in_(["FA2026-000001", "AV2026-000001"]))
    assert fee.total_cents + note.total_cents == 0
    (reminded,) = await rows(portal, Invoice, Invoice.number == "F2026-9")
    assert "<h2>Relances" not in (await alice.get(f"/espace/00010-2/factures/{reminded.id}")).text
    await remind(clerk, portal)  # and it may be done again, with its indemnity
    assert await standing(portal) == [("F2026-9", 5)]
    billed = await rows(portal, Reminder, col(Reminder.fee_id).is_not(None))
    assert [each.undone_at is None for each in billed] == [False, True]


@pytest.mark.parametrize("how", ["late", "printed", "sent"])
async def test_what_has_left_is_not_taken_back(clerk, portal, world, time_machine_at, how):
    await late_invoice(portal, world)
    await with_address(portal, world.site)
    await write_steps(clerk, LAST | {"days": "5", "kind": "both", "fee": ""})
    await remind(clerk, portal)
    (run,) = await rows(portal, DunningRun)
    path = f"{ALL}/{run.id}/annulation"
    if how == "late":
        await later(clerk, world, time_machine_at, minutes=31)
    if how == "printed":
        await clerk.fill(f"{ALL}/{run.id}/lettres", to=f"{ALL}/{run.id}/lettres?tirage=1")
    if how == "sent":
        async with portal.database.transaction(write=True) as session:
            (mail,) = await mails(portal)
            (await session.get(OutboxMail, mail.id)).attempts = 1
    token = await clerk.token(f"{ALL}/etapes/nouvelle")
    refused = await clerk.post(path, data={"csrf": token})
    assert refused.status_code == 409
    await worked(portal)
    assert await standing(portal) == [("F2026-9", 5)]
    (mail,) = await mails(portal)
    assert mail.due_at


async def test_letters_are_one_tagged_pdf_with_a_page_for_each_member(clerk, portal, world):
    await late_invoice(portal, world)
    await late_invoice(portal, world, "F2026-8", due_on=date(2026, 2, 19))
    await late_invoice(portal, world, "F2026-5", company=world.theirs)
    await with_address(portal, world.site, world.theirs)
    await write_steps(clerk, LAST | {"days": "5"})
    await remind(clerk, portal)
    (run,) = await rows(portal, DunningRun)
    path = f"{ALL}/{run.id}/lettres"
    check(await clerk.get(path))
    assert (await clerk.fill(path, to=f"{path}?tirage=2")).status_code == 404
    answer = await clerk.fill(path, to=f"{path}?tirage=1")
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    assert len(reader.pages) == 2
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    words = reader.pages[0].extract_text()
    for each in ("F2026-9", "F2026-8", "320,00", "3 quai Morand", "RF"):
        assert each in words, each
    assert "déjà imprimées" in (await clerk.get(f"{ALL}/{run.id}")).text


async def test_without_any_address_a_member_is_named_and_holds_up_no_other(clerk, portal, world):
    async with portal.database.transaction(write=True) as session:
        from db.seeds.world import World

        alone = await World(session).a_company("70001", "Sans adresse")
        alone.address = alone.email = ""
    await late_invoice(portal, world, "F2026-5", company=alone)
    await late_invoice(portal, world)
    await write_steps(clerk)
    page = await remind(clerk, portal)
    assert "ni adresse e-mail ni adresse postale" in page.text
    assert await standing(portal) == [("F2026-9", 8)]


async def test_reminders_are_for_accounts_of_all_teams_that_bill(app, portal, world):
    _, theirs = await two_teams(portal, world)
    for roles, teams in ((["comptabilite"], [theirs]), (["accueil"], [])):
        async with Actor(app) as actor:
            clerk = await a_colleague(actor, portal, roles, teams=teams)
            for path in ("", "/etapes", "/etapes/nouvelle", "/suspensions"):
                assert (await clerk.get(f"{ALL}{path}")).status_code == 403
    assert await rows(portal, Company)
