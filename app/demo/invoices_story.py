"""The demo's invoices, written with the service's own acts, in every state, after the declarations."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from app.access import MemberAccess, StaffAccess
from app.clock import day_of
from app.demo.hours import at_work
from app.demo.past_story import Past, add_absence
from app.demo.story import member_of
from app.invoices.absences import invoice_absences
from app.invoices.rules import BilledLine
from app.invoices.staff import Entry, ReceivedPayment, issue_credit_note, issue_invoice, record_payment
from db.models import AnnualDeclaration, Company, Employee, Invoice, InvoiceKind

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
