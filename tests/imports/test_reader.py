"""A file read and compared in the process of its own: what it may take, and what becomes of it."""

import asyncio
import json
import os
import re
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.employee_files.kinds import BIGGEST_SPREADSHEET
from app.employee_files.rows import MOST_ROWS, Unreadable
from app.employee_files.writing import csv_of, xlsx_of
from app.employees.declared import LABELS
from app.imports.difference import NOBODY
from app.imports.known import line_with
from app.imports.reader import Asked, Comparison, compare_file, place
from tests.employee_files.files import ELISE, STORED, csv_of_people
from tests.imports.steps import TODAY, comparison_of, nobody

SENDERS = count(1)
ASKED = Asked(name="salaries.csv", today=TODAY)


async def compared(content: bytes) -> Comparison:
    async def progress(read: int, total: int) -> None:
        """Nobody looks at the progress."""

    async with place(next(SENDERS), progress):
        return await comparison_of(content)


async def refusal_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        await compared(content)
    return str(refused.value)


async def test_an_empty_file_says_so():
    assert await refusal_of(b" \r\n") == "Le fichier est vide."


async def test_a_file_that_weighs_too_much_is_not_even_begun():
    assert "plus de 15 Mo" in await refusal_of(bytes(BIGGEST_SPREADSHEET + 1))


async def test_a_file_that_would_take_too_much_memory_is_refused_with_what_to_do():
    """One letter of four bytes makes them all so."""
    line = ";".join(["x" * 1_000] * 10)
    content = csv_of_people(ELISE) + f"{line}\r\n".encode() * 1_400 + "\N{SMALL BLUE DIAMOND};".encode()
    assert (await refusal_of(content)).startswith("Ce fichier est trop lourd à lire : ne gardez que")


others: set[Path] = set()


@pytest.fixture(autouse=True)
def _others():
    """Tests with a browser share one, which is a child of this process too."""
    others.clear()
    others.update(children())


def children() -> list[Path]:
    """The processes that this test started and that have not ended."""
    tasks = Path("/proc/self/task").glob("*/children")
    found = [Path("/proc", pid) for task in tasks for pid in task.read_text().split()]
    return [each for each in found if each not in others]


async def seen_while_reading(content: bytes, look) -> None:
    async def progress(read: int, total: int) -> None:
        seen.extend(look(child) for child in children())

    seen: list = []
    await compare_file(content, ASKED, nine_thousand(), progress)
    assert any(seen)


def name_of(number: int) -> str:
    """A name of letters, of nobody else."""
    return "LE " + "".join(chr(ord("A") + int(digit)) for digit in str(number))


PEOPLE = [
    {**STORED, "code": "00010", "birth_name": name_of(number), "email": f"elise{number}@brieuc.fr"}
    for number in range(MOST_ROWS)
]


async def nine_thousand():
    """All of them but one, as the list knows them."""
    for number in range(1, MOST_ROWS):
        person = {**NOBODY, **STORED, "birth_name": name_of(number)}
        yield line_with([(number, 1, *(person[name] for name in LABELS))])


linux_only = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")


@linux_only
async def test_the_process_knows_no_secret_and_is_held_within_limits(monkeypatch):
    monkeypatch.setenv("PORTAIL_SECRET_KEY", "a-secret-of-the-portal")
    monkeypatch.setenv("PGPASSWORD", "another-secret")

    def look(child: Path) -> bool:
        environment, limits = (child / "environ").read_bytes(), (child / "limits").read_text()
        if b"worker" not in (child / "cmdline").read_bytes():
            return False
        assert b"secret" not in environment
        wanted = {"Max cpu time": "60", "Max file size": "0", "Max core file size": "0"}
        for name, value in wanted.items():
            assert re.search(rf"{name} +{value} +{value} ", limits), limits
        assert "Max address space         unlimited" not in limits
        return int((child / "stat").read_text().rsplit(")", 1)[1].split()[16]) >= 5

    await seen_while_reading(csv_of_people(*[ELISE] * 1_000), look)


@linux_only
async def test_ten_thousand_people_of_a_workbook_take_little_time_and_memory():
    def look(child: Path) -> bool:
        peak = re.search(r"VmHWM:\s+(\d+) kB", (child / "status").read_text())
        # It has ended when nothing is said of its memory any more: somebody must have seen it before.
        assert peak is None or int(peak[1]) < 150_000
        times = (child / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
        assert sum(map(int, times)) / os.sysconf("SC_CLK_TCK") < 12
        return peak is not None

    await seen_while_reading(await asyncio.to_thread(xlsx_of, PEOPLE), look)


async def test_ten_thousand_lines_about_one_person_are_one_finding():
    found = await compared(csv_of([{**STORED, "email": f"elise{n}@brieuc.fr"} for n in range(MOST_ROWS)]))
    lines = [line for bundle in found.bundles for line in json.loads(bundle)]
    assert (found.rows, [line["kind"] for line in lines]) == (MOST_ROWS, ["wrong"])


async def test_the_portal_goes_on_meanwhile_and_hears_how_far_the_reading_is():
    heard, turns = [], 0

    async def progress(read: int, total: int) -> None:
        heard.append((read, total))

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    alongside = asyncio.create_task(others())
    found = await compare_file(csv_of(PEOPLE), ASKED, nobody(), progress)
    alongside.cancel()
    assert found.rows == MOST_ROWS
    assert turns > 10
    assert heard == sorted(heard, key=lambda each: each[0])
    assert heard[-1] == (MOST_ROWS, MOST_ROWS)
    assert len(heard) > 10


def stand_in(monkeypatch, folder: Path, script: str) -> None:
    """Another program in the worker's place, to see it misbehave."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr("app.files.apart.sys.executable", str(program))


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "kill -9 $$",
        "echo nonsense",
        "cat >/dev/null; echo '{\"progress\": [1, 2]}'",
        "exec cat /dev/zero",
    ],
)
async def test_a_process_that_dies_or_talks_nonsense_is_one_sentence(monkeypatch, tmp_path, script):
    stand_in(monkeypatch, tmp_path, script)
    assert (await refusal_of(csv_of_people(ELISE))).startswith("Ce fichier ne se lit pas")


async def test_a_process_that_cannot_start_is_one_sentence(monkeypatch):
    monkeypatch.setattr("app.files.apart.sys.executable", "/nowhere/python")
    assert (await refusal_of(csv_of_people(ELISE))).startswith("La lecture n’a pas pu commencer")


async def test_a_reading_that_lasts_is_stopped(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "exec sleep 30")
    monkeypatch.setattr("app.imports.reader.SECONDS", 0.3)
    assert "a duré trop longtemps" in await refusal_of(csv_of_people(*[ELISE] * 30_000))
    assert children() == []


async def test_waiting_for_a_place_takes_nothing_of_the_time_for_reading(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "exec sleep 30")
    monkeypatch.setattr("app.imports.reader.SECONDS", 0.3)
    monkeypatch.setattr("app.imports.reader.TURNS", 2)
    found = await asyncio.gather(*(refusal_of(csv_of_people(ELISE)) for _ in range(6)))
    assert sum("a duré trop longtemps" in each for each in found) >= 4
    assert all("trop longtemps" in each or "Beaucoup de fichiers" in each for each in found)
    assert children() == []


async def test_who_gives_up_waiting_for_a_place_takes_none_away(monkeypatch, tmp_path):
    with monkeypatch.context() as slow:
        stand_in(slow, tmp_path, "exec sleep 30")
        waiting = [asyncio.create_task(compared(csv_of_people(ELISE))) for _ in range(6)]
        await asyncio.sleep(0.2)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    found = await asyncio.gather(*(compared(csv_of_people(ELISE)) for _ in range(4)))
    assert [each.rows for each in found] == [1, 1, 1, 1]


async def test_a_reading_that_nobody_waits_for_leaves_no_process(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "exec sleep 30")
    reading = asyncio.create_task(compared(csv_of_people(ELISE)))
    await asyncio.sleep(0.2)
    assert children()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert children() == []


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
async def test_random_bytes_are_a_reading_or_a_refusal(noise):
    with suppress(Unreadable):
        await compared(noise)
