"""The members' file, from the bytes that spreadsheets and business software really write."""

import pytest

from app.member_file.reading import BIGGEST_MEMBER_FILE, MemberLine, WrongFile, parse_members
from app.text.cells import COLUMNS
from db.models import Company

TITLES = "Code adhérent;Raison sociale;Commune;SIRET;N° télédéclarant"
ALL_TITLES = TITLES + ";Adresse;Code postal;NAF;E-mail;Téléphone"
BRIEUC = "00010;Adhérent BRIEUC;Saint-Brieuc;73282932000074;4820139576"
NUMBER = "4820139576"


def csv_bytes(*rows: str, titles: str = TITLES, encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    return newline.join((titles, *rows, "")).encode(encoding)


def only_line(*rows: str, titles: str = TITLES) -> MemberLine:
    (line,) = parse_members(csv_bytes(*rows, titles=titles))
    return line


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(WrongFile) as refused:
        parse_members(content)
    return refused.value.problems


def the_problem(*rows: str, titles: str = TITLES) -> str:
    (problem,) = problems_of(csv_bytes(*rows, titles=titles))
    return problem


def with_cell(title: str, cell: str) -> MemberLine:
    return only_line(f"00010;Adhérent BRIEUC;Saint-Brieuc;;;{cell}", titles=f"{TITLES};{title}")


def problem_with(title: str, cell: str) -> str:
    return the_problem(f"00010;Adhérent BRIEUC;Saint-Brieuc;;;{cell}", titles=f"{TITLES};{title}")


# What is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_every_encoding_that_french_software_writes_gives_the_same_members(encoding, newline):
    row = "00010;L’Épicerie d’Yffiniac – Cœur;Plœuc-L’Hermitage;73282932000074;4820139576"
    (line,) = parse_members(csv_bytes(row, encoding=encoding, newline=newline))
    assert line == MemberLine(
        line=2,
        code="00010",
        name="L’Épicerie d’Yffiniac – Cœur",
        town="Plœuc-L’Hermitage",
        siret="73282932000074",
        number=NUMBER,
    )


def test_the_optional_columns_are_read_and_put_in_one_form():
    row = "00010;Brieuc;Saint-Brieuc;;;12 rue de la Gare;22000;43.32A;Contact@Brieuc.fr;02 96 33 12 34"
    line = only_line(row, titles=ALL_TITLES)
    assert (line.address, line.postcode, line.naf) == ("12 rue de la Gare", "22000", "4332A")
    assert (line.email, line.phone) == ("contact@brieuc.fr", "+33296331234")


def test_a_column_that_is_absent_is_told_from_an_empty_cell():
    assert only_line(BRIEUC).email is None
    assert only_line(f"{BRIEUC};;;;;", titles=ALL_TITLES).email == ""


def test_columns_may_come_in_any_order_among_others_that_nobody_knows():
    titles = "Effectif;SIRET;Observations;N° télédéclarant;Commune;Code adhérent;Raison sociale"
    line = only_line('12;73282932000074;"deux\r\nlignes";;Dinan;00010;Brieuc', titles=titles)
    assert (line.code, line.name, line.town, line.number) == ("00010", "Brieuc", "Dinan", "")


@pytest.mark.parametrize(
    "titles",
    [
        "CODE ADHERENT ;raison  sociale;COMMUNE;Siret;No teledeclarant",
        "Code adherent;Nom;Ville;N° SIRET;Numero teledeclarant",
        "Code adhérent*;Nom;Ville;Numéro SIRET;Numéro de télédéclarant",
        "\xa0Code_adhérent;Raison sociale :;Commune;SIRET;N°\xa0télédéclarant",
    ],
)
def test_titles_are_recognised_without_accents_case_or_spacing(titles):
    assert only_line(BRIEUC, titles=titles).number == NUMBER


@pytest.mark.parametrize("title", ["E-mail", "Email", "E-MAIL", "Courriel", "Adresse e-mail"])
def test_the_mail_column_has_several_names(title):
    assert with_cell(title, "contact@brieuc.fr").email == "contact@brieuc.fr"


@pytest.mark.parametrize("title", ["Téléphone", "Telephone", "Tél.", "Tel"])
def test_the_phone_column_has_several_names(title):
    assert with_cell(title, "0296331234").phone == "+33296331234"


def test_of_two_names_of_one_column_the_usual_one_is_read():
    line = only_line(f"{BRIEUC};Madame Brieuc", titles=f"{TITLES};Nom")
    assert line.name == "Adhérent BRIEUC"


def test_blank_lines_are_skipped_and_still_counted():
    lines = parse_members(csv_bytes("", BRIEUC, ";;;;", "\xa0; ;;;", "00042;Conserverie;Paimpol;;", ""))
    assert [(each.line, each.code) for each in lines] == [(3, "00010"), (6, "00042")]


def test_stray_spaces_and_marks_without_width_are_taken_off():
    line = only_line("\xa000010 ;\u202fAdhérent\xa0 BRIEUC\u200b;  Dinan ;73282932000074\t;4820139576 ")
    assert (line.code, line.name, line.town, line.siret, line.number) == (
        "00010",
        "Adhérent BRIEUC",
        "Dinan",
        "73282932000074",
        NUMBER,
    )


def test_accents_written_in_two_characters_are_joined():
    assert only_line("00010;Ade\u0301lie;Dinan;;").name == "Adélie"


@pytest.mark.parametrize(
    ("typed", "code"), [("10", "00010"), ("10-5", "00010-5"), ("00010/5", "00010-5"), ("00010", "00010")]
)
def test_a_code_gets_back_the_zeros_that_a_spreadsheet_took_off(typed, code):
    assert only_line(f"{typed};Brieuc;Dinan;;").code == code


def test_quotes_protect_semicolons_and_may_stand_inside_a_name():
    lines = parse_members(csv_bytes('00010;"Le Goff ; fils ""Ker""";Dinan;;', '00042;Garage "Ker";Dinan;;'))
    assert [each.name for each in lines] == ['Le Goff ; fils "Ker"', 'Garage "Ker"']


def test_the_last_empty_cells_may_be_left_out():
    line = only_line("00010;Adhérent BRIEUC")
    assert (line.town, line.siret, line.number) == ("", "", "")


@pytest.mark.parametrize("typed", ["732 829 320 00074", "732\xa0829\xa0320\xa000074", "732.829.320.00074"])
def test_a_siret_may_have_spaces(typed):
    assert only_line(f"00010;Brieuc;Dinan;{typed};").siret == "73282932000074"


@pytest.mark.parametrize("siret", ["35600000000048", "35600000000001", "35600000000014"])
def test_the_post_office_has_its_own_siret_rule(siret):
    """The head office by Luhn, an establishment by its sum of digits, another by Luhn."""
    assert only_line(f"00010;La Poste;Dinan;{siret};").siret == siret


def test_a_number_may_be_grouped_as_in_a_letter():
    assert only_line("00010;Brieuc;Dinan;;48 20.13-95 76").number == NUMBER


@pytest.mark.parametrize(("typed", "kept"), [("1000", "01000"), ("22 000", "22000"), ("", "")])
def test_a_postcode_gets_back_its_zero(typed, kept):
    assert with_cell("Code postal", typed).postcode == kept


@pytest.mark.parametrize("typed", ["47.11F", "4711F", "47.11f", " 47.11 F"])
def test_a_naf_code_is_kept_without_its_dot(typed):
    assert with_cell("NAF", typed).naf == "4711F"


@pytest.mark.parametrize("typed", ["02.96.33.12.34", "+33 2 96 33 12 34", "296331234", "02 96 33 12 34"])
def test_a_phone_is_kept_in_international_form(typed):
    assert with_cell("Téléphone", typed).phone == "+33296331234"


# What is wrong with a line


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";Brieuc;Dinan;;", "le code adhérent manque"),
        ("12-34-56;Brieuc;Dinan;;", "le code adhérent « 12-34-56 » ne se lit pas"),
        ("10-mai;Brieuc;Dinan;;", "le code adhérent « 10-mai » ne se lit pas"),
        ("123456;Brieuc;Dinan;;", "le code adhérent « 123456 » ne se lit pas"),
        ("00010;;Dinan;;", "la raison sociale manque"),
        ("00010;Brieuc;Dinan;73282932000075;", "le SIRET 73282932000075 a un chiffre faux"),
        ("00010;Brieuc;Dinan;35600000000002;", "le SIRET 35600000000002 a un chiffre faux"),
        ("00010;Brieuc;Dinan;00000000000000;", "le SIRET 00000000000000 a un chiffre faux"),
        ("00010;Brieuc;Dinan;732829320;", "le SIRET doit compter 14 chiffres (ici 9)"),
        ("00010;Brieuc;Dinan;en cours;", "le SIRET « en cours » ne doit contenir que des chiffres"),
        ("00010;Brieuc;Dinan;7,32829E+13;", "le SIRET 7,32829E+13 est arrondi par un tableur"),
        ("00010;Brieuc;Dinan;7.32829e13;", "le SIRET 7.32829e13 est arrondi par un tableur"),
        ("00010;Brieuc;Dinan;;4820139567", "le n° télédéclarant a un chiffre faux ou deux chiffres inversés"),
        ("00010;Brieuc;Dinan;;482013950", "le n° télédéclarant doit compter 10 chiffres (ici 9 : un tableur"),
        ("00010;Brieuc;Dinan;;48201395761", "le n° télédéclarant doit compter 10 chiffres (ici 11)"),
        ("00010;Brieuc;Dinan;;4,82014E+09", "le n° télédéclarant ne doit contenir que des chiffres"),
        ("00010;Brieuc;Dinan;;0000000000", "le n° télédéclarant répète un seul chiffre"),
        ("00010;Brieuc\x07;Dinan;;", "la raison sociale contient un caractère illisible (U+0007)"),
        ('00010;"Brieuc\r\nfils";Dinan;;', "la raison sociale contient un caractère illisible (U+000D)"),
        ("00010;Brieuc;Di\u202enan;;", "la commune contient un caractère illisible (U+202E)"),
        ("00010;Ker\ufffdlec;Dinan;;", "la raison sociale contient un caractère illisible (U+FFFD)"),
        ("00010;Brieuc ; fils;Dinan;;", "elle a plus de 5 colonnes (un point-virgule de trop ?)"),
        ('00010;"Brieuc;Dinan;;', "un guillemet est mal placé ou n’est pas refermé"),
        ('00010;"Le Goff" fils;Dinan;;', "un guillemet est mal placé ou n’est pas refermé"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(row, reason):
    problem = the_problem(row)
    assert problem.startswith("Ligne 2 : ")
    assert reason in problem
    assert problem.endswith(".")


@pytest.mark.parametrize(
    ("title", "cell", "reason"),
    [
        ("Code postal", "2200A", "le code postal « 2200A » ne compte pas 5 chiffres"),
        ("Code postal", "220001", "le code postal « 220001 » ne compte pas 5 chiffres"),
        ("NAF", "711F", "le code NAF « 711F » ne ressemble pas à 47.11F"),
        ("E-mail", "contact@brieuc", "l’adresse e-mail « contact@brieuc » n’est pas complète"),
        ("E-mail", "a@b.fr, c@d.fr", "l’adresse e-mail « a@b.fr, c@d.fr » n’est pas complète"),
        ("Téléphone", "02 96 33 12", "le téléphone « 02 96 33 12 » n’est pas complet"),
        ("Adresse", "x" * 201, "l’adresse compte 201 caractères pour 200 au plus"),
    ],
)
def test_a_wrong_optional_cell_is_named_too(title, cell, reason):
    assert problem_with(title, cell) == f"Ligne 2 : {reason}."


@pytest.mark.parametrize(("name", "longest"), [("Raison sociale", 120), ("Commune", 80)])
def test_a_text_as_long_as_its_column_passes_and_one_more_does_not(name, longest):
    cells = {"Raison sociale": "Brieuc", "Commune": "Dinan"}
    fits, overflows = cells | {name: "é" * longest}, cells | {name: "é" * (longest + 1)}
    assert only_line(f"00010;{fits['Raison sociale']};{fits['Commune']};;")
    problem = the_problem(f"00010;{overflows['Raison sociale']};{overflows['Commune']};;")
    assert f"compte {longest + 1} caractères pour {longest} au plus" in problem


def test_the_lengths_are_those_of_the_table():
    columns = Company.metadata.tables["company"].columns
    allowed = {name: columns[name].type.length for name in COLUMNS if name != "number"}
    assert {name: column.longest for name, column in COLUMNS.items() if name != "number"} == allowed


def test_every_wrong_line_is_reported_at_once_with_its_place_in_the_file():
    rows = (
        "00010;;Dinan;1;",
        "",
        '"00011";"sur";"une";"";""',
        "x;Garage;Dinan;;",
        '00012;"Ker"x;Dinan;;',
        ";A;;;",
    )
    assert [problem.split(" : ")[0] for problem in problems_of(csv_bytes(*rows))] == [
        "Ligne 2",
        "Ligne 5",
        "Ligne 6",
        "Ligne 7",
    ]


def test_a_line_wrong_twice_says_both():
    assert the_problem("00010;;Dinan;1;") == (
        "Ligne 2 : la raison sociale manque ; le SIRET doit compter 14 chiffres (ici 1)."
    )


def test_lines_are_counted_as_in_the_file_when_a_cell_spans_several():
    rows = ('00010;Brieuc;Dinan;;;"une\r\nnote\r\nlongue"', "x;Garage;Dinan;;;")
    (problem,) = problems_of(csv_bytes(*rows, titles=f"{TITLES};Note"))
    assert problem.startswith("Ligne 5 : ")


def test_a_quote_left_open_never_swallows_the_members_below_in_silence():
    rows = ('00010;"Brieuc;Dinan;;', "00011;Garage;Dinan;;", "00012;Menuiserie;Dinan;;")
    assert problems_of(csv_bytes(*rows)) == ["Ligne 2 : un guillemet est mal placé ou n’est pas refermé."]


def test_the_same_code_twice_names_both_lines_even_spelled_otherwise():
    problems = problems_of(csv_bytes(BRIEUC, "00042;Conserverie;Paimpol;;", "10;Brieuc;Dinan;;"))
    assert problems == ["Ligne 4 : le code adhérent 00010 est déjà à la ligne 2."]


def test_fifty_wrong_lines_are_shown_and_the_others_counted():
    rows = [f"{code:05d};;Dinan;;" for code in range(1, 54)]
    assert len(problems_of(csv_bytes(*rows[:50]))) == 50
    assert problems_of(csv_bytes(*rows[:51]))[50:] == ["Et une autre ligne à corriger."]
    assert problems_of(csv_bytes(*rows))[49:] == [
        "Ligne 51 : la raison sociale manque.",
        "Et 3 autres lignes à corriger.",
    ]


def test_a_number_is_never_repeated_in_a_message_or_a_trace():
    rows = ("00010;;Dinan;;4820139576", "00011;Garage;Dinan;;4820139567", "00012;Ker;Dinan;;482013957")
    assert "482013" not in " ".join(problems_of(csv_bytes(*rows)))
    assert "482013" not in repr(only_line(BRIEUC))


# What is not such a file


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Le fichier est vide."),
        (b"\xef\xbb\xbf\r\n \r\n", "Le fichier est vide."),
        (csv_bytes(), "Le fichier ne contient aucun adhérent sous sa ligne de titres."),
        (csv_bytes("", ";;;;"), "Le fichier ne contient aucun adhérent sous sa ligne de titres."),
        (
            b"Code,Raison sociale,Commune\r\n00010,Brieuc,Dinan\r\n",
            "Les colonnes du fichier doivent être séparées par des points-virgules, et non par des virgules.",
        ),
        (
            b"Code\tRaison sociale\r\n00010\tBrieuc\r\n",
            "Les colonnes du fichier doivent être séparées par des points-virgules, et non par des tabu",
        ),
        (b"Bonjour", "Les colonnes du fichier doivent être séparées par des points-virgules."),
        (b"PK\x03\x04\x14\x00", "Ce fichier est un classeur : enregistrez-le au format « CSV UTF-8 »."),
        (b"\xd0\xcf\x11\xe0\xa1", "Ce fichier est un classeur : enregistrez-le au format « CSV UTF-8 »."),
        (b"\x89;PNG\x00\x01", "Ce fichier n’est pas un CSV en UTF-8 ou en Windows-1252."),
        (csv_bytes(BRIEUC, encoding="utf-16"), "Ce fichier n’est pas un CSV en UTF-8 ou en Windows-1252."),
        (
            csv_bytes(BRIEUC) + "00011;Adélie;Dinan;;".encode("cp1252"),
            "Les accents du fichier ne se lisent pas : enregistrez-le au format « CSV UTF-8 ».",
        ),
        (
            csv_bytes(titles="Code adhérent;Nom;Commune;N° télédéclarant"),
            "La ligne de titres ne contient pas : « SIRET ».",
        ),
        (b";;;\r\n;;\r\n", "La ligne de titres ne contient pas : « Code adhérent », « Raison sociale », "),
        (
            csv_bytes(BRIEUC, titles=f"{TITLES};siret"),
            "La colonne « SIRET » figure deux fois dans la ligne de titres.",
        ),
        (b";" * (BIGGEST_MEMBER_FILE + 1), "Le fichier pèse plus de 5 Mio : chargez-le en plusieurs fois."),
    ],
    ids=lambda given: given[:12].hex() if isinstance(given, bytes) else None,
)
def test_another_file_is_refused_in_one_sentence(content, sentence):
    (problem,) = problems_of(content)
    assert problem.startswith(sentence)
