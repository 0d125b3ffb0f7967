"""A bank's file, of whichever format: CFONB120 or camt.053, by its content. Pure; slow if large."""

import re

from app.bank.camt import is_xml, read_camt
from app.bank.cfonb import is_cfonb, read_cfonb
from app.bank.rules import Statement, WrongStatement, statement_of

MOST_BYTES = 50_000_000
ELSE = "Ce fichier n’est pas un relevé de banque : demandez à la banque le format CFONB120 ou camt.053."
KINDS = {
    rb"%PDF": "Ce fichier est un PDF : demandez à la banque le relevé au format CFONB120 ou camt.053.",
    rb"PK\x03\x04|\x1f\x8b": "Ce fichier est une archive ou un classeur : envoyez le relevé lui-même.",
    rb"(\xff\xfe|\xfe\xff)": "Ce fichier est en UTF-16 : envoyez le relevé tel que la banque le donne.",
}


def read_statement(content: bytes, iban: str) -> Statement:
    """The statement of the service's account (`iban`); `WrongStatement` says why there is none."""
    for start, words in KINDS.items():
        if re.match(start, content):
            raise WrongStatement(words)
    if is_cfonb(content):
        return statement_of(read_cfonb(content, iban), iban)
    if is_xml(content):
        return statement_of(read_camt(content, iban), iban)
    raise WrongStatement(ELSE)
