"""The monthly statement of the payroll: who is read, from which contract, and what is never kept."""

import json
from contextlib import suppress
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.employee_files.dsn import declarations_of
from app.employee_files.dsn_people import gathered, rows_of
from app.employee_files.kinds import is_dsn
from app.employee_files.reading import read_bytes
from app.employee_files.rows import FileRow, Unreadable
from tests.employee_files.files import AUTRE, BRIEUC, HIDDEN, NIR, dsn_bytes, dsn_person

ASKED = {"name": "dsn.txt", "siret": "", "code": "", "habits": {}, "mapping": {}}


def heard(content: bytes, siret: str = BRIEUC) -> tuple[dict, list[FileRow]]:
    """The result, and the rows."""
    rows: list[FileRow] = []
    take = lambda bundle, *_: rows.extend(bundle)  # noqa: E731
    return asdict(read_bytes(content, {**ASKED, "siret": siret}, take)), rows


def rows_from(*people: list[str], **more) -> list[FileRow]:
    return heard(dsn_bytes(*people, **more))[1]


def only(*contracts, **said) -> dict[str, str]:
    (row,) = rows_from(dsn_person(said, *contracts))
    assert row.reasons == []
    return row.fields


def refusal_of(content: bytes, siret: str = BRIEUC) -> str:
    with pytest.raises(Unreadable) as refused:
        heard(content, siret)
    return str(refused.value)


# Who is read


def test_a_person_of_the_payroll_is_a_row_like_that_of_a_spreadsheet():
    reading, rows = heard(dsn_bytes(dsn_person()))
    assert (reading["source"], reading["month"], reading["notes"]) == ("dsn", "2026-11", [])
    assert rows == [
        FileRow(
            13,
            {
                "staff_number": "007",
                "birth_name": "LE GALL",
                "usual_name": "",
                "first_names": "Élise",
                "sex": "F",
                "birth_on": "1990-02-03",
                "email": "elise@brieuc.fr",
                "entry_on": "2024-09-01",
                "exit_on": "",
                "contract": "cdi",
                "contract_ends_on": "",
                "job_title": "Caissière",
                "pcs": "552a",
                "part_time": "oui",
            },
            [],
        )
    ]


def test_several_people_are_told_apart_by_the_order_of_the_lines():
    people = [
        dsn_person({"002": name, "004": "Jo"}, nir=nir) for name, nir in (("A", NIR), ("B", "1"), ("C", ""))
    ]
    rows = rows_from(*people)
    assert [(row.fields["birth_name"], row.line) for row in rows] == [("A", 13), ("B", 31), ("C", 49)]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_accents_are_read_in_the_encodings_that_software_writes(encoding):
    (row,) = rows_from(dsn_person({"004": "Zoë Françoise"}), encoding=encoding)
    assert row.fields["first_names"] == "Zoë Françoise"


def test_a_doubled_quote_is_one():
    assert only(**{"002": "L''HERMITE", "003": "D'ARGENT"})["birth_name"] == "L'HERMITE"
    assert only(**{"002": "L''HERMITE", "003": "D'ARGENT"})["usual_name"] == "D'ARGENT"


def test_lines_that_end_as_on_a_mac_or_a_unix_and_blank_ones_are_the_same_file():
    content = dsn_bytes(dsn_person())
    assert heard(content.replace(b"\r\n", b"\n")) == heard(content)
    assert heard(content + b"\r\n\r\n") == heard(content)


# Which contract


@pytest.mark.parametrize(
    ("nature", "scheme", "contract"),
    [
        *(("01", "99", "cdi"), ("02", "99", "cdd"), ("03", "99", "interim"), ("07", "99", "cdi")),
        *(("08", "99", "interim"), ("29", "99", "stage"), ("80", "99", "mandat"), ("82", "99", "cdi")),
        *(("02", "61", "professionnalisation"), ("01", "61", "professionnalisation")),
        *(("02", "64", "apprentissage"), ("02", "65", "apprentissage"), ("02", "81", "apprentissage")),
    ],
)
def test_the_kind_of_contract_comes_from_its_nature_and_its_scheme(nature, scheme, contract):
    assert only(({"007": nature, "008": scheme}, ""))["contract"] == contract


def test_a_nature_that_is_not_known_is_left_for_the_comparison_and_said():
    """Nobody can write in a DSN: of somebody who is declared it changes nothing."""
    (row,) = rows_from(dsn_person({}, ({"007": "91"}, "")))
    ((name, typed, _),) = row.left
    assert (row.fields["contract"], name, typed) == ("", "contract", "91")
    assert row.reasons == []


def test_an_ended_contract_is_a_departure():
    fields = only(({"007": "02", "010": "30112026"}, "15112026"))
    assert (fields["exit_on"], fields["contract_ends_on"]) == ("2026-11-15", "2026-11-30")


def test_a_new_contract_wins_over_an_ended_one_and_keeps_the_first_day_when_it_follows_at_once():
    first = ({"001": "01032026", "007": "02"}, "31082026")
    then = ({"001": "01092026", "007": "01", "006": "Cheffe de caisse"}, "")
    for contracts in ([first, then], [then, first]):
        fields = only(*contracts)
        assert (fields["contract"], fields["job_title"], fields["exit_on"]) == ("cdi", "Cheffe de caisse", "")
        assert fields["entry_on"] == "2026-03-01"


def test_after_a_gap_the_entry_is_that_of_the_new_contract():
    fields = only(({"001": "01032026", "007": "02"}, "15082026"), ({"001": "01092026"}, ""))
    assert fields["entry_on"] == "2026-09-01"


def test_of_two_contracts_that_run_the_latest_is_the_job_and_the_first_is_the_entry():
    fields = only(
        ({"001": "01012020", "006": "Vendeuse"}, ""), ({"001": "01062026", "006": "Formatrice"}, "")
    )
    assert (fields["job_title"], fields["entry_on"]) == ("Formatrice", "2020-01-01")


def test_of_two_ended_contracts_the_last_to_end_tells_the_departure():
    fields = only(({"001": "01012026"}, "31012026"), ({"001": "01102026"}, "30112026"))
    assert (fields["exit_on"], fields["entry_on"]) == ("2026-11-30", "2026-10-01")


@pytest.mark.parametrize(("written", "kept"), [("10", "non"), ("20", "oui"), ("21", ""), ("", "")])
def test_only_the_ordinary_part_time_is_told(written, kept):
    assert only(({"014": written}, ""))["part_time"] == kept


def test_without_a_contract_the_row_says_what_is_missing():
    lines = [line for line in dsn_person() if not line.startswith("S21.G00.40")]
    (row,) = rows_from(lines)
    assert row.reasons == ["la date d’entrée manque", "le type de contrat manque", "le poste manque"]


def test_a_code_or_an_address_that_cannot_be_read_is_left_and_named():
    names = ("A", "B", "C")
    cells = dict(zip(names, ("999z", "621A ", "552a10"), strict=True))
    rows = rows_from(
        *[dsn_person({"002": n, "018": "x", "019": NIR}, ({"004": cells[n]}, "")) for n in names]
    )
    assert [row.fields["pcs"] for row in rows] == ["", "621a", "552a"]
    assert all(not row.reasons and not row.fields["email"] for row in rows)
    assert [[left[:2] for left in row.left] for row in rows] == [
        [["staff_number", ""], ["email", "x"], ["pcs", "999z"]],
        *[[["staff_number", ""], ["email", "x"]]] * 2,
    ]


def test_an_end_that_cannot_be_read_costs_nobody_and_is_not_taken_beforehand():
    (row,) = rows_from(dsn_person({}, ({}, "31022026")))
    assert (row.reasons, row.fields["exit_on"], row.left[0][:2]) == ([], "", ["exit_on", "31022026"])
    assert row.doubts == ["la date de sortie « 31022026 » n’existe pas dans le calendrier"]


# Which establishment


def test_people_who_work_elsewhere_are_left_out_and_counted():
    here, moved = dsn_person(), dsn_person({"002": "AILLEURS"}, ({"019": AUTRE}, ""))
    content = dsn_bytes(here, moved, more=[(AUTRE, [dsn_person({"002": "LÀ-BAS"})])])
    reading, rows = heard(content)
    assert [row.fields["birth_name"] for row in rows] == ["LE GALL"]
    assert reading["notes"] == ["2 personnes d’autres établissements ont été laissées de côté."]
    elsewhere = "travaille au SIRET 732 829 320 00082"
    assert reading["aside"] == [["AILLEURS Élise", elsewhere], ["LÀ-BAS Élise", elsewhere]]
    reading, rows = heard(content, AUTRE)
    assert [row.fields["birth_name"] for row in rows] == ["AILLEURS", "LÀ-BAS"]
    assert reading["notes"] == ["1 personne d’un autre établissement a été laissée de côté."]


def test_somebody_on_a_mission_at_a_customer_belongs_to_who_employs_them():
    (row,) = rows_from(dsn_person({}, ({"007": "03", "019": AUTRE}, "")))
    assert row.fields["contract"] == "interim"


def test_when_nobody_is_of_this_establishment_the_refusal_names_those_that_are_there():
    refusal = refusal_of(dsn_bytes(dsn_person()), "35600000000048")
    assert "SIRET 356 000 000 00048" in refusal
    assert "732 829 320 00074 (1)" in refusal


def test_without_an_expected_establishment_everybody_is_read_and_the_places_are_named():
    reading, rows = heard(dsn_bytes(dsn_person(), more=[(AUTRE, [dsn_person({"002": "LÀ-BAS"})])]), "")
    assert len(rows) == 2
    assert "Le SIRET de votre entreprise n’est pas connu du portail" in reading["notes"][0]
    assert "Elle concerne : 732 829 320 00074 (1), " in reading["notes"][0]


# What the file says of itself


@pytest.mark.parametrize("norm", ["", "P25V01", "P27V01", "X"])
def test_another_norm_is_read_with_a_warning(norm):
    reading, rows = heard(dsn_bytes(dsn_person(), norm=norm))
    assert rows
    assert "P26V01" in reading["notes"][0]


@pytest.mark.parametrize("count", ["²", "1²", "", "+9"])
def test_a_count_that_is_no_number_is_a_line_that_is_missing(count):
    lines = dsn_bytes(dsn_person()).decode("cp1252").splitlines(keepends=True)
    place = next(at for at, line in enumerate(lines) if line.startswith("S90.G00.90.001"))
    lines[place] = f"S90.G00.90.001,'{count}'\r\n"
    assert "La DSN est coupée" in refusal_of("".join(lines).encode("cp1252"))


@pytest.mark.parametrize("day", ["0302" + "9" * 30, "²²022026", "+3022026"])
def test_a_day_that_is_none_is_a_reason_and_no_fault(day):
    (row,) = rows_from(dsn_person({"006": day}))
    assert row.reasons


def test_a_cut_or_altered_statement_is_refused_with_both_numbers():
    lines = dsn_bytes(dsn_person()).splitlines(keepends=True)
    both = f"annonce {len(lines)} lignes et en compte {len(lines) - 1}"
    for place in range(1, len(lines) - 2):
        assert both in refusal_of(b"".join(lines[:place] + lines[place + 1 :]))
    for length in range(1, len(lines) - 1):
        words = "ligne lue" if length == 1 else "lignes lues"
        assert f"({length} {words})" in refusal_of(b"".join(lines[:length]))


def test_a_statement_without_anybody_says_so():
    assert refusal_of(dsn_bytes()) == "Cette DSN ne contient aucun salarié."


@settings(max_examples=60)
@given(st.lists(st.sampled_from(dsn_bytes(dsn_person()).split(b"\r\n")), max_size=40), st.binary(max_size=30))
def test_any_pile_of_lines_is_read_or_refused(lines, noise):
    content = b"S10.G00.00.001,'x'\r\n" + b"\r\n".join([*lines, noise])
    assert is_dsn(content)
    with suppress(Unreadable):
        heard(content, "")


# What is never kept


def test_neither_the_number_of_the_securite_sociale_nor_pay_nor_health_is_in_what_is_read():
    content = dsn_bytes(dsn_person({}, ({}, "15112026")), dsn_person({"019": NIR}))
    assert content.count(NIR.encode()) == 3
    assert HIDDEN.encode() in content
    reading, rows = heard(content)
    written = json.dumps([reading, [asdict(row) for row in rows]])
    declared = declarations_of([content])
    written += json.dumps([asdict(row) for row in rows_of(gathered(declared), BRIEUC)])
    assert HIDDEN not in written
    assert NIR not in written
    assert HIDDEN not in repr(declared)
