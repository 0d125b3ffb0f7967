"""A file read from end to end: what each cell, row and file becomes."""

from dataclasses import replace

import pytest

from app.employee_files.reading import read_bytes
from app.employee_files.rows import FileRow, Reading, Unreadable
from app.employee_files.writing import model_csv, model_xlsx
from tests.employee_files.files import BRIEUC, ELISE, NIR, STORED, csv_of_people, dsn_bytes, dsn_person


def reading_of(content: bytes, **more) -> Reading:
    rows: list[FileRow] = []
    asked = {"siret": "", "code": "", "habits": {}, "mapping": {}, "same": {}, "today": "2026-11-30"}
    progress = []

    def take(bundle: list[FileRow], read: int, total: int) -> None:
        rows.extend(bundle)
        progress.append((read, total))

    reading = replace(read_bytes(content, asked | more, take), rows=rows)
    assert reading.missing or progress[-1] == (len(rows), len(rows))
    return reading


def refusal_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        reading_of(content)
    return str(refused.value)


def test_a_person_of_a_spreadsheet_is_read_in_the_form_that_is_stored():
    reading = reading_of(csv_of_people(ELISE))
    assert reading.source == "tableur"
    assert reading.columns[0] == ["Nom de naissance", "birth_name"]
    assert reading.rows == [FileRow(2, STORED, [])]


def test_without_a_required_column_there_are_no_rows_and_the_titles_are_named():
    reading = reading_of(csv_of_people({**ELISE, "Observations": "rien", "job_title": ""} | {}))
    assert reading.rows
    without = {name: cell for name, cell in ELISE.items() if name not in {"job_title", "contract"}}
    reading = reading_of(csv_of_people(without))
    assert (reading.missing, reading.rows) == (["Type de contrat", "Poste"], [])


def test_the_statement_of_the_payroll_goes_the_same_way():
    reading = reading_of(dsn_bytes(dsn_person(), dsn_person({"004": "Anne"})), siret=BRIEUC)
    assert (reading.source, reading.month, len(reading.rows)) == ("dsn", "2026-11", 2)
    assert NIR not in repr(reading)


def test_habits_and_the_correction_of_this_file_choose_the_columns():
    person = {**ELISE, "Affectation": "Accueil"}
    reading = reading_of(csv_of_people(person), habits={"affectation": "job_title"})
    assert reading.rows[0].fields["job_title"] == "Accueil"
    assert ["Poste", ""] in reading.columns
    reading = reading_of(
        csv_of_people(person), habits={"affectation": "job_title"}, mapping={"poste": "job_title"}
    )
    assert reading.rows[0].fields["job_title"] == "Caissière"
    assert "« Affectation » n’a pas été lue" in reading.notes[0]


@pytest.mark.parametrize(("cell", "reasons"), [("10", 0), ("00010", 0), ("", 0), ("42", 1), ("00010-5", 1)])
def test_a_row_of_another_company_has_a_reason(cell, reasons):
    reading = reading_of(csv_of_people({"code": cell, **ELISE}), code="00010")
    assert len(reading.rows[0].reasons) == reasons
    assert reading.rows[0].fields == STORED


def test_every_wrong_cell_of_a_row_has_its_reason_and_the_others_are_kept():
    reading = reading_of(csv_of_people(ELISE | {"birth_on": "31/02/1990", "job_title": ""}))
    (row,) = reading.rows
    assert row.reasons == [
        "la date de naissance « 31/02/1990 » n’existe pas dans le calendrier",
        "le poste manque",
    ]
    assert row.fields == {n: c for n, c in STORED.items() if n != "birth_on"} | {"job_title": ""}


def test_a_row_that_is_too_long_or_whose_quotes_do_not_pair_says_so():
    content = csv_of_people(ELISE) + b"a;b;c;d;e;f;g\r\n" + b'"LE GALL;x\r\n'
    reading = reading_of(content)
    assert "elle a plus de 6 colonnes (un séparateur de trop ?)" in reading.rows[1].reasons
    assert reading.rows[2].reasons == ["un guillemet est mal placé ou n’est pas refermé"]


def test_a_header_without_anybody_is_refused():
    assert "ne contient aucun salarié sous sa ligne de titres" in refusal_of(model_csv())
    assert "ne contient aucun salarié sous sa ligne de titres" in refusal_of(model_xlsx())


def test_a_file_of_another_kind_is_refused_in_words():
    assert "PDF" in refusal_of(b"%PDF-1.7")
