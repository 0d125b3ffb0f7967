"""Debits of a statement: refunds tied to the invoice that is owed, and direct debits that come back."""

from datetime import date

import pytest

from app.invoices.rules import BilledLine
from app.invoices.staff import issue_credit_note
from db.models import Debit, DebitFile, DebitRun, DebitRunState, DebitState, LineMatch, Payment, Scheme
from tests.bank.files import movement
from tests.bank.steps import lines, sent
from tests.invoices.steps import INVOICES, NOW, an_invoice, paid
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at", "our_account")  # Monday 2 March 2026


async def test_a_debit_that_gives_money_back_is_tied_to_its_invoice_and_undone(clerk, alice, portal, world):
    invoice = await an_invoice(portal, world)
    await paid(portal, world, invoice, 12_000)
    async with service(portal, world) as access:
        note = await issue_credit_note(access, invoice.key, "", BilledLine("Erreur", 1, -4_000), NOW)
    page = await sent(clerk, movement(-4_800, "VIR EMIS REMBOURSEMENT"), movement(-7_000, "VIR EMIS"))
    good, large = await lines(portal)
    path = f"{page}/lignes/{good.key}"
    shown = await clerk.get(path)
    check(shown)
    assert "on doit 48,00 €" in shown.text, "the one of that amount is proposed"
    for typed in (note.number, "F2026-1", world.site.name.lower(), "00010-2"):
        assert f'name="invoice_{invoice.key}"' in (await clerk.get(f"{path}?facture={typed}")).text, typed
    box = {f"invoice_{invoice.key}": "oui"}
    refused = await clerk.fill(
        f"{page}/lignes/{large.key}?facture=F2026-1", to=f"{page}/lignes/{large.key}", **box
    )
    assert refused.status_code == 422
    assert "le service doit 48,00 €" in refused.text
    await clerk.fill(path, to=path, **box)
    await clerk.fill(f"{page}?nature=chosen", to=page)
    refund = (await rows(portal, Payment, Payment.invoice_id == invoice.key))[-1]
    assert (refund.cents, refund.method, refund.paid_on) == (-4_800, "remboursement", date(2026, 3, 2))
    assert "en votre faveur" not in (await alice.get(f"{INVOICES}/{invoice.key}")).text
    await clerk.fill(f"{page}/annulation")
    assert [each.cents for each in await rows(portal, Payment, Payment.invoice_id == invoice.key)] == [12_000]
    await clerk.fill(path, to=path)
    assert [each.match for each in await lines(portal)] == [LineMatch.DEBIT, LineMatch.DEBIT]


async def test_a_line_is_given_invoices_by_the_name_of_their_member(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    page = await sent(clerk, movement(9_999, "VIREMENT"))
    (line,) = await lines(portal)
    found = await clerk.get(f"{page}/lignes/{line.key}?facture={world.site.name[:6].lower()}")
    check(found)
    assert f'name="invoice_{invoice.key}"' in found.text


async def test_a_choice_that_is_refused_stays_ticked(clerk, portal, world):
    """Found by a search that is over, the invoices of the choice are still there to be unticked."""
    ours, other = [await an_invoice(portal, world, f"F2026-{each}") for each in (1, 2)]
    page = await sent(clerk, movement(-9_999, "RETOUR"))
    (line,) = await lines(portal)
    path = f"{page}/lignes/{line.key}"
    boxes = {f"invoice_{each.key}": "oui" for each in (ours, other)}
    answer = await clerk.fill(f"{path}?facture=F2026", to=path, **boxes)
    assert answer.status_code == 422
    check(answer)
    for each in (ours, other):
        assert f'name="invoice_{each.key}" value="oui" checked' in answer.text
    assert "checked" not in (await clerk.get(f"{path}?facture=F2026")).text, "and nothing was kept"


async def test_direct_debits_are_recognised_in_a_statement(clerk, portal, world):
    invoice = await an_invoice(portal, world)
    async with portal.database.transaction(write=True) as session:
        run = DebitRun(
            collect_on=date(2026, 3, 1), account_id=world.clerk.key, state=DebitRunState.FILED, created_at=NOW
        )
        session.add(run)
        await session.flush()
        session.add(
            Debit(
                company_id=world.site.key, run_id=run.key, invoice_id=invoice.key, scheme=Scheme.CORE,
                rum="M",
                iban_last="0189", cents=12_000, reference=f"F2026-1-P{run.key}", state=DebitState.COLLECTED,
            )
        )  # fmt: skip
        session.add(
            DebitFile(
                run_id=run.key, scheme=Scheme.CORE, message_id="m", debits=1, total_cents=12_345, content=b""
            )
        )
    back, whole = f"RETOUR PRLV F2026-1-P{run.key} AC04", "REMISE DE PRELEVEMENTS"
    page = await sent(clerk, movement(-12_000, back), movement(12_345, whole))
    first, second = await lines(portal)
    for line, words in ((first, "Refus de la banque"), (second, "remise de prélèvements du 1er mars 2026")):
        shown = await clerk.get(f"{page}/lignes/{line.key}")
        check(shown)
        assert words in shown.text
        assert "laissez cette ligne" in shown.text
