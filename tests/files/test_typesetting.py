"""Documents are drawn beside the portal, by processes that may end at any time."""

import asyncio
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.files import typesetting
from app.files.apart import ROOT
from app.files.typesetting import Undrawn
from app.planning.convocations import pdf_of
from tests.bench.documents import ORDINARY


@pytest.fixture
def one_drawer(monkeypatch):
    """A thread that has no process yet."""
    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(typesetting, "_threads", threads)
        yield
        threads.submit(typesetting._forget).result()


async def drawn(**changed):
    return await pdf_of(replace(ORDINARY, **changed))


async def process():
    return await asyncio.get_running_loop().run_in_executor(typesetting._threads, typesetting._process)


async def test_one_process_draws_one_document_after_the_other(one_drawer):
    assert (await drawn())[:5] == (await drawn(employee="MARTIN Zoé"))[:5] == b"%PDF-"
    assert (await process()).poll() is None


async def test_a_document_that_typst_refuses_is_an_error_and_the_next_is_drawn(one_drawer):
    with pytest.raises(Undrawn, match="canceled"):
        await drawn(state="canceled")
    assert (await drawn()).startswith(b"%PDF-")


async def test_a_process_that_was_killed_is_replaced(one_drawer):
    first = await process()
    os.kill(first.pid, signal.SIGKILL)
    assert (await drawn()).startswith(b"%PDF-")
    assert (await process()).pid != first.pid


async def test_a_process_that_dies_on_each_order_is_an_error_at_last(one_drawer, monkeypatch):
    monkeypatch.setattr("app.files.apart.sys.executable", "false")
    with pytest.raises(Undrawn):
        await drawn()
    monkeypatch.undo()
    assert (await drawn()).startswith(b"%PDF-")


def test_a_process_ends_with_its_orders_or_when_it_has_rested():
    """A portal that was killed leaves none behind."""
    process = typesetting.start_apart("app.files.pdf")
    assert process.communicate(timeout=20) == (b"", None)
    assert process.returncode == 0
    resting = "import app.files.pdf as pdf; pdf.REST = 0.1; pdf.main()"
    with subprocess.Popen([sys.executable, "-c", resting], stdin=subprocess.PIPE, cwd=ROOT) as beside:
        assert beside.wait(20) == 0
