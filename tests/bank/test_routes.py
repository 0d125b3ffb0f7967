"""A bank's statement from its file to the employer's page: sent, matched, recorded, taken back."""

from datetime import date

import pytest

from app.bank.forms import KEEP, RECORD
from app.invoices.rules import reference_of
from db.models import AuditEvent, AuditKind, BankStatement, LineMatch, Payment, StatementLine
from tests.actors import Actor
from tests.bank.files import OTHER, block, cfonb, movement
from tests.bank.steps import HOME, cents_of, lines, send, sent
from tests.invoices.steps import INVOICES, an_invoice, paid
from tests.pages import check
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_account")  # Monday 2 March 2026


async def test_the_field_of_the_file_takes_what_the_bank_gives(clerk):
    """Banks name a statement as they like, and HTML takes no empty list of types."""
    page = await clerk.get(HOME)
    check(page)
    assert 'type="file"' in page.text
    assert "accept=" not in page.text


async def test_a_transfer_that_bears_the_reference_pays_the_invoice_of_the_employer(
    clerk, alice, portal, world
):
    invoice = await an_invoice(portal, world)
    page = await sent(clerk, movement(12_000, "VIR SEPA", LCC=f"{reference_of(invoice.number)} MERCI"))
    shown = await clerk.get(page)
    check(shown)
    assert f'/service/factures/{invoice.key}">F2026-1</a> – 00010-2' in shown.text
    assert "Enregistrer les règlements de 1 ligne" in shown.text
    assert "à payer" in (await alice.get(f"{INVOICES}/{invoice.key}")).text.lower()
    answer = await clerk.fill(page, to=page)
    check(await clerk.follow(answer))
    (payment,) = await rows(portal, Payment, Payment.invoice_id == invoice.key)
    assert (payment.cents, payment.paid_on, payment.method) == (12_000, date(2026, 3, 2), "virement")
    theirs = (await alice.get(f"{INVOICES}/{invoice.key}")).text
    assert "Payée" in theirs
    assert payment.reference in theirs
    (event,) = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PAYMENT_RECORDED)
    assert "F2026-1" in event.about


async def test_the_same_statement_twice_changes_nothing(clerk, portal, world):
    await an_invoice(portal, world)
    one = movement(12_000, "VIR F2026-1")
    page = await sent(clerk, one)
    await clerk.fill(page, to=page)
    before = await rows(portal, Payment), await lines(portal)
    again = await send(clerk, cfonb(one, end="\n"), "autre-nom.txt")
    assert again.headers["location"] == f"{page}?fait=deja"
    assert (await rows(portal, Payment), await lines(portal)) == before
    assert "Aucune ligne n’est à enregistrer" in (await clerk.fill(f"{page}/abandon", to=page)).text


async def test_a_movement_of_two_statements_is_recorded_once(clerk, portal, world):
    await an_invoice(portal, world)
    await an_invoice(portal, world, "F2026-2")
    first = movement(12_000, "VIR F2026-1", "REF1")
    day, month = await sent(clerk, first), await sent(clerk, first, movement(12_000, "VIR F2026-2", "REF2"))
    for page in (day, month):
        await clerk.fill(f"{page}/abandon", to=page)
    ours = [each for each in await rows(portal, Payment) if each.reference.startswith("REF")]
    assert [each.cents for each in ours] == [12_000, 12_000]
    assert LineMatch.KNOWN in {each.match for each in await lines(portal)}
    third = await sent(clerk, first, movement(-500, "FRAIS"))
    assert "déjà enregistrées" in (await clerk.get(third)).text


async def test_undoing_gives_the_rows_of_before(clerk, alice, portal, world):
    invoice = await an_invoice(portal, world)
    await paid(portal, world, invoice, 2_000)
    before = await rows(portal, Payment)
    page = await sent(clerk, movement(10_000, "VIR F2026-1"))
    kept = None, await lines(portal)
    await clerk.fill(page, to=page)
    assert len(await rows(portal, Payment)) == len(before) + 1
    assert "d’abord" in (await clerk.fill(f"{page}/annulation", to=f"{page}/abandon")).text
    check(await clerk.get(f"{page}/annulation"))
    await clerk.fill(f"{page}/annulation")
    assert await rows(portal, Payment) == before
    (statement,) = await rows(portal, BankStatement)
    assert (statement.applied_at, await lines(portal)) == kept
    history = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.PAYMENT_REMOVED)
    assert [each.company_id for each in history] == [world.site.key]
    assert "règlement retiré par le service" in (await alice.get("/espace/00010-2/historique")).text


async def test_what_agrees_by_amount_and_name_is_recorded_only_once_ticked(clerk, portal, world):
    invoice = await an_invoice(portal, world, cents=11_111)
    page = await sent(clerk, movement(13_333, "VIREMENT", NPY=world.site.name.upper()))
    (line,) = await lines(portal)
    assert (line.match, line.is_taken, line.shares) == (LineMatch.DOUBTFUL, False, [[invoice.key, 13_333]])
    check(await clerk.get(page))
    boxes = {"displayed": str(line.key), f"line_{line.key}": "oui"}
    assert "Aucune ligne" in (await clerk.fill(page, acte=RECORD, displayed=str(line.key))).text
    await clerk.fill(page, acte=KEEP, **boxes)
    assert not await rows(portal, Payment, Payment.invoice_id == invoice.key)
    assert f'id="line_{line.key}" name="line_{line.key}" value="oui" checked' in (await clerk.get(page)).text
    # Unticked meanwhile, it is not recorded, and stays so.
    assert "Aucune ligne" in (await clerk.fill(page, acte=RECORD, displayed=str(line.key))).text
    assert [each.is_taken for each in await lines(portal)] == [False]
    await clerk.fill(page, acte=RECORD, **boxes)
    assert (await rows(portal, Payment, Payment.invoice_id == invoice.key))[0].cents == 13_333


async def test_an_unknown_line_is_given_its_invoices_by_hand_and_the_rest_is_a_credit(
    clerk, alice, portal, world
):
    first = await an_invoice(portal, world)
    second = await an_invoice(portal, world, "F2026-2")
    page = await sent(clerk, movement(25_000, "VIREMENT DE PAUL"))
    (line,) = await lines(portal)
    path = f"{page}/lignes/{line.key}"
    check(await clerk.get(path))
    assert "Aucune autre facture" in (await clerk.get(f"{path}?facture=ZZZ")).text
    for typed in ("F2026-2", "f20262", reference_of("F2026-2"), "00010-2"):
        found = await clerk.get(f"{path}?facture={typed}")
        check(found)
        assert f'name="invoice_{second.key}"' in found.text, typed
    boxes = {f"invoice_{each.key}": "oui" for each in (first, second)}
    await clerk.fill(f"{path}?facture=00010-2", to=path, **boxes)
    assert "dont 10,00 € de trop" in (await clerk.get(f"{page}?nature=chosen")).text
    await clerk.fill(f"{page}?nature=chosen", to=page)
    cents = [each.cents for each in await rows(portal, Payment) if each.invoice_id in {first.key, second.key}]
    assert cents == [12_000, 13_000]
    assert "en votre faveur" in (await alice.get(f"{INVOICES}/{second.key}")).text
    assert "Cette ligne est enregistrée" in (await clerk.get(path)).text
    assert "ne se rapproche pas" in (await clerk.fill(f"{page}/annulation", to=path, **boxes)).text


async def test_what_is_ticked_is_recorded_with_what_is_sure(clerk, portal, world):
    sure, doubtful = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2", cents=11_111)
    page = await sent(
        clerk, movement(12_000, "VIR F2026-1"), movement(13_333, "VIREMENT", NPY=world.site.name.upper())
    )
    shown = await clerk.get(page)
    check(shown)
    assert (
        "1 autre ligne est déjà à enregistrer : elle le sera avec celles que vous cochez ici." in shown.text
    )
    assert shown.text.count('<form method="post" action="/service/releves') == 1
    (line,) = await rows(portal, StatementLine, StatementLine.match == LineMatch.DOUBTFUL)
    await clerk.fill(page, acte=RECORD, displayed=str(line.key), **{f"line_{line.key}": "oui"})
    assert await cents_of(portal, [sure, doubtful]) == [12_000, 13_333]


async def test_debits_are_displayed_and_not_matched(clerk, portal, world):
    await an_invoice(portal, world)
    page = await sent(clerk, movement(-12_000, "REJET PRLV F2026-1"))
    shown = (await clerk.get(page)).text
    assert "Débits" in shown
    assert "−120,00 €" in shown
    assert not [each for each in await lines(portal) if each.is_taken]


async def test_a_statement_may_be_dropped_and_sent_again(clerk, portal, world):
    one = movement(12_000, "VIR F2026-1")
    page = await sent(clerk, one)
    assert f'href="{page}/abandon"' in (await clerk.get(page)).text
    question = await clerk.get(f"{page}/abandon")
    check(question)
    assert "Ses lignes seront retirées du portail" in question.text
    await clerk.fill(f"{page}/abandon")
    assert (await rows(portal, BankStatement), await lines(portal)) == ([], [])
    await an_invoice(portal, world)
    await sent(clerk, one)
    assert [each.match for each in await lines(portal)] == [LineMatch.SURE]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"bonjour", "format CFONB120"),
        (b"%PDF-1.7", "PDF"),
        (b"", "vide"),
        (cfonb(movement(1, "VIR"))[:200], "coupé"),
        (cfonb(movement(1, "VIR"), closing=7), "ne tombe pas juste"),
        (cfonb(movement(1, "VIR", account=OTHER), account=OTHER), "n’est pas celui du compte du service"),
    ],
)
async def test_what_is_no_statement_of_ours_is_refused_in_words(clerk, portal, world, content, words):
    answer = await send(clerk, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert await rows(portal, BankStatement) == []


async def test_another_account_in_the_same_file_is_left_aside_and_named(clerk, portal, world):
    records = block(movement(100, "VIR")) + block(movement(7, "VIR", account=OTHER), account=OTHER)
    answer = await send(clerk, "\n".join(records).encode())
    page = await clerk.follow(answer)
    assert f"{OTHER} (1)" in page.text
    assert [each.cents for each in await lines(portal)] == [100]


async def test_statements_are_for_those_who_work_for_all_teams(app, portal, world):
    mine, _ = await two_teams(portal, world)
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["comptabilite"], teams=[mine])
        answer = await actor.get(HOME)
        assert answer.status_code == 403
        assert "toutes les équipes" in answer.text
    async with Actor(app) as actor:
        await a_colleague(actor, portal, ["planning"])
        assert (await actor.get(HOME)).status_code == 403
