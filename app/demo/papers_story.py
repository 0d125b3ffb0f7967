"""The demo's papers: last year's declaration and this year's campaign, invoices in every state, documents
shared by the service and a DUERP that the employer keeps up to date; all by the service's own acts.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app import clock
from app.access import MemberAccess, StaffAccess
from app.bookkeeping.rules import USUAL
from app.bookkeeping.staff import change_books
from app.clock import Moment, day_of
from app.contributions.acts import (
    SeenAmount,
    ask_correction,
    file_declaration,
    filing_now,
    save_answers,
    save_contact,
    save_jobs,
    seen_amount,
)
from app.contributions.forms import CorrectionRequest
from app.contributions.people import doubtful_people, tally_of
from app.contributions.staff import CampaignDays, publish_tariff
from app.debits.acts import begin_mandate, sign_mandate
from app.debits.forms import NewMandate
from app.demo.hours import at_work, days_ago
from app.demo.story import Past, add_absence, member_of
from app.documents.acts import deposit_document, mark_as_seen
from app.documents.forms import Deposit
from app.documents.staff import SharedDocument, share_document
from app.dunning.rules import MOST_FEE_CENTS
from app.dunning.staff import save_step
from app.files.typesetting import typeset_apart
from app.invoices.absences import invoice_absences
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, ReceivedPayment, issue_credit_note, issue_invoice, record_payment
from app.kept_files import Kept, store_file
from app.portal import Portal
from app.text.fields import once_token
from app.text.formats import day
from db.models import (
    AnnualDeclaration,
    Company,
    Contract,
    DocumentKind,
    Employee,
    Invoice,
    InvoiceKind,
    OutboxMail,
    Scheme,
    StepKind,
)

CONTACT = {
    "contact_name": "Gaël Le Bris", "contact_email": "compta@brieuc.example",
    "contact_phone": "+33261910002",
}  # fmt: skip
GRID = {"kind": "monitoring", "cents": {"SI": 10_500, "SIA": 11_600, "SIR": 13_200}}
MISTAKE = "Bonjour,\nUn apprenti parti avant le 1er janvier a été compté : il y en avait donc un de moins."
LAST_GRID = {"kind": "monitoring", "cents": {"SI": 10_200, "SIA": 11_200, "SIR": 12_800}}


async def add_contributions(staff: StaffAccess, now: datetime) -> None:
    """BRIEUC declared last year and began this year; its sites and the accountant's clients have it to do."""
    today = day_of(now)
    year = today.year
    last, this = CampaignDays(date(year - 1, 1, 5), date(year - 1, 2, 15)), _window(today)
    await _doubts(staff, year)
    await publish_tariff(staff, year - 1, _rules(date(year - 1, 1, 1), LAST_GRID), last)
    await publish_tariff(staff, year, _rules(today.replace(day=1), GRID), this)
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    await _declare(brieuc, year - 1, clock.moment(at_work(date(year - 1, 2, 4), 10, 30)))
    mistake = CorrectionRequest(token=once_token(), text=MISTAKE)
    await ask_correction(brieuc, year - 1, mistake, clock.moment(days_ago(now, 2, 11, 50)))
    begun = days_ago(now, 1, 14, 35)
    if begun.date() >= this.opens_on:  # not on the first days of January
        await save_contact(brieuc, year, CONTACT, clock.moment(begun))


async def _doubts(staff: StaffAccess, year: int) -> None:
    """A manager, and a fixed term that ended while nobody said whether its holder left."""
    theirs = select(Company.id).where(Company.code == "00010").scalar_subquery()
    mine = staff.select(Employee).where(
        Employee.company_id == theirs, Employee.contract == Contract.CDI, col(Employee.exit_on).is_(None),
        Employee.entry_on < date(year - 1, 1, 1),
    )  # fmt: skip
    manager, ended = await staff.all(mine.order_by(col(Employee.id)).limit(2))
    manager.contract = Contract.OFFICER
    ended.contract, ended.contract_ends_on = Contract.CDD, date(year - 1, 10, 31)


def _window(today: date) -> CampaignDays:
    """The days of a campaign that is running and over in three weeks, whenever the demo is filled; the year
    of its tariff has begun.
    """
    return CampaignDays(max(today - timedelta(days=25), date(today.year, 1, 1)), today + timedelta(days=21))


def _rules(reference_on: date, grid: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference_on": reference_on.isoformat(), "grid": grid, "least_days": 30, "hires": "prorata",
        "entry_cents": 1_500, "vat_points": 2000,
    }  # fmt: skip


async def _declare(member: MemberAccess, year: int, at: Moment) -> None:
    await save_contact(member, year, CONTACT, at)
    filing = await filing_now(member, year, at)
    doubts = await doubtful_people(member, filing, at.today)
    await save_answers(member, year, {each.id: each.chosen is not False for each in doubts}, at)
    await save_jobs(member, year, at)
    await member.flush()
    filing = await filing_now(member, year, at)
    tally = await tally_of(member, filing, at.today)
    seen = seen_amount(tally.headcount, tally.amount(filing.rules).total_cents)
    await file_declaration(member, year, SeenAmount(filing.version, False, seen), at)


TRANSFER = "virement"
SMALL = 8  # clients of the accountant who have invoices
ABSENCE_CENTS = 6_000  # before tax, an appointment that nobody came to
RATE_CENTS = 11_000  # before tax, a person followed two years ago


async def add_invoices(past: Past, now: datetime) -> None:
    """The contributions of the years that were declared, both paid; then absences: to pay, partly paid, late,
    and one that a credit note settles. This year is invoiced once it is declared.
    """
    staff, today = past.staff, day_of(now)
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    await _contributions(staff, brieuc.company.key, today)
    mine = staff.select(Employee).where(
        Employee.company_id == brieuc.company.key, col(Employee.exit_on).is_(None)
    )
    people = await staff.all(mine.order_by(col(Employee.entry_on), col(Employee.id)).limit(5))
    await _absence(past, brieuc, people[:1], today - timedelta(days=12))
    half = await _absence(past, brieuc, people[1:3], today - timedelta(days=20))
    await _pay(staff, half, half.total_cents // 2, at_work(today - timedelta(days=2)).date())
    await _absence(past, brieuc, people[3:4], today - timedelta(days=75))
    wrong = await _absence(past, brieuc, people[4:], today - timedelta(days=40))
    excused = BilledLine(f"Absence excusée : {wrong.lines[0]['label'].lower()}", -1, ABSENCE_CENTS)
    at = at_work(today - timedelta(days=33), 11, 25)
    await issue_credit_note(staff, wrong.key, f"A{wrong.number[1:]}", excused, at)
    codes = select(Company.code).where(col(Company.code).not_in(["00010", "00042"])).order_by(Company.code)
    for code in (await staff.all(codes))[:SMALL]:
        who = "employeur@demo.example" if code.startswith("00010") else "cabinet@demo.example"
        member = await member_of(staff, code, who)
        people = await staff.all(
            staff.select(Employee).where(Employee.company_id == member.company.key).limit(1)
        )
        await _absence(past, member, people, today - timedelta(days=20))


FIRST_WORDS = (
    "Bonjour,\n\nSauf erreur de notre part, il reste {montant} à payer sur {factures}, à échéance du"
    " {échéance}.\nSi votre règlement est parti, ne tenez pas compte de ce message.\n\n{service}"
)
LAST_WORDS = (
    "Madame, Monsieur,\n\nMalgré notre rappel, {factures} reste à payer depuis {retard} : {montant}, dont"
    " {indemnité} d’indemnité de recouvrement.\nSans règlement sous huit jours, la suspension de votre"
    " adhésion sera examinée.\n\n{service}"
)
SIGNED = "Le service cotisations"
PAYER = "FR1420041010050500013M02606"  # the example of the French banks: nobody's


async def add_accounts(staff: StaffAccess, now: datetime) -> None:
    """Two steps of reminders and the accounts of the books, as the accounts department set them once."""
    since = days_ago(now, 60, 9, 40)
    mail = {"days": 15, "kind": StepKind.MAIL, "subject": "Rappel de facture impayée", "text": FIRST_WORDS}
    letter = {"days": 45, "kind": StepKind.BOTH, "subject": "Mise en demeure de payer", "text": LAST_WORDS}
    for step, cents in ((mail, 0), (letter, MOST_FEE_CENTS)):
        await save_step(staff, None, step | {"fee_cents": cents, "signed_by": SIGNED}, since)
        await staff.flush()
    await change_books(staff, date(day_of(now).year, 1, 1), 12, USUAL, since)


async def add_mandate(staff: StaffAccess, now: datetime) -> None:
    """A client of the accountant has paid by direct debit for some weeks; its code is that of the letter."""
    if not staff.portal.settings.takes_debits:
        return
    codes = select(Company.code).where(col(Company.code).not_in(["00010", "00042"])).order_by(Company.code)
    clients = [code for code in await staff.all(codes) if not code.startswith("00010")]
    member, at = await member_of(staff, clients[0], "cabinet@demo.example"), days_ago(now, 33, 10, 20)
    typed = {"holder": member.company.name, "iban": PAYER, "scheme": Scheme.CORE, "agreed": True}
    await begin_mandate(member, NewMandate.model_validate(typed), at)
    letters = select(OutboxMail).where(OutboxMail.template == "mandate_code")
    (letter,) = await staff.all(letters)
    code = staff.portal.keys.mailed_code(letter.secret_seed)
    await sign_mandate(member, code, clock.moment(at + timedelta(minutes=4)))


async def _contributions(staff: StaffAccess, company_id: int, today: date) -> None:
    (filed,) = await staff.all(
        staff.select(AnnualDeclaration).where(
            AnnualDeclaration.company_id == company_id, AnnualDeclaration.year == today.year - 1
        )
    )
    billed = [BilledLine(each["label"], each["quantity"], each["unit_cents"]) for each in filed.lines]
    older = [BilledLine("Salariés suivis", max(filed.headcount - 3, 1), RATE_CENTS)]
    for year, lines in ((filed.year - 1, older), (filed.year, billed)):
        at = at_work(date(year, 2, 20), 15, 40)
        issued = at.date()
        entry = _entry(company_id, InvoiceKind.CONTRIBUTION, f"Cotisation annuelle {year}", issued)
        old = await issue_invoice(staff, company_id, entry, lines, at)
        await _pay(staff, old, old.total_cents, at_work(issued + timedelta(days=24)).date())


async def _absence(past: Past, member: MemberAccess, people: Sequence[Employee], day: date) -> Invoice:
    """Invoiced a week after the appointments."""
    at = at_work(day, 16, member.company.key % 60)
    missing = [await add_absence(past, member, each, day - timedelta(days=8)) for each in people]
    days = (at.date(), at.date() + timedelta(days=30))
    slots = [each.key for each in missing]
    number = _number(member.company.key, at.date())
    return await invoice_absences(past.staff, slots, number, days=days, cents=ABSENCE_CENTS, now=at)


def _number(company_id: int, issued: date) -> str:
    return f"F{issued:%y%m%d}{company_id:03}"


def _entry(company_id: int, kind: InvoiceKind, title: str, issued: date) -> Entry:
    return Entry(_number(company_id, issued), kind, title, issued, issued + timedelta(days=30))


async def _pay(staff: StaffAccess, invoice: Invoice, cents: int, on: date) -> None:
    received = ReceivedPayment(cents, on, TRANSFER, f"VIR{on:%Y%m%d}")
    await record_payment(staff, invoice.key, received, at_work(on, 16, 50))


async def add_documents(staff: StaffAccess, now: datetime) -> None:
    """One seen, three that are new, a DUERP with two versions."""
    brieuc = await member_of(staff, "00010", "employeur@demo.example")
    company = await staff.get(Company, brieuc.company.key)
    people = await staff.all(
        staff.select(Employee)
        .where(Employee.company_id == company.key, col(Employee.exit_on).is_(None))
        .order_by(col(Employee.id))
        .limit(2)
    )
    sheet = SharedDocument(DocumentKind.COMPANY_SHEET, f"Fiche d’entreprise {now.year}")
    seen = await _share(staff, company, sheet, "fiche-entreprise.pdf", days_ago(now, 42, 10, 5))
    await mark_as_seen(brieuc, seen, days_ago(now, 40, 8, 50))
    for version in (1, 2):
        at = at_work(day_of(now) - timedelta(days=400 // version**3), 17, 15)
        await _deposit(brieuc, company, version, at)
    kinds = ((DocumentKind.ATTESTATION, "Attestation de suivi"), (DocumentKind.APTITUDE, "Avis d’aptitude"))
    for (kind, title), person in zip(kinds, people, strict=True):
        shared = SharedDocument(kind, title, person.key)
        await _share(staff, company, shared, f"{kind}.pdf", days_ago(now, person.key % 3 + 1, 16, 20))


async def _share(
    staff: StaffAccess, company: Company, shared: SharedDocument, name: str, at: datetime
) -> int:
    file = await _file(staff.portal, company, shared.title, name, at)
    return (await share_document(staff, company.key, shared, file, at)).key


async def _deposit(member: MemberAccess, company: Company, version: int, at: datetime) -> None:
    file = await _file(member.portal, company, f"DUERP, version {version}", f"DUERP-{version}.pdf", at)
    await deposit_document(member, Deposit(token=once_token(), kind="duerp"), file, at)


async def _file(portal: Portal, company: Company, title: str, name: str, at: datetime) -> Kept:
    """A page that says what it would be."""
    words = {"title": title, "company": company.label, "service": portal.settings.service_name}
    words["day"] = day(day_of(at))
    return await store_file(portal.storage, name, await typeset_apart("documents/sample.typ", words))
