"""What a file is, is told by its bytes; its name is only shown, and its bytes are kept once."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attachments import ENDINGS, LONGEST_NAME, Files, clean_name, disposition, examined, media_type_of
from app.errors import NotFound, Refused
from tests.contact.told import PDF, docx, zipped

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 20
ODT = zipped(mimetype="application/vnd.oasis.opendocument.text")
ODS = zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet")
XLSX = zipped(**{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})
MACROS = zipped(**{"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": "x"})
GOOD = (("a.pdf", PDF), ("a.PNG", PNG), ("a.jpeg", JPEG), ("a.jpg", JPEG), ("a.docx", docx()))
GOOD += (("a.xlsx", XLSX), ("a.odt", ODT), ("a.ods", ODS))


@pytest.mark.parametrize(("name", "content"), GOOD)
def test_what_the_service_reads_is_taken(name, content):
    kept = examined(name, content)
    assert kept.name == name
    assert kept.name.rpartition(".")[2].lower() in ENDINGS[kept.media_type]
    assert kept.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"<html><script>alert(1)</script>", "n’est pas de ceux"),
        ("a.pdf", b"MZ\x90\x00", "n’est pas de ceux"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "n’est pas de ceux"),
        ("a.zip", zipped(a="1"), "n’est pas de ceux"),
        ("a.docm", MACROS, "macros"),
        ("a.docx", MACROS, "macros"),
        ("a.docx", b"PK\x03\x04 cut short", "abîmé"),
        ("a.pdf", PNG, "contient « .png »"),
        ("a.exe", PDF, "contient « .pdf »"),
        ("a.docx", XLSX, "contient « .xlsx »"),
    ],
)
def test_what_lies_about_itself_is_not(name, content, words):
    with pytest.raises(Refused, match=words) as refused:
        examined(name, content)
    assert refused.value.field == "fichier"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Zoé\\bilan.pdf", "bilan.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ('a"b.pdf', "ab.pdf"),
        ("sans fin", "sans fin.pdf"),
        ("..", "fichier.pdf"),
        ("", "fichier.pdf"),
        (".pdf", "pdf.pdf"),
        ("\u202efdp.pdf", "fdp.pdf"),
    ],
)
def test_a_name_is_only_its_last_part_and_only_what_can_be_shown(name, shown):
    assert examined(name, PDF).name == shown


@given(st.text(max_size=400))
def test_no_name_breaks_the_header_or_the_table(name):
    kept = clean_name(name)
    assert len(kept) <= LONGEST_NAME
    header = disposition(kept)
    assert header.isascii()
    assert not set("\r\n\0/\\") & set(header)
    assert header.count('"') == 2


@given(st.binary(max_size=300))
def test_whatever_the_bytes_they_are_known_or_refused(content):
    with contextlib.suppress(Refused):
        assert media_type_of(content) in ENDINGS


@given(st.binary(max_size=300))
def test_a_damaged_archive_is_refused_not_a_fault(tail):
    with pytest.raises(Refused):
        media_type_of(b"PK\x03\x04" + tail)


async def test_the_same_bytes_are_kept_once_and_read_piece_by_piece(tmp_path):
    files, content = Files(tmp_path), PDF + b"x" * 3_000_000
    first, second = await files.keep("a.pdf", content), await files.keep("b.pdf", content)
    assert first.sha256 == second.sha256
    assert len([each for each in (tmp_path / "files").rglob("*") if each.is_file()]) == 1
    pieces = [piece async for piece in await files.read(first.sha256)]
    assert len(pieces) > 1
    assert b"".join(pieces) == content


async def test_bytes_that_are_not_there_are_an_absent_page(tmp_path):
    with pytest.raises(NotFound):
        await Files(tmp_path).read("0" * 64)
    assert not (tmp_path / "files").exists()
