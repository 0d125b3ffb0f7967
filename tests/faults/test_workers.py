"""`portail serve --workers 2`, with real processes on PostgreSQL: one dies, the other answers."""

import asyncio
import os
import signal
from contextlib import aclosing
from pathlib import Path

import httpx
import pytest

from tests.conftest import SERVER
from tests.faults.steps import give
from tests.faults.test_two_processes import Client, Portails

pytestmark = pytest.mark.skipif(not SERVER, reason="on SQLite one process writes")


def children(pid):
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
async def served(settings, world):
    """The process above two workers, and their port."""
    portails = Portails(settings)
    port = portails.start("--workers", "2")
    await portails.ready(port)
    yield portails.running[0], port
    portails.running[0].terminate()
    portails.running[0].wait()


class OverBoth(Client):
    """A browser each of whose requests is answered by another of the workers than the one before."""

    def __init__(self, port):
        super().__init__(port)
        self.at = []

    async def connect(self, workers):
        for asleep in workers:
            os.kill(asleep, signal.SIGSTOP)
            self.at.append(Client(self.base_url.port))
            (await self.at[-1].get("/healthz")).raise_for_status()
            os.kill(asleep, signal.SIGCONT)
            # Kept open: what follows goes to the same worker.
            self.at[-1]._cookies = self._cookies

    async def request(self, method, url, **given):
        self.at.reverse()
        return await self.at[0].request(method, url, **given)

    async def aclose(self):
        for each in self.at:
            await each.aclose()


async def answers(port, number=30):
    """Status of requests, each over a connection of its own; 0 when that was cut."""
    async with httpx.AsyncClient(limits=httpx.Limits(max_keepalive_connections=0)) as client:

        async def ask():
            try:
                return (await client.get(f"http://127.0.0.1:{port}/connexion")).status_code
            except httpx.TransportError:
                return 0

        return await asyncio.gather(*(ask() for _ in range(number)))


async def until(condition):
    while not condition():
        await asyncio.sleep(0.05)


async def test_sign_in_and_a_form_go_over_both(served):
    above, port = served
    async with aclosing(OverBoth(port)) as client:
        await client.connect(children(above.pid))
        assert (await give(client)).status_code == 303
        fields = {"last_name": "Dupont", "first_name": "Alix", "job_title": "Gérante"}
        assert (await client.fill("/mon-compte", **fields)).status_code == 303
        for each in (0, 1):
            assert "Gérante" in (await client.get("/mon-compte")).text, each


async def test_one_that_is_killed_is_made_again_and_the_other_answers_meanwhile(served):
    above, port = served
    dying, other = children(above.pid)
    # Whoever forks with threads of its own takes their locks along.
    assert len(list(Path(f"/proc/{above.pid}/task").iterdir())) == 1
    under_way = asyncio.create_task(answers(port))
    await asyncio.sleep(0)
    os.kill(dying, signal.SIGKILL)
    assert set(await under_way) <= {200, 0}
    assert set(await answers(port)) == {200}
    await until(lambda: len(children(above.pid)) == 2 and dying not in children(above.pid))
    assert other in children(above.pid)
    os.kill(other, signal.SIGKILL)
    assert set(await answers(port)) <= {200, 0}
    above.terminate()
    assert await asyncio.to_thread(above.wait) == 0


async def test_all_end_with_the_one_above_them(served):
    above, port = served
    workers = children(above.pid)
    assert set(await answers(port, 5)) == {200}
    above.kill()
    above.wait()
    await until(lambda: not any(_lives(each) for each in workers))


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
