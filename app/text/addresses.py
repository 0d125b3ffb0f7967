"""E-mail addresses that can be written to: one rule for those typed, read or sent."""

import re
from functools import cache, lru_cache

LONGEST, LONGEST_LOCAL = 254, 64  # RFC 5321, 4.5.3.1: no relay has to take more
PLAIN_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*")  # what RFC 5321 takes as it is
EXAMPLE = "Exemple : prenom.nom@entreprise.fr"

_rule = {"reserved": False}


class WrongAddress(ValueError):  # noqa: N818
    """`str()` is the sentence of a form; `clause` follows « l’adresse e-mail … » in the account of a file."""

    def __init__(self, sentence: str, clause: str) -> None:
        super().__init__(sentence)
        self.clause = clause


def accept_reserved(accepted: bool) -> None:
    """The demo and the tests write to `.example`. Said by the settings once they are read, for the process:
    forms are checked where no settings are at hand.
    """
    _rule["reserved"] = accepted


def reserved_accepted() -> bool:
    return _rule["reserved"]


def checked(address: str) -> str:
    """The address in lower case, or `WrongAddress`. No network is asked whether the domain exists."""
    return _read(address, reserved=_rule["reserved"])[0]


def as_sent(address: str, *, reserved: bool | None = None) -> str:
    """The address in ASCII, as SMTP wants it: an international domain by its IDNA 2008 name. `reserved`: for
    the settings, which are read before they have said it for everybody.
    """
    return _read(address, reserved=_rule["reserved"] if reserved is None else reserved)[1]


def _read(address: str, *, reserved: bool) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    if local and "@" not in local and not local.isascii():
        sentence = f"Une adresse e-mail n’a pas d’accent avant @. {EXAMPLE}"
        raise WrongAddress(sentence, "a un accent ou une lettre spéciale avant @")
    from email_validator import EmailNotValidError  # noqa: PLC0415 - where an address is read

    if not reserved and (name := _reserved_name(domain)):
        sentence = f"Aucun courriel n’arrive à une adresse en « {name} » : ce nom est réservé. {EXAMPLE}"
        raise WrongAddress(sentence, f"se termine par « {name} », un nom réservé où aucun courriel n’arrive")
    try:
        if PLAIN_LOCAL.fullmatch(local):
            stored, sent = (f"{local.lower()}@{each}" for each in _domain(domain, reserved=reserved))
        else:
            stored, sent = _validated(address, reserved=reserved)
    except EmailNotValidError:
        sentence = f"Cette adresse e-mail n’est pas complète. {EXAMPLE}"
        raise WrongAddress(sentence, "n’est pas complète") from None
    if len(local) > LONGEST_LOCAL or max(len(stored), len(sent)) > LONGEST:
        raise WrongAddress("Cette adresse e-mail est trop longue.", "est trop longue")
    return stored, sent


@lru_cache(maxsize=10_000)
def _domain(domain: str, *, reserved: bool) -> tuple[str, ...]:
    """The domain in its stored form, and in ASCII. A file has thousands of addresses in a few domains."""
    return tuple(each.rpartition("@")[2] for each in _validated(f"a@{domain}", reserved=reserved))


def _validated(address: str, *, reserved: bool) -> tuple[str, str]:
    from email_validator import validate_email  # noqa: PLC0415 - as in `_read`

    read = validate_email(
        address, check_deliverability=False, allow_smtputf8=False, test_environment=reserved
    )
    return read.normalized.lower(), (read.ascii_email or "").lower()


def _reserved_name(domain: str) -> str:
    """The reserved name that this one is or ends with, "" if none."""
    parts = domain.lower().rstrip(".").split(".")
    return next((name for n in range(len(parts)) if (name := ".".join(parts[n:])) in reserved_names()), "")


@cache
def reserved_names() -> frozenset[str]:
    """Names that lead nowhere on the Internet (RFC 2606, 6761, 6762). The library leaves the "example" ones
    out.
    """
    from email_validator import SPECIAL_USE_DOMAIN_NAMES  # noqa: PLC0415 - as in `_read`

    return frozenset({*SPECIAL_USE_DOMAIN_NAMES, "example", "example.com", "example.net", "example.org"})
