"""An invoice as the service sees it: its page and paper, a payment recorded by hand, a credit note."""

import asyncio
import re
from datetime import date

import pytest

from app.invoices.rules import BilledLine
from app.invoices.staff import issue_invoice
from db.models import Invoice, InvoiceKind, OutboxMail, Payment, StaffRead
from tests.actors import Actor
from tests.invoices.steps import NOW, an_entry, an_invoice
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
PAID = {"amount": "60", "paid_on": "02/03/2026", "method": "chèque", "reference": "0004512"}

BACK = {"amount": "40", "label": "Erreur d’effectif", "token": "une-premiere-fois"}


@pytest.fixture
async def invoice(portal, world):
    """120,00 € with tax."""
    return await an_invoice(portal, world, "F2026-9")


def page_of(invoice, page=""):
    return f"/service/factures/{invoice.id}{page}"


async def test_the_page_says_all_of_an_invoice_and_gives_its_paper(clerk, alice, portal, world, invoice):
    page = await clerk.get(page_of(invoice))
    check(page)
    for words in ("F2026-9", "120,00", world.site.name, "Enregistrer un règlement", "Faire un avoir"):
        assert words in page.text, words
    paper = await clerk.get(page_of(invoice, "/pdf"))
    assert paper.content.startswith(b"%PDF-")
    assert 'filename="facture-F2026-9.pdf"' in paper.headers["content-disposition"]
    found = await clerk.get("/service/recherche?q=F2026-9")
    assert page_of(invoice) in found.text
    await portal.reads.flush()
    assert {each.company_id for each in await rows(portal, StaffRead)} == {world.site.id}


async def test_a_payment_is_recorded_once_and_its_employer_sees_it(clerk, alice, portal, invoice):
    form = await clerk.get(page_of(invoice, "/reglement"))
    check(form)
    await clerk.fill(page_of(invoice, "/reglement"), **PAID)
    page = await clerk.follow(await clerk.fill(page_of(invoice, "/reglement"), **PAID))
    check(page)
    assert "Le règlement est enregistré." in page.text
    (payment,) = await rows(portal, Payment, Payment.invoice_id == invoice.id)
    assert (payment.cents, payment.method, payment.paid_on) == (60_00, "chèque", date(2026, 3, 2))
    theirs = await alice.get(f"/espace/00010-2/factures/{invoice.id}")
    assert "partiellement payée" in theirs.text.lower()
    other = await clerk.fill(page_of(invoice, "/reglement"), **PAID | {"amount": "61"})
    assert other.status_code == 409
    assert "déjà enregistré avec un autre montant" in other.text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": "soixante"}, "ne se lit pas"), ({"amount": "0"}, "plus grand que zéro"),
        ({"paid_on": "03/03/2026"}, "pas encore reçu"), ({"method": "troc"}, "Choisissez le moyen"),
        ({"reference": " "}, "Écrivez la référence"),
    ],
)  # fmt: skip
async def test_a_payment_that_cannot_be_is_refused_and_stays_typed(clerk, portal, invoice, changed, words):
    answer = await clerk.fill(page_of(invoice, "/reglement"), **PAID | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert not await rows(portal, Payment, Payment.invoice_id == invoice.id)


async def test_a_credit_note_takes_back_a_part_and_no_more_than_there_is(clerk, portal, invoice):
    check(await clerk.get(page_of(invoice, "/avoir")))
    too_much = await clerk.fill(page_of(invoice, "/avoir"), **BACK | {"amount": "100,01"})
    assert too_much.status_code == 422
    assert "ne dépasse pas ce qui reste" in too_much.text
    page = await clerk.follow(await clerk.fill(page_of(invoice, "/avoir"), **BACK))
    check(page)
    assert "avoir AV2026-000001" in page.text
    (note,) = await rows(portal, Invoice, Invoice.settles_id == invoice.id)
    assert (note.kind, note.net_cents) == (InvoiceKind.CREDIT_NOTE, -40_00)
    own = await clerk.get(page_of(note))
    check(own)
    assert "Faire un avoir" not in own.text
    assert "Déclaration" not in own.text
    assert len(await rows(portal, OutboxMail, OutboxMail.template == "invoice_issued")) == 2


async def test_the_form_of_a_credit_note_sent_twice_makes_one(clerk, portal, invoice):
    csrf = await clerk.token(page_of(invoice, "/avoir"))
    form = (await clerk.get(page_of(invoice, "/avoir"))).text
    (token,) = re.findall(r'name="token" value="([\w-]{22})"', form, re.ASCII)
    sent = BACK | {"csrf": csrf, "token": token}
    both = await asyncio.gather(*(clerk.post(page_of(invoice, "/avoir"), data=sent) for _ in range(2)))
    again = await clerk.post(page_of(invoice, "/avoir"), data=sent)
    for each in (*both, again):
        assert "L’avoir est émis" in (await clerk.follow(each)).text
    (note,) = await rows(portal, Invoice, Invoice.settles_id == invoice.id)
    assert note.number == "AV2026-000001"
    assert len(await rows(portal, OutboxMail, OutboxMail.template == "invoice_issued")) == 2
    await clerk.post(page_of(invoice, "/avoir"), data=sent | {"amount": "10"})
    assert len(await rows(portal, Invoice, Invoice.settles_id == invoice.id)) == 2, "another credit note"


async def test_an_invoice_of_two_rates_is_credited_at_the_one_chosen(clerk, portal, world, invoice):
    assert "Taux de TVA" not in (await clerk.get(page_of(invoice, "/avoir"))).text
    lines = [BilledLine("Suivi", 1, 10_000, 2000), BilledLine("Ouvrage", 1, 5_000, 550)]
    async with service(portal, world) as access:
        mixed = await issue_invoice(access, world.site.key, an_entry("F2026-8"), lines, NOW)
    form = await clerk.get(page_of(mixed, "/avoir"))
    check(form)
    assert re.search(r'<option value="550">TVA 5,5\s%\s: 50,00\s€ HT</option>', form.text)
    for rate, words in (("", "dites lequel"), ("1000", "dites lequel"), ("vingt", "Choisissez le taux")):
        refused = await clerk.fill(page_of(mixed, "/avoir"), **BACK | {"rate": rate})
        assert refused.status_code == 422
        assert words in refused.text
        assert 'href="#rate"' in refused.text
    more = await clerk.fill(page_of(mixed, "/avoir"), **BACK | {"rate": "550", "amount": "50,01"})
    assert re.search(r"50,00\s€ HT à ce taux de TVA", more.text)
    await clerk.follow(await clerk.fill(page_of(mixed, "/avoir"), **BACK | {"rate": "550"}))
    (note,) = await rows(portal, Invoice, Invoice.settles_id == mixed.id)
    assert (note.net_cents, note.vat_cents) == (-40_00, -2_20)


async def test_an_invoice_outside_the_scope_of_an_account_is_not_there(app, portal, world, invoice):
    _, theirs = await two_teams(portal, world)
    async with Actor(app) as actor:
        clerk = await a_colleague(actor, portal, ["comptabilite"], teams=[theirs])
        for page in ("", "/pdf", "/reglement", "/avoir"):
            assert (await clerk.get(page_of(invoice, page))).status_code == 404
    async with Actor(app) as actor:
        clerk = await a_colleague(actor, portal, ["accueil"])
        assert (await clerk.get(page_of(invoice))).status_code == 403
