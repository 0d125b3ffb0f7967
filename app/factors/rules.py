"""Codes of six digits that change every half minute (RFC 6238), and codes on paper. Pure, no clock."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime

import pyotp

from app.security.keys import UNAMBIGUOUS
from db.numbers import is_digits

STEP = 30  # seconds
DIGITS = 6
NEAR = (0, -1, 1)  # steps: the telephone's clock may be half a minute off
CODES = 10
HALF = 5  # letters of a code on paper, on each side of its hyphen


def secret_of(raw: bytes) -> str:
    """The secret as applications take it: base 32, 160 bits."""
    return b32encode(raw[:20]).decode()


def grouped(secret: str) -> str:
    """In groups of four, to be typed by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_of(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The half minute whose code was typed, or None."""
    if not is_digits(typed) or len(typed) != DIGITS:
        return None
    totp, this = pyotp.TOTP(secret, digits=DIGITS, interval=STEP), step_of(now)
    steps = [this + off for off in NEAR]
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)]
    return found[0] if found else None


def address_of(secret: str, email: str, service: str) -> str:
    """The otpauth: address that the QR code holds."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=email, issuer_name=service)


def new_codes() -> list[str]:
    """Codes on paper: 50 bits each."""
    return [f"{_letters()}-{_letters()}" for _ in range(CODES)]


def _letters() -> str:
    return "".join(secrets.choice(UNAMBIGUOUS) for _ in range(HALF))


def plain_code(typed: str) -> str:
    """The code that was typed, without spaces, hyphens and capitals."""
    return "".join(letter for letter in typed.lower() if letter.isalnum())
