"""A tour goes through pages and the states that swaps give them, and stops at each.

Whoever adds a page adds its stop: test_every_page tells which address nobody visited.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from litestar.routes import HTTPRoute
from playwright.async_api import expect

from tests.browser.reader import Reader


@dataclass(frozen=True, slots=True)
class Stop:
    """`swapped`: what is shown was put together in the browser, so it is not what the portal served."""

    name: str
    swapped: bool = False


Tour = AsyncIterator[Stop]
PARAMETER = re.compile(r"\{(\w+)\}")


def addresses(app: Any) -> list[str]:
    """Every address that answers GET, such as /espace/{code}."""
    routes = [route for route in app.app.routes if isinstance(route, HTTPRoute)]
    return sorted(r.path_format for r in routes if any("GET" in h.http_methods for h in r.route_handlers))


async def swapped(reader: Reader, fragment: str) -> Stop:
    await expect(reader.page.locator(f"#{fragment}")).to_be_visible()
    await reader.settled()
    return Stop(f"swap {fragment}", swapped=True)


async def refused(reader: Reader, fragment: str) -> Stop:
    await reader.has_focus_on(f"#{fragment} .summary")
    await reader.settled()
    return Stop(f"swap {fragment} refused", swapped=True)


async def kept(reader: Reader, *rows: object) -> None:
    async with reader.portal.database.transaction(write=True) as session:
        session.add_all(rows)
