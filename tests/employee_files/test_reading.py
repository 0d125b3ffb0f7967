"""A file read from end to end, in the process of its own."""

import asyncio
import os
import re
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.employee_files.kinds import BIGGEST_SPREADSHEET
from app.employee_files.reading import place, read_file
from app.employee_files.rows import MOST_ROWS, FileRow, Reading, Unreadable
from app.employee_files.writing import csv_of, model_csv, model_xlsx, xlsx_of
from tests.employee_files.files import BRIEUC, ELISE, NIR, STORED, csv_of_people, dsn_bytes, dsn_person

SENDERS = count(1)


async def reading_of(content: bytes, name: str = "salaries.csv", **more) -> Reading:
    async def told(read: int, total: int) -> None:
        progress.append((read, total))

    progress: list[tuple[int, int]] = []
    async with place(next(SENDERS), told):
        reading = await read_file(content, name, **{"habits": {}, "told": told, **more})
    assert reading.missing or progress[-1] == (len(reading.rows), len(reading.rows))
    return reading


async def refusal_of(content: bytes, name: str = "salaries.csv", **more) -> str:
    with pytest.raises(Unreadable) as refused:
        await reading_of(content, name, **more)
    return str(refused.value)


async def test_a_person_of_a_spreadsheet_is_read_in_the_form_that_is_stored():
    reading = await reading_of(csv_of_people(ELISE))
    assert reading.source == "tableur"
    assert reading.columns[0] == ["Nom de naissance", "birth_name"]
    assert reading.rows == [FileRow(2, STORED, [])]


async def test_without_a_required_column_there_are_no_rows_and_the_titles_are_named():
    reading = await reading_of(csv_of_people({**ELISE, "Observations": "rien", "job_title": ""} | {}))
    assert reading.rows
    without = {name: cell for name, cell in ELISE.items() if name not in {"job_title", "contract"}}
    reading = await reading_of(csv_of_people(without))
    assert (reading.missing, reading.rows) == (["Type de contrat", "Poste"], [])


async def test_an_empty_file_says_so():
    assert await refusal_of(b" \r\n") == "Le fichier est vide."


async def test_the_statement_of_the_payroll_goes_the_same_way():
    reading = await reading_of(dsn_bytes(dsn_person(), dsn_person({"004": "Anne"})), "dsn.txt", siret=BRIEUC)
    assert (reading.source, reading.month, len(reading.rows)) == ("dsn", "2026-11", 2)
    assert NIR not in repr(reading)


async def test_habits_and_the_correction_of_this_file_choose_the_columns():
    person = {**ELISE, "Affectation": "Accueil"}
    reading = await reading_of(csv_of_people(person), habits={"affectation": "job_title"})
    assert reading.rows[0].fields["job_title"] == "Accueil"
    assert ["Poste", ""] in reading.columns
    reading = await reading_of(
        csv_of_people(person), habits={"affectation": "job_title"}, mapping={"poste": "job_title"}
    )
    assert reading.rows[0].fields["job_title"] == "Caissière"
    assert "« Affectation » n’a pas été lue" in reading.notes[0]


@pytest.mark.parametrize(("cell", "reasons"), [("10", 0), ("00010", 0), ("", 0), ("42", 1), ("00010-5", 1)])
async def test_a_row_of_another_company_has_a_reason(cell, reasons):
    reading = await reading_of(csv_of_people({"code": cell, **ELISE}), code="00010")
    assert len(reading.rows[0].reasons) == reasons
    assert reading.rows[0].fields == STORED


async def test_every_wrong_cell_of_a_row_has_its_reason_and_the_others_are_kept():
    reading = await reading_of(csv_of_people(ELISE | {"birth_on": "31/02/1990", "job_title": ""}))
    (row,) = reading.rows
    assert row.reasons == [
        "la date de naissance « 31/02/1990 » n’existe pas dans le calendrier",
        "le poste manque",
    ]
    assert row.fields == {n: c for n, c in STORED.items() if n != "birth_on"} | {"job_title": ""}


async def test_a_row_that_is_too_long_or_whose_quotes_do_not_pair_says_so():
    content = csv_of_people(ELISE) + b"a;b;c;d;e;f;g\r\n" + b'"LE GALL;x\r\n'
    reading = await reading_of(content)
    assert "elle a plus de 6 colonnes (un séparateur de trop ?)" in reading.rows[1].reasons
    assert reading.rows[2].reasons == ["un guillemet est mal placé ou n’est pas refermé"]


async def test_a_header_without_anybody_is_refused():
    assert "ne contient aucun salarié sous sa ligne de titres" in await refusal_of(model_csv())
    assert "ne contient aucun salarié sous sa ligne de titres" in await refusal_of(model_xlsx())


async def test_a_file_of_another_kind_is_refused_in_words():
    assert "PDF" in await refusal_of(b"%PDF-1.7", "salaries.xlsx")
    assert "plus de 15 Mo" in await refusal_of(bytes(BIGGEST_SPREADSHEET + 1))


async def test_a_file_that_would_take_too_much_memory_is_refused_with_what_to_do():
    """One letter of four bytes makes them all so."""
    line = ";".join(["x" * 1_000] * 10)
    content = csv_of_people(ELISE) + f"{line}\r\n".encode() * 1_400 + "\N{SMALL BLUE DIAMOND};".encode()
    assert (await refusal_of(content)).startswith("Ce fichier est trop lourd à lire : ne gardez que")


# The process


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
    async def told(read: int, total: int) -> None:
        seen.extend(look(child) for child in children())

    seen: list = []
    await read_file(content, "salaries", habits={}, told=told)
    assert any(seen)


PEOPLE = [{**STORED, "code": "00010", "email": f"elise{number}@brieuc.fr"} for number in range(MOST_ROWS)]
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
        return int((child / "stat").read_text().rsplit(")", 1)[1].split()[16]) >= 10

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


async def test_the_portal_goes_on_meanwhile_and_hears_how_far_the_reading_is():
    heard, turns = [], 0

    async def told(read: int, total: int) -> None:
        heard.append((read, total))

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    alongside = asyncio.create_task(others())
    reading = await read_file(csv_of(PEOPLE), "salaries.csv", habits={}, told=told)
    alongside.cancel()
    assert len(reading.rows) == MOST_ROWS
    assert turns > 10
    assert heard == sorted(heard, key=lambda each: each[0])
    assert heard[-1] == (MOST_ROWS, MOST_ROWS)
    assert len(heard) > 10


def stand_in(monkeypatch, folder: Path, script: str) -> None:
    """Another program in the worker's place, to see it misbehave."""
    program = folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr("app.employee_files.reading.sys.executable", str(program))


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
    monkeypatch.setattr("app.employee_files.reading.sys.executable", "/nowhere/python")
    assert (await refusal_of(csv_of_people(ELISE))).startswith("La lecture n’a pas pu commencer")


async def test_a_reading_that_lasts_is_stopped(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "exec sleep 30")
    monkeypatch.setattr("app.employee_files.reading.SECONDS", 0.3)
    assert "a duré trop longtemps" in await refusal_of(csv_of_people(*[ELISE] * 30_000))
    assert children() == []


async def test_waiting_for_a_place_takes_nothing_of_the_time_for_reading(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "exec sleep 30")
    monkeypatch.setattr("app.employee_files.reading.SECONDS", 0.3)
    monkeypatch.setattr("app.employee_files.reading.TURNS", 2)
    found = await asyncio.gather(*(refusal_of(csv_of_people(ELISE)) for _ in range(6)))
    assert sum("a duré trop longtemps" in each for each in found) >= 4
    assert all("trop longtemps" in each or "Beaucoup de fichiers" in each for each in found)
    assert children() == []


async def test_who_gives_up_waiting_for_a_place_takes_none_away(monkeypatch, tmp_path):
    with monkeypatch.context() as slow:
        stand_in(slow, tmp_path, "exec sleep 30")
        waiting = [asyncio.create_task(reading_of(csv_of_people(ELISE))) for _ in range(6)]
        await asyncio.sleep(0.2)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    found = await asyncio.gather(*(reading_of(csv_of_people(ELISE)) for _ in range(4)))
    assert [len(each.rows) for each in found] == [1, 1, 1, 1]


async def test_a_reading_that_nobody_waits_for_leaves_no_process(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "exec sleep 30")
    reading = asyncio.create_task(reading_of(csv_of_people(ELISE)))
    await asyncio.sleep(0.2)
    assert children()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert children() == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
async def test_random_bytes_are_a_reading_or_a_refusal(noise):
    with suppress(Unreadable):
        await reading_of(noise)
