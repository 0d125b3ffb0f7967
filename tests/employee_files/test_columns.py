"""The columns of an employee file: how titles are recognised, and what a row must say."""

import pytest

from app.employee_files.columns import COLUMNS, problems_of
from app.employee_files.titles import distinct_titles, field_of, fields_of
from app.text.search import letters_of
from db.models.employee import Employee
from tests.employee_files.files import STORED

# The table


def test_each_column_is_an_attribute_that_is_stored_with_the_same_length():
    stored = Employee.__table__.columns
    for field, column in COLUMNS.items():
        if field != "code":
            longest = getattr(stored[field].type, "length", None)
            assert column.longest == (longest or column.longest)


def test_no_spelling_means_two_columns_and_all_are_folded():
    spellings = [each for column in COLUMNS.values() for each in column.spellings]
    assert len(spellings) == len(set(spellings))
    assert all(letters_of(each) == each for each in spellings)


def test_the_required_ones_are_what_a_declaration_cannot_do_without():
    needed = {field for field, column in COLUMNS.items() if column.is_needed}
    assert needed == set(STORED)


# Titles


@pytest.mark.parametrize(
    ("title", "field"),
    [
        *(("Nom de naissance*", "birth_name"), ("NOM", "birth_name"), ("nom de famille", "birth_name")),
        *(("Nom patronymique", "birth_name"), ("Nom d'usage", "usual_name"), ("Nom marital", "usual_name")),
        *(("Prénom(s)", "first_names"), ("PRENOMS", "first_names"), ("Né(e) le", "birth_on")),
        *(
            ("Date naissance", "birth_on"),
            ("DDN", "birth_on"),
            ("Date de naissance (JJ/MM/AAAA)", "birth_on"),
        ),
        *(("Date d’embauche", "entry_on"), ("Entrée", "entry_on"), ("Date de début de contrat", "entry_on")),
        *(("Mle", "staff_number"), ("N° salarié", "staff_number"), ("Matricule paie", "staff_number")),
        *(("Fonction", "job_title"), ("Emploi", "job_title"), ("Poste occupé", "job_title")),
        *(("PCS-ESE", "pcs"), ("Code emploi", "pcs"), ("Nature contrat", "contract")),
        *(
            ("Type de\ncontrat", "contract"),
            ("Fin de contrat", "contract_ends_on"),
            ("Date sortie", "exit_on"),
        ),
        *(("Mail", "email"), ("Courriel", "email"), ("Portable", "phone"), ("Tél. mobile", "phone")),
        *(("Civilité", "sex"), ("CACES", "driving_until"), ("N° adhérent", "code")),
        *(
            ("Ancienneté", ""),
            ("Quotité", ""),
            ("Salaire", ""),
            ("Date", ""),
            ("", ""),
            ("Nom et prénom", "full_name"),
        ),
    ],
)
def test_a_title_is_recognised_as_people_write_it(title, field):
    assert field_of(title) == field


def test_beside_a_birth_name_the_column_nom_is_the_name_in_use():
    assert fields_of(["Nom", "Nom de jeune fille", "Prénom"], {}, {})[0] == [
        "usual_name",
        "birth_name",
        "first_names",
    ]
    fields, _ = fields_of(["Nom", "Nom de naissance", "Nom d’usage"], {}, {})
    assert fields == ["", "birth_name", "usual_name"]


def test_of_two_columns_for_a_field_the_first_is_read_and_the_other_is_named():
    fields, notes = fields_of(["Emploi", "Fonction"], {}, {})
    assert fields == ["job_title", ""]
    assert notes == [
        "La colonne « Fonction » n’a pas été lue : elle dit aussi « Poste », déjà lu dans « Emploi »."
    ]


def test_the_reader_comes_before_the_habits_which_come_before_the_spellings():
    titles = ["Emploi", "Fonction", "Affectation"]
    assert fields_of(titles, {"affectation": "job_title"}, {})[0] == ["", "", "job_title"]
    mapping = {"fonction": "job_title", "affectation": ""}
    assert fields_of(titles, {"affectation": "job_title"}, mapping)[0] == ["", "job_title", ""]
    assert fields_of(["Emploi"], {"emploi": ""}, {})[0] == [""]
    assert fields_of(["Emploi"], {"emploi": "password"}, {})[0] == [""]


@pytest.mark.parametrize("title", ["NIR", "N° Sécu", "N° de sécurité sociale", "Numéro SS", "NSS"])
def test_a_column_of_social_security_numbers_is_not_read_and_that_is_said(title):
    fields, notes = fields_of([title], {}, {})
    assert fields == [""]
    assert notes == [f"La colonne « {title} » n’a pas été lue : le portail ne demande pas ce numéro."]


def test_titles_are_shown_so_that_each_can_be_chosen():
    titles = distinct_titles(["Date", "", "Date", " Nom  complet "] + [""] * 24)
    assert titles[:4] == ["Date", "Colonne B", "Date (2)", "Nom complet"]
    assert titles[-1] == "Colonne AB"
    assert distinct_titles(["LE GALL", "2 90 02 22 789 045 12"]) == ["LE GALL", "Colonne B"]
    assert len({letters_of(title) for title in titles}) == len(titles)


# Rows


def test_a_whole_row_has_nothing_to_say():
    assert problems_of(STORED) == []


def test_each_missing_cell_is_named_unless_it_was_already_refused():
    assert problems_of({}, {"birth_on"}) == [
        "le nom de naissance manque",
        "le prénom manque",
        "la date d’entrée manque",
        "le type de contrat manque",
        "le poste manque",
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"exit_on": "2024-08-31"}, "la date de sortie (31/08/2024) précède la date d’entrée (01/09/2024)"),
        (
            {"contract_ends_on": "2023-01-01"},
            "la date de fin prévue (01/01/2023) précède la date d’entrée (01/09/2024)",
        ),
        ({"birth_on": "2024-09-01"}, "la date de naissance (01/09/2024) suit la date d’entrée (01/09/2024)"),
        (
            {"birth_on": "2010-09-02"},
            "l’âge à l’entrée, le 01/09/2024, serait de moins de 14 ans (date de naissance : 02/09/2010)",
        ),
    ],
)
def test_dates_that_contradict_one_another_are_refused_with_both(fields, words):
    assert problems_of(STORED | fields) == [words]


def test_fourteen_on_the_day_of_entry_and_leaving_on_the_first_day_are_possible():
    assert problems_of(STORED | {"birth_on": "2010-09-01", "exit_on": "2024-09-01"}) == []
