"""People who try wrong passwords without end, each guess at another account.

    python -m tests.bench.guessers URL SECONDS HOW_MANY [own]

`own`: each from one network of their own, instead of another for each guess.

Prints one JSON object: `statuses`, how many guesses got each; `usual_wait`, in seconds, of those compared.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from statistics import median

import httpx

from tests.bench.guess import a_network, an_unknown_address, guess, second_form


async def guess_without_end(
    url: str, seconds: float, how_many: int, *, own: bool = False
) -> list[tuple[int, float]]:
    """Nobody starts a guess after these seconds; those under way are waited for."""
    end = time.perf_counter() + seconds
    answers: list[tuple[int, float]] = []

    async def one(network: str) -> None:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=120) as client:
            while time.perf_counter() < end:
                answers.append(await guess(client, await second_form(client, an_unknown_address()), network))

    await asyncio.gather(*(one(a_network() if own else "") for _ in range(how_many)))
    return answers


def main(url: str, seconds: str, how_many: str, whose: str = "") -> None:
    answers = asyncio.run(guess_without_end(url, float(seconds), int(how_many), own=whose == "own"))
    compared = [taken for status, taken in answers if status == 422]
    statuses = Counter(status for status, _ in answers)
    print(json.dumps({"statuses": statuses, "usual_wait": median(compared) if compared else 0.0}))


if __name__ == "__main__":
    main(*sys.argv[1:])
