"""A run of debits from its preview to the payments: announced, filed for the bank, paid on its day."""

import io
import random
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from app import clock
from app.debits import runs
from app.debits.making import SCHEMA, Unmade, file_of
from app.debits.rules import first_day_of, is_bank_day
from app.debits.runs import work_portion
from db.models import (
    Debit,
    DebitRun,
    DebitRunState,
    DebitState,
    Mandate,
    OutboxMail,
    Payment,
    PaymentPlan,
    PlanInvoice,
)
from tests.actors import Actor
from tests.debits.steps import ICS, MANDATE, THEIRS, signed
from tests.invoices.steps import NOW, an_invoice, paid
from tests.pages import check
from tests.reading import everything_stored, rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_creditor")  # Monday 2 March 2026
HOME, NEW = "/service/prelevements", "/service/prelevements/nouvelle"
DAY, TYPED = date(2026, 3, 16), "16/03/2026"  # the first that may be announced on 2 March
INVOICES = "/espace/00010-2/factures"


async def work(portal):
    while await work_portion(portal, clock.now()):
        pass


async def announced(clerk, portal, typed=TYPED):
    page = f"{NEW}?collect_on={typed}"
    answer = await clerk.fill(page, to=NEW, collect_on=typed)
    assert answer.status_code == 303, answer.text
    await work(portal)
    return answer.headers["location"]


async def filed(clerk, portal, run):
    answer = await clerk.fill(run, to=f"{run}/fichier")
    assert answer.status_code == 303, answer.text
    await work(portal)


def texts(content, name):
    tree, space = ET.parse(io.BytesIO(content)), f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
    return [each.text for each in tree.iter(f"{{{space}}}{name}")]


async def test_a_run_is_previewed_announced_filed_and_paid_on_its_day(
    alice, clerk, portal, world, time_machine_at
):
    check(await clerk.get(HOME))
    assert "Rien à prélever" in (await clerk.get(f"{NEW}?collect_on={TYPED}")).text
    await signed(alice, portal)
    invoice = await an_invoice(portal, world, "F2026-1")
    other = await an_invoice(portal, world, "F2026-2")
    preview = await clerk.get(f"{NEW}?collect_on={TYPED}")
    check(preview)
    assert "240,00" in preview.text
    assert "1 mandat sert pour la première fois" in preview.text
    run = await announced(clerk, portal)
    check(await clerk.get(run))
    (mail,) = await rows(portal, OutboxMail, OutboxMail.template == "debit_announced")
    assert mail.context["day"] == "16 mars 2026"
    assert [each.partition(" ")[0] for each in mail.context["lines"]] == ["F2026-1", "F2026-2"]
    theirs = await alice.get(f"{INVOICES}/{invoice.key}")
    check(theirs)
    assert "Sera prélevée le" in theirs.text
    assert "finissant par 2606" in theirs.text
    assert "Rien à prélever" in (await clerk.get(f"{NEW}?collect_on=17/03/2026")).text, "once is enough"
    await paid(portal, world, other, 12_000)
    await filed(clerk, portal, run)
    page = await clerk.get(run)
    check(page)
    assert "facture réglée entre-temps" in page.text
    file = await clerk.fill(run, to=f"{run}/fichier/CORE")
    assert file.headers["content-type"].startswith("application/xml")
    content = file.content
    assert texts(content, "EndToEndId") == ["F2026-1-P1"]
    assert texts(content, "InstdAmt") == texts(content, "CtrlSum")[:1] == ["120.00"]
    assert texts(content, "SeqTp") == ["FRST"]
    assert texts(content, "ReqdColltnDt") == ["2026-03-16"]
    assert texts(content, "MndtId") == ["00010-2-M1"]
    assert THEIRS in texts(content, "IBAN")
    assert ICS in texts(content, "Id")
    assert (await clerk.fill(run, to=f"{run}/fichier/CORE")).content == content
    assert THEIRS not in await everything_stored(portal)
    assert not await rows(portal, Payment, Payment.invoice_id == invoice.key)
    time_machine_at.shift(timedelta(days=14))
    await work(portal)
    (payment,) = await rows(portal, Payment, Payment.invoice_id == invoice.key)
    assert (payment.cents, payment.paid_on, payment.method, payment.reference) == (
        12_000, DAY, "prélèvement", "F2026-1-P1",
    )  # fmt: skip
    await alice.signed_in(world.alice)
    assert "Payée" in (await alice.get(f"{INVOICES}/{invoice.key}")).text
    (mandate,) = await rows(portal, Mandate)
    assert (mandate.used_on, mandate.alive_on) == (DAY, DAY)
    assert [each.state for each in await rows(portal, DebitRun)] == [DebitRunState.COLLECTED]


async def test_core_and_b2b_go_in_two_files_and_the_second_debit_is_recurrent(alice, clerk, portal, world):
    await signed(alice, portal)
    await signed(
        alice, portal, "/espace/00010/factures/prelevement", scheme="B2B", iban="BE68 5390 0754 7034"
    )
    for place in (1, 2):
        await an_invoice(portal, world, f"F2026-{place}")
    await an_invoice(portal, world, "F2026/3", company=world.ours)
    run = await announced(clerk, portal)
    await filed(clerk, portal, run)
    core = (await clerk.fill(run, to=f"{run}/fichier/CORE")).content
    b2b = (await clerk.fill(run, to=f"{run}/fichier/B2B")).content
    assert texts(core, "EndToEndId") == ["F2026-1-P1", "F2026-2-P1"]
    assert sorted(texts(core, "SeqTp")) == ["FRST", "RCUR"]
    assert set(texts(b2b, "EndToEndId")) >= {"F2026-3-P1"}
    assert b"<Cd>B2B</Cd>" in b2b
    assert b"<Cd>CORE</Cd>" in core
    assert (await clerk.fill(run, to=f"{run}/fichier/XYZ")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("15/03/2026", "à partir du 16 mars 2026"), ("21/03/2026", "fermées ce jour-là"),
        ("03/04/2026", "fermées ce jour-là"), ("01/12/2026", "trop loin"), ("demain", "ne se lit pas"),
    ],
)  # fmt: skip
async def test_a_day_that_cannot_be_is_refused_in_words(alice, clerk, portal, world, typed, words):
    await signed(alice, portal)
    await an_invoice(portal, world)
    page = await clerk.get(f"{NEW}?collect_on={typed}")
    check(page)
    assert words in page.text
    answer = await clerk.fill("/deconnexion", to=NEW, collect_on=typed)
    assert answer.status_code == 422
    assert await rows(portal, DebitRun) == []


async def test_a_run_called_off_is_told_and_debits_nothing(alice, clerk, portal, world):
    await signed(alice, portal)
    await an_invoice(portal, world)
    run = await announced(clerk, portal)
    check(await clerk.get(f"{run}/annulation"))
    await clerk.fill(f"{run}/annulation")
    await work(portal)
    assert "annulée" in (await clerk.get(run)).text
    assert [each.state for each in await rows(portal, Debit)] == [DebitState.DROPPED]
    assert len(await rows(portal, OutboxMail, OutboxMail.template == "debit_cancelled")) == 1
    assert (await clerk.fill("/deconnexion", to=f"{run}/fichier")).status_code == 409
    assert "ne s’annule pas ici" in (await clerk.get(f"{run}/annulation")).text
    assert "240" not in (await clerk.get(f"{NEW}?collect_on={TYPED}")).text
    assert "120,00" in (await clerk.get(f"{NEW}?collect_on={TYPED}")).text, "it may be announced again"


async def test_a_file_that_nobody_takes_debits_nobody_and_may_be_called_off(
    alice, clerk, portal, world, time_machine_at
):
    await signed(alice, portal)
    invoice = await an_invoice(portal, world)
    run = await announced(clerk, portal)
    await filed(clerk, portal, run)
    page = await clerk.get(run)
    check(page)
    assert "tant qu’il reste ici, personne n’est prélevé" in page.text
    time_machine_at.shift(timedelta(days=14))
    await clerk.signed_in(world.clerk)
    await work(portal)
    assert not await rows(portal, Payment, Payment.invoice_id == invoice.key)
    await clerk.fill(f"{run}/annulation")
    await work(portal)
    assert [each.state for each in await rows(portal, DebitRun)] == [DebitRunState.CANCELLED]
    assert len(await rows(portal, OutboxMail, OutboxMail.template == "debit_cancelled")) == 1


async def test_what_is_paid_in_instalments_is_not_debited_too(alice, clerk, portal, world):
    await signed(alice, portal)
    first, second = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    await in_instalments(portal, world, first)
    run = await announced(clerk, portal)
    assert [each.invoice_id for each in await rows(portal, Debit)] == [second.key]
    await in_instalments(portal, world, second)
    await filed(clerk, portal, run)
    assert "échéancier de paiement convenu" in (await clerk.get(run)).text


async def test_what_is_contested_is_not_debited_until_it_is_answered(alice, clerk, portal, world):
    await signed(alice, portal)
    first, second = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    await contested(alice, first)
    run = await announced(clerk, portal)
    assert [each.invoice_id for each in await rows(portal, Debit)] == [second.key]
    await contested(alice, second)
    await filed(clerk, portal, run)
    assert "facture contestée" in (await clerk.get(run)).text


async def contested(alice, invoice):
    token = f"un-jeton-quelconque-{invoice.key}"
    words = {"token": token, "text": "Nous l’avons déjà réglée."}
    answer = await alice.fill(f"{INVOICES}/{invoice.key}/contestation", **words)
    assert answer.status_code == 303, answer.text


async def in_instalments(portal, world, invoice):
    async with portal.database.transaction(write=True) as session:
        plan = PaymentPlan(
            company_id=invoice.company_id, account_id=world.clerk.key, agreed_on=date(2026, 3, 2),
            cents=12_000, instalments=[["2026-04-01", 12_000]], token=f"t{invoice.key}", created_at=NOW,
        )  # fmt: skip
        session.add(plan)
        await session.flush()
        of_plan = {"company_id": invoice.company_id, "invoice_id": invoice.key, "cents": 12_000}
        session.add(PlanInvoice(plan_id=plan.key, **of_plan))


async def test_a_mandate_that_ends_before_the_file_is_left_out(alice, clerk, portal, world):
    await signed(alice, portal)
    invoice = await an_invoice(portal, world)
    run = await announced(clerk, portal)
    await alice.fill(f"{MANDATE}/revocation")
    await filed(clerk, portal, run)
    assert "mandat qui ne vaut plus" in (await clerk.get(run)).text
    assert [each.state for each in await rows(portal, DebitRun)] == [DebitRunState.CANCELLED]
    assert "Sera prélevée" not in (await alice.get(f"{INVOICES}/{invoice.key}")).text


async def test_a_file_that_cannot_be_made_loses_nothing(alice, clerk, portal, world, monkeypatch):
    await signed(alice, portal)
    await an_invoice(portal, world)
    run = await announced(clerk, portal)

    def refuse(_order):
        raise Unmade("le fichier ne respecte pas la norme de la banque")

    monkeypatch.setattr(runs, "make_apart", refuse)
    await filed(clerk, portal, run)
    page = await clerk.get(run)
    check(page)
    assert "n’a pas pu être fait" in page.text
    monkeypatch.undo()
    await filed(clerk, portal, run)
    assert "Télécharger le fichier CORE" in (await clerk.get(run)).text


async def test_a_run_killed_at_any_portion_announces_each_invoice_once(
    alice, clerk, portal, world, monkeypatch
):
    dice = random.Random(8)
    monkeypatch.setattr(runs, "PORTION", 2)
    for code in ("00010", "00010-2", "00010-5"):
        await signed(alice, portal, f"/espace/{code}/factures/prelevement")
    companies = [world.ours, world.site]
    for place in range(7):
        await an_invoice(portal, world, f"F2026-{place}", company=companies[place % 2])
    told, mail = [dice.randrange(2)], runs.mail_payers

    async def killed(*given, **more):
        await mail(*given, **more)
        told[0] -= 1
        if told[0] == -1:
            raise RuntimeError("killed")

    monkeypatch.setattr(runs, "mail_payers", killed)
    with pytest.raises(RuntimeError):
        await announced(clerk, portal)
    await work(portal)
    debits = await rows(portal, Debit)
    assert len({each.invoice_id for each in debits}) == len(debits) >= 7
    (run,) = await rows(portal, DebitRun)
    assert (run.debits, run.total_cents) == (len(debits), sum(each.cents for each in debits))
    mails = await rows(portal, OutboxMail, OutboxMail.template == "debit_announced")
    told_to = [(each.context["code"], each.recipient) for each in mails]
    assert len(set(told_to)) == len(told_to)
    assert {code for code, _ in told_to} == {"00010", "00010-2"}


async def test_runs_are_for_those_who_work_for_all_teams(app, portal, world):
    mine, _ = await two_teams(portal, world)
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["comptabilite"], teams=[mine])
        check(await actor.get(HOME))
        assert (await actor.get(NEW)).status_code == 403
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["planning"])
        assert (await actor.get(HOME)).status_code == 403


def test_banks_are_closed_on_weekends_and_on_target_s_days():
    assert [is_bank_day(date(2026, *each)) for each in ((4, 3), (4, 6), (5, 1), (12, 25), (7, 14))] == [
        False, False, False, False, True,
    ]  # fmt: skip
    assert first_day_of(date(2026, 3, 19), 14) == date(2026, 4, 2)
    assert first_day_of(date(2026, 3, 20), 14) == date(2026, 4, 7)


def test_the_file_refuses_letters_that_the_schema_does_not_take():
    debit = {
        "name": "X" * 71, "iban": THEIRS, "cents": 100, "sequence": "RCUR", "rum": "M1",
        "signed_on": "2026-03-02", "words": "Facture", "reference": "E" * 36,
    }  # fmt: skip
    order = {
        "name": "AIST22", "iban": THEIRS, "bic": "", "ics": ICS, "scheme": "CORE",
        "collect_on": "2026-03-16", "debits": [debit],
    }  # fmt: skip
    with pytest.raises(Exception, match="validation errors"):
        file_of(order)
    made = file_of(order | {"debits": [debit | {"reference": "E1"}]})
    assert texts(made, "Othr")


async def test_a_member_who_agreed_to_a_shorter_notice_is_debited_sooner_and_alone(
    alice, clerk, portal, world
):
    mandate = await signed(alice, portal)
    sooner = date(2026, 3, 9)
    await an_invoice(portal, world, "F2026-9", due_on=sooner)
    page = f"{HOME}/mandats/{mandate.id}"
    check(await clerk.get(page))
    early = f"{NEW}?collect_on=09/03/2026"
    assert "prévenus 14 jours avant" in (await clerk.get(early)).text
    for wrong in ("14", "0", "x"):
        assert (await clerk.fill(page, to=f"{page}/preavis", notice_days=wrong)).status_code == 422
    agreed = await clerk.follow(await clerk.fill(page, to=f"{page}/preavis", notice_days="5"))
    check(agreed)
    assert "5 jours, comme convenu" in agreed.text
    (mail,) = await rows(portal, OutboxMail, OutboxMail.context["what"].as_string() == "notice_agreed")
    assert mail.context["notice"] == "5 jours"
    assert "prévenus 5 jours avant" in (await clerk.get(f"{NEW}?collect_on=06/03/2026")).text
    shown = await clerk.get(early)
    check(shown)
    assert "préavis plus court" in shown.text
    await announced(clerk, portal, "09/03/2026")
    (debit,) = await rows(portal, Debit)
    assert debit.mandate_id == mandate.id
    await clerk.fill(page, to=f"{page}/preavis", notice_days="")
    assert "prévenus 14 jours avant" in (await clerk.get(early)).text


async def test_a_run_sooner_than_the_usual_notice_leaves_the_others(alice, charlie, clerk, portal, world):
    mine, theirs = (
        await signed(alice, portal),
        await signed(charlie, portal, MANDATE.replace("00010-2", "00042")),
    )
    await an_invoice(portal, world, "F2026-9", due_on=date(2026, 3, 9))
    await an_invoice(portal, world, "F2026-8", due_on=date(2026, 3, 9), company=world.theirs)
    async with portal.database.transaction(write=True) as session:
        (await session.get(Mandate, mine.id)).notice_days = 5
    await announced(clerk, portal, "09/03/2026")
    assert [each.mandate_id for each in await rows(portal, Debit)] == [mine.id]
    await announced(clerk, portal)
    assert [each.mandate_id for each in await rows(portal, Debit)] == [mine.id, theirs.id]
