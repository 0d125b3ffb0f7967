"""A statement as every format gives it, its balances, and the lines of the service's own account. Pure.

Money in cents, signed: below zero, it went. Refusals are `WrongStatement`, with what to do in French.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.text.formats import amount, day

MOST_LINES = 50_000
LONGEST_LABEL, LONGEST_PAYER, LONGEST_REFERENCE = 500, 140, 40
NO_IBAN = "L’IBAN du service n’est pas réglé : sans lui, le portail ne reconnaît pas vos relevés."
NOT_OURS = "Ce relevé n’est pas celui du compte du service : il porte sur {others}."
MANY = f"Ce relevé compte plus de {MOST_LINES} mouvements : demandez-le à la banque pour moins de jours."
NOTHING = "Ce relevé ne contient aucun mouvement."
UNBALANCED = (
    "Le relevé du {until} ne tombe pas juste : {opening} au départ et {moved} de mouvements ne font pas "
    "{closing}. Le fichier est incomplet : téléchargez-le de nouveau auprès de la banque."
)
GAP = (
    "Il manque des jours : le solde au {until} est {closing}, et la suite commence à {opening}. "
    "Téléchargez le relevé entier auprès de la banque."
)


class WrongStatement(ValueError):  # noqa: N818
    """The reason why a file cannot be taken, in French."""


class Movement(NamedTuple):
    """One line of a statement. `own`: the bank's reference, "" for none."""

    booked_on: date
    cents: int
    label: str
    payer: str = ""
    own: str = ""


@dataclass(slots=True)
class Block:
    """Movements between two balances of an account: of some days, or of one."""

    account: str
    since: date
    opening_cents: int
    until: date
    closing_cents: int
    movements: list[Movement]

    @property
    def moved_cents(self) -> int:
        return sum(each.cents for each in self.movements)


@dataclass(slots=True)
class Other:
    """Another account of the same file: its lines are counted, and nothing else of it is read."""

    account: str
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """The blocks of the service's account as one. `aside`: other account → number of its lines."""

    since: date
    until: date
    opening_cents: int
    closing_cents: int
    movements: list[Movement]
    aside: dict[str, int]
    fingerprint: str


def statement_of(blocks: Sequence[Block | Other], iban: str) -> Statement:
    """The service's own account, of all those in the file; its balances must hold from end to end."""
    if not iban:
        raise WrongStatement(NO_IBAN)
    mine = [each for each in blocks if isinstance(each, Block)]
    aside = Counter[str]()
    for each in blocks:
        if isinstance(each, Other):
            aside[each.account] += each.lines
    if not mine:
        raise WrongStatement(NOT_OURS.format(others=", ".join(list(aside)[:3]) or "aucun compte"))
    _check(mine)
    movements = [each for block in mine for each in block.movements]
    if not movements:
        raise WrongStatement(NOTHING)
    if len(movements) > MOST_LINES:
        raise WrongStatement(MANY)
    first, last = mine[0], mine[-1]
    opening, closing = first.opening_cents, last.closing_cents
    parts = (part for each in movements for part in each)
    mark = _mark(iban, first.since, last.until, opening, closing, *parts)
    return Statement(first.since, last.until, opening, closing, movements, dict(aside), mark)


def is_account(account: str, iban: str) -> bool:
    """True for the IBAN itself, or for its bank, branch and account, as a CFONB file writes them."""
    return account in {iban, iban[4:25]}


def _check(blocks: Sequence[Block]) -> None:
    before: Block | None = None
    for each in blocks:
        if each.opening_cents + each.moved_cents != each.closing_cents:
            raise WrongStatement(
                UNBALANCED.format(
                    until=day(each.until), opening=amount(each.opening_cents),
                    moved=amount(each.moved_cents), closing=amount(each.closing_cents),
                )
            )  # fmt: skip
        if before and before.closing_cents != each.opening_cents:
            raise WrongStatement(
                GAP.format(
                    until=day(before.until), closing=amount(before.closing_cents),
                    opening=amount(each.opening_cents),
                )
            )  # fmt: skip
        before = each


def references_of(movements: Iterable[Movement], iban: str) -> Iterator[str]:
    """A reference for each movement: the same in every file of one format that holds it, since two statements
    may overlap. CFONB120 and camt.053 cut words and names elsewhere, and their references differ: `matching`
    doubts what would pay twice.

    Movements alike on one day are told apart by their order.
    """
    alike = Counter[Movement]()
    for each in movements:
        alike[each] += 1
        mark = _mark(iban, each.booked_on, each.cents, each.label, each.payer, each.own, alike[each])
        yield f"{each.own} {mark[:16]}".strip()


def _mark(*parts: object) -> str:
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
