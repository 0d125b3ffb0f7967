"""Which compression is chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.encodings import accepted_encoding, compressed, zstd


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("GZIP;q=1.0", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.0", ""),
        ("abracadabra", ""),
    ],
)
def test_the_best_that_the_browser_takes(header, encoding):
    assert accepted_encoding(header) == encoding


def test_what_is_sent_to_many_is_as_short_as_it_can_be():
    assert accepted_encoding("gzip, deflate, br, zstd", once=True) == "br"
    assert accepted_encoding("zstd", once=True) == ""


@given(st.lists(st.text(alphabet="ab<>é", min_size=200), min_size=2, max_size=4))
def test_one_page_after_another_is_read_by_itself(texts):
    """Each is a whole frame, and holds nothing of those before it."""
    pages = [compressed(each.encode() * 2, "zstd") for each in texts]
    for text, (body, encoding) in reversed(list(zip(texts, pages, strict=True))):
        assert encoding == "zstd"
        assert zstd.decompress(body).decode() == text * 2
    assert compressed(texts[0].encode() * 2, "zstd") == pages[0]


def test_a_body_too_short_to_gain_is_left_alone():
    assert compressed(b"x" * 100, "br") == (b"x" * 100, "")
    assert compressed(b"x" * 1000, "br")[1] == "br"
