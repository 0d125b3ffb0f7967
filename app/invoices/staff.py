"""Acts of the service: issue an invoice, a credit note, record a payment. Each is in the history."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from app.access import StaffAccess
from app.clock import day_of
from app.errors import NotFound, Refused
from app.invoices.credit_notes import taken_back
from app.invoices.numbers import DRAWN, draw_number
from app.invoices.paper import paper_of
from app.invoices.parties import Printed, printed_now, printed_of, usual_period
from app.invoices.queries import row_of
from app.invoices.rules import (
    BIGGEST_CENTS,
    LOSS,
    NUMBER,
    Amounts,
    BilledLine,
    amounts_of,
    stored_line,
)
from app.mail.outbox import queue_mail
from app.rights import Right, rights_of
from app.text.formats import amount, day
from app.text.vat import VAT_POINTS, percent
from db.models import (
    Account,
    AuditKind,
    Company,
    CompanyContact,
    ContactKind,
    Invoice,
    InvoiceKind,
    JournalEntry,
    Membership,
    Payment,
    Tariff,
)

NOT_STORED = {"period", "exemption"}  # of an entry: they are printed
MANY = 500  # payments read and written at once
TAKEN = "Une facture porte déjà ce numéro."
WRITTEN_OFF = "Cette facture est passée en perte : annulez d’abord la perte."
NOT_CENTS = "Un montant s’écrit en centimes entiers, différent de zéro et de moins de 21 millions d’euros."


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice to issue. `number`: "" is the next one of the series; else capitals, digits, - and /, 21 at
    most. `receipt`: of the declaration that it bills, once. `period`: first
    and last day of what is billed; by default the year of a contribution, the day of anything else.
    `exemption`: why it bears no VAT, whatever its member pays usually.
    """

    number: str
    kind: InvoiceKind
    title: str
    issued_on: date
    due_on: date
    period: tuple[date, date] | None = None
    receipt: str | None = None
    exemption: str = ""

    @property
    def billed_period(self) -> tuple[date, date]:
        return self.period or usual_period(self.kind, self.issued_on)


@dataclass(frozen=True, slots=True)
class ReceivedPayment:
    """A payment on the bank's statement: `reference` is the bank's own."""

    cents: int
    paid_on: date
    method: str
    reference: str


async def issue_invoice(
    access: StaffAccess, company_id: int, entry: Entry, lines: Sequence[BilledLine], now: datetime,
    *, is_joined: bool = True, is_mailed: bool = True,
) -> Invoice:  # fmt: skip
    """Write an invoice once and mail its payer. A number that exists is refused with 409.

    `is_joined`: the file goes with the mail, or else the address where it is. `is_mailed`: False when another
    mail speaks of it.
    """
    company = await access.get(Company, company_id)
    if entry.kind == InvoiceKind.CREDIT_NOTE or entry.due_on < entry.issued_on:
        raise Refused("Une facture n’est pas un avoir, et son échéance suit sa date.")
    since, until = entry.billed_period
    if since > until:
        raise Refused("La période facturée finit avant de commencer.")
    exemption = entry.exemption or company.vat_exemption or access.portal.settings.service_vat_exemption
    taxed = (
        [replace(each, vat_points=0) for each in lines] if exemption else await _taxed(access, entry, lines)
    )
    payers, siren = await payers_of(access, company), await _siren_above(access, company)
    printed = printed_now(
        company, access.portal.settings, (since, until), exemption, email=next(iter(payers), ""), siren=siren
    )
    invoice = await _add(access, company, entry, taxed, printed, now)
    _record(access, AuditKind.INVOICE_ISSUED, invoice, _about(invoice), now)
    await _mail(access, company, invoice, payers=payers if is_mailed else (), now=now, is_joined=is_joined)
    return invoice


async def issue_credit_note(
    access: StaffAccess, invoice_id: int, number: str, line: BilledLine, now: datetime,
    *, receipt: str | None = None, is_joined: bool = True, is_mailed: bool = True,
) -> Invoice:  # fmt: skip
    """Takes back all or part of an invoice: `line` is negative, and never more than what was invoiced.
    `number`, `receipt`: as in `Entry`; the same receipt twice is one. `is_joined`, `is_mailed`: as in
    `issue_invoice`.
    """
    invoice = await access.get(Invoice, invoice_id)
    await access.first(select(Invoice.number).where(col(Invoice.id) == invoice.key).with_for_update())
    same = select(Invoice).where(Invoice.settles_id == invoice.key, Invoice.receipt == receipt)
    if receipt and (made := await access.first(same)):
        return made
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise Refused("Un avoir ne s’annule pas par un avoir.")
    if (await row_of(access, invoice)).lost_cents:
        raise Refused(WRITTEN_OFF, status_code=409)
    notes = select(Invoice.lines).where(
        Invoice.company_id == invoice.company_id, Invoice.settles_id == invoice.key
    )
    before = await access.all(notes)
    line = taken_back(invoice.lines, before, line)
    company, today = await access.get(Company, invoice.company_id), day_of(now)
    settings, payers = access.portal.settings, await payers_of(access, company)
    of, settles = printed_of(invoice, company, settings), (invoice.number, invoice.issued_on)
    siren = of.buyer.siren or await _siren_above(access, company)
    printed = printed_now(
        company, settings, (of.since, of.until), of.vat_exemption, settles, next(iter(payers), ""), siren
    )
    title = f"Avoir sur {invoice.number}"
    entry = Entry(number, InvoiceKind.CREDIT_NOTE, title, today, today, receipt=receipt)
    note = await _add(access, company, entry, [line], printed, now, settles_id=invoice.key)
    _record(access, AuditKind.CREDIT_NOTE_ISSUED, note, f"{_about(note)}, sur {invoice.number}", now)
    await _mail(access, company, note, payers=payers if is_mailed else (), now=now, is_joined=is_joined)
    return note


async def record_payment(
    access: StaffAccess, invoice_id: int, received: ReceivedPayment, now: datetime
) -> Payment:
    """Record money received for an invoice. The same reference twice is one payment; with another amount it
    is refused with 409.
    """
    invoice = await access.get(Invoice, invoice_id)
    _check_payment(invoice, received)
    return await _add_payment(access, AuditKind.PAYMENT_RECORDED, invoice, received, now)


async def record_payments(
    access: StaffAccess, received: Sequence[tuple[int, ReceivedPayment]], now: datetime
) -> None:
    """The same for many invoices, by number, in a few statements for all."""
    for at in range(0, len(received), MANY):
        some = received[at : at + MANY]
        invoices = await _numbered(access, {number for number, _ in some})
        theirs = col(Payment.invoice_id).in_(invoices)
        known = set(await access.rows(select(Payment.invoice_id, Payment.reference).where(theirs)))
        for number, each in some:
            if number not in invoices:
                raise NotFound
            invoice = invoices[number]
            if (number, each.reference) in known:
                await _known_payment(access, invoice, each)
                continue
            _check_payment(invoice, each)
            known.add((number, each.reference))
            access.add(_payment_of(invoice, each, now))
            _record(access, AuditKind.PAYMENT_RECORDED, invoice, _about_payment(invoice, each), now)
        await access.flush()


async def remove_payments(access: StaffAccess, payments: Sequence[Payment], now: datetime) -> None:
    """Take back payments, or refunds, that were recorded by mistake."""
    for at in range(0, len(payments), MANY):
        some = payments[at : at + MANY]
        invoices = await _numbered(access, {each.invoice_id for each in some})
        await _withdraw_entries(access, some, now)
        for each in some:
            invoice = invoices[each.invoice_id]
            await access.delete(each)
            _record(access, _kind_removed(each), invoice, _about_payment(invoice, each), now)
        await access.flush()


def _kind_removed(payment: Payment) -> AuditKind:
    if payment.method == LOSS:
        return AuditKind.LOSS_REMOVED
    return AuditKind.PAYMENT_REMOVED if payment.cents > 0 else AuditKind.REFUND_REMOVED


async def _withdraw_entries(access: StaffAccess, payments: Sequence[Payment], now: datetime) -> None:
    """The entry of a payment stays in the books: another one will take it back."""
    keys = [each.key for each in payments]
    held: Any = select(Payment.entry_id).where(col(Payment.id).in_(keys)).with_for_update()
    if entries := [each for each in await access.all(held) if each]:
        withdrawn = update(JournalEntry).where(col(JournalEntry.id).in_(entries))
        await access.change(withdrawn.values(withdrawn_at=now))


async def _numbered(access: StaffAccess, ids: Collection[int]) -> dict[int, Invoice]:
    return {each.key: each for each in await access.all(select(Invoice).where(col(Invoice.id).in_(ids)))}


def _check_payment(invoice: Invoice, received: ReceivedPayment) -> None:
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise Refused("Un avoir ne se règle pas.")
    if not _is_cents(received.cents) or received.cents < 0:
        raise Refused(NOT_CENTS)
    if not received.reference.strip():
        raise Refused("Un règlement a une référence : celle de la banque, ou le numéro du chèque.")


def _payment_of(invoice: Invoice, received: ReceivedPayment, now: datetime) -> Payment:
    return Payment(company_id=invoice.company_id, invoice_id=invoice.key, created_at=now, **asdict(received))


def _about_payment(invoice: Invoice, received: ReceivedPayment | Payment) -> str:
    about = f"{amount(abs(received.cents))} le {day(received.paid_on)}, facture {invoice.number}"
    return f"{about} : {received.reference}" if received.method == LOSS else about


async def record_loss(access: StaffAccess, invoice: Invoice, lost: ReceivedPayment, now: datetime) -> Payment:
    """Record that what is left of an invoice will not come, as if it had: whoever asks has checked it."""
    return await _add_payment(access, AuditKind.LOSS_RECORDED, invoice, lost, now)


async def record_refund(
    access: StaffAccess, invoice_id: int, given: ReceivedPayment, now: datetime
) -> Payment:
    """Record money given back, as a payment below zero: never more than is owed to the member. `given`: as a
    payment received, in cents above zero.
    """
    invoice = await access.get(Invoice, invoice_id)
    await access.first(select(Invoice.number).where(col(Invoice.id) == invoice.key).with_for_update())
    back = replace(given, cents=-given.cents)
    mine = select(Payment).where(Payment.invoice_id == invoice.key, Payment.reference == back.reference)
    if await access.first(mine):
        return await _known_payment(access, invoice, back)
    owed = -(await row_of(access, invoice)).left_cents
    if not 0 < given.cents <= owed:
        owed_words = f"on doit {amount(owed)} à l’adhérent" if owed > 0 else "on ne doit rien à l’adhérent"
        raise Refused(f"Un remboursement ne dépasse pas ce qui est dû : {owed_words}.", "amount")
    return await _add_payment(access, AuditKind.REFUND_RECORDED, invoice, back, now)


async def _add_payment(
    access: StaffAccess, kind: AuditKind, invoice: Invoice, received: ReceivedPayment, now: datetime
) -> Payment:
    payment = _payment_of(invoice, received, now)
    try:
        async with access.savepoint():
            access.add(payment)
            await access.flush()
    except IntegrityError:
        return await _known_payment(access, invoice, received)
    _record(access, kind, invoice, _about_payment(invoice, received), now)
    return payment


def _record(access: StaffAccess, kind: AuditKind, invoice: Invoice, about: str, now: datetime) -> None:
    access.record(kind, now, access.account.key, invoice.company_id, about, invoice.key)


async def _known_payment(access: StaffAccess, invoice: Invoice, received: ReceivedPayment) -> Payment:
    mine = access.select(Payment).where(
        Payment.company_id == invoice.company_id,
        Payment.invoice_id == invoice.key, Payment.reference == received.reference,
    )  # fmt: skip
    existing = await access.first(mine)
    if existing is None or (existing.cents, existing.paid_on) != (received.cents, received.paid_on):
        raise Refused(
            "Ce règlement est déjà enregistré avec un autre montant ou une autre date.", status_code=409
        )
    return existing


async def _taxed(access: StaffAccess, entry: Entry, lines: Sequence[BilledLine]) -> list[BilledLine]:
    """Each line with its rate: its own, else the tariff's for what the tariff prices, else the service's."""
    points = int(access.portal.settings.service_vat_percent * 100)
    if entry.kind in {InvoiceKind.CONTRIBUTION, InvoiceKind.ENTRY}:
        of_year = select(Tariff).where(col(Tariff.year) == entry.billed_period[0].year)
        tariff = await access.first(of_year)
        points = tariff.rules.get("vat_points", points) if tariff else points
    taxed = [
        replace(each, vat_points=points if each.vat_points is None else each.vat_points) for each in lines
    ]
    for each in taxed:
        if each.vat_points not in VAT_POINTS:
            raise Refused(f"{percent(each.vat_points or 0)} n’est pas un taux de TVA en France.")
    return taxed


async def _add(
    access: StaffAccess, company: Company, entry: Entry, lines: Sequence[BilledLine], printed: Printed,
    now: datetime, settles_id: int | None = None,
) -> Invoice:  # fmt: skip
    amounts = _checked_amounts(lines)
    if DRAWN.fullmatch(entry.number):
        raise Refused("Ce numéro est de ceux que le portail donne lui-même, à la suite.")
    number = entry.number or await draw_number(access, entry.kind, entry.issued_on)
    if not NUMBER.fullmatch(number):
        raise Refused(
            "Un numéro compte 21 caractères au plus : majuscules, chiffres, tiret ou barre oblique."
        )
    fields = {name: value for name, value in asdict(entry).items() if name not in NOT_STORED} | {
        "number": number
    }
    invoice = Invoice(
        company_id=company.key, created_at=now, settles_id=settles_id, **fields, **asdict(amounts),
        lines=[stored_line(each) for each in lines], printed=printed.stored(),
    )  # fmt: skip
    try:
        async with access.savepoint():
            access.add(invoice)
            await access.flush()
    except IntegrityError:
        raise Refused(TAKEN, status_code=409) from None
    return invoice


def _checked_amounts(lines: Sequence[BilledLine]) -> Amounts:
    """Whole cents, whatever was given: half a cent would be rounded somewhere, out of sight."""
    if not lines or not all(_is_cents(each.unit_cents) and _is_cents(each.quantity) for each in lines):
        raise Refused(NOT_CENTS)
    amounts = amounts_of([stored_line(each) for each in lines])
    if not _is_cents(amounts.total_cents):
        raise Refused(NOT_CENTS)
    return amounts


def _is_cents(value: object) -> bool:
    return type(value) is int and 0 < abs(value) <= BIGGEST_CENTS


def _about(invoice: Invoice) -> str:
    return f"{invoice.number}, {amount(invoice.total_cents)} TTC"


async def _mail(
    access: StaffAccess, company: Company, invoice: Invoice, payers: Sequence[str], now: datetime,
    *, is_joined: bool,
) -> None:  # fmt: skip
    """Mail the invoice as a file, since the payer may have no account here; of tens of thousands at once,
    only where it is.
    """
    if not is_joined:
        for recipient in payers:
            queue_mail(
                access, "invoice_called", recipient, now, code=company.code,
                company=f"{company.code} - {company.name}", invoice_id=invoice.key, number=invoice.number,
                title=invoice.title, total_cents=invoice.total_cents, due=day(invoice.due_on),
                is_note=invoice.kind == InvoiceKind.CREDIT_NOTE,
            )  # fmt: skip
        return
    row, settings = await row_of(access, invoice), access.portal.settings
    paper = paper_of(company, invoice, row, payments=[], settings=settings, today=day_of(now))
    for recipient in payers:
        queue_mail(
            access, "invoice_issued", recipient, now, code=company.code,
            company=f"{company.code} - {company.name}", invoice_id=invoice.key, invoice_paper=paper,
        )  # fmt: skip


async def _siren_above(access: StaffAccess, company: Company) -> str:
    """The SIREN of the member whose site this is: one company has one, whatever its places."""
    if company.siret or not company.is_site:
        return ""
    siret = await access.first(select(Company.siret).where(col(Company.code) == company.member_code))
    return (siret or "")[:9]


async def payers_of(access: StaffAccess, company: Company) -> list[str]:
    """The billing contact, else the company's own address, else its people who see the invoices."""
    contact = select(CompanyContact.email).where(
        CompanyContact.company_id == company.key, CompanyContact.kind == ContactKind.BILLING
    )
    if known := await access.first(contact) or company.email:
        return [known]
    people = (
        select(Account.email, Membership.roles)
        .select_from(Membership)
        .join(Account, col(Account.id) == Membership.account_id)
        .where(Membership.company_id == company.key, ~col(Membership.third_party))
    )
    rows = await access.rows(people.order_by(col(Account.id)))
    return [email for email, roles in rows if Right.INVOICES in rights_of(roles)]
