"""An invoice that will not be paid: written off for a reason, seen, entered in the books, and taken back."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bookkeeping.rules import USUAL, Accounts, Member, loss_of, vat_within
from app.invoices.rules import BilledLine, amounts_of, stored_line
from app.platform.rules import paid_shares
from app.text.vat import VAT_POINTS
from db.models import AuditEvent, AuditKind, Payment
from tests.bookkeeping.steps import balance, close, exported, open_books
from tests.disputes.test_disputes import contested
from tests.employees.people import as_shown
from tests.invoices.norm import attached
from tests.invoices.steps import INVOICES, an_invoice, paid
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
REASON = "Liquidation judiciaire close"
LOST = {"lost_on": "02/03/2026", "reason": REASON}
LINES = st.lists(
    st.builds(
        BilledLine, st.just("Suivi"), st.integers(1, 500), st.integers(1, 20_000),
        st.sampled_from(sorted(VAT_POINTS | {0})),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(LINES, st.floats(0, 1))
@settings(max_examples=60)
def test_the_tax_of_a_loss_is_that_of_what_was_left(lines, part):
    stored = [stored_line(each) for each in lines]
    whole = amounts_of(stored)
    assert vat_within(paid_shares(stored, whole.total_cents, 0, whole.total_cents)) == whole.vat_cents
    lost = max(1, int(whole.total_cents * part))
    vat = vat_within(paid_shares(stored, whole.total_cents, whole.total_cents - lost, lost))
    assert abs(vat - whole.vat_cents * lost / whole.total_cents) < len(VAT_POINTS)
    entry = loss_of(lost, date(2026, 3, 2), REASON, "F-1", vat, Member("00010", "Brieuc"), Accounts(USUAL))
    sums = {each.account: each.cents for each in entry.amounts}
    assert sum(sums.values()) == 0
    assert sums["411000"] == -lost
    assert sums.get("654000", 0) + vat == lost


async def test_an_invoice_is_written_off_once_and_taken_back(clerk, alice, portal, world):
    invoice = await an_invoice(portal, world, due_on=date(2026, 2, 20))
    await paid(portal, world, invoice, 2_000)
    page = f"/service/factures/{invoice.key}"
    check(await clerk.get(f"{page}/perte"))
    for typed, words in (
        ({"reason": ""}, "motif"), ({"lost_on": "03/03/2026"}, "à venir"),
        ({"lost_on": "01/02/2026"}, "suit la facture"),
    ):  # fmt: skip
        assert words in (await clerk.fill(f"{page}/perte", **LOST | typed)).text
    form = {"csrf": await clerk.token(f"{page}/perte")} | LOST
    for _ in range(2):
        shown = await clerk.follow(await clerk.post(f"{page}/perte", data=form))
    check(shown)
    assert "Passée en perte" in shown.text
    assert "Passer en perte" not in shown.text
    assert REASON in shown.text
    losses = await rows(portal, Payment, Payment.method == "perte")
    assert [(each.cents, each.paid_on) for each in losses] == [(10_000, date(2026, 3, 2))]
    theirs = await alice.get(f"{INVOICES}/{invoice.key}")
    check(theirs)
    assert "Passée en perte" in theirs.text
    assert REASON not in theirs.text, "the service's own affair"
    xml = attached((await clerk.get(f"{page}/pdf")).content)
    assert b"<ram:DuePayableAmount>100.00<" in xml, "owed as before: only the books know"
    received = {"amount": "100", "paid_on": "02/03/2026", "method": "chèque", "reference": "1"}
    assert "annulez d’abord la perte" in (await clerk.fill(f"{page}/reglement", **received)).text
    credit = await as_shown(clerk, f"{page}/avoir") | {"amount": "10", "label": "Erreur"}
    assert "annulez d’abord la perte" in (await clerk.fill(f"{page}/avoir", **credit)).text
    assert "rien à passer en perte" in (await clerk.fill(f"{page}/perte", **LOST | {"reason": "Autre"})).text
    back = f"{page}/reglements/{losses[0].id}/annulation"
    asked = await clerk.get(back)
    check(asked)
    assert "Annuler cette perte ?" in asked.text
    again = await clerk.follow(await clerk.fill(back))
    assert "En retard" in again.text
    kinds = [AuditKind.LOSS_RECORDED, AuditKind.LOSS_REMOVED]
    told = await rows(portal, AuditEvent, AuditEvent.kind.in_(kinds))
    assert [each.kind for each in told] == kinds
    assert {each.about.endswith(f"facture F2026-1 : {REASON}") for each in told} == {True}


@pytest.mark.parametrize("vat_back", [{}, {"vat_back": "oui"}])
async def test_a_loss_is_entered_lettered_and_taken_back_by_a_contrary_entry(
    clerk, portal, world, time_machine_at, vat_back
):
    await open_books(clerk, **vat_back)
    invoice = await an_invoice(portal, world, issued_on=date(2026, 2, 2))
    await paid(portal, world, invoice, 6_000, "VIR-1")
    await clerk.fill(f"/service/factures/{invoice.key}/perte", **LOST | {"lost_on": "28/02/2026"})
    preview = await clerk.get("/service/comptabilite/arretes?until=28/02/2026")
    assert 'Pertes</th><td class="number" data-label="Nombre">1<' in preview.text
    await close(clerk, portal, "28/02/2026")
    _, records = await exported(clerk, "01/02/2026", "28/02/2026")
    loss = [each for each in records if each["JournalCode"] == "OD"]
    assert {each["EcritureLib"] for each in loss} == {f"Perte F2026-1 : {REASON}"}
    assert balance(loss, "654") == (5_000 if vat_back else 6_000)
    assert balance(loss, "44571") == (1_000 if vat_back else 0)
    settled = [each for each in records if each["CompteNum"] == "411000"]
    assert len({each["EcritureLet"] for each in settled} - {""}) == 1
    assert (len(settled), balance(settled, "411")) == (3, 0)
    (payment,) = await rows(portal, Payment, Payment.method == "perte")
    await clerk.fill(f"/service/factures/{invoice.key}/reglements/{payment.id}/annulation")
    time_machine_at.shift(86_400)
    await clerk.signed_in(world.clerk)
    await close(clerk, portal, "02/03/2026")
    _, march = await exported(clerk, "01/03/2026", "02/03/2026")
    assert {each["JournalCode"] for each in march} == {"OD"}
    assert balance(march, "411") == 6_000
    assert {each["EcritureLet"] for each in march} == {""}, "owed again"


async def test_what_may_still_come_of_itself_is_not_written_off(clerk, alice, portal, world):
    invoice = await an_invoice(portal, world)
    await contested(alice, invoice)
    answer = await clerk.fill(f"/service/factures/{invoice.key}/perte", **LOST)
    assert answer.status_code == 409
    assert "répondez d’abord" in answer.text
