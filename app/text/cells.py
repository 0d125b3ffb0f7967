"""The columns of the members' file: their spellings, and the values that their cells give."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from stdnum import luhn
from stdnum.fr import siret

from app.text.addresses import WrongAddress
from app.text.phones import LONGEST, read_phone
from app.text.values import email_address, without_site
from db.numbers import DECLARANT_LENGTH, company_code, declarant_number, is_declarant_number, is_digits

LA_POSTE = "356000000"
# Marks without width, that copying from a page leaves behind.
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
REFUSED = {"Cc", "Cf", "Co", "Zl", "Zp"}


class Column(NamedTuple):
    """`spellings` as `letters_of` writes them: the first that the file has is the column.

    `parse` raises ValueError with a clause in French that can follow « Ligne 4 : ».
    """

    title: str
    spellings: tuple[str, ...]
    longest: int
    words: str
    parse: Callable[[str], str] = str
    is_needed: bool = False


def value(column: Column, cell: str) -> str:
    """The cell as it is stored. Any run of spaces is one space; what no screen shows is refused."""
    text, hidden = cell.strip(), ""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFC", cell.translate(UNSEEN).strip())
        hidden = next((c for c in text if c == "\ufffd" or unicodedata.category(c) in REFUSED), "")
    if hidden:
        raise ValueError(f"{column.words} contient un caractère illisible (U+{ord(hidden):04X})")
    stored = column.parse(" ".join(text.split()))
    if len(stored) > column.longest:
        raise ValueError(f"{column.words} compte {len(stored)} caractères pour {column.longest} au plus")
    return stored


def _code(typed: str) -> str:
    if not typed:
        raise ValueError("le code adhérent manque")
    if code := company_code(typed):
        return code
    raise ValueError(f"le code adhérent « {typed[:40]} » ne se lit pas : 5 chiffres, ou 00010-5 pour un site")


def name_reader(words: str) -> Callable[[str], str]:
    """A name that will stand in mails."""

    def read(typed: str) -> str:
        try:
            return without_site(typed)
        except ValueError as error:
            raise ValueError(f"{words} « {typed[:40]} » {error}") from None

    return read


def _siret(typed: str) -> str:
    """Luhn. La Poste's establishments: the sum of the digits is a multiple of 5, or Luhn as for anybody."""
    if re.fullmatch(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+", typed):
        raise ValueError(
            f"le SIRET {typed[:40]} est arrondi par un tableur : mettez sa colonne en format Texte"
        )
    digits = siret.compact(typed)
    if digits and not is_digits(digits):
        raise ValueError(f"le SIRET « {typed[:40]} » ne doit contenir que des chiffres")
    if digits and len(digits) != 14:
        raise ValueError(f"le SIRET doit compter 14 chiffres (ici {len(digits)})")
    is_right = siret.is_valid(digits) or (digits.startswith(LA_POSTE) and luhn.is_valid(digits))
    if digits and not (is_right and digits.strip("0")):
        raise ValueError(f"le SIRET {digits} a un chiffre faux ou deux chiffres inversés")
    return digits


def _number(typed: str) -> str:
    """The reasons never repeat the number: they end on a screen or in a log."""
    digits = declarant_number(typed)
    if digits and not is_digits(digits):
        raise ValueError("le n° télédéclarant ne doit contenir que des chiffres")
    if digits and len(digits) != DECLARANT_LENGTH:
        hint = " : un tableur ôte les zéros du début" if len(digits) < DECLARANT_LENGTH else ""
        raise ValueError(
            f"le n° télédéclarant doit compter {DECLARANT_LENGTH} chiffres (ici {len(digits)}{hint})"
        )
    if len(set(digits)) == 1:
        raise ValueError("le n° télédéclarant répète un seul chiffre : il serait deviné tout de suite")
    if digits and not is_declarant_number(digits):
        raise ValueError("le n° télédéclarant a un chiffre faux ou deux chiffres inversés")
    return digits


def _postcode(typed: str) -> str:
    digits = typed.replace(" ", "")
    if digits and not re.fullmatch("[0-9]{4,5}", digits):
        raise ValueError(f"le code postal « {typed[:40]} » ne compte pas 5 chiffres")
    return digits and digits.zfill(5)


def _naf(typed: str) -> str:
    code = typed.replace(" ", "").upper()
    if code and not re.fullmatch(r"[0-9]{2}\.?[0-9]{2}[A-Z]", code):
        raise ValueError(f"le code NAF « {typed[:40]} » ne ressemble pas à 47.11F")
    return code.replace(".", "")


def _email(typed: str) -> str:
    try:
        return typed and email_address(typed)
    except WrongAddress as wrong:
        raise ValueError(f"l’adresse e-mail « {typed[:80]} » {wrong.clause}") from None


def _phone(typed: str) -> str:
    try:
        return typed and read_phone(typed)
    except ValueError as error:
        raise ValueError(f"le téléphone « {typed[:40]} » {str(error).partition('. ')[0]}") from None


def _of_company(typed: str) -> str:
    if not typed:
        raise ValueError("la raison sociale manque")
    return name_reader("la raison sociale")(typed)


# The lengths are those of db/models/company.py.
COLUMNS = {
    "code": Column(
        "Code adhérent",
        ("codeadherent", "codeadh", "nadherent", "noadherent", "numeroadherent"),
        9,
        "le code adhérent",
        _code,
        is_needed=True,
    ),
    "name": Column(
        "Raison sociale",
        ("raisonsociale", "nom"),
        120,
        "la raison sociale",
        _of_company,
        is_needed=True,
    ),
    "town": Column(
        "Commune", ("commune", "ville"), 80, "la commune", name_reader("la commune"), is_needed=True
    ),
    "siret": Column(
        "SIRET", ("siret", "nsiret", "nosiret", "numerosiret"), 14, "le SIRET", _siret, is_needed=True
    ),
    "number": Column(
        "N° télédéclarant",
        tuple(f"{number}{of}teledeclarant" for number in ("n", "no", "numero", "num") for of in ("", "de")),
        DECLARANT_LENGTH,
        "le n° télédéclarant",
        _number,
        is_needed=True,
    ),
    "address": Column("Adresse", ("adresse",), 200, "l’adresse"),
    "postcode": Column("Code postal", ("codepostal", "cp"), 10, "le code postal", _postcode),
    "naf": Column("NAF", ("naf", "codenaf", "ape", "codeape"), 6, "le code NAF", _naf),
    "email": Column("E-mail", ("email", "courriel", "mail", "adresseemail"), 254, "l’adresse e-mail", _email),
    "phone": Column("Téléphone", ("telephone", "tel"), LONGEST, "le téléphone", _phone),
}

BROKEN = re.compile(
    r"#(N/?A|REF ?!|VALUE!|VALEUR ?!|NAME\?|NOM ?\?|DIV/0 ?!|NUM!|NOMBRE ?!|NULL?!|#+)", re.IGNORECASE
)
# A spreadsheet rounds a long number to one digit, decimals and an exponent: 6,12E+08, and some programs write
# 9.99E12. A staff number such as 12E4 is no such thing, and would become one in a file that a spreadsheet
# opens.
ROUNDED = re.compile(r"[0-9](([.,][0-9]+)?[eE]\+[0-9]{2,3}|[.,][0-9]+[eE]\+?[0-9]{1,3})")
NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
# ="000123": how exporters keep a spreadsheet from taking off the zeros. It holds nothing to compute.
LITERAL = re.compile(r'="((?:[^"]|"")*)"')
# Text that a spreadsheet would run or take for something else has an apostrophe: our exports write it, and
# one is taken off again.
RUN = re.compile(r"[=+\-@\t\r]")
AT_RISK = re.compile(rf"'*(?:{RUN.pattern}|(?:{NUMBER.pattern})\Z)")
# A number of the Sécurité sociale, with or without its key: never asked, never repeated. No town and nobody
# born there has the number 000.
NIR = re.compile(
    r"(?<![0-9+])[1-478][0-9]{2}(0[1-9]|1[0-2]|[2-9][0-9])"
    r"(0[1-9]|[1-9][0-9]|2[AB])(?!000)[0-9]{3}(?!000)[0-9]{3}([0-9]{2})?(?![0-9])"
)
SHORTEST_NIR = 13


def one_line(cell: str) -> str:
    """A cell may be written on several lines; what is stored is on one."""
    return " ".join(cell.split())


def csv_of(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file for spreadsheets: semicolons, and the mark by which they know UTF-8. Cells are `protected`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles)
    writer.writerows([protected(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def protected(words: str) -> str:
    return f"'{words}" if AT_RISK.match(words) else words


def unprotected(cell: str, words: str) -> str:
    """The text on one line, without our own apostrophe. A formula, a spreadsheet's error, a rounded number or
    a NIR is refused.
    """
    line = one_line(cell)
    _refuse_never_kept(line, words)
    if line.startswith("="):
        if literal := LITERAL.fullmatch(line):
            return one_line(literal[1].replace('""', '"'))
        raise ValueError(f"{words} est une formule : mettez sa valeur à la place")
    if ROUNDED.fullmatch(line):
        raise ValueError(f"{words} {line[:40]} est arrondi par un tableur : mettez sa colonne en Texte")
    start = cell.lstrip()
    return one_line(start[1:]) if start.startswith("'") and AT_RISK.match(start) else line


def as_typed(column: Column, words: str) -> str:
    """The value stored for what was typed on a page: nothing that the column's own export could not give
    back. Nobody's spreadsheet wrote it, so it may look like a formula.
    """
    line = one_line(words)
    _refuse_never_kept(line, column.words)
    return value(column, line)


def _refuse_never_kept(line: str, words: str) -> None:
    if holds_social_number(line):
        raise ValueError(f"{words} ressemble à un numéro de Sécurité sociale : ne l’envoyez pas")
    if BROKEN.fullmatch(line):
        raise ValueError(f"{words} contient une erreur du tableur ({line[:12]})")


def holds_social_number(cell: str) -> bool:
    return len(cell) >= SHORTEST_NIR and bool(NIR.search(re.sub(r"[\s.\-/]", "", cell).upper()))
