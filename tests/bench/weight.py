"""Bytes that a browser fetches, bodies as they travel: compressed by the server, measured by the client."""

import asyncio
import re
from dataclasses import dataclass

import httpx

from app.web.assets import SCRIPT, STATIC, compressed
from tests.bench.served import portal_served
from tests.bench.table import KB, Line, verdict
from tests.bench.walk import Walk, sign_in_fragments

ENCODINGS = ("br", "gzip")
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
COLD, WARM, HTML, CSS, OWN_JS, FRAGMENT = (
    "sign-in page, first visit",
    "sign-in page, next visit",
    "sign-in page, HTML alone",
    "stylesheet",
    "own script",
    "fragment",
)
HTMX, ICON, HOME, HEADERS = "htmx", "icon", "home page, HTML alone", "headers of a first visit, HTTP/1.1"
BUDGETS = {WARM: 3.0, HTML: 3.0, CSS: 2.25, OWN_JS: 1.5, HOME: 3.0, FRAGMENT: 1.5}
COLD_BUDGETS = {"br": 17.0, "gzip": 19.0}


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer: its body and headers in bytes, and whether the browser keeps it without asking again."""

    body: int
    headers: int
    is_kept: bool


def budget_of(name: str, encoding: str) -> float | None:
    """In KB; nothing for what is only told."""
    if name == COLD:
        return COLD_BUDGETS[encoding]
    return BUDGETS.get(FRAGMENT if name.startswith(FRAGMENT) else name)


async def weights(client: httpx.AsyncClient, encoding: str) -> dict[str, int]:
    """Bytes by name, for a browser that accepts only this encoding."""
    asked = {"Accept-Encoding": encoding}
    page = await client.get("/connexion", headers=asked)
    html = _fetched(page)
    found = {path: await _asset(client, path, asked) for path in dict.fromkeys(ASSET.findall(page.text))}
    everything = [html, *found.values()]
    script = sum(each.body for path, each in found.items() if path.endswith(".js"))
    # Both travel in one file: ours weighs what it adds to htmx.
    htmx = len(compressed((STATIC / SCRIPT[0]).read_bytes())[encoding])
    return {
        COLD: sum(each.body for each in everything),
        WARM: sum(each.body for each in everything if not each.is_kept),
        HTML: html.body,
        CSS: sum(each.body for path, each in found.items() if path.endswith(".css")),
        OWN_JS: script - htmx,
        HTMX: htmx,
        ICON: sum(each.body for path, each in found.items() if path.endswith((".svg", ".png"))),
        HEADERS: sum(each.headers for each in everything),
        HOME: _fetched(await client.get("/", headers=asked)).body,
    }


async def fragment_weights(client: httpx.AsyncClient, encoding: str) -> dict[str, int]:
    answers = await sign_in_fragments(Walk(client, encoding))
    return {f"{FRAGMENT}: {name}": answer.num_bytes_downloaded for name, answer in answers.items()}


async def _asset(client: httpx.AsyncClient, path: str, asked: dict[str, str]) -> Fetched:
    """A file of the page. It is kept when it never needs asking again and, asked again, has not changed."""
    answer = await client.get(path, headers=asked)
    again = await client.get(path, headers=asked | {"If-None-Match": answer.headers.get("etag", "")})
    unchanged = again.status_code == 304 and not again.num_bytes_downloaded
    first = _fetched(answer)
    return Fetched(first.body, first.headers, first.is_kept and unchanged)


def _fetched(answer: httpx.Response) -> Fetched:
    answer.raise_for_status()
    headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    is_kept = "immutable" in answer.headers.get("cache-control", "")
    return Fetched(answer.num_bytes_downloaded, headers, is_kept)


def lines(*, quick: bool = False) -> list[Line]:
    by_encoding = {}
    for encoding in ENCODINGS:
        # A portal each: the second walk would find the account that the first has opened.
        with portal_served() as served:
            by_encoding[encoding] = asyncio.run(_everything(served.url, encoding))
    first = by_encoding[ENCODINGS[0]]
    return [_line(name, {e: by_encoding[e][name] for e in ENCODINGS}) for name in first]


async def _everything(url: str, encoding: str) -> dict[str, int]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        return await weights(client, encoding) | await fragment_weights(client, encoding)


def _line(name: str, sizes: dict[str, int]) -> Line:
    measured = ", ".join(f"{size / KB:5.2f} KB {encoding}" for encoding, size in sizes.items())
    most = {encoding: budget_of(name, encoding) for encoding in sizes}
    if not all(most.values()):
        return Line(name, measured)
    over = [encoding for encoding, size in sizes.items() if size > (most[encoding] or 0) * KB]
    words = verdict(not over)
    if over and len(over) < len(sizes):
        words += f" with {' and '.join(over)}"
    allowed = " or ".join(dict.fromkeys(f"{each:g}" for each in most.values()))
    return Line(name, measured, f"at most {allowed} KB", words)
