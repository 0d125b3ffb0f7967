"""The way of somebody of the service through what waits."""

import re

INBOX = "/service/a-traiter"
LINE = re.compile(r'<th scope="row"><a href="[^"]*" aria-label="([^"]*?) : ([^"]*)">')
TIME = re.compile(r'name="creneau" value="([^"]+)"')


def page_of(asked) -> str:
    return f"/service/demandes/{asked.id}"


async def times_on(clerk, asked) -> list[str]:
    """The times that the page proposes, in its order."""
    return TIME.findall((await clerk.get(f"{page_of(asked)}/creneau")).text)


async def propose(clerk, asked, choice):
    return await clerk.fill(f"{page_of(asked)}/creneau", creneau=choice)


async def follow(clerk, subject, row, acte, **fields):
    """One of the buttons of « Suivi », on the page of the thing."""
    path = f"/service/suivi/{subject}/{row.id}"
    page = await clerk.follow(await clerk.get(path))
    return await clerk.fill(str(page.url), to=path, acte=acte, **fields)


async def take(clerk, subject, row):
    return await follow(clerk, subject, row, "Prendre en charge")


async def waiting(clerk, query=""):
    """Titles on the list, in its order."""
    page = await clerk.get(f"{INBOX}{query}")
    assert page.status_code == 200, page.text[:300]
    return LINE.findall(page.text)
