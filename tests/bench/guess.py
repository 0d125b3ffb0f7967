"""One wrong password, through both steps of the sign-in.

Guesses are counted by account and by network, and refused unseen beyond a few. So each comes from a network
of its own, told by X-Forwarded-For, which the portal believes when it comes from its own machine.
"""

import random
import time

import httpx

from tests.bench.walk import FIRST, PASSWORD, TOKEN

WRONG = "a password that is nobody's"


async def second_form(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    """The first step, and the fields of the form that the second one shows."""
    data = {"csrf": form_token(await client.get(FIRST)), "email": email}
    await client.post(FIRST, data=data)
    return {"csrf": form_token(await client.get(PASSWORD)), "email": email}


async def guess(client: httpx.AsyncClient, form: dict[str, str], network: str = "") -> tuple[int, float]:
    """The status of the answer, and how long it took in seconds. 422: the password was really compared.

    `network`: where it comes from; another each time when none is given.
    """
    headers = {"X-Forwarded-For": network or a_network()}
    began = time.perf_counter()
    answer = await client.post(PASSWORD, data=form | {"password": WRONG}, headers=headers)
    return answer.status_code, time.perf_counter() - began


def a_network() -> str:
    return ".".join(map(str, (10, *random.randbytes(3))))


def an_unknown_address() -> str:
    return f"{random.getrandbits(48):012x}@nowhere.example"


def form_token(page: httpx.Response) -> str:
    found = TOKEN.findall(page.text)
    if not found:
        raise RuntimeError(f"{page.request.url.path} answered {page.status_code} without a form")
    return found[-1]
