"""Which compression is chosen."""

import pytest

from app.web.encodings import accepted_encoding, compressed


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=1.0", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.0", ""),
        ("abracadabra", ""),
    ],
)
def test_the_best_that_the_browser_takes(header, encoding):
    assert accepted_encoding(header) == encoding


def test_a_body_too_short_to_gain_is_left_alone():
    assert compressed(b"x" * 100, "br") == (b"x" * 100, "")
    assert compressed(b"x" * 1000, "br")[1] == "br"
