"""Lines of one file that are about one person: one finding, whatever their order."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.employee_files.rows import FileRow
from app.imports.difference import difference
from db.models import LineKind
from tests.imports.test_difference import ELISE, GIVEN, TODAY, ListedPerson, compared

OLD = GIVEN | {"contract": "cdd", "exit_on": "2025-12-31", "job_title": "Vendeuse", "pcs": "554a"}
RUNS = GIVEN | {"entry_on": "2026-01-01", "job_title": "Chef de caisse", "staff_number": "M9"}


def test_the_contract_that_goes_on_wins_and_the_entry_is_that_of_the_chain():
    for files in ((OLD, RUNS), (RUNS, OLD)):
        (found,) = compared(*files)
        assert (found.kind, found.fields) == (
            LineKind.CHANGED,
            {"staff_number": "M9", "job_title": "Chef de caisse"},
        )


def test_after_a_gap_the_entry_is_that_of_the_last_contract():
    (found,) = compared(OLD, RUNS | {"entry_on": "2026-02-01"})
    assert found.fields["entry_on"] == "2026-02-01"
    assert "exit_on" not in found.fields


def test_a_fixed_term_that_ended_in_silence_does_not_make_two_people():
    silent = GIVEN | {"contract": "cdd", "contract_ends_on": "2025-12-31"}
    (found,) = compared(silent, RUNS, known=())
    assert (found.kind, found.fields["contract"], found.fields["entry_on"]) == (
        LineKind.NEW,
        "cdi",
        "2024-09-02",
    )
    assert not found.is_odd


def test_the_same_line_twice_is_one_person():
    (found,) = compared(GIVEN, GIVEN | {"first_names": "ELISE"})
    assert found.kind == LineKind.UNCHANGED


def test_lines_that_disagree_are_both_shown_and_nothing_of_them_is_taken():
    for other in ({"birth_on": "1990-03-02"}, {"job_title": "Comptable"}, {"exit_on": "2026-01-31"}):
        (found,) = compared(GIVEN, GIVEN | other)
        assert (found.kind, found.employee_id) == (LineKind.WRONG, 1)
        assert "les lignes 2 et 3 ne disent pas la même chose" in found.words
    (found,) = compared(GIVEN, GIVEN | {"job_title": "Comptable"})
    assert "Poste : Caissière ou Comptable" in found.words


def test_twins_stay_two():
    zoe = GIVEN | {"first_names": "Zoé", "staff_number": "M8"}
    anne, lise = (GIVEN | {"first_names": f"Anne {name}", "staff_number": ""} for name in ("Marie", "Lise"))
    assert len(compared(GIVEN, zoe, known=())) == 2
    assert len(compared(anne, lise, known=())) == 2
    assert len(compared(anne, GIVEN | {"first_names": "Anne", "staff_number": ""}, known=())) == 1


def test_a_line_in_error_keeps_the_rest_of_the_person_from_being_ticked():
    rows = [FileRow(2, OLD), FileRow(3, RUNS | {"job_title": ""}, ["le poste manque"])]
    left, wrong = difference(rows, [ListedPerson(1, 1, ELISE)], TODAY)
    assert (left.kind, left.is_odd, wrong.kind) == (LineKind.LEFT, True, LineKind.WRONG)
    assert "une autre ligne de cette personne ne se lit pas (la ligne 3)" in left.words


def test_what_was_left_aside_and_what_is_doubtful_is_said_of_the_person():
    left = [["phone", "06 12 / 02 96", "il n’est pas complet"]]
    row = FileRow(2, GIVEN | {"job_title": "Comptable"}, [], left, ["ses dates sont retournées"])
    (found,) = difference([row], [ListedPerson(1, 1, ELISE)], TODAY)
    assert found.is_odd
    told = "ses dates sont retournées ; laissé de côté, Téléphone « 06 12 / 02 96 » : il n’est pas complet"
    assert found.words == f"Poste : Caissière → Comptable ; {told}"


def test_a_file_that_is_not_whole_makes_nobody_absent():
    assert difference([], [ListedPerson(1, 1, ELISE)], TODAY, is_whole=False) == []
    assert [each.kind for each in difference([], [ListedPerson(1, 1, ELISE)], TODAY)] == [LineKind.ABSENT]


def test_of_a_birth_known_by_its_year_the_one_person_of_that_name_is_found_again():
    row = FileRow(2, GIVEN | {"birth_on": "1990-12-31", "staff_number": ""}, guessed=["birth_on"])
    (found,) = difference([row], [ListedPerson(1, 1, ELISE)], TODAY)
    assert (found.kind, found.employee_id) == (LineKind.UNCHANGED, 1)
    two = [
        ListedPerson(1, 1, ELISE),
        ListedPerson(2, 1, ELISE | {"birth_on": "1990-05-05", "staff_number": ""}),
    ]
    assert difference([row], two, TODAY)[0].kind == LineKind.DUPLICATE


def test_lines_of_two_sheets_are_told_apart():
    rows = [FileRow(2, {**OLD}, sheet="Sortis"), FileRow(2, RUNS | {"job_title": "Chef"}, sheet="Présents")]
    (found,) = difference(rows, [ListedPerson(1, 1, ELISE)], TODAY)
    assert found.words.endswith("feuille « Présents »")
    rows[0].fields.update(birth_on="1990-03-02")
    (found,) = difference(rows, [ListedPerson(1, 1, ELISE)], TODAY)
    assert "les lignes 2 de « Présents » et 2 de « Sortis » ne disent" in found.words


LINES = st.lists(
    st.builds(
        lambda name, first, born, entry, out, job, number: FileRow(
            0,
            GIVEN
            | {"birth_name": name, "first_names": first, "birth_on": born, "entry_on": entry, "exit_on": out}
            | {"job_title": job, "staff_number": number},
            [] if job else ["le poste manque"],
        ),
        st.sampled_from(["LE GALL", "Le Gall", "RIOU"]),
        st.sampled_from(["Élise", "Élise Anne", "Zoé"]),
        st.sampled_from(["1990-02-03", "1990-03-02"]),
        st.sampled_from(["2024-09-02", "2025-01-01", "2026-01-01"]),
        st.sampled_from(["", "2025-12-31", "2026-01-31"]),
        st.sampled_from(["Caissière", "Chef", ""]),
        st.sampled_from(["", "M7", "M8"]),
    ),
    max_size=7,
)


@given(LINES, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_the_lines_changes_no_finding(rows, draw, is_known):
    for line, row in enumerate(rows, 2):
        object.__setattr__(row, "line", line)
    shuffled = list(rows)
    draw.shuffle(shuffled)
    known = [
        ListedPerson(1, 1, ELISE),
        ListedPerson(2, 1, ELISE | {"first_names": "Zoé", "staff_number": ""}),
    ]
    found = [difference(each, known * is_known, date(2026, 3, 2)) for each in (rows, shuffled)]
    assert found[0] == found[1]


def test_a_twin_with_a_double_first_name_is_not_the_one_of_the_list():
    listed = ELISE | {"first_names": "Marie-Anne", "staff_number": ""}
    twin = GIVEN | {"first_names": "Marie-Lise", "staff_number": "", "exit_on": "2026-01-31"}
    (found,) = compared(twin, known=[listed])
    assert found.kind == LineKind.DUPLICATE
    here, other = compared(twin | {"first_names": "Marie-Anne", "exit_on": ""}, twin, known=[listed])
    assert (here.kind, other.kind) == (LineKind.UNCHANGED, LineKind.DUPLICATE)


def test_names_exchanged_are_a_question_and_no_new_person():
    swapped = {"birth_name": GIVEN["first_names"], "first_names": GIVEN["birth_name"], "staff_number": ""}
    (found,) = compared(GIVEN | swapped)
    assert found.kind == LineKind.DUPLICATE
    assert "nom et prénom échangés" in found.words


def test_a_day_that_is_the_listed_one_turned_over_is_not_ticked():
    turned = {"birth_on": "1990-03-02"}
    (found,) = compared(GIVEN | turned, known=[ELISE | {"birth_on": "1990-02-03"}])
    assert (found.kind, found.fields, found.is_odd) == (LineKind.CHANGED, turned, True)
    assert "le jour et le mois semblent inversés (Date de naissance)" in found.words


def test_a_new_person_whose_endless_contract_has_a_past_end_is_not_ticked():
    (found,) = compared(GIVEN | {"contract": "cdi", "contract_ends_on": "2025-12-31"}, known=())
    assert (found.kind, found.is_odd) == (LineKind.NEW, True)


def test_an_end_before_the_declared_entry_is_of_an_older_contract_and_is_not_ticked():
    (found,) = compared(GIVEN | {"entry_on": "2010-01-04", "exit_on": "2015-12-31"})
    assert (found.kind, found.is_odd) == (LineKind.LEFT, True)
    assert "cette fin précède l’entrée déclarée (02/09/2024)" in found.words
