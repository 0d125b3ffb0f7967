"""People who read and write at a portal: `python -m tests.bench.at_work FILE SECONDS`.

FILE says at which `url`, who (`readers`, `writers`: `session`, `code`, `employees`, `slots`), how many
`hands` write for these writers, the `pause` between two requests, and `forms`: which of the four are sent in
turn. With `only_forms` nothing is read between them: what is measured is writing alone. Someone who is told
to come back does so when told, and has waited meanwhile; what is still unanswered at the end has waited until
then.

Prints one JSON object: by `read` and `written` the seconds that each took; how many were `refused` (told to
come back), how many `failed`, and why; the `seconds` of the whole, and of the `processor` of this process.
"""

import asyncio
import gc
import html
import json
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from app import clock
from app.declarations.steps import fingerprint_of_draft, whole_of
from tests.bench.load import Connection
from tests.bench.service import _employer_addresses

TOKEN = re.compile(r'name="csrf" value="([^"]*)"')
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----a-form-of-the-bench"
MOST = 15  # of each form, for one company: a message may be written 20 times in an hour


class Answering(Connection):
    """Keeps where an answer leads and what it holds."""

    def __init__(self) -> None:
        super().__init__()
        self.headers: dict[bytes, bytes] = {}
        self.body = b""

    def on_message_begin(self) -> None:
        self.headers, self.body = {}, b""

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self.body += body


class Work:
    """What all of them share: the place, the time left, and what was measured."""

    def __init__(self, asked: dict[str, Any], seconds: float) -> None:
        self.asked, self.draw = asked, Random(7)
        self.begins = time.perf_counter()
        self.end = self.begins + seconds
        self.times: dict[str, list[float]] = {"read": [], "written": []}
        self.refused = 0
        self.failed: Counter[str] = Counter()

    @property
    def is_over(self) -> bool:
        return time.perf_counter() >= self.end


class Person:
    """One browser, signed in, over one connection."""

    def __init__(self, work: Work, who: dict[str, Any]) -> None:
        self.work, self.who = work, who
        self.home = f"/espace/{who['code']}"
        self.pause = work.asked["pause"]
        parts = urlsplit(work.asked["url"])
        self._place = parts.hostname, parts.port
        self._head = f"Host: {parts.netloc}\r\nCookie: session={who['session']}\r\n"
        self._connection: Answering | None = None
        self.token = ""

    async def read(self, path: str, *, is_plain: bool = False) -> bytes:
        encoding = "" if is_plain else "Accept-Encoding: br\r\n"
        request = f"GET {path} HTTP/1.1\r\n{self._head}{encoding}\r\n".encode()
        return await self._timed("read", path, request, 200)

    async def send(self, path: str, fields: dict[str, str], *, has_file: bool = False) -> None:
        kind, body = FORM, urlencode({"csrf": self.token} | fields)
        if has_file:
            kind, body = f"multipart/form-data; boundary={BOUNDARY}", multipart({"csrf": self.token} | fields)
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Type: {kind}\r\n"
        raw = body.encode()
        await self._timed("written", path, f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw, 303)

    async def learn_token(self) -> None:
        """Before anything is measured."""
        request = f"GET {self.home}/contact/nouveau HTTP/1.1\r\n{self._head}\r\n".encode()
        connection = await self._connected()
        if await connection.ask(request) != 200:
            raise RuntimeError(f"{self.home}: no form")
        self.token = html.unescape(TOKEN.findall(connection.body.decode())[-1])

    async def _timed(self, kind: str, path: str, request: bytes, expected: int) -> bytes:
        work, began = self.work, time.perf_counter()
        while True:
            connection = await self._connected()
            status = await connection.ask(request)
            if status == 503 and not work.is_over:
                work.refused += 1
                rest = work.end - time.perf_counter()
                await asyncio.sleep(min(float(connection.headers.get(b"retry-after", 5)), max(rest, 0)))
                continue
            if status not in {expected, 503}:
                work.failed[f"{kind} {re.sub('[0-9]+', 'N', path.partition('?')[0])}: {status}"] += 1
            else:
                work.times[kind].append(time.perf_counter() - began)
            break
        if self.pause:
            await asyncio.sleep(self.pause)
        return connection.body

    async def _connected(self) -> Answering:
        if self._connection is None or self._connection._transport.is_closing():
            loop = asyncio.get_running_loop()
            self._connection = (await loop.create_connection(Answering, *self._place))[1]
        return self._connection


def multipart(fields: dict[str, str]) -> str:
    """As a browser sends it, with no file chosen."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()
    ]
    parts.append(
        'Content-Disposition: form-data; name="fichier"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return "".join(f"--{BOUNDARY}\r\n{each}\r\n" for each in parts) + f"--{BOUNDARY}--\r\n"


async def declare(person: Person, number: int) -> None:
    """Three steps and the check, which says what it showed."""
    first, then = f"{person.home}/salaries/declaration", clock.today() + timedelta(14)
    steps = {
        "identite": {"birth_name": f"NOUVEAU {letters(number)}", "first_names": f"Yann {letters(number)}",
                     "sex": "M", "birth_on": f"{date(1970, 1, 1) + timedelta(number):%d/%m/%Y}"},
        "poste": {"entry_on": f"{then:%d/%m/%Y}", "contract": "cdi", "job_title": "Soudeur",
                  "asked": "Soudeur", "pcs": "623e"},
        "expositions": {"expositions": "oui"},
    }  # fmt: skip
    typed: dict[str, str] = {}
    for step, fields in steps.items():
        await seen(person, f"{first}/{step}")
        await person.send(f"{first}/{step}", fields)
        typed |= fields
    await seen(person, f"{first}/verification")
    shown = fingerprint_of_draft(whole_of(typed, clock.today()).values)
    await person.send(f"{first}/verification", {"shown": shown})


async def confirm(person: Person, number: int) -> None:
    path = f"{person.home}/planning/{person.who['slots'][number]}/confirmation"
    await seen(person, path)
    await person.send(path, {"sequence": "0"})
    await seen(person, f"{person.home}/planning")


async def ask(person: Person, number: int) -> None:
    path, employee = f"{person.home}/demandes/nouvelle/employeur", person.who["employees"][number]
    await seen(person, f"{path}?salarie={employee}")
    fields = {"batch": secrets.token_urlsafe(16), f"salarie_{employee}": "oui", "told": "oui",
              "reason": "Port de charges à aménager", "centre": "", "interpreter": ""}  # fmt: skip
    await person.send(path, fields)
    await seen(person, f"{person.home}/demandes")


async def write(person: Person, number: int) -> None:
    await seen(person, f"{person.home}/contact/nouveau")
    fields = {"token": secrets.token_urlsafe(16), "theme": "cotisation", "subject": f"Notre appel {number}",
              "text": "Bonjour,\nle montant a doublé. Pourquoi ?", "person": ""}  # fmt: skip
    await person.send(f"{person.home}/contact/nouveau", fields, has_file=True)
    await seen(person, f"{person.home}/contact")


FORMS: dict[str, Callable[[Person, int], Awaitable[None]]] = {
    "declare": declare, "confirm": confirm, "ask": ask, "write": write,
}  # fmt: skip


async def seen(person: Person, path: str) -> None:
    if not person.work.asked.get("only_forms"):
        await person.read(path)


def letters(number: int) -> str:
    """A name of its own for each number."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))


async def reading(person: Person) -> None:
    await asyncio.sleep(person.work.draw.random() * person.pause)
    addresses = _employer_addresses(person.who["code"], person.who["employees"][0])
    while not person.work.is_over:
        await person.read(person.work.draw.choice(addresses))


async def writing(seats: list[Person]) -> None:
    """One who writes for several companies in turn, so that nobody writes to the service too often."""
    work = seats[0].work
    await asyncio.sleep(work.draw.random() * seats[0].pause)
    for seat in seats:
        for number in range(MOST):
            for form in work.asked["forms"]:
                if work.is_over:
                    return
                await FORMS[form](seat, number)
    # Nobody goes on alone.
    work.end = min(work.end, time.perf_counter())


async def main(asked: dict[str, Any], seconds: float) -> dict[str, Any]:
    work = Work(asked, seconds)
    readers, seats = ([Person(work, who) for who in asked[kind]] for kind in ("readers", "writers"))
    for each in seats:
        await each.learn_token()
    number = asked["hands"]
    hands = [seats[at::number] for at in range(number)]
    work.begins = time.perf_counter()
    work.end, used = work.begins + seconds, time.process_time()
    await asyncio.gather(*map(reading, readers), *map(writing, hands))
    return work.times | {
        "refused": work.refused, "failed": work.failed, "seconds": time.perf_counter() - work.begins,
        "processor": time.process_time() - used,
    }  # fmt: skip


if __name__ == "__main__":
    gc.freeze()
    gc.disable()
    print(json.dumps(asyncio.run(main(json.loads(Path(sys.argv[1]).read_text()), float(sys.argv[2])))))
