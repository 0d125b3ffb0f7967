"""IBANs that may be debited, references of mandates, how long they live. Pure.

Sources: ISO 13616 for the IBAN, whose check digits `stdnum` verifies; EPC409-09 for the countries of the SEPA
schemes; the key of a French RIB (97 less its numbers modulo 97), which the check digits of the IBAN do not
prove; the SEPA Direct Debit rulebooks (EPC016-06, EPC222-07): 36 months without a debit end a mandate.
"""

import re
from datetime import date, timedelta

from stdnum import iban

from app.follow_up.law import add_months
from db.models import Mandate, MandateState, Scheme

LAPSES_MONTHS = 36
COUNTRIES = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT"
)
SEPA = frozenset(f"{COUNTRIES} RO RS SE SI SK SM VA".split())
WITH_RIB = ("FR", "MC")
RIB = re.compile(r"[A-Z]{2}\d{2}(\d{5})(\d{5})([0-9A-Z]{11})(\d{2})", re.ASCII)
# Letters of an account number as the key counts them: A and J are 1, B, K and S 2, and so on.
LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")
STATES = {
    MandateState.DRAFT: ("à signer", "wait"), MandateState.ACTIVE: ("en vigueur", "ok"),
    MandateState.SUSPENDED: ("suspendu", "bad"), MandateState.REVOKED: ("révoqué", ""),
}  # fmt: skip
SCHEMES = {
    Scheme.CORE: "CORE : remboursable pendant huit semaines",
    Scheme.B2B: "B2B, entre entreprises : non remboursable",
}


def read_iban(typed: str) -> str:
    """The IBAN without its spaces; ValueError says what is wrong with it."""
    bare = re.sub(r"[\s.-]", "", typed).upper()
    if not bare:
        raise ValueError("Écrivez l’IBAN du compte : il est sur votre RIB.")
    if not re.fullmatch(r"[A-Z]{2}\d{2}[0-9A-Z]{8,30}", bare, re.ASCII):
        raise ValueError("Un IBAN commence par deux lettres et deux chiffres, sans autre signe.")
    if bare[:2] not in SEPA:
        raise ValueError(f"Ce compte ({bare[:2]}) est hors de la zone SEPA : il ne se prélève pas.")
    if not iban.is_valid(bare, check_country=False):
        raise ValueError("Un caractère de cet IBAN est faux ou manque : relisez votre RIB.")
    if bare[:2] in WITH_RIB and not _has_rib_key(bare):
        raise ValueError("La clé RIB, ses deux derniers chiffres, ne va pas avec le reste : relisez-la.")
    return bare


def _has_rib_key(bare: str) -> bool:
    found = RIB.fullmatch(bare)
    if not found:
        return False
    bank, branch, account, key = found.groups()
    digits = int(account.translate(LETTERS))
    return 97 - (89 * int(bank) + 15 * int(branch) + 3 * digits) % 97 == int(key)


def reference_of_mandate(code: str, rank: int) -> str:
    """00010-2-M3: the third mandate of that member."""
    return f"{code}-M{rank}"


def lapses_on(mandate: Mandate) -> date:
    """The day from which it is worth nothing, if it is not used before."""
    return add_months(mandate.alive_on, LAPSES_MONTHS)


def is_usable(mandate: Mandate, on: date) -> bool:
    return mandate.state == MandateState.ACTIVE and on < lapses_on(mandate)


def about_seal(mandate_rum: str) -> str:
    """The words that tie a sealed account to its mandate: moved to another one, it does not open."""
    return f"mandate {mandate_rum}"


def is_bank_day(on: date) -> bool:
    """True when TARGET, the system by which banks settle, is open."""
    from holidays import financial_holidays  # noqa: PLC0415 - slow to load, for few

    return on.weekday() < 5 and on not in financial_holidays("ECB", years=on.year)


def first_day_of(today: date, notice_days: int) -> date:
    """The first day that may be announced today."""
    on = today + timedelta(days=notice_days)
    while not is_bank_day(on):
        on += timedelta(days=1)
    return on
