"""A birth known in part finds again whom the list knows, and nobody else."""

from datetime import date

from app.employee_files.rows import FileRow
from app.imports.difference import NOBODY, ListedPerson, difference
from db.models import LineKind

LEA = NOBODY | {
    "birth_name": "TESTEUR", "first_names": "Léa", "birth_on": "1985-03-09", "entry_on": "2024-09-01",
    "contract": "cdi", "job_title": "Caissière",
}  # fmt: skip
DOUBT = "le jour et le mois de naissance sont inconnus dans la paie"


def found(*known, doubts=(), **more):
    row = FileRow(34, LEA | {"birth_on": "1985-12-31"} | more, guessed=["birth_on"], doubts=[DOUBT, *doubts])
    listed = [ListedPerson(place, 1, LEA | each) for place, each in enumerate(known, 1)]
    return difference([row], listed, date(2026, 11, 29))[0]


def test_who_is_known_is_found_again_and_their_birth_stays():
    finding = found({})
    assert (finding.kind, finding.fields, finding.is_odd) == (LineKind.UNCHANGED, {}, False)
    finding = found({}, job_title="Cheffe")
    assert (finding.kind, finding.fields) == (LineKind.CHANGED, {"job_title": "Cheffe"})
    finding = found({}, doubts=["un autre doute"])
    assert (finding.words, finding.is_odd) == ("un autre doute", True)


def test_who_is_not_is_proposed_with_the_doubt_and_not_chosen():
    finding = found({"first_names": "Anne"})
    assert (finding.kind, finding.fields["birth_on"], finding.is_odd) == (LineKind.NEW, "1985-12-31", True)
    assert DOUBT in finding.words


def test_of_two_homonyms_born_that_year_none_is_chosen():
    finding = found({}, {"birth_on": "1985-04-01"})
    assert (finding.kind, finding.is_odd) == (LineKind.DUPLICATE, True)
