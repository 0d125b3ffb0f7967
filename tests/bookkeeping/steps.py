"""Books opened, closed and exported over HTTP, and the file read back as software reads it."""

from decimal import Decimal

from app import clock
from app.bookkeeping.rules import USUAL
from app.bookkeeping.staff import work_portion

HOME = "/service/comptabilite"
CLOSINGS, ACCOUNTS, FEC = f"{HOME}/arretes", f"{HOME}/comptes", f"{HOME}/fec"


async def open_books(clerk, starts_on="21/01/2026", **more):
    answer = await clerk.fill(ACCOUNTS, starts_on=starts_on, last_month="12", **{**USUAL, **more})
    assert answer.status_code == 303, answer.text
    return answer


async def work(portal):
    while await work_portion(portal, clock.now()):
        pass


async def close(clerk, portal, until):
    page = f"{CLOSINGS}?until={until}"
    answer = await clerk.fill(page, to=CLOSINGS, until=until)
    assert answer.status_code == 303, answer.text
    await work(portal)
    return answer.headers["location"]


async def exported(clerk, since, until):
    """The records, by the name of their column."""
    answer = await clerk.fill(FEC, since=since, until=until)
    assert answer.status_code == 200, answer.text
    head, *lines = answer.content.decode("iso8859-15").removesuffix("\r\n").split("\r\n")
    columns = head.split("\t")
    assert len(columns) == 18
    return answer, [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]


def cents(words):
    return int(Decimal(words.replace(",", ".")) * 100)


def balance(records, account):
    """Debit less credit of the accounts that begin so, in cents."""
    mine = [each for each in records if each["CompteNum"].startswith(account)]
    return sum(cents(each["Debit"]) - cents(each["Credit"]) for each in mine)
