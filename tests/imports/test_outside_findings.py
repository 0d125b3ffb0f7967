"""What each made file of outside would do to a list of two: of which HAMON, whom some of the files name."""

from dataclasses import replace
from datetime import date

import pytest

from app.employee_files.kinds import is_dsn
from app.employee_files.reading import read_bytes, read_dsn
from app.employee_files.rows import FileRow, Reading
from app.imports.difference import NOBODY, USUAL_CHOICE, ListedPerson, difference
from app.imports.saying import remarks_of
from app.web.templating import ROOT

CASES = ROOT / "tests/imports/cases"
TODAY = date(2026, 11, 29)
SIRET = "73282932000074"
HAMON = NOBODY | {
    "birth_name": "HAMON", "first_names": "Yann", "birth_on": "1971-11-03", "sex": "M",
    "staff_number": "M163", "entry_on": "2018-07-20", "contract": "cdi", "job_title": "Maçon",
}  # fmt: skip
RESTE = HAMON | {"birth_name": "RESTE", "first_names": "Ici", "birth_on": "1980-05-05", "staff_number": ""}
KNOWN = [ListedPerson(1, 1, HAMON), ListedPerson(2, 1, RESTE)]
# The line, what it would do, ✓ when it is chosen beforehand, who. 0: on the list, and not in the file.
EXPECTED = {
    "anciens_puis_presents.xlsx": [
        "2 new ANCIEN Zed",
        "2 new ✓ PRESENT Ana",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "anglais.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Bob",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "annees_deux_chiffres.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Bob",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "antislash.xlsx": ["2 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "codes_dsn_tableur.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Ana",
        "4 new ✓ TESTTROIS Ana",
        "5 new ✓ TESTQUATRE Ana",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "cp1252.dsn": ["34 new ✓ LEBŒUF ANNE’MARIE", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "cr.dsn": ["34 new ✓ TESTEUR LEA", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "ctrl_z.csv": ["2 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "date_1904_standard.xlsx": ["2 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "dates_us.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Bob",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "deux_blocs_meme_personne.dsn": ["88 changed ✓ HAMON Yann", "0 absent RESTE Ici"],
    "deux_envois.dsn": ["119 new ✓ TESTDEUX LEA", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "deux_lieux.dsn": [
        "34 new ✓ TESTEUR LEA",
        "122 new ✓ TEMOIN PAUL",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "egal_guillemets.csv": ["2 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "entete_ligne_13.csv": ["14 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "facultatif_illisible.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Ana",
        "4 new ✓ TESTTROIS Ana",
        "5 new ✓ TESTQUATRE Ana",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "format_personnalise.xlsx": ["2 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "fraction_1_sur_2.dsn": ["34 new ✓ TESTEUR LEA"],
    "guillemet_avaleur.csv": [
        "2 wrong TESTUN Ana",
        "3 new ✓ TESTDEUX Bob",
        "4 new ✓ TESTTROIS Cid",
        "5 new ✓ TESTQUATRE Dan",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "macroman.csv": ["2 new ✓ TESTÉ Andréa", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "matricule_12E4.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Bob",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "mois_ancien.dsn": ["34 changed HAMON Yann", "85 new PARTIDEPUIS PAUL", "0 absent RESTE Ici"],
    "mutation.dsn": ["34 left ✓ HAMON Yann", "126 new ✓ TEMOIN PAUL", "0 absent RESTE Ici"],
    "naissance_99.dsn": ["34 new TESTEUR LEA", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "nom_de_jeune_fille.csv": [
        "2 new ✓ DUPONT Ana (nom de naissance MARTIN)",
        "3 new ✓ DURAND Jean",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "nom_prenom_une_colonne.csv": [
        "2 new ✓ TESTEUR Ana",
        "3 new ✓ LE GALL Jean-Pierre",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "sentinelles.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Ana",
        "4 new ✓ TESTTROIS Ana",
        "5 new ✓ TESTQUATRE Ana",
        "6 new ✓ TESTCINQ Ana",
        "7 new ✓ TESTSIX Ana",
        "8 new ✓ TESTSEPT Ana",
        "9 new ✓ TESTHUIT Ana",
        "10 new ✓ TESTNEUF Ana",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "strict.xlsx": ["2 new ✓ TESTEUR Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "temps_de_travail_etp.csv": [
        "2 new ✓ TESTUN Ana",
        "3 new ✓ TESTDEUX Ana",
        "4 new ✓ TESTTROIS Ana",
        "5 new ✓ TESTQUATRE Ana",
        "6 new ✓ TESTCINQ Ana",
        "7 new ✓ TESTSIX Ana",
        "8 new ✓ TESTSEPT Ana",
        "0 absent HAMON Yann",
        "0 absent RESTE Ici",
    ],
    "utf16.dsn": ["34 new ✓ TESTEUR LEA", "0 absent HAMON Yann", "0 absent RESTE Ici"],
    "x000d.xlsx": ["2 new ✓ TESTUN Ana", "0 absent HAMON Yann", "0 absent RESTE Ici"],
}


def read(content: bytes) -> Reading:
    rows: list[FileRow] = []
    take = lambda bundle, *_: rows.extend(bundle)  # noqa: E731
    asked = {"siret": "", "code": "", "habits": {}, "mapping": {}, "same": {}, "today": TODAY.isoformat()}
    reading = read_dsn([content], SIRET, take) if is_dsn(content) else read_bytes(content, asked, take)
    return replace(reading, rows=rows)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_line_of_each_file_would_do_what_is_right(name):
    reading = read((CASES / name).read_bytes())
    found = difference(reading.rows, KNOWN, TODAY, is_whole=reading.is_whole)
    is_certain = remarks_of(reading, found, KNOWN, TODAY)["is_certain"]
    shown = []
    for each in found:
        chosen = is_certain and not each.is_odd and USUAL_CHOICE.get(each.kind)
        shown.append(f"{each.line} {each.kind}{' ✓' if chosen else ''} {each.about}")
    assert shown == EXPECTED[name]


def test_every_other_file_is_refused_before_it_is_compared():
    """Their sentences are with the readers' own tests."""
    refused = {
        "annulation_fin_de_contrat.dsn",
        "annulation_mensuelle.dsn",
        "arret_de_travail.dsn",
        "sylk.slk",
    }
    assert {path.name for path in CASES.iterdir()} - set(EXPECTED) == refused
