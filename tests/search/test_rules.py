"""Words typed in the search: folded, and with no meaning of their own for either database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.rules import WHOLE, fts_query, ts_query, wanted_words
from app.text.search import MOST_WORDS


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", []), (" \t ", []), ("…!?", []), ("Œuvre d’Élodie", ["oeuvre", "d", "elodie"]),
        ("732 829 320", ["732829320"]), ("732829320 00074", ["73282932000074"]),
        ("732-829-320", ["732829320"]), ("1234 5678", ["1234", "5678"]),  # eight digits are no SIREN
        ("123 456 789 012 345", ["123", "456", "789", "012", "345"]),  # fifteen are no SIRET
        ("00010-5", ["00010", "5"]), ("F2026/12", ["f2026", "12"]),
        ("anne@ours.example", ["anne", "ours", "example"]),
        ("Le Gall AND OR NOT NEAR", ["le", "gall", "and", "or", "not", "near"]),
    ],
)  # fmt: skip
def test_words_are_folded_and_a_number_of_a_company_is_one(typed, words):
    assert wanted_words(typed) == words


@given(st.text(max_size=300))
def test_whatever_is_typed_is_plain_words_for_both_databases(typed):
    words = wanted_words(typed)
    assert len(words) <= MOST_WORDS
    assert all(each.isalnum() and each == each.lower() for each in words)
    for whole in (True, False):
        fts, ts = fts_query(words, whole=whole), ts_query(words, whole=whole)
        assert fts.count('"') == ts.count("'") == 2 * len(words)
        assert ("*" in fts, ":*" in ts) == (any(len(e) > WHOLE and not whole for e in words),) * 2


def test_a_short_word_is_looked_for_whole_since_it_would_begin_too_many():
    assert fts_query(["le", "gal"], whole=False) == '"le" "gal" *'
    assert ts_query(["le", "gal"], whole=False) == "'le' & 'gal':*"
    assert ts_query(["le", "gal"], whole=True) == "'le' & 'gal'"
