"""What `app.web.compiling` spares: processor time of a page with it and with Jinja's own, in turn.

python -m tests.bench.rendering
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from jinja2 import Template
from jinja2.compiler import CodeGenerator

from app.main import create_app
from app.settings import Settings
from tests.actors import Actor
from tests.bench.employees_base import LARGE, fill
from tests.bench.served import SECRET, _told

PAGES = {
    "list, 25 rows": f"/espace/{LARGE}/salaries",
    "first step of a declaration": f"/espace/{LARGE}/salaries/declaration/identite",
}
ROUNDS, REQUESTS = 30, 30


async def main() -> None:
    with TemporaryDirectory(prefix="portail-bench-") as folder:
        base = f"sqlite:///{Path(folder) / 'portail.db'}"
        settings = Settings(data_dir=Path(folder), database_url=base, secret_key=SECRET)
        session = await asyncio.to_thread(lambda: asyncio.run(_told(settings, fill)))
        ours, plain = create_app(settings), create_app(settings)
        stock = plain.app.state.templates.environment
        stock.template_class, stock.code_generator_class = Template, CodeGenerator
        cookies = {"session": session}
        async with Actor(ours, cookies=cookies) as one, Actor(plain, cookies=cookies) as other:
            for name, path in PAGES.items():
                print(
                    name, await _compared(lambda path=path: one.get(path), lambda path=path: other.get(path))
                )


async def _compared(ours: Callable[[], Awaitable[object]], plain: Callable[[], Awaitable[object]]) -> str:
    await _spent(ours), await _spent(plain)
    pairs = [(await _spent(ours), await _spent(plain)) for _ in range(ROUNDS)]
    spared = median(theirs - mine for mine, theirs in pairs)
    return f"{spared * 1e6:.0f} µs spared of {median(theirs for _, theirs in pairs) * 1e6:.0f}"


async def _spent(ask: Callable[[], Awaitable[object]]) -> float:
    began = time.process_time()
    for _ in range(REQUESTS):
        await ask()
    return (time.process_time() - began) / REQUESTS


if __name__ == "__main__":
    asyncio.run(main())
