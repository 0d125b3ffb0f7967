"""camt.053, the banks' statement in XML (ISO 20022), of versions 001.02 to 001.13: read entry by entry.

A document type is refused, so no entity can grow or reach outside; memory holds one entry at a time. A booked
entry of several transfers, each with its amount in euros, is as many movements. Amounts become cents.
"""

import re
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from app.bank.rules import (
    LONGEST_LABEL,
    LONGEST_PAYER,
    LONGEST_REFERENCE,
    Block,
    Movement,
    Other,
    WrongStatement,
    is_account,
)

KIND = re.compile(r"camt\.053\.001\.(?:0[2-9]|1[0-3])")
START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|[A-Za-z])")
PARTS = {"Acct", "Bal", "Ntry"}  # what a statement is made of, as far as it is read
OPENINGS, CLOSING = ("OPBD", "PRCD"), "CLBD"
DAYS = ("BookgDt", "ValDt")
EUROS = "EUR"
PIECE = 1024 * 1024
NOT_CAMT = "Ce fichier XML n’est pas un relevé camt.053 : demandez à la banque ce format, ou CFONB120."
DAMAGED = "Ce relevé XML est coupé ou abîmé : téléchargez-le de nouveau auprès de la banque."
UNBOUND = "Ce relevé ne donne pas ses soldes de départ et de fin : demandez-en un complet à la banque."
CURRENCY = "Ce relevé est en {currency} : le portail ne tient que des euros."
DOCTYPE = "Ce fichier XML déclare un type de document, ce qu’aucune banque ne fait : il n’est pas lu."


def is_xml(content: bytes) -> bool:
    return bool(START.match(content))


def read_camt(content: bytes, iban: str) -> list[Block | Other]:
    """Blocks of this account, and the others, in the order of the file; `WrongStatement` when it is cut or is
    something else.
    """
    reader = _Reader(iban)
    try:
        for at in range(0, len(content), PIECE):
            reader.parser.Parse(content[at : at + PIECE], False)
        reader.parser.Parse(b"", True)
    except WrongStatement:
        raise
    except (expat.ExpatError, ValueError, LookupError):
        raise WrongStatement(DAMAGED) from None
    return reader.blocks


class _Reader:
    """`path`: names of the elements that are open; `tree`: of the part that is being read."""

    def __init__(self, iban: str) -> None:
        self.iban = iban
        self.blocks: list[Block | Other] = []
        self.other: Other | None = None
        self.path: list[str] = []
        self.tree: TreeBuilder | None = None
        self.account, self.movements = "", list[Movement]()
        self.balances: dict[str, tuple[date, int]] = {}
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._hear
        self.parser.StartDoctypeDeclHandler = _refuse

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        if not self.path and not KIND.search(space):
            raise WrongStatement(NOT_CAMT)
        if self.tree is None and self.path[-1:] == ["Stmt"] and local in PARTS:
            self.tree = TreeBuilder()
        self.path.append(local)
        if self.tree:
            self.tree.start(local, attributes)

    def _hear(self, text: str) -> None:
        if self.tree:
            self.tree.data(text)

    def _end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        self.path.pop()
        if self.tree:
            self.tree.end(local)
            if self.path[-1] == "Stmt":
                part, self.tree = self.tree.close(), None
                self._take(part)
        elif local == "Stmt":
            self._close()

    def _take(self, part: Element) -> None:
        if part.tag == "Acct":
            self.account = _text(part, "Id/IBAN") or _text(part, "Id/Othr/Id")
            self.other = None if is_account(self.account, self.iban) else Other(self.account)
        elif self.other:
            self.other.lines += part.tag == "Ntry"
        elif part.tag == "Bal":
            kind = _text(part, "Tp/CdOrPrtry/Cd")
            self.balances.setdefault(kind, (_day(part, "Dt"), _signed(part)))
        elif _text(part, "Sts/Cd") in {"", "BOOK"} and _text(part, "Sts") in {"", "BOOK"}:
            self.movements += _movements(part, self._day_of(part))

    def _day_of(self, entry: Element) -> date:
        """The day of its booking, else the one from which it counts, else the statement's."""
        for path in DAYS:
            if entry.find(path) is not None:
                return _day(entry, path)
        return self.balances[CLOSING][0]

    def _close(self) -> None:
        if self.other:
            self.blocks.append(self.other)
            self.other = None
            return
        opening = next((self.balances[each] for each in OPENINGS if each in self.balances), None)
        closing = self.balances.get(CLOSING)
        if not opening or not closing:
            raise WrongStatement(UNBOUND)
        self.blocks.append(Block(self.account, opening[0], opening[1], *closing, self.movements))
        self.account, self.balances, self.movements = "", {}, []


def _refuse(*_: Any) -> None:
    raise WrongStatement(DOCTYPE)


def _movements(entry: Element, on: date) -> list[Movement]:
    """The entry, or its transfers when each says its amount in euros and they make it up."""
    cents, own = _signed(entry), _text(entry, "AcctSvcrRef")
    details = entry.findall("NtryDtls/TxDtls")
    parts = [_cents(amount) for each in details if (amount := _in_euros(each)) is not None]
    if len(details) > 1 and len(parts) == len(details) and sum(parts) == abs(cents):
        sign = 1 if cents > 0 else -1
        return [
            _movement(on, sign * part, _text(each, "Refs/AcctSvcrRef") or own, entry, [each])
            for part, each in zip(parts, details, strict=True)
        ]
    return [_movement(on, cents, own, entry, details)]


def _in_euros(details: Element) -> Element | None:
    """Amount of a transfer, which may have left in another currency; `None` when none is said in euros."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = details.find(path)
        if found is not None and found.get("Ccy") == EUROS:
            return found
    return None


def _movement(on: date, cents: int, own: str, entry: Element, details: list[Element]) -> Movement:
    words, payer = [], ""
    for each in details:
        words += [_text(each, "RmtInf/Strd/CdtrRefInf/Ref"), *_texts(each, "RmtInf/Ustrd")]
        words += [_text(each, "Refs/EndToEndId").replace("NOTPROVIDED", "")]
        payer = payer or _text(each, "RltdPties/Dbtr/Nm") or _text(each, "RltdPties/Dbtr/Pty/Nm")
    label = " ".join(" ".join([*words, _text(entry, "AddtlNtryInf")]).split())
    return Movement(on, cents, label[:LONGEST_LABEL], payer[:LONGEST_PAYER], own[:LONGEST_REFERENCE])


def _text(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _texts(element: Element, path: str) -> list[str]:
    return [each.text or "" for each in element.findall(path)]


def _day(element: Element, path: str) -> date:
    words = _text(element, f"{path}/Dt") or _text(element, f"{path}/DtTm")
    return date.fromisoformat(words[:10])  # a day may end with its zone: 2026-03-02+01:00


def _signed(element: Element) -> int:
    amount = element.find("Amt")
    if amount is None:
        raise ValueError(element.tag)
    sign = {"CRDT": 1, "DBIT": -1}[_text(element, "CdtDbtInd")]
    return sign * _cents(amount)


def _cents(amount: Element) -> int:
    if (currency := amount.get("Ccy", "")) != EUROS:
        raise WrongStatement(CURRENCY.format(currency=currency))
    found = re.fullmatch(r"(\d{1,15})(?:\.(\d{1,2})0*)?", (amount.text or "").strip(), re.ASCII)
    if not found:
        raise ValueError(amount.text)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
