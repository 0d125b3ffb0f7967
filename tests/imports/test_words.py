"""What a comparison says of each line, so that nobody chooses blind."""

import pytest

from app.employee_files.rows import FileRow
from app.imports.difference import ListedPerson, cell_words, difference
from db.models import LineKind
from tests.imports.test_difference import ELISE, GIVEN, TODAY, compared

LUC = GIVEN | {"birth_name": "Riou", "first_names": "Luc", "birth_on": "1980-05-05", "staff_number": ""}
LUC |= {"sex": "M"}


def only(*files, **more):
    return compared(*files, **more)[0]


def test_a_new_person_is_told_with_all_that_must_be_checked():
    assert only(LUC).words == "né le 05/05/1980, CDI, Caissière, entré le 02/09/2024"


def test_a_cell_is_named_once():
    reason = "le téléphone « néant » n’est pas complet"
    assert cell_words("phone", "néant", reason) == reason
    assert (
        cell_words("phone", "06 12", "il n’est pas complet") == "Téléphone « 06 12 » : il n’est pas complet"
    )
    assert cell_words("phone", "06 12", "") == "Téléphone « 06 12 »"


def test_a_new_person_whose_visit_comes_before_the_work_says_so():
    words = only(LUC | {"risks": "AMIANTE", "entry_on": "2026-04-01"}).words
    assert "suivi individuel renforcé" in words
    assert "avant" in words


def test_a_new_person_who_already_left_is_not_chosen_beforehand():
    found = only(LUC | {"exit_on": "2025-10-01"})
    assert (found.kind, found.is_odd) == (LineKind.NEW, True)
    assert "parti le 01/10/2025 : ne travaille plus chez vous" in found.words


def test_a_return_is_told_as_one():
    former = ELISE | {"exit_on": "2025-12-31"}
    found = only(GIVEN | {"entry_on": "2026-02-02"}, known=(former,))
    assert found.words == "revient le 02/02/2026 après son départ du 31/12/2025"


def test_a_return_before_the_departure_took_place_is_not_taken():
    leaving = ELISE | {"exit_on": "2026-12-31"}
    found = only(GIVEN | {"entry_on": "2027-01-15"}, known=(leaving,))
    assert (found.kind, found.employee_id) == (LineKind.WRONG, 1)
    assert "revient le 15/01/2027 après son départ du 31/12/2026, qui n’a pas encore eu lieu" in found.words


def test_of_homonyms_the_closest_is_asked_about():
    older = ELISE | {"birth_on": "1968-06-30", "job_title": "Électricien", "staff_number": ""}
    younger = ELISE | {"birth_on": "2004-02-29", "job_title": "Soudeuse", "staff_number": ""}
    line = GIVEN | {"birth_on": "1969-06-30", "job_title": "Électricien", "staff_number": ""}
    for known in ((older, younger), (younger, older)):
        found = only(line, known=known)
        assert known[found.employee_id - 1]["birth_on"] == "1968-06-30"


def test_who_is_named_by_a_line_in_error_is_not_absent():
    rows = [FileRow(2, GIVEN, ["la date d’entrée ne se lit pas"])]
    found = difference(rows, [ListedPerson(1, 1, ELISE)], TODAY)
    assert [each.kind for each in found] == [LineKind.WRONG]


@pytest.mark.parametrize("known", [(), (ELISE,)])
def test_a_contract_that_is_not_known_is_asked_of_new_people_alone(known):
    found = only({name: value for name, value in GIVEN.items() if name != "contract"}, known=known)
    if known:
        assert found.kind == LineKind.UNCHANGED
    else:
        assert found.words.startswith("le type de son contrat n’est pas connu : déclarez cette personne")
