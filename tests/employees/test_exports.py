"""What is exported is what is imported: the same columns, and every value found again."""

import csv
import io
import zipfile
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.employee_files.columns import COLUMNS, DAY_COLUMNS, problems_of, read
from app.employee_files.decoding import decoded
from app.employee_files.spreadsheet import csv_sheet
from app.employee_files.titles import distinct_titles, fields_of, how_many_known
from app.employee_files.writing import CHOICES, HELP, csv_of, model_csv, model_xlsx, xlsx_of
from app.employee_files.xlsx import xlsx_sheets
from app.employees.declared import problems
from app.employees.forms import Identity, declared_fields
from app.follow_up.law import RISKS
from app.jobs.pcs import nomenclature
from app.web.forms import Form
from db.kinds import Contract

LETTERS = "aàâbcçdeéèêzAÉZ’'-. 0=+@;\"œÿ"
WORDS = st.text(LETTERS, max_size=60).map(lambda text: " ".join(text.split()))
NAMES = WORDS.filter(lambda text: any(each.isalpha() for each in text))
# The first day of a spreadsheet's count, and the last ones, say « no day ».
A_DAY = st.dates(date(1900, 1, 2), date(2099, 12, 30))
PEOPLE = st.fixed_dictionaries(
    {
        "code": st.just("00010"),
        "staff_number": st.from_regex(r"[A-Z0]{0,3}[0-9]{0,6}", fullmatch=True),
        "birth_name": NAMES,
        "usual_name": st.just("") | NAMES,
        "first_names": NAMES,
        "sex": st.sampled_from(["", "F", "M"]),
        "birth_on": A_DAY,
        "email": st.sampled_from(["", "elise.legall@brieuc.fr", "a+b@société.fr"]),
        "phone": st.sampled_from(["", "+33612345678", "+33296331234", "+3222345678", "+441212345678"]),
        "entry_on": A_DAY,
        "exit_on": st.none() | A_DAY,
        "contract": st.sampled_from(Contract),
        "contract_ends_on": st.none() | A_DAY,
        "job_title": NAMES,
        "pcs": st.just("") | st.sampled_from(list(nomenclature())),
        "part_time": st.booleans(),
        "risks": st.sets(st.sampled_from([code for code in RISKS if code != "MINEUR"])).map(
            lambda codes: " ".join(code for code in RISKS if code in codes)
        ),
        "post_reason": st.just("") | NAMES,
        "driving_until": st.none() | A_DAY,
        "electrical_until": st.none() | A_DAY,
    }
)
SHEETS = {
    csv_of: lambda content: csv_sheet(decoded(content).text, lambda cells: how_many_known(cells, {})),
    xlsx_of: lambda content: xlsx_sheets(content, lambda cells: how_many_known(cells, {}))[0][0],
}


def as_text(stored) -> str:
    if isinstance(stored, bool):
        return "oui" if stored else "non"
    return stored.isoformat() if isinstance(stored, date) else str(stored or "")


def read_again(content: bytes, export) -> list[dict[str, str]]:
    sheet = SHEETS[export](content)
    fields, notes = fields_of(distinct_titles(sheet.titles), {}, {})
    assert (fields, notes) == (list(COLUMNS), [])
    full = (cells + [""] * (len(fields) - len(cells)) for _, cells, _ in sheet.rows)
    return [{f: read(f, cell) for f, cell in zip(fields, cells, strict=True)} for cells in full]


@pytest.mark.parametrize("export", [csv_of, xlsx_of])
@settings(max_examples=40)
@given(people=st.lists(PEOPLE, min_size=1, max_size=4))
def test_what_is_exported_is_read_again_without_a_difference(export, people):
    again = read_again(export(people), export)
    assert again == [{field: as_text(person[field]) for field in COLUMNS} for person in people]


TYPED = {
    "birth_name": "A", "usual_name": "", "first_names": "B", "sex": "", "birth_on": "1990-02-03",
    "email": "", "phone": "", "staff_number": "",
}  # fmt: skip
ODD = st.text(LETTERS + "'\t\r\u200b\u0301#/!19e|", min_size=1, max_size=30)
KNOWN_ODD = [
    "+33 cmd|' /C calc'!A0",
    "=1+1",
    "'=1+1",
    "12E4",
    "'12E4",
    "#N/A",
    "-",
    "\u200da",
    "1850578006084",
]


@settings(max_examples=150)
@given(field=st.sampled_from(["staff_number", "birth_name", "usual_name"]), typed=ODD)
def test_what_the_form_takes_comes_back_from_the_file(field, typed):
    comes_back(field, typed)


@pytest.mark.parametrize("typed", KNOWN_ODD)
@pytest.mark.parametrize("field", ["staff_number", "first_names"])
def test_what_looks_like_something_else_comes_back_or_is_refused_in_a_sentence(field, typed):
    comes_back(field, typed)


def comes_back(field, typed):
    form = Form(TYPED | {field: typed})
    form.check(Identity)
    if form.data is None:
        assert form.errors[field].endswith((".", ")"))
        return
    person = {"code": "00010"} | declared_fields(form.data)
    for export in (csv_of, xlsx_of):
        assert read_again(export([person]), export)[0][field] == person[field]


def test_the_form_and_the_file_agree_on_who_is_too_young():
    for day, is_wrong in (("2014-01-28", True), ("2014-01-29", False)):
        person = {"birth_on": "2000-01-29", "entry_on": day}
        assert ("entry_on" in problems(person, date(2026, 3, 2))) is is_wrong
        assert any("moins de 14 ans" in each for each in problems_of(person)) is is_wrong


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_of_the_csv_is_run_by_a_spreadsheet(start):
    text = csv_of([{"birth_name": f"{start}cmd|' /C calc'!A0"}]).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(text), delimiter=";"))[1]
    assert row[2].startswith(f"'{start}")


def test_the_csv_is_what_french_spreadsheets_open_with_a_click():
    content = csv_of([{"birth_name": "Le Gall", "birth_on": date(1990, 2, 3)}])
    assert content.startswith(b"\xef\xbb\xbfCode adh\xc3\xa9rent;Matricule;Nom de naissance;")
    assert content.endswith(b";;Le Gall;;;;03/02/1990;;;;;;;;;;;;;\r\n")


def test_the_workbook_holds_text_and_real_dates_and_no_formula():
    content = xlsx_of([{"birth_name": "=1+1", "birth_on": date(1990, 2, 3), "phone": "+33612345678"}])
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    name, birth = sheet["C2"], sheet["G2"]
    assert (name.value, name.data_type) == ("=1+1", "s")
    assert (birth.value.date(), birth.number_format) == (date(1990, 2, 3), "dd/mm/yyyy")
    assert sheet["I2"].value == "06 12 34 56 78"
    assert sheet["A1"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:T2")
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_a_printed_list_is_two_pages_wide_with_titles_and_names_on_both():
    sheet = load_workbook(io.BytesIO(xlsx_of([{"birth_name": "Le Gall"}]))).worksheets[0]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$C:$E")


def test_an_empty_list_is_still_a_file_with_its_titles():
    assert csv_of([]).decode("utf-8-sig").split(";")[0] == "Code adhérent"
    assert load_workbook(io.BytesIO(xlsx_of([]))).worksheets[0]["A1"].value == "Code adhérent"


def test_the_models_have_the_columns_of_the_import_with_a_star_on_what_must_be_filled():
    titles = model_csv().decode("utf-8-sig").strip().split(";")
    assert [title.rstrip("*") for title in titles] == [column.title for column in COLUMNS.values()]
    stars = [title for title in titles if title.endswith("*")]
    assert len(stars) == 6
    sheet = load_workbook(io.BytesIO(model_xlsx())).worksheets[0]
    assert [cell.value for cell in sheet[1]] == titles
    assert fields_of(titles, {}, {}) == (list(COLUMNS), [])


def test_the_model_offers_lists_in_text_cells_and_explains_every_column_and_risk():
    book = load_workbook(io.BytesIO(model_xlsx()))
    sheet, aide = book.worksheets
    lists = {each.formula1.strip('"') for each in sheet.data_validations.dataValidation}
    assert lists == {",".join(choices) for choices in CHOICES.values()}
    assert all(len(each) <= 255 for each in lists)
    assert sheet.column_dimensions["G"].width
    words = " ".join(str(cell.value) for row in aide.iter_rows() for cell in row)
    assert aide.title == "Aide"
    named = {row[0].value: row[1].value for row in aide.iter_rows()}["RQTH"]
    assert "reconnaissance de la qualité de travailleur handicapé" in named
    assert all(column.title in words for column in COLUMNS.values())
    assert all(code in words for code in RISKS if code != "MINEUR")


def test_each_column_is_explained_and_each_choice_is_understood():
    assert list(HELP) == list(COLUMNS)
    for field, choices in CHOICES.items():
        assert all(read(field, choice) for choice in choices)
    assert set(DAY_COLUMNS) <= set(COLUMNS)
    tomorrow = date(2026, 11, 25) + timedelta(days=1)
    assert read("exit_on", tomorrow.isoformat()) == "2026-11-26"
