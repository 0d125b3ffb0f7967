"""Texts of letters: their places, and paragraphs that no drawing cuts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dunning.rules import PLACES
from app.files.pdf import LONGEST, drawable
from app.text.letters import PIECE, filled, paragraphs_of, unknown_places


def test_every_place_is_filled_once_and_what_fills_it_is_not_read_again():
    words = " ".join(f"{{{each}}}" for each in PLACES)
    assert not unknown_places(words, PLACES)
    values = dict.fromkeys(PLACES, "{code}")
    assert filled(words, values) == " ".join(["{code}"] * len(PLACES))


@pytest.mark.parametrize("words", ["{", "a } b", "{{code}}", "{nom}", "{}"])
def test_what_nothing_fills_is_named(words):
    assert unknown_places(words, PLACES)


@given(st.lists(st.lists(st.text("abcé’:;- ", max_size=700), max_size=3), min_size=1, max_size=3))
def test_a_paragraph_of_any_length_is_drawn_whole(given_lines):
    text = "\n\n".join("\n".join(lines) or "x" for lines in given_lines)
    for paragraph, lines in zip(text.split("\n\n"), paragraphs_of(text), strict=True):
        pieces = [piece for line in lines for piece in line]
        assert all(len(each) <= PIECE < LONGEST for each in pieces)
        assert all(not drawable(each).endswith("…") for each in pieces)
        whole = "".join(paragraph.split())
        assert "".join("".join(pieces).split()) == whole
