"""Characters that only a program reads are taken out."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.text.characters import legible

UNSEEN = "\x00\x07\n\u200b\u200e\u202e\u2066\ufeff\ufe0f\U000e0100\U000e0041\ue000\ud800"


@given(st.text(st.sampled_from(UNSEEN + "aé漢 -"), max_size=20))
def test_what_is_seen_stays_in_its_order_and_the_rest_goes(words):
    assert legible(words) == "".join(each for each in words if each not in UNSEEN)


@given(st.text(max_size=30))
def test_what_is_legible_is_so_for_good(words):
    once = legible(words)
    assert not any(unicodedata.category(each)[0] == "C" for each in once)
    assert unicodedata.is_normalized("NFC", once) or any(each in words for each in UNSEEN)
    assert set(once) <= set(unicodedata.normalize("NFC", words))


def test_letters_in_two_parts_are_one():
    assert legible("e\u0301") == "é"
    assert legible("\u202eliame\u0301") == "liamé"
