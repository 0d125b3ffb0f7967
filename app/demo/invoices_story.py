"""The demo's invoices, told with the service's own acts: three years of them, in every state."""

from datetime import date, datetime, timedelta

from sqlmodel import col, select

from app.access import StaffAccess
from app.clock import PARIS
from app.invoices.rules import Line
from app.invoices.service import Entry, Received, issue_credit_note, issue_invoice, record_payment
from db.models import Company, Employee, Invoice, InvoiceKind

TRANSFER = "virement"
SMALL = 8  # clients of the accountant who have invoices
RATE_CENTS = 11_600  # before tax, a person followed


async def tell_invoices(staff: StaffAccess, now: datetime) -> None:
    """A contribution a year, an absence to pay, one that is late, and a credit note."""
    today = now.astimezone(PARIS).date()
    brieuc = await _company(staff, "00010")
    people = len(await staff.all(staff.select(Employee).where(Employee.company_id == brieuc.key)))
    for years in (2, 1):
        issued = date(today.year - years, 2, 3)
        old = await _contribution(staff, brieuc, issued, people - 3 * years, now)
        await _pay(staff, old, old.total_cents, issued + timedelta(days=24), now)
    half = await _contribution(staff, brieuc, today - timedelta(days=12), people, now)
    await _pay(staff, half, half.total_cents // 2, today - timedelta(days=2), now)
    late = await _absence(staff, brieuc, today - timedelta(days=75), now)
    wrong = await _absence(staff, brieuc, today - timedelta(days=40), now)
    await issue_credit_note(staff, wrong.key, f"A{late.number[1:]}", Line("Absence excusée", -1, 6_000), now)
    codes = select(Company.code).where(col(Company.code).not_in(["00010", "00042"])).order_by(Company.code)
    for code in (await staff.all(codes))[:SMALL]:
        await _contribution(staff, await _company(staff, code), today - timedelta(days=20), 4, now)


async def _company(staff: StaffAccess, code: str) -> Company:
    (found,) = await staff.all(staff.select(Company).where(Company.code == code))
    return found


async def _contribution(
    staff: StaffAccess, company: Company, issued: date, people: int, now: datetime
) -> Invoice:
    title = f"Cotisation annuelle {issued.year}"
    entry = _entry(company, InvoiceKind.CONTRIBUTION, title, issued)
    return await issue_invoice(staff, company.key, entry, [Line("Salariés suivis", people, RATE_CENTS)], now)


async def _absence(staff: StaffAccess, company: Company, issued: date, now: datetime) -> Invoice:
    entry = _entry(company, InvoiceKind.ABSENCE, "Absence non excusée à une visite", issued)
    return await issue_invoice(staff, company.key, entry, [Line("Rendez-vous non honoré", 1, 6_000)], now)


def _entry(company: Company, kind: InvoiceKind, title: str, issued: date) -> Entry:
    number = f"F{issued:%y%m%d}{company.key:03}"
    return Entry(number, kind, title, issued, issued + timedelta(days=30))


async def _pay(staff: StaffAccess, invoice: Invoice, cents: int, on: date, now: datetime) -> None:
    await record_payment(staff, invoice.key, Received(cents, on, TRANSFER, f"VIR{on:%Y%m%d}"), now)
