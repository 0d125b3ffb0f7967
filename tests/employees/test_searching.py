"""A search finds what the words say, and its sign never hides anybody."""

from hypothesis import given
from hypothesis import strategies as st

from app.searching import BITS, sign_of, words_of

TEXTS = st.text(max_size=40)


@given(TEXTS, st.data())
def test_whoever_has_the_words_has_the_sign(text, data):
    words = words_of(text)
    begun = [word[: data.draw(st.integers(1, len(word)))] for word in words]
    typed = data.draw(st.lists(st.sampled_from(begun))) if begun else []
    sign = sign_of(typed)
    assert sign_of(words) & sign == sign


@given(st.lists(TEXTS))
def test_a_sign_fits_a_signed_integer_of_eight_bytes(words):
    assert 0 <= sign_of(words) < 2**BITS < 2**63


def test_a_sign_is_what_rows_hold_already():
    assert sign_of([]) == 0
    assert sign_of(["le", "bris", "anne"]) == 4503599636832772
