"""Statements sent by the service over HTTP, and what came of them."""

from db.models import Payment, StatementLine
from tests.bank.files import cfonb, movement
from tests.invoices.steps import an_invoice
from tests.reading import rows

HOME = "/service/releves"


async def send(clerk, content, name="releve.txt"):
    token = await clerk.token(HOME)
    return await clerk.post(HOME, data={"csrf": token}, files={"fichier": (name, content, "text/plain")})


async def sent(clerk, *movements, **more):
    answer = await send(clerk, cfonb(*movements, **more))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


async def lines(portal):
    return await rows(portal, StatementLine)


async def some_invoices(portal, world, number):
    made = [await an_invoice(portal, world, f"F2026-{place}") for place in range(1, number + 1)]
    return made, [movement(12_000, f"VIR {each.number}", f"R{each.number}") for each in made]


async def cents_of(portal, invoices):
    found = await rows(portal, Payment)
    return [sum(each.cents for each in found if each.invoice_id == one.key) for one in invoices]
