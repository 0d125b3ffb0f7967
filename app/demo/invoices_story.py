"""The demo's invoices, told with the service's own acts, in every state, after what was declared."""

from datetime import date, datetime, timedelta

from sqlmodel import col, select

from app.access import StaffAccess
from app.clock import PARIS
from app.invoices.rules import Line
from app.invoices.service import Entry, Received, issue_credit_note, issue_invoice, record_payment
from db.models import AnnualDeclaration, Company, Invoice, InvoiceKind

TRANSFER = "virement"
SMALL = 8  # clients of the accountant who have invoices
ABSENCE_CENTS = 6_000  # before tax, an appointment that nobody came to
RATE_CENTS = 11_000  # before tax, a person followed two years ago


async def tell_invoices(staff: StaffAccess, now: datetime) -> None:
    """The contributions of the years that were declared, both paid; then absences: to pay, partly paid, late,
    and one that a credit note settles. This year is invoiced once it is declared.
    """
    today = now.astimezone(PARIS).date()
    brieuc = await _company(staff, "00010")
    (filed,) = await staff.all(
        staff.select(AnnualDeclaration).where(
            AnnualDeclaration.company_id == brieuc.key, AnnualDeclaration.year == today.year - 1
        )
    )
    asked = [Line(each["label"], each["quantity"], each["unit_cents"]) for each in filed.lines]
    older = [Line("Salariés suivis", max(filed.headcount - 3, 1), RATE_CENTS)]
    for year, lines in ((filed.year - 1, older), (filed.year, asked)):
        issued = date(year, 2, 20)
        old = await _contribution(staff, brieuc, issued, lines, now)
        await _pay(staff, old, old.total_cents, issued + timedelta(days=24), now)
    await _absence(staff, brieuc, today - timedelta(days=12), now)
    half = await _absence(staff, brieuc, today - timedelta(days=20), now, many=2)
    await _pay(staff, half, half.total_cents // 2, today - timedelta(days=2), now)
    await _absence(staff, brieuc, today - timedelta(days=75), now)
    wrong = await _absence(staff, brieuc, today - timedelta(days=40), now)
    excused = Line("Absence excusée", -1, ABSENCE_CENTS)
    await issue_credit_note(staff, wrong.key, f"A{wrong.number[1:]}", excused, now)
    codes = select(Company.code).where(col(Company.code).not_in(["00010", "00042"])).order_by(Company.code)
    for code in (await staff.all(codes))[:SMALL]:
        await _absence(staff, await _company(staff, code), today - timedelta(days=20), now)


async def _company(staff: StaffAccess, code: str) -> Company:
    (found,) = await staff.all(staff.select(Company).where(Company.code == code))
    return found


async def _contribution(
    staff: StaffAccess, company: Company, issued: date, lines: list[Line], now: datetime
) -> Invoice:
    title = f"Cotisation annuelle {issued.year}"
    entry = _entry(company, InvoiceKind.CONTRIBUTION, title, issued)
    return await issue_invoice(staff, company.key, entry, lines, now)


async def _absence(
    staff: StaffAccess, company: Company, issued: date, now: datetime, many: int = 1
) -> Invoice:
    title = "Absence non excusée à une visite" if many == 1 else "Absences non excusées à des visites"
    entry = _entry(company, InvoiceKind.ABSENCE, title, issued)
    return await issue_invoice(
        staff, company.key, entry, [Line("Rendez-vous non honoré", many, ABSENCE_CENTS)], now
    )


def _entry(company: Company, kind: InvoiceKind, title: str, issued: date) -> Entry:
    number = f"F{issued:%y%m%d}{company.key:03}"
    return Entry(number, kind, title, issued, issued + timedelta(days=30))


async def _pay(staff: StaffAccess, invoice: Invoice, cents: int, on: date, now: datetime) -> None:
    await record_payment(staff, invoice.key, Received(cents, on, TRANSFER, f"VIR{on:%Y%m%d}"), now)
