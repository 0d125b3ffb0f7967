"""DSN as they come from outside: each file of `tests/imports/cases`, and others of its kind, line by line."""

import json
from itertools import permutations
from pathlib import Path

import pytest

from app.employee_files.dsn import SKIPPED, Lines, Sieve
from app.employee_files.kinds import is_dsn
from app.employee_files.reading import read_dsn
from app.employee_files.rows import FileRow, Unreadable
from tests.employee_files.files import AUTRE, BRIEUC, HIDDEN, NIR, dsn_bytes, dsn_person

CASES = Path(__file__).parents[1] / "imports" / "cases"
CLIENT = "35600000000048"  # of another company
PIECE = 1024
WORKING = ("exit_on", "entry_on", "job_title", "contract", "staff_number")


def heard(content: bytes, siret: str = BRIEUC) -> tuple[dict, list[FileRow]]:
    assert is_dsn(content)
    rows: list[FileRow] = []
    pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
    reading = read_dsn(pieces, siret, lambda bundle, *_: rows.extend(bundle))
    report = {name: getattr(reading, name) for name in ("month", "notes", "aside", "is_whole")}
    return report, rows


def case(name: str, siret: str = BRIEUC) -> tuple[dict, list[FileRow]]:
    return heard((CASES / f"{name}.dsn").read_bytes(), siret)


def refusal_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        heard(content)
    return str(refused.value)


def named(rows: list[FileRow], *fields: str) -> dict[str, tuple[str, ...]]:
    return {row.fields["birth_name"]: tuple(row.fields[field] for field in fields) for row in rows}


def changed(content: bytes, *pairs: tuple[str, str], added: int = 0) -> bytes:
    """With some lines replaced; `added`: how many lines more there are."""
    for old, new in pairs:
        assert old.encode() in content
        content = content.replace(old.encode(), new.encode())
    count = content.split(b"S90.G00.90.001,'")[1].split(b"'")[0]
    return content.replace(b"001,'%s'" % count, b"001,'%d'" % (int(count) + added))


# The same person again


def test_two_blocks_of_one_person_are_the_contract_that_runs_since_the_first_day():
    _, rows = case("deux_blocs_meme_personne")
    assert named(rows, *WORKING) == {"HAMON": ("", "2018-07-20", "CHEF D'EQUIPE", "cdi", "M163B")}
    assert [(row.line, row.reasons, row.doubts) for row in rows] == [(88, [], [])]


def test_whatever_the_order_of_blocks_and_contracts_the_findings_are_the_same():
    first, then = ({"001": "01032026", "007": "02"}, "31082026"), ({"001": "01092026", "006": "Cheffe"}, "")
    blocks = [dsn_person({"019": "A"}, first), dsn_person({"019": "B"}, then), dsn_person({"002": "AUTRE"})]
    found = set()
    for order in permutations(blocks):
        rows = heard(dsn_bytes(*order))[1]
        found.add(json.dumps(sorted(json.dumps(row.fields, sort_keys=True) for row in rows)))
    assert len(found) == 1
    assert named(rows, *WORKING)["LE GALL"] == ("", "2026-03-01", "Cheffe", "cdi", "B")


def test_twins_stay_two_and_an_accent_makes_nobody_else():
    rows = heard(dsn_bytes(*[dsn_person({"004": name}) for name in ("Élise", "Anne", "ELISE")]))[1]
    assert [row.fields["first_names"] for row in rows] == ["ELISE", "Anne"]


def test_two_contracts_begun_on_one_day_that_disagree_are_a_doubt():
    contracts = [({"006": "Vendeuse"}, ""), ({"006": "Caissière"}, "")]
    for order in (contracts, contracts[::-1]):
        (row,) = heard(dsn_bytes(dsn_person({}, *order)))[1]
        assert row.fields["job_title"] == "Vendeuse"
        assert row.doubts == [
            "deux contrats commencés le même jour ne disent pas la même chose (« Caissière » et « Vendeuse »)"
        ]


# What the declaration is


def test_a_cancelled_declaration_says_nothing_whatever_its_nature():
    for name in ("annulation_fin_de_contrat", "annulation_mensuelle"):
        assert "en annule une autre" in refusal_of((CASES / f"{name}.dsn").read_bytes())


def test_one_that_replaces_another_is_read_and_said():
    report, rows = heard(dsn_bytes(dsn_person(), kind="03"))
    assert report["notes"] == ["Cette DSN en annule et remplace une autre : c’est elle qui est lue."]
    assert (len(rows), report["is_whole"]) == (1, True)


@pytest.mark.parametrize("nature", ["04", "05"])
def test_of_a_sick_leave_or_a_return_nothing_is_read(nature):
    content = changed((CASES / "arret_de_travail.dsn").read_bytes(), ("05.001,'04'", f"05.001,'{nature}'"))
    assert "n’apprend rien au portail, et parle de santé : envoyez la DSN mensuelle." in refusal_of(content)


@pytest.mark.parametrize("nature", ["08", "09", "10", "42"])
def test_another_nature_is_refused_with_what_to_send(nature):
    assert "envoyez la DSN mensuelle." in refusal_of(dsn_bytes(dsn_person(), nature=nature))


@pytest.mark.parametrize("nature", ["02", "07"])
def test_an_end_of_contract_is_a_departure_and_no_list(nature):
    content = changed(
        (CASES / "annulation_fin_de_contrat.dsn").read_bytes(),
        ("05.001,'07'", f"05.001,'{nature}'"),
        ("05.002,'04'", "05.002,'01'"),
    )
    report, rows = heard(content)
    assert named(rows, "exit_on", "entry_on") == {"HAMON": ("2026-11-25", "2018-07-20")}
    assert (report["is_whole"], report["month"]) == (False, "")
    assert "ne dit que des départs ; les personnes qui n’y sont pas" in report["notes"][0]


def test_a_fraction_is_no_whole_list_until_the_others_are_there():
    report, rows = case("fraction_1_sur_2")
    assert (named(rows, "entry_on"), report["is_whole"]) == ({"TESTEUR": ("2024-09-01",)}, False)
    assert report["notes"][0].startswith("Fraction 1 sur 2 : les autres peuvent être ailleurs ; ")
    both = dsn_bytes(dsn_person(), fraction="12") + dsn_bytes(dsn_person({"002": "B"}), fraction="22")
    report, rows = heard(both)
    assert (len(rows), report["is_whole"], report["notes"]) == (2, True, [])


@pytest.mark.parametrize(
    ("more", "words"), [({"test": "01"}, "envoi de test"), ({"scope": "02"}, "agricole")]
)
def test_a_trial_and_a_part_of_the_employees_are_no_whole_list(more, words):
    report, rows = heard(dsn_bytes(dsn_person(), **more))
    assert (len(rows), report["is_whole"]) == (1, False)
    assert words in report["notes"][0]


def test_the_month_is_told():
    report, rows = case("mois_ancien")
    assert (report["month"], report["is_whole"], len(rows)) == ("2026-01", True, 2)


# Several declarations in one file


def test_two_sendings_end_to_end_are_read_and_each_is_counted():
    report, rows = case("deux_envois")
    assert named(rows, "entry_on", "exit_on") == {"TESTDEUX": ("2024-09-01", "")}
    assert report["aside"] == [["TESTUN LEA", "n’est que dans la DSN de 10/2026, plus ancienne"]]
    said = "Ce fichier contient les DSN de 10/2026 et de 11/2026 : la plus récente l’emporte."
    assert (report["notes"], report["month"], report["is_whole"]) == ([said], "2026-11", True)
    cut = (CASES / "deux_envois.dsn").read_bytes().replace(b"S21.G00.81.001,'045'\r\n", b"", 1)
    assert "annonce 85 lignes et en compte 84" in refusal_of(cut)


def test_of_two_months_the_latest_wins_and_who_is_only_in_the_other_is_set_aside():
    october = dsn_bytes(
        dsn_person({}, ({"001": "01032026", "007": "02"}, "31102026")),
        dsn_person({"002": "PARTI"}),
        month="10",
    )
    november = dsn_bytes(dsn_person({}, ({"001": "01112026"}, "")), dsn_person({"002": "NOUVEAU"}))
    for both in (october + november, november + october):
        report, rows = heard(both)
        assert named(rows, "entry_on", "exit_on")["LE GALL"] == ("2026-03-01", "")
        assert sorted(named(rows)) == ["LE GALL", "NOUVEAU"]
        assert report["aside"] == [["PARTI Élise", "n’est que dans la DSN de 10/2026, plus ancienne"]]
        assert "les DSN de 10/2026 et de 11/2026" in report["notes"][0]


def test_a_contract_that_ran_last_month_and_is_not_said_any_more_runs_no_longer():
    october = dsn_bytes(dsn_person({}, ({"001": "01032020", "006": "Ancien"}, "")), month="10")
    november = dsn_bytes(dsn_person({}, ({"001": "01022026", "006": "Nouveau"}, "")))
    (row,) = heard(october + november)[1]
    assert (row.fields["job_title"], row.fields["entry_on"]) == ("Nouveau", "2026-02-01")


def test_what_replaces_or_cancels_does_so_within_one_file():
    first, other = dsn_bytes(dsn_person()), dsn_bytes(dsn_person({"002": "B"}), kind="03")
    assert sorted(named(heard(first + other)[1])) == ["B"]
    assert "en annule une autre" in refusal_of(first + dsn_bytes(dsn_person(), kind="04"))
    assert "en annule une autre" in refusal_of(first + dsn_bytes(kind="04"))
    assert "ne contient aucun salarié" in refusal_of(first + dsn_bytes(kind="05"))


def test_a_departure_declared_beside_the_month_is_taken_and_the_list_stays_whole():
    leaving = dsn_bytes(dsn_person({}, ({}, "25112026")), nature="07", month="")
    report, rows = heard(dsn_bytes(dsn_person(), dsn_person({"002": "B"})) + leaving)
    assert (named(rows, "exit_on"), report["is_whole"]) == ({"LE GALL": ("2026-11-25",), "B": ("",)}, True)


def test_what_is_refused_beside_what_is_read_is_said():
    report, rows = heard(dsn_bytes(dsn_person()) + dsn_bytes(dsn_person(), nature="04"))
    assert len(rows) == 1
    assert report["notes"][0].startswith("Une partie de ce fichier n’a pas été lue. Un signalement d’arrêt")


# Who works here


def test_any_contract_that_runs_here_keeps_the_person_with_its_job_and_its_entry():
    report, rows = case("deux_lieux")
    assert named(rows, "entry_on", "contract", "exit_on") == {
        "TESTEUR": ("2020-09-01", "cdi", ""),
        "TEMOIN": ("2024-09-01", "cdi", ""),
    }
    assert (report["aside"], report["notes"], rows[0].moved) == ([], [], {})


def test_who_moved_to_a_sister_site_left_here_and_is_told_there():
    _, rows = case("mutation")
    assert named(rows, "exit_on", "job_title") == {
        "HAMON": ("2026-10-31", "ELECTRICIEN"),
        "TEMOIN": ("", "CAISSIERE"),
    }
    moved = rows[0].moved
    values = [moved[name] for name in ("siret", "entry_on", "job_title", "exit_on", "contract")]
    assert values == [AUTRE, "2026-11-01", "CAISSIERE", "", "cdi"]
    _, there = case("mutation", AUTRE)
    assert named(there, "entry_on", "exit_on") == {"HAMON": ("2026-11-01", "")}


@pytest.mark.parametrize("nature", ["01", "02", "03", "08", "09"])
def test_a_customer_s_place_is_nobody_s_workplace(nature):
    report, rows = heard(dsn_bytes(dsn_person({}, ({"007": nature, "019": CLIENT}, ""))))
    assert (len(rows), report["aside"]) == (1, [])


# What is not known of a birth


@pytest.mark.parametrize(
    ("written", "kept", "words"),
    [
        ("99991985", "1985-12-31", "le jour et le mois de naissance sont inconnus"),
        ("99021984", "1984-02-29", "le jour de naissance est inconnu"),
    ],
)
def test_a_birth_known_in_part_is_proposed_and_doubted(written, kept, words):
    content = changed((CASES / "naissance_99.dsn").read_bytes(), ("99991985", written))
    (row,) = heard(content)[1]
    assert (row.fields["birth_on"], row.reasons, row.guessed) == (kept, [], ["birth_on"])
    assert row.doubts[0].startswith(f"{words} dans la paie")


def test_a_birth_of_which_nothing_is_known_is_a_reason():
    (row,) = heard(dsn_bytes(dsn_person({"006": "99999999"})))[1]
    assert (row.guessed, len(row.reasons)) == ([], 1)


# Bytes


def test_windows_letters_are_read():
    _, (row,) = case("cp1252")
    values = [row.fields[name] for name in ("birth_name", "first_names", "job_title")]
    assert (values, row.left) == (["LEBŒUF", "ANNE’MARIE", "MAÎTRE D’HÔTEL"], [])


@pytest.mark.parametrize("name", ["utf16", "cr"])
def test_other_letters_and_line_ends_are_the_same_file(name):
    _, rows = case(name)
    assert named(rows, "entry_on") == {"TESTEUR": ("2024-09-01",)}


PLAIN = dsn_bytes(dsn_person({"002": "BŒUF", "004": "Zoë"}), dsn_person({"002": "CÔTÉ"}), encoding="cp1252")
TEXT = PLAIN.decode("cp1252")


@pytest.mark.parametrize(
    "content",
    [
        *(TEXT.encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        *(PLAIN.replace(b"\r\n", end) for end in (b"\n", b"\r", b" \r\n", b"\r\n\r\n")),
        *(PLAIN + end for end in (b"\x1a", b"\r\n\x1a", b"\0\0\0")),
        PLAIN.rstrip(),
        PLAIN.rstrip() + b"\x1a",
    ],
)
def test_any_encoding_and_any_end_of_line_gives_the_same_people(content):
    lines = [row.fields for row in heard(content)[1]]
    assert lines == [row.fields for row in heard(PLAIN)[1]]
    assert [line["birth_name"] for line in lines] == ["BŒUF", "CÔTÉ"]


# As it arrives


def sieved(content: bytes, piece: int) -> bytes:
    sieve = Sieve()
    parts = [sieve.feed(content[at : at + piece]) for at in range(0, len(content), piece)]
    return b"".join([*parts, sieve.feed(b"", is_last=True)])


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_what_arrives_is_kept_without_what_is_never_read_and_says_the_same(piece):
    content = dsn_bytes(dsn_person({}, ({}, "15112026")), dsn_person({"002": "B", "004": ""}))
    kept = sieved(content, piece)
    assert HIDDEN.encode() not in kept
    assert NIR.encode() not in kept
    assert heard(kept) == heard(content)
    assert sieved(kept, piece) == kept


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.dsn")))
def test_every_case_says_the_same_once_sieved(name):
    content = (CASES / f"{name}.dsn").read_bytes()

    def outcome(tried: bytes) -> object:
        try:
            return heard(tried)
        except Unreadable as refused:
            return str(refused)

    kept = sieved(content, 64)
    assert outcome(kept) == outcome(content)
    assert b"290022227890412" not in kept
    assert b"1520.00" not in kept


def test_a_line_without_end_is_not_kept():
    lines = Lines()
    for _ in range(100):
        assert lines.feed(b"S" * 10_000) == []
        assert len(lines._rest) <= 64 * 1024 + 10_000
    assert Sieve().feed(b"S21.G00.51.013,'1900.00'\n") == SKIPPED + b"\n"


def test_ten_thousand_people_are_read_and_one_more_is_refused():
    people = [dsn_person({"002": f"NOM{at}"}) for at in range(10_001)]
    assert len(heard(dsn_bytes(*people[:-1]))[1]) == 10_000
    assert "Cette DSN compte plus de 10\u202f000 salariés de votre établissement" in refusal_of(
        dsn_bytes(*people)
    )
