"""What somebody of the service does with a second factor."""

import re
from datetime import datetime

import pyotp

from app import clock
from tests.actors import Actor
from tests.world import PASSWORD

STEP_PAGE, SETUP = "/connexion/code", "/connexion/code/installation"


async def signs_in(actor: Actor, email: str) -> None:
    """By the form, as anybody."""
    await actor.fill("/connexion", email=email)
    answer = await actor.fill("/connexion/mot-de-passe", email=email, password=PASSWORD)
    assert answer.status_code == 303, answer.text


def secret_on(page) -> str:
    (secret,) = re.findall(r"<code>([A-Z2-7 ]{39})</code>", page.text)
    return secret.replace(" ", "")


def codes_on(page) -> list[str]:
    return re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", page.text)


def code_at(secret, at: datetime | None = None) -> str:
    """The code that the application shows; `secret`: itself, or the page that gives it."""
    words = secret if isinstance(secret, str) else secret_on(secret)
    return pyotp.TOTP(words).at(at or clock.now())


async def installed(actor: Actor) -> tuple[str, list[str]]:
    """The secret, and the codes on paper."""
    secret = secret_on(await actor.get(SETUP))
    done = await actor.fill(SETUP, code=code_at(secret))
    codes = codes_on(done)
    assert codes, done.text
    return secret, codes
