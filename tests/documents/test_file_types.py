"""What a file is by what it holds, and what becomes of its name."""

import re
import zipfile
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.types import LONGEST_NAME, clean_name, disposition, file_type
from tests.documents.steps import DOCX, JPEG, ODF, ODS, ODT, PDF, PNG, XLSX, archive

GOOD = {
    "a.pdf": PDF, "a.PNG": PNG, "a.jpg": JPEG, "a.jpeg": JPEG, "a.docx": DOCX, "a.xlsx": XLSX,
    "a.odt": ODT, "a.ods": ODS,
}  # fmt: skip
BAD = {
    "a program": b"MZ\x90\0", "text": b"bonjour", "a page": b"<!doctype html><script>", "nothing": b"",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an archive": archive("a.txt"),
    "a torn archive": DOCX[:40], "an archive cut": DOCX[:-10],
    "macros": archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "slides": archive("[Content_Types].xml", "ppt/presentation.xml"),
    "a drawing": archive("content.xml", mimetype=f"{ODF}.graphics"),
    "a long type": archive("content.xml", mimetype=f"{ODF}.text" + " " * 200),
    "gif": b"GIF89a", "a late pdf": b"x%PDF-1.7",
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), GOOD.items())
def test_what_is_taken_is_known_by_its_content(name, content):
    assert name.lower()[1:] in file_type(name, content).endings


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_what_is_something_else_is_not_taken_whatever_its_name(name, content):
    with pytest.raises(ValueError, match="Ce fichier n’est ni un PDF"):
        file_type(name, content)


@pytest.mark.parametrize(
    ("content", "advice"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504, "en .docx ou en .xlsx"),
     (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "en JPEG")],
)  # fmt: skip
def test_what_many_people_have_is_refused_with_how_to_save_it(content, advice):
    with pytest.raises(ValueError, match=advice):
        file_type("a.pdf", content)


@pytest.mark.parametrize("name", ["a.png", "a.exe", "a", "a.pdf.exe", "pdf", ".pdf.", "a.html"])
def test_a_name_that_says_something_else_is_refused_with_what_to_do(name):
    with pytest.raises(ValueError, match=r"renommez-le en « \.pdf »"):
        file_type(name, PDF)


def test_an_archive_of_very_many_entries_is_not_taken():
    with pytest.raises(ValueError, match="ni un PDF"):
        file_type("a.docx", archive("[Content_Types].xml", "word/document.xml", *map(str, range(10_001))))


def test_an_archive_that_lies_about_a_size_is_not_unpacked():
    lying = ODT.replace((39).to_bytes(4, "little"), (10**9).to_bytes(4, "little"))
    assert lying != ODT
    with pytest.raises(ValueError, match="ni un PDF"):
        file_type("a.odt", lying)
    assert zipfile.BadZipFile


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\DUERP 2026.pdf", "DUERP 2026.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie- x.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("é\u0301té\x00.PDF", "é\u0301té.pdf"),
        ("..", "document"),
        ("", "document"),
        (".pdf", "pdf"),
        ('a"b<c>.pdf', "a-b-c-.pdf"),
        ("  un   deux .pdf ", "un deux.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_neither_path_nor_what_is_not_seen(name, cleaned):
    assert clean_name(name) == cleaned


@given(st.text(max_size=300))
def test_every_name_becomes_one_that_harms_nobody(name):
    cleaned = clean_name(name)
    assert 0 < len(cleaned) <= LONGEST_NAME
    assert not re.search(r'[\x00-\x1f\x7f/\\"<>:|?*]', cleaned)
    assert clean_name(cleaned) == cleaned
    assert not cleaned.startswith(".")


@given(st.text(max_size=100))
def test_a_header_is_ascii_on_one_line_and_gives_the_name_back(name):
    cleaned = clean_name(name)
    header = disposition(cleaned)
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9 ._()-]+\"; filename\*=UTF-8''[\w.~%-]+", header, re.ASCII
    )
    assert unquote(header.rpartition("''")[2]) == cleaned


def test_an_accented_name_has_a_plain_form_for_old_readers():
    assert disposition("Évaluation n°1.pdf") == (
        "attachment; filename=\"Evaluation n1.pdf\"; filename*=UTF-8''%C3%89valuation%20n%C2%B01.pdf"
    )
