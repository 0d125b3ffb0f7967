"""Telephone numbers: as they are typed in France and overseas, stored, displayed and called.

Stored: E.164, and « x12 » after it for an extension: +33296123456x12.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import phonenumbers

LONGEST = 20  # characters of what is stored
# The French plan gives these beginnings to places with a country code of their own: 0262 12 34 56 is
# +262 262 12 34 56. (ARCEP, plan national de numérotation.)
OVERSEAS = {
    **dict.fromkeys(("262", "263", "269", "639", "692", "693"), 262),
    **dict.fromkeys(("590", "690", "691"), 590),
    **dict.fromkeys(("594", "694"), 594),
    **dict.fromkeys(("596", "696", "697"), 596),
}
REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")  # their newest numbers share the beginnings of others
SAINT_PIERRE = 508  # six digits, reached by 0508
EXTENSION = re.compile(
    r"[\s,;(]*(?:\b(?:poste|postes|post|extension|ext|interne|int|p|x)(?![a-z])|(?<=[0-9\s])x(?=\s*[0-9])|#)"
    r"[\s.:=n°#]*(?P<digits>[0-9 ]*)\)?",
    re.IGNORECASE,
)
ODD = "contient autre chose que des chiffres. Exemple : 02 96 12 34 56 poste 12"
INCOMPLETE = "n’est pas complet. Exemple : 06 12 34 56 78"


def read_phone(typed: str) -> str:
    """The number in its stored form. ValueError gives the error, to follow « Ce numéro de téléphone »."""
    typed = typed.strip().removeprefix("tel:")
    number, extension = _apart(typed)
    if not re.fullmatch(r"\+?[0-9\s().\-_/\u2010-\u2015]+", number):
        is_short = len(re.sub(r"\D", "", number)) < 8
        raise ValueError(INCOMPLETE if is_short else ODD)
    parsed = _number(number)
    if parsed is None:
        several = re.search(r"[/_]", number) and len(re.sub(r"\D", "", number)) > len("0612345678") + 5
        raise ValueError("en cache un autre : écrivez-en un seul" if several else INCOMPLETE)
    import phonenumbers  # noqa: PLC0415 - where a number is read

    stored = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    stored += f"x{extension}" if extension else ""
    if len(stored) > LONGEST:
        raise ValueError("a un poste trop long : 6 chiffres au plus")
    return stored


def phone_words(stored: str) -> str:
    """02 96 12 34 56 poste 12, 0262 12 34 56; a number of another country as it is stored."""
    number, _, extension = stored.partition("x")
    if not number.startswith("+"):
        return stored
    if number.startswith("+33") and len(number) == 12:
        written = _by_twos(f"0{number[3:]}")
    elif number.startswith(tuple(f"+{code}" for code in OVERSEAS.values())) and len(number) == 13:
        written = f"0{number[4:7]} {_by_twos(number[7:])}"
    elif number.startswith(f"+{SAINT_PIERRE}") and len(number) == 10:
        written = f"0{SAINT_PIERRE} {_by_twos(number[4:])}"
    else:
        written = number
    return f"{written} poste {extension}" if extension else written


def phone_link(written: str) -> str:
    """tel:+33296123456;ext=12 (RFC 3966), of what is stored or written; a short number as it is: tel:3949."""
    try:
        number, _, extension = (written if written.startswith("+") else read_phone(written)).partition("x")
    except ValueError:
        number, extension = re.sub(r"[^0-9+]", "", written), ""
    return f"tel:{re.sub(r'[^0-9+]', '', number)}{f';ext={extension}' if extension else ''}"


def _apart(typed: str) -> tuple[str, str]:
    """The number, and the digits of its extension."""
    match = EXTENSION.search(typed)
    if not match:
        return typed, ""
    digits = match["digits"].replace(" ", "")
    if not digits or match.end() < len(typed.rstrip()):
        raise ValueError("a un poste qui ne se lit pas. Exemple : 02 96 12 34 56 poste 12")
    return typed[: match.start()], digits


def _number(typed: str) -> "phonenumbers.PhoneNumber | None":
    import phonenumbers  # noqa: PLC0415 - as in `read_phone`

    try:
        number = phonenumbers.parse(typed, "FR")
    except phonenumbers.NumberParseException:
        return None
    digits = str(number.national_number)
    if number.country_code == 33 and len(digits) == 9:
        if code := OVERSEAS.get(digits[:3]):
            return phonenumbers.PhoneNumber(code, number.national_number)
        if digits.startswith(str(SAINT_PIERRE)):
            number = phonenumbers.PhoneNumber(SAINT_PIERRE, int(digits[3:]))
            return number if phonenumbers.is_valid_number(number) else None
    if number.country_code != 33:
        return number if _is_whole(number, digits) else None
    same = (_of_region(digits, region) for region in REGIONS)
    return next((each for each in same if phonenumbers.is_valid_number(each)), None)


def _of_region(digits: str, region: str) -> "phonenumbers.PhoneNumber":
    import phonenumbers  # noqa: PLC0415 - as in `read_phone`

    return phonenumbers.PhoneNumber(phonenumbers.country_code_for_region(region), int(digits))


def _is_whole(number: "phonenumbers.PhoneNumber", digits: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - as in `read_phone`

    known = OVERSEAS.get(digits[:3]) == number.country_code and len(digits) == 9
    return known or phonenumbers.is_valid_number(number)


def _by_twos(digits: str) -> str:
    return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))
