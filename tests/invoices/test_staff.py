"""What the service does of invoices, told in the history and by mail."""

import asyncio
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlmodel import select

from app.errors import Refused
from app.invoices.rules import BilledLine
from app.invoices.staff import issue_credit_note, issue_invoice
from db.models import ContactKind, Invoice, InvoiceKind, Payment, Tariff
from db.seeds.world import World
from tests.invoices.steps import NOW, an_entry, an_invoice, paid
from tests.people.steps import a_member
from tests.planning.steps import service, told_events
from tests.postbox import words_of
from tests.reading import rows
from tests.world import OURS, THEIRS

LINE = BilledLine("Salariés suivis", 1, 10_000)


async def of_the_site(portal, world, model=Invoice):
    return await rows(portal, model, model.company_id == world.site.id)


async def test_an_invoice_is_written_with_its_amounts_and_told_in_the_history(portal, world):
    invoice = await an_invoice(portal, world)
    assert (invoice.net_cents, invoice.vat_cents, invoice.total_cents) == (10_000, 2_000, 12_000)
    assert invoice.lines == [
        {
            "label": "Salariés suivis",
            "quantity": 1,
            "unit_cents": 10_000,
            "net_cents": 10_000,
            "vat_points": 2000,
        }
    ]
    assert await told_events(portal) == [("invoice_issued", "F2026-1, 120,00 € TTC")]


async def test_the_billing_contact_receives_it_with_the_paper(app, portal, world, mailbox):
    async with portal.database.transaction(write=True) as session:
        await World(session).a_contact(world.site, ContactKind.BILLING, "Compta", "compta@ours.example")
    invoice = await an_invoice(portal, world)
    (letter,) = await mailbox.delivered(app)
    assert letter["To"] == "compta@ours.example"
    assert letter["Subject"] == "AIST22 : facture F2026-1", "a phone shows it to whoever is near"
    assert f"/espace/00010-2/factures/{invoice.id}" in words_of(letter)
    assert "À payer au plus tard le : 15 mars 2026" in words_of(letter)
    assert "Ce PDF est une facture électronique, au format Factur-X" in words_of(letter)
    (paper,) = letter.iter_attachments()
    assert paper.get_filename() == "facture-F2026-1.pdf"
    text = PdfReader(io.BytesIO(paper.get_content())).pages[0].extract_text()
    assert "Facture F2026-1" in text
    assert THEIRS not in text + words_of(letter)


async def test_without_a_contact_those_who_see_invoices_receive_it_but_no_third_party(
    app, portal, world, mailbox
):
    await a_member(portal, world.site, "facturation@ours.example", "facturation")
    await a_member(portal, world.site, "lecture@ours.example", "lecture")
    await a_member(portal, world.site, "cabinet@else.example", "facturation", third_party=True)
    await an_invoice(portal, world)
    letters = await mailbox.delivered(app)
    assert sorted(each["To"] for each in letters) == ["alice@ours.example", "facturation@ours.example"]


async def test_a_contribution_bears_the_rate_of_its_years_tariff_and_the_rest_the_services(portal, world):
    async with portal.database.transaction(write=True) as session:
        (tariff,) = (await session.exec(select(Tariff).where(Tariff.year == 2026))).all()
        tariff.rules = tariff.rules | {"vat_points": 850}
    portal.settings.service_vat_percent = Decimal("5.5")
    invoice = await an_invoice(portal, world)
    assert (invoice.vat_cents, invoice.lines[0]["vat_points"]) == (850, 850)
    other = await an_invoice(portal, world, "F2026-2", kind=InvoiceKind.ABSENCE)
    assert (other.vat_cents, other.lines[0]["vat_points"]) == (550, 550)
    note = await credited(portal, world, invoice, 10_000)
    assert note.total_cents == -invoice.total_cents


async def test_lines_of_two_rates_are_taken_back_each_at_its_own(portal, world):
    lines = [BilledLine("Suivi", 1, 10_000, 2000), BilledLine("Ouvrage", 1, 10_000, 550)]
    async with service(portal, world) as access:
        invoice = await issue_invoice(access, world.site.key, an_entry(), lines, NOW)
    assert invoice.vat_cents == 2_550
    with pytest.raises(Refused, match="dites lequel"):
        await credited(portal, world, invoice, 1_000)
    async with service(portal, world) as access:
        line = BilledLine("Ouvrage", -1, 10_000, 550)
        note = await issue_credit_note(access, invoice.key, "A2026-2", line, NOW)
    assert note.vat_cents == -550


async def test_a_rate_that_is_none_and_a_period_that_ends_before_are_refused(portal, world):
    async with service(portal, world) as access:
        for rate in (0, 1900):
            line = BilledLine("Suivi", 1, 10_000, rate)
            with pytest.raises(Refused, match="n’est pas un taux de TVA en France"):
                await issue_invoice(access, world.site.key, an_entry(), [line], NOW)
    with pytest.raises(Refused, match="finit avant de commencer"):
        await an_invoice(portal, world, period=(date(2026, 2, 1), date(2026, 1, 1)))


async def test_a_number_is_used_once_also_by_two_at_once(portal, world):
    results = await asyncio.gather(
        *(an_invoice(portal, world, cents=cents) for cents in (10_000, 20_000)), return_exceptions=True
    )
    (refused,) = [each for each in results if isinstance(each, Refused)]
    assert (refused.status_code, refused.message) == (409, "Une facture porte déjà ce numéro.")
    assert len(await of_the_site(portal, world)) == 1
    assert len(await told_events(portal)) == 1


@pytest.mark.parametrize("cents", [100.5, "100", True, 0, 2**31])
async def test_what_is_not_whole_cents_is_refused(portal, world, cents):
    with pytest.raises(Refused, match="centimes entiers"):
        await an_invoice(portal, world, cents=cents)
    assert not await of_the_site(portal, world)


@pytest.mark.parametrize("number", ["f2026", "F 1", "F" * 22, "=1+1", "F\n1", "É1"])
async def test_a_number_that_gives_no_reference_is_refused(portal, world, number):
    with pytest.raises(Refused, match="Un numéro compte"):
        await an_invoice(portal, world, number=number)


@pytest.mark.parametrize(
    "wrong", [{"kind": InvoiceKind.CREDIT_NOTE}, {"due_on": date(2026, 2, 1)}], ids=["kind", "due"]
)
async def test_an_invoice_is_no_credit_note_and_is_due_after_its_day(portal, world, wrong):
    with pytest.raises(Refused, match="Une facture n’est pas un avoir"):
        await an_invoice(portal, world, **wrong)


async def test_an_invoice_has_lines(portal, world):
    async with service(portal, world) as access:
        with pytest.raises(Refused):
            await issue_invoice(access, world.site.key, an_entry(), [], NOW)


async def test_a_payment_told_twice_is_kept_once(portal, world):
    invoice = await an_invoice(portal, world)
    first = await paid(portal, world, invoice, 5_000)
    assert (await paid(portal, world, invoice, 5_000)).id == first.id
    assert len(await of_the_site(portal, world, Payment)) == 1
    assert (await told_events(portal))[1:] == [
        ("payment_recorded", "50,00 € le 20 février 2026, facture F2026-1")
    ]


async def test_two_at_once_record_one_payment(portal, world):
    invoice = await an_invoice(portal, world)
    await asyncio.gather(*(paid(portal, world, invoice, 5_000) for _ in range(5)))
    assert len(await of_the_site(portal, world, Payment)) == 1
    assert len(await told_events(portal)) == 2


@pytest.mark.parametrize("other", [{"cents": 4_000}, {"on": date(2026, 2, 21)}], ids=["amount", "day"])
async def test_the_same_reference_with_something_else_is_refused(portal, world, other):
    invoice = await an_invoice(portal, world)
    await paid(portal, world, invoice, 5_000)
    with pytest.raises(Refused, match="déjà enregistré avec un autre montant"):
        await paid(portal, world, invoice, **{"cents": 5_000} | other)


async def test_one_transfer_may_settle_two_invoices(portal, world):
    for number in ("F2026-1", "F2026-2"):
        await paid(portal, world, await an_invoice(portal, world, number), 12_000)
    assert len(await of_the_site(portal, world, Payment)) == 2


@pytest.mark.parametrize(("cents", "reference"), [(0, "V"), (-5, "V"), (1.5, "V"), (2**31, "V"), (5, " ")])
async def test_a_payment_is_whole_cents_with_a_reference(portal, world, cents, reference):
    invoice = await an_invoice(portal, world)
    with pytest.raises(Refused):
        await paid(portal, world, invoice, cents, reference)


async def credited(portal, world, invoice, cents, number="A2026-1"):
    async with service(portal, world) as access:
        return await issue_credit_note(access, invoice.key, number, BilledLine("Erreur", -1, cents), NOW)


async def test_a_credit_note_settles_its_invoice_and_is_mailed(app, alice, portal, world, mailbox):
    invoice = await an_invoice(portal, world)
    note = await credited(portal, world, invoice, 10_000)
    assert (note.total_cents, note.settles_id, note.title) == (-12_000, invoice.id, "Avoir sur F2026-1")
    page = await alice.get(f"/espace/00010-2/factures/{invoice.id}")
    assert "Soldée par un avoir" in page.text
    letters = await mailbox.delivered(app)
    (letter,) = [each for each in letters if each["Subject"] == "AIST22 : avoir A2026-1"]
    assert "voici l’avoir A2026-1" in words_of(letter)
    (paper,) = letter.iter_attachments()
    assert paper.get_filename() == "avoir-A2026-1.pdf"
    assert "Avoir A2026-1" in PdfReader(io.BytesIO(paper.get_content())).pages[0].extract_text()
    assert "avoir A2026-1" in page.text
    subjects = [each["Subject"] for each in letters]
    assert len(subjects) == 2
    assert "avoir A2026-1" in subjects[1]
    assert (await told_events(portal))[-1] == (
        "credit_note_issued", "A2026-1, −120,00 € TTC, sur F2026-1",
    )  # fmt: skip


async def test_credit_notes_never_exceed_their_invoice_nor_settle_one_another(portal, world):
    invoice = await an_invoice(portal, world)
    note = await credited(portal, world, invoice, 6_000)
    for wrong, cents in ((invoice, 5_000), (invoice, -1_000), (note, 1_000)):
        with pytest.raises(Refused):
            await credited(portal, world, wrong, cents, "A2026-2")
    await credited(portal, world, invoice, 4_000, "A2026-3")


async def test_two_credit_notes_at_once_do_not_exceed_the_invoice(portal, world):
    invoice = await an_invoice(portal, world)
    results = await asyncio.gather(
        *(credited(portal, world, invoice, 6_000, f"A2026-{at}") for at in range(2)), return_exceptions=True
    )
    assert sum(isinstance(each, Refused) for each in results) == 1


async def test_a_credit_note_takes_no_payment(portal, world):
    note = await credited(portal, world, await an_invoice(portal, world), 6_000)
    with pytest.raises(Refused, match="Un avoir ne se règle pas"):
        await paid(portal, world, note, 100)


async def test_nobody_elses_marker_is_in_the_mail(app, portal, world, mailbox):
    await an_invoice(portal, world, "F2026-9", company=world.theirs, due_on=NOW.date() + timedelta(days=9))
    for letter in await mailbox.delivered(app):
        assert OURS not in letter.as_string()
