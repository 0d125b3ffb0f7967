"""A bank's statement from its file to the employer's page: sent, matched, recorded, taken back."""

import asyncio
import contextlib
from datetime import date

import pytest

from app import clock
from app.bank import recording, staff
from app.invoices.rules import reference_of
from app.text.formats import amount
from db.models import AuditEvent, AuditKind, BankStatement, LineMatch, Payment, StatementLine
from tests.actors import Actor
from tests.bank.files import OTHER, block, cfonb, movement, xml, xml_entry
from tests.invoices.steps import IBAN, INVOICES, an_invoice, paid
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
HOME = "/service/releves"


@pytest.fixture(autouse=True)
def our_account(portal):
    portal.settings.service_iban = IBAN


async def send(clerk, content, name="releve.txt"):
    token = await clerk.token(HOME)
    return await clerk.post(HOME, data={"csrf": token}, files={"fichier": (name, content, "text/plain")})


async def sent(clerk, *movements, **more):
    answer = await send(clerk, cfonb(*movements, **more))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def lines(portal):
    return await rows(portal, StatementLine)


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
    tick = f"{page}/lignes"
    refused = await clerk.fill(page, to=page)
    assert "Aucune ligne" in refused.text
    await clerk.fill(tick, to=tick, displayed=str(line.key), **{f"line_{line.key}": "oui"})
    await clerk.fill(tick, to=page)
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


async def test_a_line_whose_invoice_was_paid_meanwhile_is_left_to_be_read_again(clerk, portal, world):
    invoice, other = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    page = await sent(clerk, movement(12_000, "VIR F2026-1"), movement(12_000, "VIR F2026-2"))
    await paid(portal, world, invoice, 12_000, "CHQ-7")
    assert "relisez-les" in (await clerk.follow(await clerk.fill(page, to=page))).text
    found = {each.invoice_id: each.cents for each in await rows(portal, Payment)}
    assert (found[invoice.key], found[other.key]) == (12_000, 12_000)
    assert [each.match for each in await lines(portal)] == [LineMatch.DOUBTFUL, LineMatch.SURE]
    assert "Déjà réglée" in (await clerk.get(f"{page}?nature=doubtful")).text
    # Nothing was recorded of it, and nothing will be unless somebody ticks it.
    assert "Aucune ligne" in (await clerk.fill(f"{page}/annulation", to=page)).text


async def test_money_recorded_by_hand_is_not_recorded_again_by_the_bank(clerk, portal, world):
    whole, half = await an_invoice(portal, world), await an_invoice(portal, world, "F2026-2")
    await paid(portal, world, whole, 12_000, "A LA MAIN", date(2026, 2, 27))
    await paid(portal, world, half, 6_000, "A LA MAIN", date(2026, 2, 27))
    page = await sent(clerk, movement(12_000, "VIR F2026-1"), movement(6_000, "VIR F2026-2"))
    assert [(each.match, each.is_taken) for each in await lines(portal)] == [(LineMatch.DOUBTFUL, False)] * 2
    shown = await clerk.get(page)
    check(shown)
    assert "Peut-être déjà réglée : 120,00 € y sont enregistrés au 27/02/2026 par virement." in shown.text
    assert "dont 120,00 € de trop" in shown.text
    assert "Peut-être déjà réglée : 60,00 €" in shown.text
    (line, _) = await lines(portal)
    assert "Peut-être déjà réglée" in (await clerk.get(f"{page}/lignes/{line.key}")).text


async def test_part_of_an_invoice_recorded_by_hand_after_the_reading_is_not_recorded_again(
    clerk, portal, world
):
    invoice = await an_invoice(portal, world)
    page = await sent(clerk, movement(6_000, "VIR F2026-1"))
    await paid(portal, world, invoice, 6_000, "A LA MAIN", date(2026, 2, 27))
    await clerk.fill(page, to=page)
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [6_000]
    assert [each.match for each in await lines(portal)] == [LineMatch.DOUBTFUL]


async def test_two_parts_of_an_invoice_in_one_statement_are_both_sure(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    first, second = movement(6_000, "VIR F2026-1", "R1"), movement(6_000, "VIR F2026-1 SOLDE", "R2")
    day = await sent(clerk, first)
    await clerk.fill(day, to=day)
    both = await sent(clerk, first, second)
    await clerk.fill(both, to=both)
    cents = [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)]
    assert cents == [6_000, 6_000]


async def test_a_movement_in_both_formats_is_recorded_once(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    one = cfonb(movement(12_000, "VIR SEPA", LCC="F2026-1", NPY="BRIEUC"))
    other = xml(xml_entry("120.00", "F2026-1", "Brieuc SARL"))
    for content in (one, other):
        page = (await send(clerk, content)).headers["location"].partition("?")[0]
        await clerk.fill(f"{page}/abandon", to=page)
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [12_000]
    assert [each.match for each in await lines(portal)] == [LineMatch.SURE, LineMatch.DOUBTFUL]


async def test_what_another_statement_took_back_can_be_recorded_by_this_one(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    first = movement(12_000, "VIR F2026-1", "REF1")
    day = await sent(clerk, first)
    await clerk.fill(day, to=day)
    month = await sent(clerk, first, movement(-500, "FRAIS"))
    assert LineMatch.KNOWN in {each.match for each in await lines(portal)}
    await clerk.fill(f"{day}/annulation")
    assert "Enregistrer les règlements de 1 ligne" in (await clerk.get(month)).text
    await clerk.fill(f"{day}/abandon")
    again = await send(clerk, cfonb(first))
    assert again.headers["location"].partition("?")[0] != month
    await clerk.fill(month, to=month)
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [12_000]


async def some_invoices(portal, world, number):
    made = [await an_invoice(portal, world, f"F2026-{place}") for place in range(1, number + 1)]
    return made, [movement(12_000, f"VIR {each.number}", f"R{each.number}") for each in made]


async def cents_of(portal, invoices):
    found = await rows(portal, Payment)
    return [sum(each.cents for each in found if each.invoice_id == one.key) for one in invoices]


async def test_a_long_statement_is_recorded_and_taken_back_in_portions(clerk, portal, world, monkeypatch):
    monkeypatch.setattr(recording, "PORTION", 2)
    invoices, transfers = await some_invoices(portal, world, 5)
    page = await sent(clerk, *transfers, movement(12_000, "DE QUI"))
    await clerk.fill(page, to=page)
    running = await clerk.get(page)
    check(running)
    assert "Lignes enregistrées : 2 sur 5" in running.text
    assert "Enregistrer les règlements de" not in running.text
    assert 'hx-trigger="every 1s"' in (await clerk.partial(page)).text
    (line,) = await rows(portal, StatementLine, StatementLine.match == LineMatch.UNKNOWN)
    for path in (page, f"{page}/annulation", f"{page}/abandon", f"{page}/lignes/{line.key}"):
        token = await clerk.token(f"{page}/annulation")
        assert "en cours" in (await clerk.post(path, data={"csrf": token})).text, path
    while await recording.work_portion(portal, clock.now()):
        pass
    assert await cents_of(portal, invoices) == [12_000] * 5
    assert "C’est fini : 5 sur 5" in (await clerk.partial(page)).text
    check(await clerk.get(page))
    events = await rows(portal, AuditEvent, AuditEvent.kind == AuditKind.STATEMENT_CHANGED)
    assert f"5 règlements enregistrés, {amount(60_000)}" in events[-1].about
    await clerk.fill(f"{page}/annulation")
    assert "Lignes annulées : 2 sur 5" in (await clerk.get(page)).text
    while await recording.work_portion(portal, clock.now()):
        pass
    assert await cents_of(portal, invoices) == [0] * 5
    assert "Enregistrer les règlements de 5 lignes" in (await clerk.get(page)).text


async def test_what_fails_between_two_portions_is_neither_lost_nor_recorded_twice(
    clerk, portal, world, monkeypatch
):
    monkeypatch.setattr(recording, "PORTION", 2)
    invoices, transfers = await some_invoices(portal, world, 7)
    page = await sent(clerk, *transfers)
    await clerk.fill(page, to=page)
    true, calls = recording.record_payments, 0

    async def failing(*given):
        nonlocal calls
        calls += 1
        await true(*given)
        if calls in {1, 3}:
            raise RuntimeError("killed")

    monkeypatch.setattr(recording, "record_payments", failing)
    for _ in range(20):
        with contextlib.suppress(RuntimeError):
            await asyncio.gather(*(recording.work_portion(portal, clock.now()) for _ in range(2)))
    assert await cents_of(portal, invoices) == [12_000] * 7
    assert len([each for each in await rows(portal, Payment) if each.reference.startswith("RF2026")]) == 7


async def test_a_line_that_is_refused_holds_up_no_other(clerk, portal, world):
    invoices, transfers = await some_invoices(portal, world, 5)
    page = await sent(clerk, *transfers)
    line = (await lines(portal))[2]
    await paid(portal, world, invoices[2], 500, line.reference)  # another amount under its very reference
    await clerk.fill(page, to=page)
    shown = await clerk.get(page)
    assert "1 ligne n’a pas été enregistrée" in shown.text
    assert await cents_of(portal, invoices) == [12_000, 12_000, 500, 12_000, 12_000]


async def test_what_one_statement_records_is_known_by_the_others_at_once(clerk, portal, world):
    _, transfers = await some_invoices(portal, world, 2)
    day, month = await sent(clerk, transfers[0]), await sent(clerk, *transfers)
    assert "Enregistrer les règlements de 2 lignes" in (await clerk.get(month)).text
    await clerk.fill(day, to=day)
    assert "Enregistrer les règlements de 1 ligne" in (await clerk.get(month)).text
    await clerk.fill(f"{day}/annulation")
    assert "Enregistrer les règlements de 2 lignes" in (await clerk.get(month)).text


async def test_a_statement_whose_known_lines_were_taken_back_meanwhile_is_sent_again(
    clerk, portal, world, monkeypatch
):
    await an_invoice(portal, world)
    one = movement(12_000, "VIR F2026-1")
    day = await sent(clerk, one)
    await clerk.fill(day, to=day)
    true = staff.match_statement

    async def undone_meanwhile(*given):
        found = await true(*given)
        async with service(portal, world) as access:
            await recording.undo_statement(access, int(day.rpartition("/")[2]), clock.now())
        return found

    monkeypatch.setattr(staff, "match_statement", undone_meanwhile)
    refused = await send(clerk, cfonb(one, movement(-100, "FRAIS")))
    assert refused.status_code == 409
    assert "envoyez-le de nouveau" in refused.text
    assert len(await rows(portal, BankStatement)) == 1


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
    await clerk.fill(f"{page}/abandon", to=f"{page}/abandon")
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
