"""A mandate begun and signed over HTTP, with the code of its letter."""

import re

from db.models import Mandate, OutboxMail
from tests.reading import rows

ICS = "FR72ZZZ123456"
THEIRS = "FR1420041010050500013M02606"  # the example of the French banks, with a letter in it
MANDATE = "/espace/00010-2/factures/prelevement"
FIELDS = {
    "holder": "Adhérent BRIEUC",
    "iban": "FR14 2004 1010 0505 0001 3M02 606",
    "scheme": "CORE",
    "agreed": "oui",
}
LETTERS = re.compile(r"^[a-z2-9]{4}-[a-z2-9]{4}$")


async def code_of(portal):
    """The code of the last letter, as the letter says it."""
    mail = (await rows(portal, OutboxMail, OutboxMail.template == "mandate_code"))[-1]
    code = portal.keys.mailed_code(mail.secret_seed)
    assert LETTERS.fullmatch(code)
    return code


async def signed(actor, portal, path=MANDATE, **more):
    """A mandate in force."""
    answer = await actor.fill(path, **FIELDS | more)
    assert answer.status_code == 303, answer.text
    answer = await actor.fill(f"{path}/signature", code=await code_of(portal))
    assert answer.status_code == 303, answer.text
    return (await rows(portal, Mandate))[-1]
