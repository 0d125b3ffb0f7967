"""Spreadsheets as they come from outside: each made file of `tests/imports/cases`, line by line."""

import io
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.employee_files.reading import read_bytes
from app.employee_files.rows import FileRow, Reading, Unreadable
from app.web.templating import ROOT
from tests.employee_files.files import changed_member, csv_bytes, xlsx_of_rows

CASES = ROOT / "tests/imports/cases"
NEEDED = ("birth_name", "first_names", "birth_on", "entry_on", "contract", "job_title")
TITLES = "Nom;Prénom;Date de naissance;Date d’entrée;Type de contrat;Poste"


def read(content: bytes, **asked) -> tuple[Reading, list[FileRow]]:
    rows: list[FileRow] = []
    usual = {"siret": "", "code": "", "habits": {}, "mapping": {}, "same": {}, "today": "2026-11-25"}
    return read_bytes(content, usual | asked, lambda bundle, *_: rows.extend(bundle)), rows


def shown(row: FileRow) -> str:
    """« 2 TESTUN Ana 1990-02-03 2021-09-01 cdi Aide sex=F »: the line, what is needed, then the rest."""
    fields = row.fields
    rest = (f"{name}={value}" for name, value in fields.items() if name not in NEEDED and value)
    return " ".join([str(row.line), *(fields.get(name) or "?" for name in NEEDED), *sorted(rest)])


ANA = "1990-02-03 2021-09-01 cdi Aide"
NUMBERS = ("UN", "DEUX", "TROIS", "QUATRE", "CINQ", "SIX", "SEPT", "HUIT", "NEUF")
EXPECTED = {
    "anciens_puis_presents.xlsx": [
        "2 ANCIEN Zed 1960-01-01 2021-09-01 cdi Aide exit_on=2022-01-01",
        f"2 PRESENT Ana {ANA}",
    ],
    "anglais.csv": [
        "2 TESTUN Ana 1990-02-03 2021-09-01 cdi Clerk sex=F",
        "3 TESTDEUX Bob 1985-02-03 2021-09-01 cdd Clerk sex=M",
    ],
    "annees_deux_chiffres.csv": [
        "2 TESTUN Ana 1972-02-03 1998-09-01 cdi Aide",
        "3 TESTDEUX Bob 1990-02-03 2021-06-15 cdi Aide",
    ],
    "antislash.xlsx": [f"2 TESTEUR Ana {ANA}"],
    "codes_dsn_tableur.csv": [
        "2 TESTUN Ana 1990-02-01 2021-09-01 cdi Aide part_time=non sex=M",
        "3 TESTDEUX Ana 1990-02-02 2021-09-01 cdd Aide part_time=oui sex=F",
        "4 TESTTROIS Ana 1990-02-03 2021-09-01 cdi Aide part_time=non sex=M",
        "5 TESTQUATRE Ana 1990-02-04 2021-09-01 cdd Aide part_time=oui sex=F",
    ],
    "ctrl_z.csv": [f"2 TESTEUR Ana {ANA}"],
    "date_1904_standard.xlsx": [f"2 TESTEUR Ana {ANA}"],
    "dates_us.csv": [
        "2 TESTUN Ana 1990-02-03 2011-09-01 cdi Aide",
        "3 TESTDEUX Bob 1980-07-15 2015-03-30 cdi Chef",
    ],
    "egal_guillemets.csv": [f"2 TESTEUR Ana {ANA} staff_number=000123"],
    "entete_ligne_13.csv": [f"14 TESTEUR Ana {ANA}"],
    "facultatif_illisible.csv": [
        "2 TESTUN Ana 1990-02-01 2021-09-01 cdi Aide sex=F",
        "3 TESTDEUX Ana 1990-02-02 2021-09-01 cdi Aide sex=F",
        "4 TESTTROIS Ana 1990-02-03 2021-09-01 cdi Aide sex=F",
        "5 TESTQUATRE Ana 1990-02-04 2021-09-01 cdi Aide",
    ],
    "format_personnalise.xlsx": [f"2 TESTEUR Ana {ANA} staff_number=M007"],
    "guillemet_avaleur.csv": [
        "2 TESTUN Ana 1990-02-01 2021-09-01 cdi Aide",
        "3 TESTDEUX Bob 1991-02-02 2021-09-01 cdi Chef",
        "4 TESTTROIS Cid 1992-02-03 2021-09-01 cdi Chef",
        "5 TESTQUATRE Dan 1993-02-04 2021-09-01 cdi Aide",
    ],
    "macroman.csv": ["2 TESTÉ Andréa 1990-02-03 2021-09-01 cdi Employé"],
    "matricule_12E4.csv": [
        "2 TESTUN Ana 1990-02-01 2021-09-01 cdi Aide staff_number=12E4",
        "3 TESTDEUX Bob 1990-02-02 2021-09-01 cdi Aide staff_number=2021050000123",
    ],
    "nom_de_jeune_fille.csv": [
        f"2 MARTIN Ana {ANA} usual_name=DUPONT",
        "3 DURAND Jean 1991-02-03 2021-09-01 cdi Chef",
    ],
    "nom_prenom_une_colonne.csv": [
        f"2 TESTEUR Ana {ANA}",
        "3 LE GALL Jean-Pierre 1990-02-04 2021-09-01 cdi Aide",
    ],
    "sentinelles.csv": [
        f"{line} {name} Ana 1990-02-0{line - 1} 2021-09-01 cdi Aide"
        for line, name in enumerate(map("TEST{}".format, NUMBERS), 2)
    ],
    "strict.xlsx": [f"2 TESTEUR Ana {ANA}"],
    "temps_de_travail_etp.csv": [
        f"{line} TEST{name} Ana 1990-02-0{line - 1} 2021-09-01 cdi Aide part_time={part}"
        for line, (name, part) in enumerate(
            zip(NUMBERS[:7], ("non", "oui", "non", "non", "non", "oui", "oui"), strict=True), 2
        )
    ],
    "x000d.xlsx": ["2 TESTUN Ana 1990-02-03 2021-09-01 cdi Caissière principale"],
}
IN_ERROR = {"guillemet_avaleur.csv": {2}}
LEFT = {"facultatif_illisible.csv": [(2, "phone"), (3, "email"), (5, "sex")]}


def test_every_made_file_has_its_right_value():
    files = {each.name for each in CASES.iterdir() if each.suffix in {".csv", ".xlsx", ".slk"}}
    assert files == {*EXPECTED, "sylk.slk"}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_of_outside_is_read_line_by_line(name):
    reading, rows = read((CASES / name).read_bytes())
    assert reading.missing == []
    assert [shown(row) for row in rows] == EXPECTED[name]
    assert {row.line for row in rows if row.reasons} == IN_ERROR.get(name, set())
    assert [(row.line, left[0]) for row in rows for left in row.left] == LEFT.get(name, [])
    assert not any(row.doubts for row in rows)
    assert reading.is_whole
    assert reading.is_certain


def test_a_format_that_is_not_read_is_named_with_what_to_do():
    with pytest.raises(
        Unreadable, match=r"SYLK \(.slk\) : dans votre tableur, choisissez « Enregistrer sous »"
    ):
        read((CASES / "sylk.slk").read_bytes())


# Days of a column


def days(*cells: str, title: str = "Date de naissance", **asked) -> tuple[Reading, list[FileRow]]:
    titles = TITLES.replace("Date de naissance", title)
    lines = [f"TEST{'ABCDEFGHIJKLM'[n]};Ana;{cell};01/09/2021;CDI;Aide" for n, cell in enumerate(cells)]
    return read(csv_bytes(*lines, titles=titles), **asked)


@pytest.mark.parametrize(
    ("cells", "order", "read_as"),
    [
        ("2/3/90|7/15/80", "mdy", "1990-02-03|1980-07-15"),
        ("2/3/90|15/7/80", "dmy", "1990-03-02|1980-07-15"),
        ("90/02/03|85/12/31", "ymd", "1990-02-03|1985-12-31"),
        ("030290|30290|251190", "dmy", "1990-02-03|1990-02-03|1990-11-25"),
        ("03021990|3021990|25111990", "dmy", "1990-02-03|1990-02-03|1990-11-25"),
        ("02031990|07151980", "mdy", "1990-02-03|1980-07-15"),
        ("2/3/1990 12:00:00 AM|7/15/1980 12:00:00 AM", "mdy", "1990-02-03|1980-07-15"),
        (
            "32907|1990-02-03T00:00:00|Feb 3, 1990|3 févr. 90",
            "",
            "1990-02-03|1990-02-03|1990-02-03|1990-02-03",
        ),
        ("1990-02-02T23:00:00Z|1990-02-03T01:30:00+02:00|1990-02-03T23:30:00-05:00", "", None),
    ],
)
def test_the_order_of_the_days_is_the_columns(cells, order, read_as):
    reading, rows = days(*cells.split("|"))
    found = reading.dates.get("birth_on", {"order": ""})
    assert found["order"] == order
    wanted = read_as.split("|") if read_as else ["1990-02-03", "1990-02-03", "1990-02-04"]
    assert [row.fields["birth_on"] for row in rows] == wanted
    assert not any(row.doubts for row in rows)


def test_how_a_column_was_read_is_told_with_two_samples_and_can_be_changed():
    reading, rows = days("02/03/1990", "04/05/1991", "")
    dates = {
        "order": "dmy",
        "words": "jour/mois/année",
        "samples": ["02/03/1990", "04/05/1991"],
        "is_sure": False,
    }
    assert reading.dates["birth_on"] == dates
    reading, rows = days("02/03/1990", "04/05/1991", dates={"birth_on": "mdy"})
    assert [row.fields["birth_on"] for row in rows] == ["1990-02-03", "1991-04-05"]
    assert reading.dates["birth_on"]["is_sure"]


def test_a_column_that_says_nothing_follows_the_other_columns():
    content = csv_bytes("TESTUN;Ana;7/15/80;9/1/11;CDI;Aide", titles=TITLES)
    assert read(content)[1][0].fields["entry_on"] == "2011-09-01"


def test_a_column_that_a_spreadsheet_turned_over_is_not_ticked():
    _, rows = days("1990-02-03", "1991-04-05", "25/11/1990")
    assert all("un tableur semble avoir inversé le jour et le mois" in row.doubts[0] for row in rows)
    assert [row.fields["birth_on"] for row in rows] == ["1990-02-03", "1991-04-05", "1990-11-25"]
    assert not any(row.doubts for row in days("1990-02-03", "1991-04-25", "25/11/1990")[1])


def test_two_orders_in_a_column_are_told_and_a_slip_is_only_its_own_line():
    _, (row, unread) = days("25/11/1990", "07/15/1980")
    assert "tantôt en jour/mois, tantôt en mois/jour" in row.doubts[0]
    assert "n’existe pas dans le calendrier" in unread.reasons[0]
    _, rows = days(*[f"{day}/11/1990" for day in range(14, 26)], "07/15/1980")
    assert [row.line for row in rows if row.reasons] == [14]
    assert not any(row.doubts for row in rows)


def test_english_titles_do_not_say_that_the_day_comes_first():
    titles = "Last Name;First Name;Date of Birth;Hire Date;Contract Type;Job Title"
    _, rows = read(csv_bytes("TESTUN;Ana;02/03/1990;2021-09-01;CDI;Aide", titles=titles))
    assert rows[0].doubts == ["rien ne dit si la date de naissance est en jour/mois ou en mois/jour"]


# Sheets


def test_each_sheet_with_known_titles_is_read_and_the_others_are_named():
    absences = [["Nom", "Prénom", "Date de naissance"], ["TESTEUR", "Ana", "03/02/1990"]]
    people = [[*TITLES.split(";")], ["ANCIEN", "Zed", "01/01/1960", "01/09/2001", "CDI", "Aide"]]
    here = (TITLES.split(";"), ["TESTEUR", "Ana", "03/02/1990", "01/09/2021", "CDI", "Aide"])
    sheets = {"Absences": absences, "Anciens": people, "Notes": [["Bonjour"]]}
    reading, rows = read(xlsx_of_rows(*here, sheets=sheets))
    assert [(row.sheet, row.line) for row in rows] == [("Anciens", 2), ("Salariés", 2)]
    assert reading.notes == [
        "La feuille « Absences » n’a pas été lue. Il y manque : Date d’entrée, Type de contrat, Poste.",
        "La feuille « Notes » n’a pas été lue : ses titres de colonnes ne sont pas connus.",
    ]
    assert not reading.is_whole
    assert read(xlsx_of_rows(*here, sheets={"Notes": [["Bonjour"]]}))[0].is_whole


def test_a_hidden_sheet_is_named_and_not_read():
    line = ["TESTEUR", "Ana", "03/02/1990", "01/09/2021", "CDI", "Aide"]
    content = xlsx_of_rows(TITLES.split(";"), line, sheets={"Vieux": [TITLES.split(";"), line]})
    book = (
        zipfile.ZipFile(io.BytesIO(content))
        .read("xl/workbook.xml")
        .replace(b'state="visible"', b'state="hidden"', 1)
    )
    reading, rows = read(changed_member(content, "xl/workbook.xml", book))
    assert reading.notes == ["La feuille masquée « Vieux » n’a pas été lue."]
    assert (len(rows), reading.is_whole) == (1, False)


# Names and cells


@pytest.mark.parametrize(
    ("title", "cell", "names", "is_doubted"),
    [
        ("Nom et prénom", "TESTEUR Ana", ("TESTEUR", "Ana"), False),
        ("Salarié", "Mme Jean-Anne LE GALL", ("LE GALL", "Jean-Anne"), False),
        ("Employee Name", "Le Gall, Ana Rose", ("Le Gall", "Ana Rose"), False),
        ("Prénom Nom", "Ana Testeur", ("Testeur", "Ana"), False),
        ("Nom", "TESTEUR Ana", ("TESTEUR", "Ana"), False),
        ("Nom prénom", "LE GALL ANA", ("LE GALL", "ANA"), False),
        ("Nom prénom", "GALL ANA ROSE", ("GALL", "ANA ROSE"), True),
        ("Salarié", "Ana Testeur", ("Ana", "Testeur"), True),
    ],
)
def test_a_name_and_a_first_name_in_one_column_are_cut(title, cell, names, is_doubted):
    line, titles = f"{cell};03/02/1990;01/09/2021;CDI;Aide", TITLES.replace("Nom;Prénom", title)
    reading, rows = read(csv_bytes(line.replace(";", "\t"), titles=titles.replace(";", "\t")))
    assert (rows[0].fields["birth_name"], rows[0].fields["first_names"]) == names
    assert bool(rows[0].doubts) == is_doubted
    assert f"nom « {names[0]} », prénom « {names[1]} »" in reading.notes[0]


def test_names_of_one_word_without_a_first_name_ask_for_its_column():
    content = csv_bytes("TESTEUR;03/02/1990;01/09/2021;CDI;Aide", titles=TITLES.replace(";Prénom", ""))
    assert read(content)[0].missing == ["Prénom"]


@pytest.mark.parametrize(
    ("title", "cell", "shown_cell"),
    [
        ("Matricule", "2 90 02 22 789 045 12", ""),
        ("Date de sortie", "31/02/2026", "31/02/2026"),
        ("Code PCS-ESE", "caissière", "caissière"),
    ],
)
def test_an_optional_cell_that_cannot_be_read_costs_nobody(title, cell, shown_cell):
    _, rows = read(
        csv_bytes(f"TESTEUR;Ana;03/02/1990;01/09/2021;CDI;Aide;{cell}", titles=f"{TITLES};{title}")
    )
    assert rows[0].reasons == []
    assert [left[1] for left in rows[0].left] == [shown_cell]
    # Who may have left is not ticked as somebody present.
    assert bool(rows[0].doubts) == (title == "Date de sortie")


@pytest.mark.parametrize(
    ("cell", "fields"),
    [
        ("", {"birth_name": "DURAND", "usual_name": ""}),
        ("-", {"birth_name": "DURAND", "usual_name": ""}),
        ("DURAND", {"birth_name": "DURAND", "usual_name": ""}),
        ("МАРТЫН", {"birth_name": "МАРТЫН", "usual_name": "DURAND"}),
    ],
)
def test_beside_nom_an_empty_name_of_birth_is_that_name(cell, fields):
    titles = TITLES.replace("Nom;", "Nom de famille;Nom de jeune fille;")
    (row,) = read(csv_bytes(f"DURAND;{cell};Ana;03/02/1990;01/09/2021;CDI;Aide", titles=titles))[1]
    assert row.reasons == []
    assert {name: row.fields[name] for name in fields} == fields


def test_a_reason_of_health_is_neither_kept_nor_shown():
    titles = f"{TITLES};Temps de travail;RQTH"
    reading, rows = read(
        csv_bytes("TESTEUR;Ana;3/2/90;1/9/21;CDI;Aide;Mi-temps thérapeutique;oui", titles=titles)
    )
    assert rows[0].fields["part_time"] == ""
    assert rows[0].left == []
    assert reading.samples[-2:] == [[], []]


def test_three_cells_stand_beside_each_column():
    reading, _ = days("03/02/1990", "04/02/1990", "05/02/1990", "06/02/1990")
    assert reading.samples[2] == ["03/02/1990", "04/02/1990", "05/02/1990"]
    assert len(reading.samples) == len(reading.columns)


# Bytes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_any_encoding_gives_the_same_people(encoding, newline):
    assert [shown(row) for row in read(people_in(encoding, newline))[1]] == PEOPLE
    old = "mac_roman" if newline == "\r" else "cp850"
    reading, rows = read(people_in(old, newline))
    assert [shown(row) for row in rows] == [each.replace("’", "'") for each in PEOPLE]
    assert reading.encoding["chosen"] == old
    assert reading.is_certain


PEOPLE = [
    "2 LEFÈVRE Andréa 1990-02-03 2021-09-01 cdi Employé d’été",
    "3 L’HÔTE Zoé 1991-02-03 2021-09-01 cdd Maçon",
]


def people_in(encoding: str, newline: str = "\r\n") -> bytes:
    lines = [
        "LEFÈVRE;Andréa;03/02/1990;01/09/2021;CDI;Employé d’été",
        "L’HÔTE;Zoé;03/02/1991;01/09/2021;CDD;Maçon",
    ]
    text = csv_bytes(*lines, titles=TITLES, newline=newline).decode()
    return (text if encoding not in {"mac_roman", "cp850"} else text.replace("’", "'")).encode(encoding)


def test_what_may_be_read_in_two_ways_is_not_ticked_and_a_choice_settles_it():
    lines, titles = "MICHÈLE;Ana;03/02/1990;01/09/2021;CDI;Aide", "Nom;Prenom;Naissance;Entree;Contrat;Poste"
    content = csv_bytes(lines, titles=titles, encoding="cp850")
    reading, _ = read(content)
    assert not reading.is_certain
    assert "peut-être mal lus (« MICHÔLE »)" in reading.notes[0]
    assert ["cp850", "MS-DOS"] in reading.encoding["others"]
    reading, rows = read(content, encoding="cp850")
    assert reading.is_certain
    assert rows[0].fields["birth_name"] == "MICHÈLE"


@settings(max_examples=30)
@given(st.integers(0, 1_000_000))
def test_the_order_of_the_lines_changes_nobody(seed):
    lines = [
        f"TEST{'ABCDEFGHIJ'[n]};Ana;{n + 9}/{n + 1}/199{n};1/9/{n:02};CDI;Aide;{n / 10}" for n in range(10)
    ]
    titles = f"{TITLES};ETP"
    straight = people(csv_bytes(*lines, titles=titles))
    random.Random(seed).shuffle(lines)
    assert people(csv_bytes(*lines, titles=titles)) == straight


def people(content: bytes) -> list[str]:
    reading, rows = read(content)
    return [*sorted(shown(row).partition(" ")[2] for row in rows), repr(reading.dates["birth_on"]["order"])]


# Workbooks


@pytest.mark.parametrize(
    ("number", "shown_as", "kept"),
    [
        (7, '"M"000', "M007"),
        (7, "00000", "00007"),
        (612345678, "0# ## ## ## ##", "06 12 34 56 78"),
        (28, 'General" h"', "28 h"),
    ],
)
def test_a_staff_number_is_what_the_cell_shows(number, shown_as, kept):
    row = [number, "TESTEUR", "Ana", "03/02/1990", "01/09/2021", "CDI", "Aide"]
    content = xlsx_of_rows(["Matricule", *TITLES.split(";")], row, formats={"A2": shown_as})
    assert read(content)[1][0].fields["staff_number"] == kept


def test_a_part_that_declares_entities_is_refused():
    content = xlsx_of_rows(TITLES.split(";"), ["x"])
    sheet = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'
    with pytest.raises(Unreadable, match="abîmé"):
        read(changed_member(content, "xl/worksheets/sheet1.xml", sheet))
