"""A member that pays no VAT sees one amount, from its recap to its invoice."""

import io

import pypdf
import pytest

from app import clock
from app.calls.staff import work_portion
from db.models import Company, Invoice, OutboxMail
from tests.contributions.steps import YEAR, declare, some_employees, the_declaration, validate
from tests.pages import check
from tests.reading import rows

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026
ARTICLE = "TVA non applicable, article 261-7-1° b du CGI"
NET = "348,00 €"  # three people


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


async def test_recap_receipt_paper_mail_and_invoice_say_the_same(alice, clerk, portal, world):
    async with portal.database.transaction(write=True) as session:
        (await session.get(Company, world.site.id)).vat_exemption = ARTICLE
    await some_employees(portal, world.site)
    recap = await declare(alice)
    check(recap)
    validation = await alice.get(f"{YEAR}/validation")
    receipt = await alice.follow(await validate(alice))
    check(receipt)
    paper = pypdf.PdfReader(io.BytesIO((await alice.get(f"{YEAR}/recu/pdf")).content))
    drawn = " ".join(paper.pages[0].extract_text().split())
    for text in (recap.text, validation.text, receipt.text, drawn):
        assert NET in plain(text)
        assert "417,60" not in plain(text)
        assert "xonéré de TVA" in plain(text)
    for text in (recap.text, receipt.text, drawn):
        assert ARTICLE in plain(text).replace("’", "'")
    declaration = await the_declaration(portal, world.site)
    assert (declaration.vat_cents, declaration.total_cents) == (0, 348_00)
    mail = (await rows(portal, OutboxMail, OutboxMail.template == "declaration_filed"))[0]
    assert (mail.context["total_cents"], mail.context["exemption"]) == (348_00, ARTICLE)
    await clerk.fill("/service/cotisations/2026/appel", due_on="15/04/2026")
    while await work_portion(portal, clock.now()):
        pass
    (invoice,) = await rows(portal, Invoice, Invoice.receipt == declaration.number)
    assert (invoice.net_cents, invoice.total_cents) == (348_00, 348_00)
    assert "TTC" not in (await alice.get(YEAR)).text
