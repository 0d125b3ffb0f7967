"""A file against the list: what each line would do."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.employee_files.rows import FileRow
from app.employees.declared import LABELS
from app.imports.difference import NOBODY, ListedPerson, difference
from db.models import LineKind

TODAY = date(2026, 3, 2)
ELISE = NOBODY | {
    "birth_name": "LE GALL", "first_names": "Élise", "birth_on": "1990-02-03", "entry_on": "2024-09-02",
    "contract": "cdi", "job_title": "Caissière", "staff_number": "M7", "sex": "F",
}  # fmt: skip
GIVEN = {name: value for name, value in ELISE.items() if value and name != "part_time"}

ANOTHER = GIVEN | {"birth_name": "Riou", "first_names": "Luc", "birth_on": "1980-05-05", "staff_number": ""}


def compared(*files, known=(ELISE,), reasons=()):
    rows = [FileRow(line, fields, list(reasons)) for line, fields in enumerate(files, 2)]
    return difference(rows, [ListedPerson(number, 1, each) for number, each in enumerate(known, 1)], TODAY)


def kinds(*files, **more):
    return [each.kind for each in compared(*files, **more)]


def test_the_same_person_under_other_capitals_and_accents_is_unchanged():
    assert kinds(GIVEN | {"birth_name": "Le Gall", "first_names": "elise"}) == [LineKind.UNCHANGED]


def test_an_empty_cell_erases_nothing():
    assert kinds(GIVEN | {"sex": "", "staff_number": ""}) == [LineKind.UNCHANGED]


def test_another_job_is_a_correction_that_says_both():
    (found,) = compared(GIVEN | {"job_title": "Chef de caisse"})
    assert (found.kind, found.fields) == (LineKind.CHANGED, {"job_title": "Chef de caisse"})
    assert found.words == "Poste : Caissière → Chef de caisse"


def test_a_date_of_exit_in_the_file_is_a_departure():
    assert kinds(GIVEN | {"exit_on": "2026-01-31"}) == [LineKind.LEFT]


def test_an_old_date_of_exit_is_not_chosen_beforehand():
    (found,) = compared(GIVEN | {"entry_on": "2014-09-01", "exit_on": "2024-03-01"})
    assert found.is_odd
    gone = ELISE | {"entry_on": "2014-09-01", "exit_on": "2026-02-01"}
    given = GIVEN | {"entry_on": "2014-09-01"}
    for day, is_odd in (("2016-02-01", True), ("2024-03-01", True), ("2024-03-02", False)):
        (found,) = compared(given | {"exit_on": day}, known=(gone,))
        assert (found.kind, found.is_odd) == (LineKind.CHANGED, is_odd), day
        assert ("plus de deux ans" in found.words) is is_odd


def test_a_new_person_whose_contract_should_be_over_is_not_chosen_beforehand():
    for contract in ("cdi", "cdd", "interim"):
        (found, _) = compared(ANOTHER | {"contract": contract, "contract_ends_on": "2026-02-27"})
        assert (found.kind, found.is_odd) == (LineKind.NEW, True)
        assert "cette fin est passée : vérifiez que cette personne est encore là" in found.words
    (found, _) = compared(ANOTHER | {"contract": "cdd", "contract_ends_on": "2026-03-02"})
    assert not found.is_odd


def test_who_is_not_in_the_file_is_absent_and_never_gone():
    (new, absent) = compared(ANOTHER)
    assert (new.kind, absent.kind, absent.employee_id) == (LineKind.NEW, LineKind.ABSENT, 1)
    assert absent.fields == {}


def test_who_had_left_is_not_absent_and_may_come_back():
    former = ELISE | {"exit_on": "2025-12-31"}
    assert kinds(known=(former,)) == []
    (found,) = compared(GIVEN | {"entry_on": "2026-02-02"}, known=(former,))
    assert (found.kind, found.fields) == (LineKind.CHANGED, {"entry_on": "2026-02-02", "exit_on": ""})


def test_a_near_identity_is_asked_about():
    for other in ({"birth_on": "1990-03-02"}, {"birth_name": "KERBRAT"}, {"first_names": "Lise"}):
        (found, *_) = compared(GIVEN | {"staff_number": ""} | other)
        assert (found.kind, found.employee_id) == (LineKind.DUPLICATE, 1), other


def test_a_new_name_with_the_same_number_and_birth_is_the_same_person():
    (found,) = compared(GIVEN | {"birth_name": "KERBRAT"})
    assert (found.kind, found.fields) == (LineKind.CHANGED, {"birth_name": "KERBRAT"})


def test_a_near_identity_says_all_that_choosing_it_would_change():
    known = ELISE | {"part_time": "oui"}
    (found, *_) = compared(GIVEN | {"birth_on": "1990-03-02", "staff_number": ""}, known=(known,))
    words = "Si c’est la même personne : Date de naissance : 03/02/1990 → 02/03/1990"
    assert found.words.endswith(words)
    (found, *_) = compared(GIVEN | {"first_names": "Lise", "staff_number": ""}, known=(known,))
    assert found.words.endswith("Si c’est la même personne : Prénom : Élise → Lise")


def test_a_payroll_with_one_name_does_not_change_the_name_of_birth():
    known = ELISE | {"birth_name": "BOTHOREL", "usual_name": "Le Gall"}
    assert kinds(GIVEN, known=(known,)) == [LineKind.UNCHANGED]
    (found,) = compared(GIVEN | {"usual_name": "MARTIN"}, known=(known,))
    assert found.fields == {"birth_name": "LE GALL", "usual_name": "MARTIN"}


def test_homonyms_born_on_one_day_are_each_found_again():
    known = (ELISE, ELISE | {"staff_number": "M8", "job_title": "Comptable", "first_names": "Élise Anne"})
    files = [{name: value for name, value in each.items() if value} for each in reversed(known)]
    found = compared(*files, known=known)
    assert [(each.kind, each.employee_id) for each in found] == [
        (LineKind.UNCHANGED, 2),
        (LineKind.UNCHANGED, 1),
    ]


def test_a_line_that_cannot_be_true_says_why():
    assert compared(GIVEN | {"birth_on": "2030-01-01"})[0].words == "la date de naissance est dans le futur"
    assert kinds(GIVEN, reasons=["le poste manque"])[0] == LineKind.WRONG


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Le Gall", "RIOU", "Kerbrat", "N’Guyen"]),
        st.sampled_from(["Élise", "Jean-Luc", "Zoé"]),
        st.dates(date(1960, 1, 1), date(2000, 1, 1)),
    ),
    unique_by=lambda person: (person[0].casefold(), person[1], person[2]),
    max_size=8,
)


@given(PEOPLE)
def test_the_list_compared_with_itself_changes_nothing(people):
    known = [
        ELISE | {"birth_name": name, "first_names": first, "birth_on": born.isoformat(), "staff_number": ""}
        for name, first, born in people
    ]
    files = [{name: each[name] for name in LABELS} for each in known]
    assert set(kinds(*files, known=known)) <= {LineKind.UNCHANGED}
