"""The sign-in from end to end as htmx walks it: the fragment of each step, asked for and refused."""

import re

import httpx

from tests.world import NUMBER

TOKEN = re.compile(r'name="csrf" value="([^"]*)"')
FIRST = "/connexion"
PASSWORD = "/connexion/mot-de-passe"
FORGOTTEN = "/connexion/mot-de-passe-oublie"
CODE = "/connexion/code-adherent"
ACCOUNT = "/connexion/creer-mon-compte"
SENT = "/connexion/compte-cree"
EMAIL = "alice@ours.example"
PERSON = {
    "last_name": "Le Gall",
    "first_name": "Maëlle",
    "job_title": "Responsable administrative",
    "email": "maelle.legall@ours.example",
    "email_again": "maelle.legall@ours.example",
    "mobile": "06 12 34 56 78",
}


class Walk:
    """One browser's way through the steps. Each answer is the fragment that the swap puts in."""

    def __init__(self, client: httpx.AsyncClient, encoding: str, *, whole: bool = False) -> None:
        swap = {} if whole else {"HX-Request": "true", "HX-Request-Type": "partial"}
        self._client = client
        self._headers = {"Accept-Encoding": encoding, **swap}
        self._token = ""

    async def get(self, path: str) -> httpx.Response:
        return self._read(await self._client.get(path, headers=self._headers), 200)

    async def post(self, path: str, expected: int = 303, **fields: str) -> httpx.Response:
        """Send the form that was last seen: its refusal, or the step that it leads to."""
        data = {"csrf": self._token, **fields}
        answer = await self._client.post(path, data=data, headers=self._headers)
        if expected == 303 and answer.status_code == 303:
            return await self.get(answer.headers["location"])
        return self._read(answer, expected)

    def _read(self, answer: httpx.Response, expected: int) -> httpx.Response:
        if answer.status_code != expected:
            url = answer.request.url.path
            raise RuntimeError(f"{url} answered {answer.status_code}, not {expected}: {answer.text[:300]}")
        if found := TOKEN.findall(answer.text):
            self._token = found[-1]
        return answer


async def sign_in_fragments(walk: Walk) -> dict[str, httpx.Response]:
    """By its name, the fragment of every step, as first shown and with its errors."""
    told = await _with_an_address(walk)
    return told | await _with_the_two_numbers(walk)


async def _with_an_address(walk: Walk) -> dict[str, httpx.Response]:
    return {
        "email": await walk.get(FIRST),
        "email, refused": await walk.post(FIRST, 422, email="alice@"),
        "password": await walk.post(FIRST, email=EMAIL),
        "password, refused": await walk.post(PASSWORD, 422, email=EMAIL, password="not the password"),
        "forgotten": await walk.get(FORGOTTEN),
        "forgotten, refused": await walk.post(FORGOTTEN, 422, email="alice@"),
        "forgotten, sent": await walk.post(FORGOTTEN, email=EMAIL),
    }


async def _with_the_two_numbers(walk: Walk) -> dict[str, httpx.Response]:
    return {
        "code": await walk.get(CODE),
        "code, refused": await walk.post(CODE, 422, code="10", number="2022"),
        "account": await walk.post(CODE, code="00010", number=NUMBER),
        "account, refused": await walk.post(ACCOUNT, 422),
        "sent": await walk.post(ACCOUNT, **PERSON),
        "sent, refused": await walk.post(SENT, 422),
    }
