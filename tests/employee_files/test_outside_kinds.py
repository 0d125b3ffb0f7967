"""Kinds of cells, titles and bytes that software and people write, each with the value that is right."""

import io
import zipfile
from datetime import datetime

import pytest

from app.employee_files.rows import Unreadable
from app.employee_files.titles import field_of
from tests.employee_files.files import csv_bytes, dsn_bytes, dsn_person, xlsx_of_rows
from tests.employee_files.test_outside_dsn import heard
from tests.employee_files.test_outside_tables import ANA, TITLES, days, read, shown

PEOPLE = "TESTEUR;Ana;03/02/1990;01/09/2021;CDI;Aide"
ONE = f"2 TESTEUR Ana {ANA}"


def cell(title: str, typed: str) -> tuple[str, list[str]]:
    """A person with one more column: what is read of them, and the columns left aside."""
    titles, person = f"{TITLES};{title}".replace(";", "\t"), f"{PEOPLE};{typed}".replace(";", "\t")
    (row,) = read(csv_bytes(person, titles=titles))[1]
    assert row.reasons == []
    return shown(row).removeprefix(ONE).strip(), [left[0] for left in row.left]


# Days


@pytest.mark.parametrize(
    "typed",
    [
        *("25.11.1990", "25 11 1990", "25 / 11 / 1990", "25\\11\\1990", "25,11,1990", "25_11_1990"),
        *("25-nov-90", "25NOV1990", "1990-NOV-25", "Nov-25-1990", "25e novembre 1990", "nov. 25, 1990"),
        *("le 25/11/1990", "25/11/1990.", "'25/11/1990", "90-11-25", "33202", "33202.0", "25111990.0"),
        *("19901125", "19901125000000", "1990-11-25Z", "1990-11-25+01:00", "1990-11-25 00:00:00.000000"),
        *("Sun, 25 Nov 1990 00:00:00 GMT", "1990-11-24T23:00:00.000Z", "1990-11-24T23:00:00.000+0000"),
        "Sun Nov 25 1990 00:00:00 GMT+0100 (heure normale d’Europe centrale)",
        *("1990-11-24 23:00:00", "24/11/1990 23:00", "1990-11-24 23:59:39"),
    ],
)
def test_a_day_is_read_as_software_writes_it(typed):
    (row,) = days(typed)[1]
    assert (row.fields["birth_on"], row.reasons, row.doubts) == ("1990-11-25", [], [])


@pytest.mark.parametrize("evening", ["1990-02-02 23:00:00", "1990-02-02 23:59:39"])
def test_a_day_that_javascript_wrote_in_a_workbook_is_the_next_one(evening):
    born = datetime.fromisoformat(evening)
    content = xlsx_of_rows(TITLES.split(";"), ["TESTEUR", "Ana", born, "01/09/2021", "CDI", "Aide"])
    assert read(content)[1][0].fields["birth_on"] == "1990-02-03"


def test_a_column_follows_the_order_of_another_only_when_its_cells_can():
    (row,) = days("90-11-25")[1]
    assert row.fields["entry_on"] == "2021-09-01"
    (row,) = days("11/25/1990")[1]
    assert row.fields["entry_on"] == "2021-01-09"


@pytest.mark.parametrize(
    "typed",
    [
        *("99991231", "99/99/9999", "99999999", "2958465", "00/01/1900", "1900-01-00", "0000-00-00 00:00:00"),
        *("\\N", "Non", "En poste", "toujours présent", "Illimité", "open-ended", "never", "pas de sortie"),
        *("Invalid date", "undefined", "(vide)", "31/12/2099", "1899-12-30 00:00:00", "01/01/0001"),
    ],
)
def test_no_date_has_many_names(typed):
    assert cell("Date de sortie", typed) == ("", [])


@pytest.mark.parametrize("typed", ["fin mars", "03/2026", "sorti", "non présent", "#VALEUR!"])
def test_what_may_be_a_departure_is_doubted(typed):
    assert cell("Date de sortie", typed) == ("", ["exit_on"])


@pytest.mark.parametrize("typed", ["31/12/99", "01/01/1970", "31/12/2016"])
def test_an_end_on_the_edge_of_a_year_before_the_entry_is_left_aside(typed):
    for title, field in (("Date de sortie", "exit_on"), ("Date de fin prévue", "contract_ends_on")):
        assert cell(title, typed) == ("", [field])


# Values


@pytest.mark.parametrize(
    ("title", "typed", "stored"),
    [
        ("Matricule", "1234.0", "staff_number=1234"),
        ("Matricule", "'00012", "staff_number=00012"),
        ("Téléphone", "612345678.0", "phone=+33612345678"),
        ("Sexe", "2.0", "sex=F"),
        ("Sexe", "Fém.", "sex=F"),
        ("Sexe", "F - Femme", "sex=F"),
        ("Sexe", "Masculin (1)", "sex=M"),
        ("Civilité", "Mme/Mlle", "sex=F"),
        ("Temps partiel", "1.0", "part_time=oui"),
        ("ETP", "1.0", "part_time=non"),
        ("Temps de travail", "35:00", "part_time=non"),
        ("Temps de travail", "28:00:00", "part_time=oui"),
        ("Temps de travail", "35 h/semaine", "part_time=non"),
        ("Temps de travail", "24/35", "part_time=oui"),
        ("Temps de travail", "35/35", "part_time=non"),
        ("Temps de travail", "3/4 temps", "part_time=oui"),
        ("Temps de travail", "Temps partiel (80 %)", "part_time=oui"),
        ("Temps de travail", "Temps complet 35h", "part_time=non"),
        ("S21.G00.40.014", "20", "part_time=oui"),
    ],
)
def test_a_cell_is_read_as_software_writes_it(title, typed, stored):
    assert cell(title, typed) == (stored, [])


@pytest.mark.parametrize(
    ("title", "typed"),
    [("Sexe", "M. ou Mme"), ("Temps de travail", "Temps plein 80 %"), ("Temps de travail", "45/35")],
)
def test_a_cell_that_says_two_things_is_left_aside(title, typed):
    assert cell(title, typed)[1] != []


@pytest.mark.parametrize(
    ("typed", "contract"),
    [("1.0", "cdi"), ("Temp", "cdd"), ("CDI temp. plein", "cdi"), ("FTC", "cdd"), ("Regular", "cdi")],
)
def test_a_contract_is_read_as_software_writes_it(typed, contract):
    (row,) = read(csv_bytes(PEOPLE.replace("CDI", typed), titles=TITLES))[1]
    assert row.fields["contract"] == contract


# Titles


@pytest.mark.parametrize(
    ("title", "field"),
    [
        *(("Salarié - Nom", "birth_name"), ("Nom de l’agent", "birth_name"), ("Nom de J.F.", "birth_name")),
        *(("Prénom du collaborateur", "first_names"), ("Employee First Name", "first_names")),
        *(("Date de naissance JJ/MM/AAAA", "birth_on"), ("Dt naiss.", "birth_on"), ("DATE_NAIS", "birth_on")),
        *(("Date d’entrée dans la société", "entry_on"), ("Dt embauche", "entry_on")),
        *(("Date de recrutement", "entry_on"), ("Date d’embauche du salarié", "entry_on")),
        *(("Nature du contrat de travail", "contract"), ("Libellé du contrat", "contract")),
        *(("Fonction / poste", "job_title"), ("Libellé du métier", "job_title")),
        *(
            ("3. Date de naissance", "birth_on"),
            ("Matricule de l’individu dans l’entreprise", "staff_number"),
        ),
        *(("Employee #", "staff_number"), ("Num. matricule", "staff_number"), ("Sexe H/F", "sex")),
        *(("Sorti(e) le", "exit_on"), ("Date de sortie des effectifs", "exit_on")),
        *(("% d’activité", "part_time"), ("Durée hebdomadaire", "part_time"), ("FT/PT", "part_time")),
        *(("S21.G00.30.002 - Nom de famille", "birth_name"), ("s21_g00_62_001", "exit_on")),
        *(
            ("Nom et prénom du salarié", "full_name"),
            ("Salarié", "full_name"),
            ("Salarié (nom)", "full_name"),
        ),
        *(("Nom du responsable", ""), ("Date d’ancienneté", ""), ("S21.G00.30.001", ""), ("Code poste", "")),
    ],
)
def test_words_that_add_nothing_to_a_title_are_passed_over(title, field):
    assert field_of(title) == field


@pytest.mark.parametrize(
    "title", ["S21.G00.51.013", "S21.G00.40.072 - BOETH", "Pay Rate", "SSN", "Sick days", "Taux de maladie"]
)
def test_a_pay_an_illness_or_an_unread_rubric_is_not_shown(title):
    reading, _ = read(csv_bytes(f"{PEOPLE};1520.00", titles=f"{TITLES};{title}"))
    assert reading.samples[-1] == []


def test_titles_printed_again_and_as_codes_are_nobody():
    codes = "S21.G00.30.002;S21.G00.30.004;S21.G00.30.006;S21.G00.40.001;S21.G00.40.007;S21.G00.40.006"
    strokes = ";".join(["----"] * 6)
    rows = read(csv_bytes(codes, strokes, PEOPLE, TITLES, PEOPLE, titles=TITLES))[1]
    assert [row.line for row in rows if not row.reasons] == [4, 6]
    assert len(rows) == 2


def test_a_legend_above_the_titles_is_not_taken_for_them():
    content = csv_bytes("", TITLES, PEOPLE, titles="Légende;Nom;Prénom;Poste")
    assert [shown(row) for row in read(content)[1]] == [ONE.replace("2", "4", 1)]


@pytest.mark.parametrize("other", ["Nom usuel", "Nom marital", "Nom salarié", "Nom"])
def test_beside_any_name_in_use_an_empty_name_of_birth_is_that_name(other):
    titles = TITLES.replace("Nom;", f"{other};Nom de jeune fille;")
    lines = (
        "DUPONT;MARTIN;Ana;03/02/1990;01/09/2021;CDI;Aide",
        "DURAND;;Jean;03/02/1990;01/09/2021;CDI;Aide",
    )
    rows = read(csv_bytes(*lines, titles=titles))[1]
    told = [(row.fields["birth_name"], row.fields["usual_name"], row.reasons) for row in rows]
    assert told == [("MARTIN", "DUPONT", []), ("DURAND", "", [])]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("00123 TESTEUR Ana", ("TESTEUR", "Ana")),
        ("TESTEUR Ana (123)", ("TESTEUR", "Ana")),
        ("Le GALL Ana", ("Le GALL", "Ana")),
        ("McDONALD Ana", ("McDONALD", "Ana")),
        ("Ana DE LA TOUR", ("DE LA TOUR", "Ana")),
    ],
)
def test_a_full_name_is_cut_around_numbers_and_particles(typed, names):
    titles = TITLES.replace("Nom;Prénom", "Salarié")
    (row,) = read(csv_bytes(PEOPLE.replace("TESTEUR;Ana", typed), titles=titles))[1]
    assert (row.fields["birth_name"], row.fields["first_names"], row.doubts) == (*names, [])


# Bytes

TEXT = csv_bytes(PEOPLE.replace("Aide", "Employé"), titles=TITLES).decode()
EMPLOYED = ONE.replace("Aide", "Employé")


@pytest.mark.parametrize(
    "content",
    [
        *(TEXT.encode() + end for end in (b"\x1a\r\n", b"\x1a" + b"\0" * 100, b"\r\n\r\n")),
        TEXT.encode().decode("latin-1").encode(),
        "\r\n".join(f'"{line}"' for line in TEXT.splitlines()).encode(),
        "\r\n".join(f'"{line}"' for line in TEXT.replace(";", ",").splitlines()).encode(),
        TEXT.replace("TESTEUR;Ana", '"TESTEUR" ; "Ana" ').encode(),
        "\n".join(";".join(f"'{cell}'" for cell in line.split(";")) for line in TEXT.splitlines()).encode(),
        TEXT.replace(";", "\t").replace("Employé", "Employ&eacute;").encode(),
    ],
)
def test_bytes_and_quotes_change_nobody(content):
    reading, rows = read(content)
    assert [shown(row) for row in rows] == [EMPLOYED]
    assert [row.doubts for row in rows] == [[]]
    assert reading.is_certain


def test_titles_on_several_lines_are_one_row():
    titles = TITLES.replace("Date de naissance", '"Date de\r\nnaissance"')
    titles = titles.replace("Type de contrat", '"Type de\ncontrat"')
    assert [shown(row) for row in read(csv_bytes(PEOPLE, titles=titles))[1]] == [ONE.replace("2", "4", 1)]


def test_accents_that_were_lost_or_encoded_twice_here_and_there_are_not_ticked():
    _, (row,) = read(csv_bytes(PEOPLE.replace("Aide", "Employ?"), titles=TITLES))
    assert row.doubts == ["un « ? » semble tenir la place d’une lettre accentuée"]
    reading, _ = read(csv_bytes(PEOPLE.replace("Aide", "EmployÃ©"), titles=TITLES))
    assert not reading.is_certain


def test_the_euro_and_the_joined_letters_of_latin_9_are_read():
    titles = TITLES.replace("’", "'")
    content = csv_bytes(PEOPLE.replace("Aide", "Sœur"), titles=titles, encoding="iso8859_15")
    reading, rows = read(content)
    assert (rows[0].fields["job_title"], reading.is_certain) == ("Sœur", True)


def test_titles_that_begin_as_another_format_are_a_spreadsheet():
    content = csv_bytes(f"1;{PEOPLE}", titles=f"ID;{TITLES}".replace("Nom;Prénom", "Prénom;Nom"))
    assert [shown(row) for row in read(content)[1]] == [f"2 Ana TESTEUR {ANA}"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"ID;PWXL;N;E\r\nP;PGeneral\r\n", "SYLK"),
        (b"ID;PSCALC3\nB;Y2;X6\nE\n", "SYLK"),
        (b"TABLE\r0,1\r", "DIF"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "page web"),
        (b'[{"nom": "TESTEUR"}]', "JSON"),
    ],
)
def test_another_format_is_named(content, words):
    with pytest.raises(Unreadable, match=words):
        read(content)


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_a_dsn_of_another_system_is_read_by_what_looks_french(encoding):
    (row,) = heard(dsn_bytes(dsn_person(), encoding=encoding))[1]
    assert (row.fields["first_names"], row.fields["job_title"]) == ("Élise", "Caissière")
    twice = dsn_bytes(dsn_person(), encoding="utf-8").decode("latin-1").encode()
    assert heard(twice)[1][0].fields["first_names"] == "Élise"


def test_cells_that_are_not_read_are_not_kept_and_one_too_many_still_costs_its_line():
    more = [f"Zone {n}" for n in range(8)]
    lines = [PEOPLE.replace("TESTEUR", f"N{n}É") + ";x" * len(more) for n in range(250)]
    titles = ";".join([TITLES, *more])
    rows = read(csv_bytes(*lines, PEOPLE + ";x" * len(more) + ";y", titles=titles))[1]
    assert [row.line for row in rows if row.reasons] == [252]
    assert len(rows) == 251


def test_a_full_name_beside_both_names_adds_nothing():
    titles, line = f"Collaborateur;{TITLES}", f"Ana Rose Martin;{PEOPLE}"
    reading, rows = read(csv_bytes(line, titles=titles))
    assert ([shown(row) for row in rows], rows[0].doubts, reading.notes) == ([ONE], [], [])


@pytest.mark.parametrize("written", ["xl\\", "XL/", "./xl/"])
def test_the_parts_of_a_workbook_are_found_however_they_are_named(written):
    content = xlsx_of_rows(TITLES.split(";"), PEOPLE.split(";"))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.filename = name.replace("xl/", written)
            book.writestr(entry, part)
    assert [shown(row) for row in read(file.getvalue())[1]] == [ONE]


def test_the_people_of_a_sheet_of_those_who_left_are_doubted_unless_it_says_when():
    titles, line = [*TITLES.split(";"), "Date de sortie"], [*PEOPLE.split(";"), ""]
    sheets = {"Anciens salariés": [titles, line, [*PEOPLE.split(";"), "31/12/2025"]]}
    rows = read(xlsx_of_rows(titles, line, sheets=sheets))[1]
    assert [len(row.doubts) for row in rows] == [1, 0, 0]


@pytest.mark.parametrize("between", [b"\x1a", b"\xef\xbb\xbf", b"\x1a\xef\xbb\xbf"])
def test_files_put_end_to_end_are_read(between):
    first, then = dsn_bytes(dsn_person(), month="10"), dsn_bytes(dsn_person(), month="11")
    assert len(heard(first + between + then)[1]) == 1
    content = csv_bytes(PEOPLE, titles=TITLES)
    assert len(read(content + between.replace(b"\x1a", b"") + content)[1]) == 2


EXPORTS = {
    "payroll": (
        (
            "Matricule salarié;Nom de naissance;Nom marital;Prénom;Date naissance;Emploi;Date début contrat;"
            "Date fin contrat;Nature contrat;Temps de travail contractuel"
        ),
        "12;TESTEUR;;Ana;03/02/1990;Aide;01/09/2021;;CDI;151,67",
    ),
    "database": (
        "MATRICULE;NOM;PRENOM;DATE_NAISSANCE;DATE_ENTREE;DATE_SORTIE;TYPE_CONTRAT;LIBELLE_EMPLOI;ETP",
        "12;TESTEUR;Ana;19900203;20210901;99991231;1.0;Aide;1.0",
    ),
    "data frame": (
        "Unnamed: 0;Matricule;Nom;Prénom;Date de naissance;Date d’entrée;Type de contrat;Poste;Sortie;ETP",
        "0;12.0;TESTEUR;Ana;1990-02-03 00:00:00;2021-09-01 00:00:00;CDI;Aide;NaT;1.0",
    ),
    "english": (
        "Employee #;Last Name;First Name;Birth Date;Hire Date;Contract Type;Job Title;Termination Date;FTE",
        "12;TESTEUR;Ana;03 Feb 1990;01 Sep 2021;Permanent;Aide;N/A;100 %",
    ),
    "statement": (
        (
            "S21.G00.30.019;S21.G00.30.002;S21.G00.30.004;S21.G00.30.006;S21.G00.40.001;S21.G00.40.007;"
            "S21.G00.40.006;S21.G00.40.014"
        ),
        "12;TESTEUR;Ana;3021990;1092021;1;Aide;10",
    ),
    "statement in words": (
        (
            "Matricule de l'individu dans l'entreprise;Nom de famille;Prénoms;Date de naissance;"
            "Date de début du contrat;Nature du contrat;Libellé de l'emploi;"
            "Modalité d'exercice du temps de travail"
        ),
        "12;TESTEUR;Ana;03021990;01092021;01 - CDI de droit privé;Aide;10 - temps plein",
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_the_same_person_as_several_kinds_of_software_export_them(name):
    titles, line = EXPORTS[name]
    reading, (row,) = read(csv_bytes(line, titles=titles))
    assert shown(row) == f"{ONE} part_time=non staff_number=12"
    assert (row.left, row.doubts, reading.is_certain) == ([], [], True)
