"""Credits of a statement matched with open invoices, by dictionaries made once. Pure.

Sure: the line names an invoice, by the reference printed on it (ISO 11649) or by its number, and pays at most
what is owed. Doubtful: only the amount and a name agree, the amount is not that of the invoices named, or the
same money may be recorded already, by hand or from a statement in another format. Money in cents.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from app.bank.rules import Movement
from app.invoices.rules import reference_of
from app.text.search import words_of
from db.models import LineMatch
from db.numbers import is_digits

WRITTEN = re.compile(r"[A-Z0-9]+(?:[-/][A-Z0-9]+)*")
RUN = re.compile(r"[A-Z0-9]+")
MOST_RUNS = 8  # groups of four of the longest reference, and one more
# What somebody records by hand has the day of the paper, what the bank sends the day of its books.
NEARBY = timedelta(days=5)
SHORTEST = 5  # characters of a number that is recognised among other words
# Words of a company's name that tell nothing.
EMPTY = frozenset(
    {
        *("sa", "sas", "sasu", "sarl", "eurl", "sci", "scp", "scop", "snc", "selarl", "ei", "ets", "ste"),
        *("etablissements", "entreprise", "societe", "association", "asso", "d", "de", "du", "des", "l"),
        *("la", "le", "les", "et", "en", "a", "au", "aux"),
    }
)


class OpenInvoice(NamedTuple):
    """An invoice as it is matched; `left_cents`: 0 or below for one that is paid."""

    id: int
    company_id: int
    number: str
    left_cents: int
    due_on: date
    code: str
    company: str


class Paid(NamedTuple):
    """A payment that an invoice has already."""

    cents: int
    paid_on: date
    method: str


class Matched(NamedTuple):
    """Payments of a line: `shares` are (invoice, cents) whose sum is the line's; `over_cents`: more than was
    owed.
    """

    match: LineMatch
    shares: tuple[tuple[int, int], ...] = ()
    over_cents: int = 0

    @property
    def is_taken(self) -> bool:
        return self.match == LineMatch.SURE


@dataclass(slots=True)
class Ledger:
    """Invoices by what a line may say of them, and what is left of each as lines are matched. `payments`: by
    invoice, those that no line of this statement made.
    """

    invoices: Iterable[OpenInvoice]
    payments: Mapping[int, Sequence[Paid]] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    by_id: dict[int, OpenInvoice] = field(default_factory=dict)
    by_reference: dict[str, OpenInvoice] = field(default_factory=dict)
    by_number: dict[str, list[OpenInvoice]] = field(default_factory=lambda: defaultdict(list))
    by_company: dict[int, list[OpenInvoice]] = field(default_factory=lambda: defaultdict(list))
    by_amount: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    names: dict[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.invoices:
            self.left[each.id], self.by_id[each.id] = each.left_cents, each
            self.by_reference[reference_of(each.number)] = each
            self.by_number[bare(each.number)].append(each)
            if each.left_cents > 0:
                self.by_company[each.company_id].append(each)
        for company, theirs in self.by_company.items():
            theirs.sort(key=lambda each: (each.due_on, each.id))
            self.names[company] = frozenset(words_of(theirs[0].company)) - EMPTY
            for cents in {each.left_cents for each in theirs} | {sum(each.left_cents for each in theirs)}:
                self.by_amount[cents].add(company)


def bare(number: str) -> str:
    """F2026-1 → F20261"""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def match_all(movements: Sequence[Movement], known: Sequence[bool], ledger: Ledger) -> list[Matched]:
    """A match for each movement, in order. `known`: those that another statement has recorded.

    Lines that name their invoices are served first: a doubtful one does not take what they pay.
    """
    found: list[Matched | None] = []
    for each, is_known in zip(movements, known, strict=True):
        if is_known:
            found.append(Matched(LineMatch.KNOWN))
        elif each.cents <= 0:
            found.append(Matched(LineMatch.DEBIT))
        else:
            found.append(_named(each, ledger))
    return [match or _guessed(movement, ledger) for match, movement in zip(found, movements, strict=True)]


def _named(movement: Movement, ledger: Ledger) -> Matched | None:
    named = invoices_named(f"{movement.label} {movement.payer} {movement.own}", ledger)
    if not named:
        return None
    named.sort(key=lambda each: (each.due_on, each.id))
    shares, over = share(movement.cents, named, ledger.left)
    owed = sum(max(0, ledger.left[each.id]) for each in named)
    is_named_well = movement.cents == owed or (len(named) == 1 and not is_digits(named[0].number))
    is_sure = (
        is_named_well and not over and not twin(movement.cents, movement.booked_on, shares, ledger.payments)
    )
    if is_sure:
        _take(shares, ledger)
    return Matched(LineMatch.SURE if is_sure else LineMatch.DOUBTFUL, shares, over)


def twin(
    cents: int, on: date, shares: Iterable[Sequence[int]], payments: Mapping[int, Sequence[Paid]]
) -> Paid | None:
    """The payment of one of these invoices that may be this very money: the same cents, a nearby day."""
    for number, part in shares:
        for each in payments.get(number, ()):
            if each.cents in {cents, part} and abs(each.paid_on - on) <= NEARBY:
                return each
    return None


def share(
    cents: int, invoices: Sequence[OpenInvoice], left: dict[int, int]
) -> tuple[tuple[tuple[int, int], ...], int]:
    """Pay invoices in this order with these cents: the shares, and what is too much, which goes to the last
    and becomes a credit of its member.
    """
    shares: dict[int, int] = {}
    rest = cents
    for each in invoices:
        part = min(rest, max(0, left[each.id]))
        if part:
            shares[each.id] = part
        rest -= part
    if rest and invoices:
        shares[invoices[-1].id] = shares.get(invoices[-1].id, 0) + rest
    return tuple(shares.items()), rest


def _take(shares: Iterable[tuple[int, int]], ledger: Ledger) -> None:
    for number, cents in shares:
        ledger.left[number] -= cents


def invoices_named(words: str, ledger: Ledger) -> list[OpenInvoice]:
    """Invoices that these words name, each once: by reference, else by number as it is written, else by
    number cut by spaces, if it then names one only.
    """
    upper = words.upper()
    runs = RUN.findall(upper)
    found = {each.id: each for each in _by_reference(runs, ledger)}
    if not found:
        for token in WRITTEN.findall(upper):
            found |= {each.id: each for each in _numbered(bare(token), ledger)}
    if not found:
        joined = {each.id: each for text in _joined(runs) for each in _numbered(text, ledger)}
        found = joined if len(joined) == 1 else {}
    return list(found.values())


def _by_reference(runs: Sequence[str], ledger: Ledger) -> Iterable[OpenInvoice]:
    for at, run in enumerate(runs):
        start = run.rfind("RF")  # some banks run it on to the word before
        if start < 0:
            continue
        text = run[start:]
        for following in range(at + 1, at + 1 + MOST_RUNS):
            if text in ledger.by_reference:
                yield ledger.by_reference[text]
                break
            if following >= len(runs):
                break
            text += runs[following]


def _numbered(text: str, ledger: Ledger) -> list[OpenInvoice]:
    if len(text) < SHORTEST or not any(is_digits(each) for each in text):
        return []
    found = ledger.by_number.get(text, [])
    return found if len(found) == 1 else []


def _joined(runs: Sequence[str]) -> Iterable[str]:
    for at in range(len(runs)):
        for size in (2, 3, 4):
            if at + size <= len(runs):
                yield "".join(runs[at : at + size])


def _guessed(movement: Movement, ledger: Ledger) -> Matched:
    """By amount and name: one member only may fit."""
    candidates = ledger.by_amount.get(movement.cents, set())
    if not candidates:
        return Matched(LineMatch.UNKNOWN)
    words = frozenset(words_of(f"{movement.payer} {movement.label}"))
    fitting = [each for each in candidates if ledger.names[each] and ledger.names[each] <= words]
    # « Le Gall Transports » is not « Le Gall », whose words are all there too.
    most = max((len(ledger.names[each]) for each in fitting), default=0)
    fitting = [each for each in fitting if len(ledger.names[each]) == most]
    if len(fitting) != 1:
        return Matched(LineMatch.UNKNOWN)
    theirs = [each for each in ledger.by_company[fitting[0]] if ledger.left[each.id] > 0]
    one = [each for each in theirs if ledger.left[each.id] == movement.cents]
    paid = one[:1] or theirs
    if sum(ledger.left[each.id] for each in paid) != movement.cents:
        return Matched(LineMatch.UNKNOWN)
    shares, _ = share(movement.cents, paid, ledger.left)
    _take(shares, ledger)
    return Matched(LineMatch.DOUBTFUL, shares)
