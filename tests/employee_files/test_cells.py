"""What a cell of an employee file becomes, whoever wrote it."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.employee_files.cells import CONTRACT_WORDS
from app.employee_files.columns import COLUMNS, read, written
from app.employee_files.days import in_french
from app.follow_up.law import RISKS
from app.text.cells import protected
from db.kinds import Contract


def refusal_of(field: str, cell: str) -> str:
    with pytest.raises(ValueError) as refused:
        read(field, cell)
    return str(refused.value)


# Dates


@pytest.mark.parametrize(
    "cell",
    [
        *("25/11/2026", "25/11/26", "25-11-2026", "25.11.2026", "25 11 2026", "25112026", "2026-11-25"),
        *("2026/11/25", "20261125", "2026-11-25T00:00:00", "2026-11-25 00:00:00", "2026-11-25T08:30:00Z"),
        *("25/11/2026 00:00", "25 novembre 2026", "25 nov. 2026", "25-nov-26", "25-NOV.-2026", "46351"),
        *("46351.0", "46351,25", " 25/11/2026 ", "mercredi 25 novembre 2026", "\xa025/11/2026"),
    ],
)
def test_a_day_is_read_as_people_and_software_write_it(cell):
    assert read("entry_on", cell) == "2026-11-25"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1er mars 1990", "1990-03-01"),
        ("3 févr. 2001", "2001-02-03"),
        ("9 août 99", "1999-08-09"),
        ("1031990", "1990-03-01"),
    ],
)
def test_lost_zeros_and_french_months_are_understood(cell, day):
    assert read("entry_on", cell) == day


@pytest.mark.parametrize(
    ("cell", "day"), [("3/2/90", "1990"), ("3/2/07", "2007"), ("3/2/20", "2020"), ("3/2/21", "1921")]
)
def test_a_birth_in_two_digits_is_in_the_past(cell, day):
    assert read("birth_on", cell) == f"{day}-02-03"


@pytest.mark.parametrize(("number", "day"), [("2", "1900-01-02"), ("59", "1900-02-28"), ("61", "1900-03-01")])
def test_a_day_number_counts_the_29_february_1900_that_was_not(number, day):
    assert read("birth_on", number) == day
    assert "n’existe pas" in refusal_of("birth_on", "60")


@given(st.dates(date(1900, 3, 1), date(2100, 12, 31)))
def test_every_way_to_write_a_day_gives_that_day(day):
    number = (day - date(1899, 12, 30)).days
    ways = [
        in_french(day),
        f"{day:%d%m%Y}",
        f"{day:%d-%m-%Y}",
        day.isoformat(),
        f"{day.day}.{day.month}.{day.year}",
    ]
    assert {read("birth_on", way) for way in ways} == {day.isoformat()}
    assert read("birth_on", f"{number}.0") == day.isoformat()
    assert day - timedelta(days=number) == date(1899, 12, 30)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("31/02/1990", "la date de naissance « 31/02/1990 » n’existe pas dans le calendrier"),
        ("25/13/1990", "la date de naissance « 25/13/1990 » n’existe pas dans le calendrier"),
        ("1990", "la date de naissance « 1990 » n’est qu’une année : écrivez-la JJ/MM/AAAA"),
        ("hier", "la date de naissance « hier » ne se lit pas : écrivez-la JJ/MM/AAAA"),
        ("3 j 1990", "la date de naissance « 3 j 1990 » ne se lit pas : écrivez-la JJ/MM/AAAA"),
        ("03/02/1890", "la date de naissance « 03/02/1890 » tombe en 1890"),
        ("#N/A", "la date de naissance contient une erreur du tableur (#N/A)"),
        ("=AUJOURDHUI()", "la date de naissance est une formule : mettez sa valeur à la place"),
    ],
)
def test_a_day_that_is_none_is_refused_by_name(cell, words):
    assert refusal_of("birth_on", cell) == words


# Choices


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (
            "CDI|C.D.I.|c d i|Contrat à durée indéterminée|CDI temps partiel|indéterminé|01|1",
            "cdi",
        ),
        ("CDD|C.D.D.|Contrat à durée déterminée|CDD 6 mois|CDD mission|CDD de remplacement|CDDU|02", "cdd"),
        (
            "Apprentissage|apprenti|Apprentie|Contrat d’apprentissage|Alternance (apprentissage)",
            "apprentissage",
        ),
        (
            "Professionnalisation|contrat pro|Contrat de professionnalisation|contrat pro.",
            "professionnalisation",
        ),
        ("Saisonnier|CDD saisonnier|Saisonnière", "saisonnier"),
        ("Intérim|intérimaire|Mission|Travail temporaire|CDI intérimaire|03", "interim"),
        ("Stage|stagiaire|Convention de stage|29", "stage"),
        ("Mandat social|Gérant|gérante|Mandataire social|Président|80", "mandat"),
        ("Non-salarié|non salarié|TNS|Travailleur indépendant|Gérant non salarié", "non_salarie"),
    ],
)
def test_a_contract_is_read_in_all_its_spellings(cells, kept):
    assert {read("contract", cell) for cell in cells.split("|")} == {kept}


def test_a_contract_that_could_be_two_is_refused_with_what_to_write():
    assert "écrivez Apprentissage ou Professionnalisation" in refusal_of("contract", "Alternance")
    assert "en nomme deux" in refusal_of("contract", "CDI ou CDD")
    assert "« bénévole » n’est pas connu. Écrivez CDI, CDD, Apprentissage" in refusal_of(
        "contract", "bénévole"
    )


@pytest.mark.parametrize("contract", Contract)
def test_each_contract_is_read_from_its_own_words_and_its_own_code(contract):
    assert read("contract", CONTRACT_WORDS[contract]) == contract.value == read("contract", contract.value)


@pytest.mark.parametrize(
    ("cells", "kept"),
    [("F|f|Femme|Mme|Madame|Mlle|2|Féminin", "F"), ("M|H|Homme|M.|Monsieur|1|masculin", "M"), ("| ", "")],
)
def test_the_sex_is_read_from_a_letter_a_title_or_a_number(cells, kept):
    assert {read("sex", cell) for cell in cells.split("|")} == {kept}


def test_a_sex_that_is_neither_is_refused():
    assert refusal_of("sex", "X") == "le sexe « X » ne se lit pas : F, M ou rien"


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ("oui|Oui|x|X|1|Temps partiel|80 %|80%|0,8|0.5|mi-temps|VRAI|28h|24,5 h|121 h", "oui"),
        ("non|0|temps plein|Temps complet|100 %|1,0|FAUX|35h|35 heures|151,67 h|100", "non"),
        ("", ""),
    ],
)
def test_part_time_is_a_word_a_share_or_hours(cells, kept):
    assert {read("part_time", cell) for cell in cells.split("|")} == {kept}


@pytest.mark.parametrize("cell", ["TP", "peut-être", "180 %", "-5"])
def test_a_part_time_that_does_not_say_is_refused(cell):
    assert "ne se lit pas : oui ou non" in refusal_of("part_time", cell)


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("NUIT, CMR", "CMR NUIT"),
        ("cmr;nuit / amiante+plomb", "AMIANTE PLOMB CMR NUIT"),
        ("CMR NUIT", "CMR NUIT"),
        ("Travail de nuit et port de charges de plus de 55 kg", "PORT_55KG NUIT"),
        ("agents biologiques 3/4 ; bio 2", "BIO34 BIO2"),
        ("Agents biologiques des groupes 3 et 4", "BIO34"),
        ("rayonnements ionisants, champs électromagnétiques", "RAYONNEMENTS CEM"),
        ("Échafaudages\nrqth", "ECHAFAUDAGE RQTH"),
        ("MINEUR_TRAVAUX_REGLEMENTES", "MINEUR_TRAVAUX_REGLEMENTES"),
        ("mineur, nuit", "NUIT"),
        ("aucun", ""),
        ("", ""),
    ],
)
def test_risks_are_codes_in_the_order_of_the_law(cell, kept):
    assert read("risks", cell) == kept


def test_a_risk_that_nobody_knows_is_named():
    assert "son contraire" in refusal_of("risks", "nuit, non amiante")
    assert refusal_of("risks", "nuit, vertige") == "le risque « vertige » n’est pas connu"


@given(
    st.sets(st.sampled_from([code for code in RISKS if code != "MINEUR"])),
    st.sampled_from([", ", ";", " + ", " "]),
)
def test_any_set_of_codes_is_read_back(codes, separator):
    assert read("risks", separator.join(sorted(codes))).split() == [code for code in RISKS if code in codes]


# Text


@pytest.mark.parametrize(
    "cell", ["552a", "552A", "552 a", " 552-A", "PCS 552a", "552a - Caissiers de magasin"]
)
def test_a_pcs_code_is_read_with_what_surrounds_it(cell):
    assert read("pcs", cell) == "552a"


@pytest.mark.parametrize("cell", ["552", "999z", "caissière", "552ab"])
def test_a_pcs_code_that_is_not_in_the_nomenclature_is_refused(cell):
    assert f"« {cell} » n’existe pas dans la nomenclature" in refusal_of("pcs", cell)


@pytest.mark.parametrize(
    "cell", ["0612345678", "06.12.34.56.78", "612345678", "+33 6 12 34 56 78", "33612345678", "'+33612345678"]
)
def test_a_phone_finds_its_zero_again(cell):
    assert read("phone", cell) == "+33612345678"


def test_addresses_and_phones_that_are_not_complete_are_refused():
    assert refusal_of("email", "elise@") == "l’adresse e-mail « elise@ » n’est pas complète"
    assert refusal_of("phone", "0612") == "le téléphone « 0612 » n’est pas complet"
    assert read("email", "mailto:Elise@Brieuc.FR") == "elise@brieuc.fr"


@pytest.mark.parametrize(
    ("cell", "kept"), [("10", "00010"), ("00010", "00010"), ("10-5", "00010-5"), ("", "")]
)
def test_the_code_of_the_company_finds_its_zeros_again(cell, kept):
    assert read("code", cell) == kept


def test_names_keep_their_capitals_and_lose_what_is_not_seen():
    assert read("birth_name", "  LE\u00a0 GALL\u200b ") == "LE GALL"
    assert read("job_title", "Chef\r\nd’équipe") == "Chef d’équipe"
    assert read("birth_name", "'=LE GALL") == "=LE GALL"
    assert "caractère illisible (U+0007)" in refusal_of("birth_name", "LE\x07GALL")
    assert "compte 81 caractères pour 80 au plus" in refusal_of("birth_name", "A" * 81)
    assert "compte 100000 caractères" in refusal_of("birth_name", "A" * 100_000)
    assert "ne contient aucune lettre" in refusal_of("first_names", "12")


@pytest.mark.parametrize(
    "field", ["staff_number", "birth_name", "job_title", "birth_on", "pcs", "phone", "risks"]
)
@pytest.mark.parametrize(
    "cell",
    ["290022278904512", "2 90 02 22 789 045 12", "2900222789045", "190022A789045 12", "n° 290022278904512"],
)
def test_a_social_security_number_in_the_wrong_place_is_refused_and_never_repeated(field, cell):
    words = refusal_of(field, cell)
    assert "numéro de Sécurité sociale" in words
    assert not re.search("[0-9]", words)


def test_a_number_that_a_spreadsheet_rounded_is_refused():
    for rounded in ("1,23E+10", "9,99E12", "9.99e+12"):
        assert "arrondi par un tableur" in refusal_of("staff_number", rounded)


@given(st.sampled_from(sorted(COLUMNS)), st.text(max_size=40))
@example("staff_number", "\u200b=")
@example("birth_name", "''\u200b=LE GALL")
def test_any_cell_is_read_or_refused_and_what_is_read_is_read_again_the_same(field, cell):
    try:
        kept = read(field, cell)
    except ValueError:
        return
    assert read(field, protected(written(field, kept))) == kept
