"""What a cell of an employee file is turned into, column by column.

Every reader takes the text of a cell, spaces already squeezed, and gives what is stored, "" for nothing. It
raises ValueError with a clause in French that can follow « Ligne 4 : ».
"""

import re
from collections.abc import Callable

from app.companies.import_cells import COLUMNS as OF_MEMBERS
from app.companies.import_cells import named
from app.employees.day_cells import day_of
from app.employees.pcs import label_of
from db.numbers import company_code

BROKEN = re.compile(
    r"#(N/?A|REF ?!|VALUE!|VALEUR ?!|NAME\?|NOM ?\?|DIV/0 ?!|NUM!|NOMBRE ?!|NULL?!|#+)", re.IGNORECASE
)
ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
# What a spreadsheet would run or take for something else is kept by an apostrophe: our exports write it, and
# one is taken off again.
RUN = re.compile(r"[=+\-@\t\r]")
AT_RISK = re.compile(rf"'*(?:{RUN.pattern}|(?:{ROUNDED.pattern})\Z)")
# A number of the Sécurité sociale, with or without its key: never asked, never repeated.
NIR = re.compile(
    r"(?<![0-9+])[1-478][0-9]{2}(0[1-9]|1[0-2]|[2-9][0-9])(2[AB]|[0-9]{2})[0-9]{6}([0-9]{2})?(?![0-9])"
)


def one_line(cell: str) -> str:
    """A cell may be written on several lines; what is stored is on one."""
    return " ".join(cell.split())


def protected(words: str) -> str:
    return f"'{words}" if AT_RISK.match(words) else words


def unprotected(cell: str, words: str) -> str:
    """On one line, without our own apostrophe. A formula, a spreadsheet's error, a rounded number or a NIR is
    refused.
    """
    line = one_line(cell)
    if holds_social_number(line):
        raise ValueError(f"{words} ressemble à un numéro de Sécurité sociale : ne l’envoyez pas")
    if line.startswith("="):
        raise ValueError(f"{words} est une formule : mettez sa valeur à la place")
    if BROKEN.fullmatch(line):
        raise ValueError(f"{words} contient une erreur du tableur ({line[:12]})")
    if ROUNDED.fullmatch(line):
        raise ValueError(f"{words} {line[:40]} est arrondi par un tableur : mettez sa colonne en Texte")
    start = cell.lstrip()
    return one_line(start[1:]) if start.startswith("'") and AT_RISK.match(start) else line


def holds_social_number(cell: str) -> bool:
    return bool(NIR.search(re.sub(r"[\s.\-/]", "", cell).upper()))


def plain(words: str, *, is_name: bool = False) -> Callable[[str], str]:
    """Text as it is written. A name holds a letter."""

    def kept(typed: str) -> str:
        if is_name and typed and not any(each.isalpha() for each in typed):
            raise ValueError(f"{words} « {typed[:40]} » ne contient aucune lettre")
        return typed

    return kept


def name(words: str) -> Callable[[str], str]:
    """Of a person: no site in it."""
    lettered, without_site = plain(words, is_name=True), named(words)
    return lambda typed: without_site(lettered(typed))


def day(words: str, *, is_birth: bool = False) -> Callable[[str], str]:
    return lambda typed: typed and day_of(typed, words, is_birth=is_birth).isoformat()


def code(typed: str) -> str:
    """As the service keeps it: 10 is 00010."""
    kept = typed and company_code(typed)
    if typed and not kept:
        raise ValueError(
            f"le code adhérent « {typed[:40]} » ne se lit pas : 5 chiffres, ou 00010-5 pour un site"
        )
    return kept


def email(typed: str) -> str:
    return OF_MEMBERS["email"].kept(typed.removeprefix("mailto:"))


def phone(typed: str) -> str:
    """A spreadsheet takes off the first zero, and the + of +33."""
    digits = re.sub(r"[\s.\-_/()]", "", typed)
    if re.fullmatch(r"[1-9][0-9]{8}", digits):
        return OF_MEMBERS["phone"].kept(f"0{digits}")
    if re.fullmatch(r"(33|262|59[046])[1-9][0-9]{8}", digits):
        return OF_MEMBERS["phone"].kept(f"+{digits}")
    return OF_MEMBERS["phone"].kept(digits if re.fullmatch(r"0[1-9][0-9]{8}", digits) else typed)


def pcs(typed: str) -> str:
    """Three digits and a letter of the nomenclature; its words may follow."""
    if not typed:
        return ""
    spelled = re.match(r"(?:PCS[ :-]*)?([0-9]{3})[ .-]?([a-z])(?![a-z0-9])", typed, re.IGNORECASE)
    kept = f"{spelled[1]}{spelled[2]}".lower() if spelled else ""
    if not kept or not label_of(kept):
        raise ValueError(f"le code PCS-ESE « {typed[:40]} » n’existe pas dans la nomenclature (ex. : 542a)")
    return kept
