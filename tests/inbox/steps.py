"""The way of somebody of the service through what waits."""

import re

INBOX = "/service/a-traiter"
TIME = re.compile(r'name="creneau" value="([^"]+)"')


def page_of(asked) -> str:
    return f"/service/demandes/{asked.id}"


async def times_on(clerk, asked) -> list[str]:
    """The times that the page proposes, in its order."""
    return TIME.findall((await clerk.get(f"{page_of(asked)}/creneau")).text)


async def propose(clerk, asked, choice):
    return await clerk.fill(f"{page_of(asked)}/creneau", creneau=choice)
