"""Fields as their bytes come: UTF-8 is read letter by letter, all else is a guess and is said so."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from app.web.posted import as_we_write, fields_of, text_of

TEXT = st.text(max_size=20)
OF_WINDOWS = st.text(st.characters(codec="cp1252"), min_size=1, max_size=20)
PAIRS = st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=6)


@given(PAIRS)
def test_what_a_browser_sends_is_read_in_its_order_letter_by_letter(pairs):
    sent = fields_of(urlencode(pairs).encode())
    assert (list(sent.fields), sent.is_garbled) == (pairs, False)
    assert sent.get("absent") == ""
    for name, _ in pairs:
        assert sent.get(name) == next(value for each, value in pairs if each == name)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_text_and_utf_8_alone_is_sure(content):
    text, is_sure = text_of(content)
    assert is_sure is (content.decode(errors="replace").encode() == content)
    if is_sure:
        assert text.encode() == content


@given(st.binary(max_size=60))
def test_any_body_has_fields(body):
    assert all(isinstance(part, str) for pair in fields_of(body).fields for part in pair)


@given(st.lists(st.tuples(OF_WINDOWS, OF_WINDOWS), max_size=6))
def test_an_address_in_the_letters_of_windows_is_written_as_ours(pairs):
    ours = urlencode(pairs).encode()
    assert as_we_write(ours) == ours
    assert not fields_of(as_we_write(urlencode(pairs, encoding="cp1252").encode())).is_garbled


def test_one_letter_of_windows_marks_the_whole_form():
    sent = fields_of(b"nom=H%E9l%E8ne&ville=Dinan")
    assert sent.fields == (("nom", "Hélène"), ("ville", "Dinan"))
    assert sent.is_garbled
