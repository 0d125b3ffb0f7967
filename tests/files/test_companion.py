"""The process beside the pages: many questions at once, and its end, which may come at any time."""

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest

from app.files import companion as module
from app.files.apart import ROOT
from app.files.companion import Companion, Gone


@pytest.fixture
async def companion():
    made = Companion("tests.files.echoing", {"before": "> "})
    yield made
    await made.close()


def process_of(companion: Companion) -> subprocess.Popen[bytes]:
    assert companion._process
    return companion._process._popen


async def until(is_so) -> None:
    for _ in range(200):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never comes")


async def test_it_answers_many_at_once_each_with_its_own_bytes(companion):
    await companion.wake()
    long = bytes(range(256)) * 8_000
    slow = asyncio.create_task(companion.ask("echo", {"seconds": 0.2}, b"slow"))
    answers = await asyncio.gather(*(companion.ask("echo", {}, each) for each in (b"", b"\n\n", long)))
    assert answers == [b"> ", b"> \n\n", b"> " + long]
    assert not slow.done()
    assert await slow == b"> slow"
    assert os.getpriority(os.PRIO_PROCESS, process_of(companion).pid) >= 5


async def test_work_that_nobody_waits_for_is_stopped(companion):
    waiting = [asyncio.create_task(companion.ask("wait", {})) for _ in range(2)]
    await asyncio.sleep(0.1)
    assert await companion.ask("count_stopped", {}) == b"0"
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    assert await companion.ask("count_stopped", {}) == b"1"
    companion.tell("echo", {})
    await companion.close()
    with pytest.raises(Gone):
        await waiting[1]


async def test_work_that_fails_is_said_and_the_others_go_on(companion, capfd):
    slow = asyncio.create_task(companion.ask("echo", {"seconds": 0.1}, b"slow"))
    with pytest.raises(Gone):
        await companion.ask("fail", {})
    assert await slow == b"> slow"
    assert "not an answer" in capfd.readouterr().err


async def test_one_that_was_killed_says_so_at_once_and_the_next_question_starts_another(companion):
    waiting = asyncio.create_task(companion.ask("wait", {}))
    await companion.ask("echo", {})
    first = process_of(companion)
    os.kill(first.pid, signal.SIGKILL)
    with pytest.raises(Gone):
        await waiting
    with pytest.raises(Gone):
        await companion.ask("die", {})
    assert await companion.ask("echo", {}, b"again") == b"> again"
    assert process_of(companion).pid != first.pid


async def test_one_that_cannot_start_is_no_fault_of_the_page(companion, monkeypatch):
    monkeypatch.setattr("app.files.apart.sys.executable", "/nowhere/python")
    await companion.wake()
    with pytest.raises(Gone):
        await companion.ask("echo", {})


async def test_it_rests_when_nothing_is_asked_but_not_in_the_middle_of_work(companion, monkeypatch):
    monkeypatch.setattr(module, "REST", 0.1)
    assert await companion.ask("echo", {"seconds": 0.4}) == b"> "
    first = process_of(companion)
    await until(lambda: first.poll() is not None)
    assert await companion.ask("echo", {}) == b"> "
    assert process_of(companion) is not first


async def test_it_ends_with_the_portal_whatever_it_is_doing():
    """Killed, the portal says nothing: its pipes close."""
    head = json.dumps({"number": 1, "what": "wait", "size": 0})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.files.echoing"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as orphan:
        orphan.stdin.write(f'{{"before": "", "size": 0}}\n{head}\n'.encode())
        orphan.stdin.close()
        assert await asyncio.to_thread(orphan.wait, 20) == 0
        assert orphan.stdout.read() == b""
