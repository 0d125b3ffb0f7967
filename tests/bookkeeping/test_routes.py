"""The books from their accounts to the file of the tax office: closed once, exported the same each time."""

from datetime import date

import pytest

from app.bookkeeping.fec import COLUMNS
from app.bookkeeping.rules import USUAL
from app.invoices.rules import BilledLine
from app.invoices.staff import ReceivedPayment, issue_credit_note, record_refund, remove_payments
from db.models import AuditEvent, JournalEntry, Payment
from tests.actors import Actor
from tests.bookkeeping.steps import ACCOUNTS, CLOSINGS, FEC, HOME, balance, close, exported, open_books, work
from tests.invoices.steps import NOW, an_invoice, paid
from tests.pages import check
from tests.planning.steps import service
from tests.reading import rows
from tests.staff.scopes import a_colleague, two_teams

pytestmark = pytest.mark.usefixtures("time_machine_at")  # Monday 2 March 2026


async def test_the_books_are_opened_closed_and_exported(clerk, portal, world):
    first = await clerk.get(HOME)
    check(first)
    assert "Donner les comptes" in first.text
    check(await clerk.get(ACCOUNTS))
    page = await clerk.follow(await open_books(clerk))
    check(page)
    assert "Les comptes sont enregistrés" in page.text
    invoice = await an_invoice(portal, world, issued_on=date(2026, 2, 2))
    await paid(portal, world, invoice, 5_000, "VIR-1")
    preview = await clerk.get(f"{CLOSINGS}?until=28/02/2026")
    check(preview)
    assert "120,00" in preview.text
    where = await close(clerk, portal, "28/02/2026")
    shown = await clerk.get(where)
    check(shown)
    assert "2 écritures arrêtées" in shown.text
    assert "&lt;tr" not in shown.text
    assert "Contrôle : les factures et avoirs de ces jours font 120,00 € TTC" in shown.text
    check(await clerk.get(HOME))
    check(await clerk.get(FEC))
    answer, records = await exported(clerk, "01/01/2026", "28/02/2026")
    assert 'filename="123456782FEC20260228.txt"' in answer.headers["content-disposition"]
    assert tuple(records[0]) == COLUMNS
    sale, net, vat, bank, member = records
    assert (sale["JournalCode"], sale["EcritureNum"], sale["EcritureDate"]) == (
        "VT",
        "2026000001",
        "20260202",
    )
    assert (sale["CompteNum"], sale["CompAuxNum"], sale["Debit"], sale["Credit"]) == (
        "411000", "00010-2", "120,00", "0,00",
    )  # fmt: skip
    assert (net["CompteNum"], net["Credit"], vat["CompteNum"], vat["Credit"]) == (
        "706000", "100,00", "445710", "20,00",
    )  # fmt: skip
    assert (bank["JournalCode"], bank["EcritureNum"], bank["PieceRef"]) == ("BQ", "2026000001", "VIR-1")
    assert (bank["CompteNum"], bank["Debit"], member["CompteNum"], member["Credit"]) == (
        "512000", "50,00", "411000", "50,00",
    )  # fmt: skip
    again, _ = await exported(clerk, "01/01/2026", "28/02/2026")
    assert again.content == answer.content
    kinds = [each.kind for each in await rows(portal, AuditEvent) if each.kind.startswith("books")]
    assert kinds == ["books_changed", "books_closed", "books_exported", "books_exported"]


async def test_what_comes_after_a_closing_never_changes_it(clerk, portal, world):
    """A payment taken back is a contra-entry, a late one is booked on the first open day."""
    await open_books(clerk)
    invoice = await an_invoice(portal, world, issued_on=date(2026, 1, 22))
    await paid(portal, world, invoice, 5_000, "VIR-1", date(2026, 1, 25))
    await close(clerk, portal, "31/01/2026")
    before, _ = await exported(clerk, "01/01/2026", "31/01/2026")
    async with service(portal, world) as access:
        payments = await rows(portal, Payment, Payment.invoice_id == invoice.key)
        await remove_payments(access, [await access.get(Payment, each.key) for each in payments], NOW)
    await paid(portal, world, invoice, 13_000, "CHQ-9", date(2026, 1, 27))
    async with service(portal, world) as access:
        await record_refund(
            access, invoice.key, ReceivedPayment(1_000, date(2026, 2, 5), "remboursement", "RMB-1"), NOW
        )
        await issue_credit_note(access, invoice.key, "", BilledLine("Erreur", 1, -4_000), NOW)
    preview = await clerk.get(f"{CLOSINGS}?until=28/02/2026")
    assert "1 pièce est datée de jours déjà arrêtés" in preview.text
    await close(clerk, portal, "28/02/2026")
    same, _ = await exported(clerk, "01/01/2026", "31/01/2026")
    assert same.content == before.content
    _, february = await exported(clerk, "01/02/2026", "28/02/2026")
    late = next(each for each in february if each["PieceRef"] == "CHQ-9")
    assert (late["EcritureDate"], late["PieceDate"], late["EcritureNum"]) == (
        "20260201", "20260127", "2026000002",
    )  # fmt: skip
    assert balance(february, "512") == 12_000
    # The payment and the credit note are of 2 March: taken back then, by an entry of March.
    portal_time = await rows(portal, JournalEntry, JournalEntry.withdrawn_at.is_not(None))
    assert [each.contra_id for each in portal_time] == [None]


async def test_a_payment_taken_back_and_its_credit_note_are_entered_in_their_turn(
    clerk, portal, world, time_machine_at
):
    await open_books(clerk)
    invoice = await an_invoice(portal, world, issued_on=date(2026, 1, 22))
    await paid(portal, world, invoice, 5_000, "VIR-1", date(2026, 1, 25))
    await close(clerk, portal, "01/03/2026")
    async with service(portal, world) as access:
        (payment,) = await rows(portal, Payment, Payment.invoice_id == invoice.key)
        await remove_payments(access, [await access.get(Payment, payment.key)], NOW)
        note = await issue_credit_note(access, invoice.key, "", BilledLine("Erreur", 1, -4_000), NOW)
    # The same payment again is another one, whatever number its row has.
    await paid(portal, world, invoice, 5_000, "VIR-1", date(2026, 1, 25))
    time_machine_at.shift(86_400)
    await clerk.signed_in(world.clerk)
    await close(clerk, portal, "02/03/2026")
    _, march = await exported(clerk, "02/03/2026", "02/03/2026")
    words = {each["EcritureLib"]: each for each in march}
    assert words.keys() == {
        f"Avoir {note.number}",
        "Règlement F2026-1, virement",
        "Annulation : Règlement F2026-1, virement",
    }
    assert balance(march, "411") == -48_00
    assert balance(march, "706") == 40_00
    assert (balance(march, "44571"), balance(march, "512")) == (8_00, 0)
    assert march[-1]["EcritureNum"] == "2026000003"
    contra = [each for each in march if each["EcritureLib"].startswith("Annulation")]
    assert [(each["CompteNum"], each["Debit"], each["Credit"]) for each in contra] == [
        ("512000", "0,00", "50,00"), ("411000", "50,00", "0,00"),
    ]  # fmt: skip


async def test_what_settles_an_invoice_bears_its_letter_and_keeps_it(clerk, portal, world, time_machine_at):
    await open_books(clerk)
    invoice = await an_invoice(portal, world, issued_on=date(2026, 1, 22))
    await paid(portal, world, invoice, 5_000, "VIR-1", date(2026, 1, 25))
    await close(clerk, portal, "31/01/2026")
    _, before = await exported(clerk, "01/01/2026", "31/01/2026")
    assert {each["EcritureLet"] for each in before} == {""}
    await paid(portal, world, invoice, 7_000, "VIR-2", date(2026, 2, 5))
    await close(clerk, portal, "28/02/2026")
    _, whole = await exported(clerk, "01/01/2026", "28/02/2026")
    lettered = [each for each in whole if each["EcritureLet"]]
    assert {each["CompteNum"] for each in lettered} == {"411000"}
    assert len(lettered) == 3
    assert {(each["EcritureLet"], each["DateLet"]) for each in lettered} == {("A", "20260302")}
    assert balance(lettered, "411") == 0
    # The bank gives a payment back: what takes it back is open, until another one settles it.
    async with service(portal, world) as access:
        (bounced,) = await rows(portal, Payment, Payment.reference == "VIR-2")
        await remove_payments(access, [await access.get(Payment, bounced.key)], NOW)
    await paid(portal, world, invoice, 7_000, "VIR-3", date(2026, 3, 2))
    time_machine_at.shift(86_400)
    await clerk.signed_in(world.clerk)
    await close(clerk, portal, "02/03/2026")
    _, same = await exported(clerk, "01/01/2026", "28/02/2026")
    assert same == whole
    _, march = await exported(clerk, "01/03/2026", "02/03/2026")
    again = [each for each in march if each["CompteNum"] == "411000"]
    assert len({each["EcritureLet"] for each in again} - {"", "A"}) == 1
    assert (len(again), balance(again, "411")) == (2, 0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"customers": "512000"}, "commence par 41"), ({"bank": "5x"}, "3 chiffres"),
        ({"starts_on": "demain"}, "ne se lit pas"), ({"last_month": "13"}, "Choisissez le dernier mois"),
    ],
)  # fmt: skip
async def test_accounts_that_cannot_be_are_refused_and_stay_typed(clerk, portal, changed, words):
    typed = USUAL | {"starts_on": "21/01/2026", "last_month": "12", **changed}
    answer = await clerk.fill(ACCOUNTS, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{next(iter(changed.values()))}"' in answer.text or "last_month" in changed


async def test_closings_and_exports_that_cannot_be_are_refused_in_words(clerk, portal, world):
    assert "Donnez d’abord les comptes" in (await clerk.get(f"{CLOSINGS}?until=28/02/2026")).text
    await open_books(clerk)
    await an_invoice(portal, world, issued_on=date(2026, 2, 2))
    assert "ne se lit pas" in (await clerk.get(f"{CLOSINGS}?until=hier")).text
    assert "arrêtez-les d’abord" in (await clerk.get(FEC)).text
    for until, words in (
        ("02/03/2026", "jour passé"), ("20/01/2026", "déjà arrêtés"), ("31/01/2026", "rien à arrêter"),
    ):  # fmt: skip
        answer = await clerk.fill(f"{CLOSINGS}?until=28/02/2026", to=CLOSINGS, until=until)
        assert answer.status_code == 422
        assert words in answer.text, until
    page = f"{CLOSINGS}?until=28/02/2026"
    token = await clerk.token(page)
    both = [await clerk.post(CLOSINGS, data={"csrf": token, "until": "28/02/2026"}) for _ in range(2)]
    assert [each.status_code for each in both] == [303, 409]
    assert "déjà en cours" in both[1].text
    moving = await clerk.get(both[0].headers["location"])
    check(moving)
    assert "0 sur 1" in moving.text
    await work(portal)
    for since, until, words in (
        ("01/01/2026", "31/03/2026", "jusqu’au 28 février 2026 seulement"),
        ("28/02/2026", "01/02/2026", "échangez-les"),
    ):  # fmt: skip
        answer = await clerk.fill(FEC, since=since, until=until)
        assert answer.status_code == 422
        assert words in answer.text
    later = await clerk.fill(ACCOUNTS, **USUAL | {"starts_on": "01/02/2026", "last_month": "12"})
    assert later.status_code == 409
    assert "ne changent plus" in later.text


async def test_the_books_are_for_those_who_count_for_all_teams(app, portal, world):
    mine, _ = await two_teams(portal, world)
    for roles, scope, words in (
        (["comptabilite"], {"teams": [mine]}, "toutes les équipes"), (["planning"], {}, ""),
    ):  # fmt: skip
        async with Actor(app) as actor:
            await a_colleague(actor, portal, roles, **scope)
            answer = await actor.get(HOME)
            assert answer.status_code == 403
            assert words in answer.text
