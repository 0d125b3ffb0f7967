"""A statement and its lines as the pages display them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.bank.matching import OpenInvoice, Paid, twin
from app.bank.queries import Tally
from app.text.formats import amount, short_day
from db.models import BankStatement, LineMatch, StatementLine, StatementWork

KINDS = {
    LineMatch.DOUBTFUL: "à vérifier",
    LineMatch.UNKNOWN: "sans facture trouvée",
    LineMatch.SURE: "sûres",
    LineMatch.CHOSEN: "choisies à la main",
    LineMatch.DEBIT: "débits",
    LineMatch.KNOWN: "déjà enregistrées",
}
CAPTIONS = {
    LineMatch.DOUBTFUL: "Lignes à vérifier : sans référence, ou d’un autre montant que ce qui est dû",
    LineMatch.UNKNOWN: "Lignes sans facture trouvée",
    LineMatch.SURE: "Lignes sûres : elles citent leur facture",
    LineMatch.CHOSEN: "Lignes choisies à la main",
    LineMatch.DEBIT: "Débits : prélèvements rejetés, remboursements, frais",
    LineMatch.KNOWN: "Lignes déjà enregistrées par un autre relevé",
}
FIXED = {LineMatch.KNOWN}


class ShownLine(NamedTuple):
    """`pays`: the invoices that it pays, as (id, number, words); `over`: what is too much, "" for nothing;
    `settled`: why it may be paid already, "" for nothing.
    """

    id: int
    booked: str
    amount: str
    payer: str
    label: str
    pays: list[tuple[int, str, str]]
    over: str
    settled: str
    is_taken: bool
    is_applied: bool
    may_change: bool


def title_of(statement: BankStatement) -> str:
    """« Relevé du 02/03/2026 », or « du 01/03/2026 au 31/03/2026 »."""
    since, until = short_day(statement.since), short_day(statement.until)
    return f"Relevé du {until}" if since == until else f"Relevé du {since} au {until}"


def state_of(statement: BankStatement) -> tuple[str, str]:
    if statement.work != StatementWork.IDLE:
        return "en cours", "wait"
    return ("enregistré", "ok") if statement.applied_at else ("à relire", "wait")


def aside_words(statement: BankStatement) -> str:
    """« FR76… (3 lignes) »: other accounts of the file."""
    return ", ".join(f"{account} ({number})" for account, number in statement.aside.items())


def shown_line(
    line: StatementLine, invoices: Mapping[int, OpenInvoice], payments: Mapping[int, Sequence[Paid]]
) -> ShownLine:
    pays = []
    for number, cents in line.shares:
        if found := invoices.get(number):
            part = f", {amount(cents)}" if len(line.shares) > 1 else ""
            pays.append((found.id, found.number, f"{part} – {found.code} {found.company}"))
    return ShownLine(
        id=line.key, booked=short_day(line.booked_on), amount=amount(line.cents), payer=line.payer,
        label=line.label, pays=pays, over=amount(line.over_cents) if line.over_cents else "",
        settled="" if line.applied_at else _settled_words(line, invoices, payments), is_taken=line.is_taken,
        is_applied=line.applied_at is not None,
        may_change=line.applied_at is None and line.match not in FIXED,
    )  # fmt: skip


def _settled_words(
    line: StatementLine, invoices: Mapping[int, OpenInvoice], payments: Mapping[int, Sequence[Paid]]
) -> str:
    if like := twin(line.cents, line.booked_on, line.shares, payments):
        how = f" par {like.method}" if like.method else ""
        recorded = f"{amount(like.cents)} y sont enregistrés au {short_day(like.paid_on)}{how}"
        return f"Peut-être déjà réglée : {recorded}."
    if line.cents < 0:
        return ""
    theirs = [invoices[number] for number, _ in line.shares if number in invoices]
    if theirs and all(each.left_cents <= 0 for each in theirs):
        return "Déjà réglée."
    return ""


class Sums(NamedTuple):
    """Of all the lines: how many wait to be recorded, and how many are."""

    waiting: int
    applied: int


def sums_of(tallies: Mapping[LineMatch, Tally]) -> Sums:
    rows = tallies.values()
    return Sums(sum(each.taken for each in rows), sum(each.applied for each in rows))


def waiting_elsewhere(tallies: Mapping[LineMatch, Tally], lines: Sequence[ShownLine]) -> int:
    """The number of lines to be recorded that this page does not list."""
    return sums_of(tallies).waiting - sum(each.is_taken and not each.is_applied for each in lines)


def first_kind(tallies: Mapping[LineMatch, Tally]) -> LineMatch:
    """The kind that asks for work, else the first there is."""
    return next((each for each in KINDS if each in tallies), LineMatch.SURE)


def displayed(lines: Sequence[ShownLine]) -> str:
    return ",".join(str(each.id) for each in lines)
