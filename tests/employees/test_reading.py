"""A file read from end to end, in the process of its own."""

import pytest

from app.employees.reading import FileRow, Reading, Unreadable, read_file
from tests.employees.files import ELISE, STORED, csv_of_people


async def reading_of(content: bytes, name: str = "salaries.csv", **more) -> Reading:
    async def told(read: int, total: int) -> None:
        progress.append((read, total))

    progress: list[tuple[int, int]] = []
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
