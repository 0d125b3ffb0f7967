"""Reads of one company's invoices: a page of them, one, its payments, and what is due in all.

The states are those of `rules.state_of`, said in SQL so that a page of one state is a page.
"""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, ScalarSelect, bindparam, func
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from app.access import Access, AccountAccess, MemberAccess, of_company
from app.invoices.rules import CREDITED, LOSS, LOST, STATE_WORDS, InvoiceState, left_of, state_of
from app.rights import Right, rights_of
from app.sessions import is_alive
from app.web.paging import PAGE
from db.models import Company, Debit, DebitRun, DebitState, Invoice, InvoiceKind, Membership, Payment

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
MOST_EXPORTED = 5_000


class InvoiceRow(NamedTuple):
    """`credited_cents`: of the credit notes that settle it; `paid_on`: the day of the last payment,
    whatever was given back since. `lost_cents`: written off, which nobody paid.
    """

    id: int
    number: str
    kind: str
    title: str
    issued_on: date
    due_on: date
    net_cents: int
    vat_cents: int
    total_cents: int
    settles_id: int | None
    paid_cents: int
    credited_cents: int
    paid_on: date | None
    lost_cents: int = 0

    @property
    def settled_cents(self) -> int:
        return self.paid_cents + self.credited_cents + self.lost_cents

    @property
    def left_cents(self) -> int:
        return left_of(self.kind, self.total_cents, self.settled_cents, is_used=bool(self.settles_id))

    def state(self, today: date) -> InvoiceState:
        return state_of(self.kind, self.left_cents, self.settled_cents, self.due_on, today)

    def words(self, today: date) -> str:
        """Its state; of what is paid, whether it was with money."""
        state = self.state(today)
        if state == InvoiceState.PAID and self.lost_cents:
            return LOST
        is_credited = state == InvoiceState.PAID and not self.paid_cents and self.credited_cents > 0
        return CREDITED if is_credited else STATE_WORDS[state]


class Totals(NamedTuple):
    """`owed_cents`: by the service to the company. `first_on`, `last_on`: None when there is no invoice;
    `first_due_on`: None when none is to be paid.
    """

    due_cents: int
    late_cents: int
    owed_cents: int
    first_on: date | None
    last_on: date | None
    first_due_on: date | None


_company = col(Invoice.company_id) == bindparam("company")
_today = bindparam("today", type_=Date)
_note = aliased(Invoice)


def _of_payments(what: Any) -> ScalarSelect[Any]:
    mine = (col(Payment.company_id) == Invoice.company_id) & (col(Payment.invoice_id) == Invoice.id)
    return sqlalchemy.select(what).where(mine).scalar_subquery()


def _credited() -> ScalarSelect[Any]:
    mine = (col(_note.company_id) == Invoice.company_id) & (col(_note.settles_id) == Invoice.id)
    return sqlalchemy.select(-func.coalesce(func.sum(_note.total_cents), 0)).where(mine).scalar_subquery()


_is_loss = col(Payment.method) == LOSS


def _paid_and_since() -> tuple[ScalarSelect[Any], ScalarSelect[Any], ScalarSelect[Any], ScalarSelect[Any]]:
    """The last four of `InvoiceRow`. Money given back is a payment below zero, and pays nothing."""
    return (
        _of_payments(func.coalesce(func.sum(sqlalchemy.case((~_is_loss, col(Payment.cents)), else_=0)), 0)),
        _credited(),
        _of_payments(func.max(sqlalchemy.case(((col(Payment.cents) > 0) & ~_is_loss, col(Payment.paid_on))))),
        _of_payments(func.coalesce(func.sum(sqlalchemy.case((_is_loss, col(Payment.cents)), else_=0)), 0)),
    )


_settled = _of_payments(func.coalesce(func.sum(Payment.cents), 0)) + _credited()
_is_note = col(Invoice.kind) == InvoiceKind.CREDIT_NOTE
LEFT = sqlalchemy.case(
    (_is_note & col(Invoice.settles_id).is_not(None), 0), else_=Invoice.total_cents - _settled
)
UNPAID = ~_is_note & (LEFT > 0)
_late = col(Invoice.due_on) < _today
FILTERS: dict[str, Any] = {
    "": sqlalchemy.true(),
    "dues": UNPAID,
    InvoiceState.TO_PAY: UNPAID & ~_late & (_settled <= 0),
    InvoiceState.PARTIAL: UNPAID & ~_late & (_settled > 0),
    InvoiceState.LATE: UNPAID & _late,
    InvoiceState.PAID: ~_is_note & (LEFT <= 0),
    InvoiceState.CREDIT: _is_note,
}


def _rows(*conditions: Any) -> Any:
    stored = [getattr(Invoice, name) for name in InvoiceRow._fields[:10]]
    return (
        sqlalchemy.select(*stored, *_paid_and_since())
        .where(_company, *conditions)
        .order_by(col(Invoice.issued_on).desc(), col(Invoice.id).desc())
    )


_issued = col(Invoice.issued_on).between(bindparam("since", type_=Date), bindparam("until", type_=Date))
_before = sqlalchemy.tuple_(col(Invoice.issued_on), col(Invoice.id)) < sqlalchemy.tuple_(
    bindparam("place", type_=Date), bindparam("row")
)
_PAGES = {key: _rows(each, _issued, _before).limit(bindparam("most")) for key, each in FILTERS.items()}
_ONE = _rows(col(Invoice.id) == bindparam("invoice"))
_NOTES = _rows(col(Invoice.settles_id) == bindparam("invoice"))


def _totals() -> Any:
    each = (
        sqlalchemy.select(
            LEFT.label("left"),
            (UNPAID & _late).label("late"),
            col(Invoice.issued_on).label("issued_on"),
            col(Invoice.due_on).label("due_on"),
        )
        .where(_company)
        .subquery()
    )
    left = each.c.left
    counted = [(left > 0, left), ((left > 0) & each.c.late, left), (left < 0, -left)]
    sums = [func.coalesce(func.sum(sqlalchemy.case((when, what), else_=0)), 0) for when, what in counted]
    due_on = func.min(sqlalchemy.case((left > 0, each.c.due_on)))
    return sqlalchemy.select(*sums, func.min(each.c.issued_on), func.max(each.c.issued_on), due_on)


_TOTALS = _totals()


async def invoices_before(
    access: MemberAccess,
    state: str,
    year: int | None,
    place: tuple[date, int] | None,
    today: date,
    most: int = PAGE + 1,
) -> list[InvoiceRow]:
    """The latest first, of this state and year: a page of them, and one more if there are more."""
    at, row = place or (LAST, 0)
    since, until = (date(year, 1, 1), date(year, 12, 31)) if year else (FIRST, LAST)
    given = {"place": at, "row": row, "since": since, "until": until, "most": most}
    rows = await access.table(_PAGES[state], given | {"company": access.company.key, "today": today})
    return [InvoiceRow(*row) for row in rows]


async def row_of(access: Access, invoice: Invoice) -> InvoiceRow:
    """The state of an invoice that the reader's door gave."""
    (row,) = await access.table(_ONE, {"company": invoice.company_id, "invoice": invoice.key})
    return InvoiceRow(*row)


async def notes_of(access: Access, invoice: Invoice) -> list[InvoiceRow]:
    """The credit notes that settle an invoice that the reader's door gave."""
    rows = await access.table(_NOTES, {"company": invoice.company_id, "invoice": invoice.key})
    return [InvoiceRow(*row) for row in rows]


_PAYMENTS = (
    of_company(Payment)
    .where(col(Payment.invoice_id) == bindparam("invoice"))
    .order_by(col(Payment.paid_on), col(Payment.id))
)


async def payments_of(access: Access, invoice: Invoice) -> list[Payment]:
    """Payments of an invoice that the reader's door gave, in the order of their days."""
    return list(await access.all(_PAYMENTS, {"company": invoice.company_id, "invoice": invoice.key}))


async def totals_of(access: MemberAccess, today: date) -> Totals:
    return await totals_at(access, access.company.key, today)


async def totals_at(access: Access, company_id: int, today: date) -> Totals:
    """The same of a company that the reader's door gave."""
    (row,) = await access.table(_TOTALS, {"company": company_id, "today": today})
    return Totals(*row)


async def invoices_of(
    access: Access, company_id: int, state: str, today: date, most: int
) -> list[InvoiceRow]:
    """The latest invoices of a company that the reader's door gave, of this state or of all."""
    given = {"place": LAST, "row": 0, "since": FIRST, "until": LAST, "most": most}
    rows = await access.table(_PAGES[state], given | {"company": company_id, "today": today})
    return [InvoiceRow(*row) for row in rows]


_DEBIT = (
    of_company(Debit)
    .where(col(Debit.invoice_id) == bindparam("invoice"))
    .where(col(Debit.state).in_((DebitState.PLANNED, DebitState.FILED)))
    .limit(1)
)
_RUN_DAY = sqlalchemy.select(col(DebitRun.collect_on)).where(col(DebitRun.id) == bindparam("run"))


async def coming_debit(access: Access, invoice: Invoice) -> tuple[date, str] | None:
    """The day when an invoice that the reader's door gave is debited, and the end of the account's number."""
    debit = await access.first(_DEBIT, {"company": invoice.company_id, "invoice": invoice.key})
    if debit is None:
        return None
    rows = await access.table(_RUN_DAY, {"run": debit.run_id})
    return rows[0][0], debit.iban_last


# Invoices of a person's companies together, in one statement or two whatever their number.


_LATE = (
    sqlalchemy.select(col(Company.code), col(Membership.roles), LEFT)
    .select_from(Membership)
    .join(Company, col(Company.id) == Membership.company_id)
    .join(Invoice, col(Invoice.company_id) == Membership.company_id)
    .where(
        col(Membership.account_id) == bindparam("account"), is_alive(_today),
        col(Invoice.company_id) == col(Company.id), UNPAID, col(Invoice.due_on) < _today,
    )
)  # fmt: skip


async def late_at(access: AccountAccess, today: date) -> dict[str, int]:
    """Amounts overdue in each company of this account, in cents, by code: only where it sees the invoices."""
    late: dict[str, int] = {}
    for code, roles, left in await access.table(_LATE, {"account": access.account.key, "today": today}):
        if Right.INVOICES in rights_of(roles):
            late[code] = late.get(code, 0) + left
    return late


class Bill(NamedTuple):
    """An invoice with all that its paper says."""

    company: Company
    invoice: Invoice
    row: InvoiceRow
    payments: list[Payment]


def _at(account: int, codes: list[str], year: int | None, today: date) -> list[Any]:
    """The conditions of invoices of these companies of the account, in that year or whenever."""
    since, until = (date(year, 1, 1), date(year, 12, 31)) if year else (FIRST, LAST)
    return [
        col(Membership.account_id) == account, is_alive(today), col(Company.code).in_(codes),
        col(Invoice.company_id) == col(Company.id), col(Invoice.issued_on).between(since, until),
    ]  # fmt: skip


async def numbers_at(access: AccountAccess, codes: list[str], today: date) -> dict[int, int]:
    """The number of invoices of these companies in all, by year, the latest first: only where this account
    sees them.
    """
    year = sqlalchemy.extract("year", col(Invoice.issued_on))
    statement = (
        sqlalchemy.select(year, col(Membership.roles), func.count(col(Invoice.id)))
        .select_from(Membership)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Invoice, col(Invoice.company_id) == Membership.company_id)
        .where(*_at(access.account.key, codes, None, today))
        .group_by(year, col(Membership.id))
        .order_by(year.desc())
    )
    numbers: dict[int, int] = {}
    for of, roles, number in await access.table(statement):
        if Right.INVOICES in rights_of(roles):
            numbers[int(of)] = numbers.get(int(of), 0) + number
    return numbers


async def bills_at(
    access: AccountAccess, codes: list[str], year: int | None, today: date, most: int
) -> list[Bill]:
    """Invoices of these companies by company, the latest first, `most` at most: only where this account sees
    them.
    """
    read: list[Any] = [Membership.roles, Company, Invoice, *_paid_and_since()]
    statement: Any = (
        sqlalchemy.select(*read)
        .select_from(Membership)
        .join(Company, col(Company.id) == Membership.company_id)
        .join(Invoice, col(Invoice.company_id) == Membership.company_id)
        .where(*_at(access.account.key, codes, year, today))
        .order_by(col(Company.code), col(Invoice.issued_on).desc(), col(Invoice.id).desc())
        .limit(most)
    )
    found = [
        (company, invoice, settled)
        for roles, company, invoice, *settled in await access.rows(statement)
        if Right.INVOICES in rights_of(roles)
    ]
    return await _bills(access, found)


async def bills_of(access: MemberAccess, year: int, most: int) -> list[Bill]:
    """Invoices of this company and that year, the latest first, `most` at most."""
    company, since, until = await access.company_row(), date(year, 1, 1), date(year, 12, 31)
    statement: Any = (
        sqlalchemy.select(Invoice, *_paid_and_since())
        .where(col(Invoice.company_id) == access.company.key)
        .where(col(Invoice.issued_on).between(since, until))
        .order_by(col(Invoice.issued_on).desc(), col(Invoice.id).desc())
        .limit(most)
    )
    return await _bills(access, [(company, each, settled) for each, *settled in await access.rows(statement)])


async def _bills(access: Access, found: list[tuple[Company, Invoice, list[Any]]]) -> list[Bill]:
    """With their payments; `settled`: the last four of `InvoiceRow`."""
    payments = await _payments_among(access, [invoice for _, invoice, _ in found])
    stored = InvoiceRow._fields[:10]
    return [
        Bill(
            company,
            invoice,
            InvoiceRow(*(getattr(invoice, name) for name in stored), *settled),
            payments.get(invoice.key, []),
        )
        for company, invoice, settled in found
    ]


async def _payments_among(access: Access, invoices: list[Invoice]) -> dict[int, list[Payment]]:
    """By invoice, in the order of their days."""
    companies = {each.company_id for each in invoices}
    theirs = (
        select(Payment)
        .where(col(Payment.company_id).in_(companies), col(Payment.invoice_id).in_([i.key for i in invoices]))
        .order_by(col(Payment.paid_on), col(Payment.id))
    )
    found: dict[int, list[Payment]] = {}
    for each in await access.all(theirs):
        found.setdefault(each.invoice_id, []).append(each)
    return found
