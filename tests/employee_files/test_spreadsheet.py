"""Spreadsheets from their bytes: separators, encodings, titles lower down, formulas, limits, disguises."""

import io
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.employee_files import xlsx
from app.employee_files.decoding import decoded
from app.employee_files.rows import MOST_ROWS, Unreadable
from app.employee_files.sheets import sheets_of
from app.employee_files.spreadsheet import WIDEST, Sheet, csv_sheet
from app.employee_files.titles import how_many_known
from tests.employee_files.files import changed_member, csv_bytes, xlsx_of_rows, zip_of

TITLES = "Nom;Prénom;Né(e) le;Poste"
ROW = "LE GALL;Élise;03/02/1990;Caissière"


def known(cells: list[str]) -> int:
    return how_many_known(cells, {})


def sheet(content: bytes) -> Sheet:
    return sheets_of(content, known, lambda _: []).sheets[0]


def rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Each with its line; none of them torn."""
    found = list(sheet(content).rows)
    assert not any(each.is_torn for each in found)
    return [(each.line, each.cells) for each in found]


def refusal_of(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        rows(content)
    return str(refused.value)


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_any_separator_and_encoding_gives_the_same_rows(encoding, newline, separator):
    row = "L’HOSTIS;Zoë;03/02/1990;Cœur de métier – 1er"
    lines = (line.replace(";", separator) for line in (row, TITLES))
    content = csv_bytes(next(lines), titles=next(lines), encoding=encoding, newline=newline)
    assert sheet(content).titles == TITLES.split(";")
    assert rows(content) == [(2, row.split(";"))]


def test_a_file_saved_by_french_excel_byte_for_byte():
    content = (
        b"Matricule;Nom;Pr\xe9nom;N\xe9 le;T\xe9l\xe9phone;Date d\x92entr\xe9e;Poste\r\n"
        b'7;LE GALL;\xc9lise;03/02/1990;612345678;01/09/2024;"Vendeuse ; caisse"\r\n'
        b";;;;;;\r\n"
        b'8;L\x92HOSTIS;No\xebl;31/12/1985;;15/03/2019;"Chef ""adjoint"""\r\n'
    )
    assert sheet(content).titles[5] == "Date d’entrée"
    assert rows(content) == [
        (2, ["7", "LE GALL", "Élise", "03/02/1990", "612345678", "01/09/2024", "Vendeuse ; caisse"]),
        (4, ["8", "L’HOSTIS", "Noël", "31/12/1985", "", "15/03/2019", 'Chef "adjoint"']),
    ]


def test_lines_keep_their_number_around_cells_written_on_several_lines():
    content = csv_bytes('LE GALL;Élise;03/02/1990;"Caissière\r\net vendeuse"', "", ROW, titles=TITLES)
    assert [line for line, _ in rows(content)] == [2, 5]


def test_titles_above_the_header_are_skipped():
    above = ("Liste des salariés au 25/11/2026;;;", "", "Service, paie, et, tout, le, reste")
    assert rows(csv_bytes(TITLES, ROW, titles="\r\n".join(above))) == [(5, ROW.split(";"))]


def test_a_line_that_names_the_separator_is_obeyed():
    assert rows(csv_bytes(TITLES.replace(";", ","), ROW.replace(";", ","), titles="sep=,"))[0][0] == 3


def test_without_a_known_title_the_first_row_is_the_header():
    content = csv_bytes("x;y;z", titles="A;B;;")
    assert (sheet(content).titles, rows(content)) == (["A", "B"], [(2, ["x", "y", "z"])])


def test_without_titles_the_first_person_is_read_and_gives_no_title():
    found = sheet(csv_bytes(ROW, titles="MORVAN;Yann;05/06/1985;Soudeur"))
    assert not found.has_titles
    assert [each.cells[0] for each in found.rows] == ["MORVAN", "LE GALL"]


def test_a_quote_that_is_not_closed_costs_its_own_line_and_no_other():
    others = [f"N{number};Zoé;03/02/1990;Caissière" for number in range(500)]
    found = list(sheet(csv_bytes(ROW, '"MORVAN;Yann;05/06/1985;Soudeur', *others, titles=TITLES)).rows)
    assert [each.line for each in found if each.is_torn] == [3]
    assert found[1].cells[0] == "MORVAN"
    assert [each.line for each in found] == list(range(2, 504))


@pytest.mark.parametrize(
    "mixed", ["Élise".encode() + b";No\xebl", b"\xef\xbb\xbfNo\xebl", "d’été ".encode() + b"\xe9"]
)
def test_a_file_that_mixes_two_encodings_is_refused(mixed):
    assert "Les accents du fichier ne se lisent pas" in refusal_of(TITLES.encode("cp1252") + b"\n" + mixed)


def test_fifty_thousand_lines_are_refused_without_being_read_to_the_end():
    found = sheet(csv_bytes(*[ROW] * 50_000, titles=TITLES))
    with pytest.raises(Unreadable, match="plus de 10\N{NARROW NO-BREAK SPACE}000 salariés"):
        list(found.rows)
    assert len(rows(csv_bytes(*[ROW] * MOST_ROWS, titles=TITLES))) == MOST_ROWS


def test_a_line_of_ten_thousand_cells_is_cut():
    assert len(rows(csv_bytes(";" * 10_000 + "x", ROW + ";" * 9_999, titles=TITLES))[1][1]) == WIDEST


# Workbooks


def test_cells_become_the_text_that_people_see():
    content = xlsx_of_rows(
        TITLES.split(";"),
        ["LE GALL", "Élise", date(1990, 2, 3), 12345.0],
        [None, True, datetime.combine(date(2026, 11, 25), time(8, 30)), 0.8],
        [],
        [7, 612345678, "=texte", 46351.25],
        formats={"D3": "0%", "A5": "00000"},
    )
    assert rows(content) == [
        (2, ["LE GALL", "Élise", "1990-02-03", "12345"]),
        (3, ["", "VRAI", "2026-11-25T08:30:00", "80 %"]),
        (5, ["00007", "612345678", "=", "46351.25"]),
    ]


def test_a_formula_is_never_its_last_result():
    content = xlsx_of_rows(
        TITLES.split(";"), ["=A1", "=SUM(1,2)", '=HYPERLINK("http://x")', "=cmd|'/c calc'!A0"]
    )
    assert rows(content) == [(2, ["=", "=", "=", "="])]


def test_the_sheet_with_known_titles_is_read_wherever_it_is_and_hidden_ones_last():
    notes = [["Mode d’emploi"], ["Remplissez la feuille Salariés"]]
    content = xlsx_of_rows(
        ["Mon entreprise"], [], TITLES.split(";"), ["A"], sheets={"Aide": notes, "Vide": []}
    )
    assert rows(content) == [(4, ["A", "", "", ""])] or rows(content) == [(4, ["A"])]
    assert sheet(xlsx_of_rows(["x"], sheets={"Aide": notes})).titles == ["Mode d’emploi"]


def test_an_empty_workbook_says_so():
    assert refusal_of(xlsx_of_rows()) == "Le classeur est vide."


def test_a_sheet_that_lies_about_its_size_is_read():
    content = xlsx_of_rows(TITLES.split(";"), ["LE GALL"])
    name = "xl/worksheets/sheet1.xml"
    xml = zipfile.ZipFile(io.BytesIO(content)).read(name)
    for lie in (b"A1", b"A1:XFD1048576"):
        lying = changed_member(content, name, xml.replace(b'ref="A1:D2"', b'ref="' + lie + b'"'))
        assert [line for line, _ in rows(lying)] == [2]


def test_too_many_rows_of_a_workbook_are_refused():
    assert "plus de 10" in refusal_of(xlsx_of_rows(TITLES.split(";"), *[["LE GALL"]] * (MOST_ROWS + 1)))


# Archives that are no ordinary workbook


def test_a_zip_bomb_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr(xlsx, "Book", None)
    bomb = changed_member(xlsx_of_rows(["a"]), "xl/sharedStrings.xml", bytes(50 * 1024 * 1024))
    assert len(bomb) < 100_000
    assert "trop lourd une fois ouvert" in refusal_of(bomb)
    many = zip_of(**{f"xl__{number}_xml": b"<a/>" for number in range(201)})
    assert "trop lourd une fois ouvert" in refusal_of(many)


def test_an_archive_that_lies_about_its_sizes_is_damaged():
    content = changed_member(
        xlsx_of_rows(TITLES.split(";"), ["x"]), "xl/styles.xml", b"<a>" + b"b" * 9_000_000
    )
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/styles.xml"))
    lying = content[: place + 24] + struct.pack("<I", 10) + content[place + 28 :]
    assert refusal_of(lying) == xlsx.DAMAGED


@pytest.mark.parametrize("path", ["../xl/a.xml", "/xl/a.xml", "C:\\xl\\a.xml", "xl\\..\\..\\a.xml"])
def test_a_path_that_leads_out_is_refused(path):
    assert refusal_of(changed_member(xlsx_of_rows(["a"]), path, b"<a/>")) == xlsx.ODD


def test_a_locked_archive_is_named():
    content = bytearray(xlsx_of_rows(TITLES.split(";")))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert "protégé par un mot de passe" in refusal_of(bytes(content))


def test_entities_that_multiply_are_refused():
    xml = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">'
    for level in range(8):
        name, inner = b"bcdefghij"[level + 1 : level + 2], b"bcdefghij"[level : level + 1]
        xml += b"<!ENTITY " + name + b' "' + (b"&" + inner + b";") * 10 + b'">'
    content = changed_member(xlsx_of_rows(TITLES.split(";")), "xl/workbook.xml", xml + b"]><a>&j;</a>")
    assert refusal_of(content) == xlsx.DAMAGED


@pytest.mark.parametrize(
    "name", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("new", [b"", b"<a", b"\xff\xfe\x00", b"<a xmlns='x'><b/></a>"])
def test_a_damaged_part_is_a_refusal(name, new):
    with suppress(Unreadable):
        rows(changed_member(xlsx_of_rows(TITLES.split(";"), ["x"]), name, new))


# What is not a spreadsheet, whatever its name says


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "format des anciens Excel (.xls)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (zip_of(mimetype=b"application/vnd.oasis", content_xml=b"<a/>"), "LibreOffice (.ods)"),
        (zip_of(Index__Document_iwa=b"x"), "Numbers"),
        (zip_of(word__document_xml=b"<a/>"), "texte Word"),
        (zip_of(xl__workbook_bin=b"x"), ".xlsb"),
        (zip_of(salaries_csv=b"Nom;x"), "archive"),
        (b"PK\x03\x04", "abîmé"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image"),
        (b"\x00\x00\x00\x18ftypheic", "image"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"<html><table><tr><td>Nom</td></tr></table></html>", "page web"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>x", "page web"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook>', "XML"),
        (b"Nom;Pr\x00enom", "ni un tableur (.xlsx ou .csv), ni une DSN"),
        (b"\r\n \r\n", "vide"),
    ],
)
def test_what_is_no_spreadsheet_is_named_by_its_content(content, words):
    assert words in refusal_of(content)


@settings(max_examples=200)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"Nom;Pr\xe9nom\n", b"\xff\xfe", b'"', b"\xef\xbb\xbf"]),
)
def test_random_bytes_are_read_or_refused(noise, start):
    with suppress(Unreadable):
        list(sheet(start + noise).rows)


@settings(max_examples=40)
@given(st.integers(0, 4_000), st.integers(0, 255))
def test_a_workbook_with_one_byte_changed_is_read_or_refused(place, byte):
    content = bytearray(A_WORKBOOK)
    content[place % len(content)] = byte
    with suppress(Unreadable):
        rows(bytes(content))


A_WORKBOOK = xlsx_of_rows(TITLES.split(";"), ROW.split(";"))


@given(st.text(max_size=200))
def test_any_text_has_rows(text):
    if text.strip():
        with suppress(Unreadable):
            list(csv_sheet(decoded(text.encode("utf-8", "replace")).text, known).rows)


def test_rows_that_have_only_a_colour_have_an_end():
    blank = [[""]] * (xlsx.BLANK + 5)
    assert len(rows(xlsx_of_rows(TITLES.split(";"), ROW.split(";"), *blank[:50], ROW.split(";")))) == 2
    assert len(rows(xlsx_of_rows(TITLES.split(";"), ROW.split(";"), *blank, ROW.split(";")))) == 1
