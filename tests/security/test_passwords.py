"""The strength of a chosen password, counted as the CNIL does and bounded by how much it repeats."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.passwords import ENTROPY_BITS, MAXIMUM, MINIMUM, entropy, weakness


@pytest.mark.parametrize(
    ("password", "alphabet"),
    [("abcdefghijkl", 26), ("ABCDEFGHIJKL", 26), ("012345678901", 10), ("abcdefGHIJKL", 52),
     ("abcdefGHI012", 62), ("abcdefGH 012", 99), ("漢字漢字漢字漢字漢字漢字", 8)],
)  # fmt: skip
def test_strength_is_length_times_the_bits_of_the_alphabets_in_use(password, alphabet):
    distinct = len(set(password))
    assert entropy(password) == pytest.approx(len(password) * math.log2(min(alphabet, 4 * distinct)))


@given(st.text(min_size=1, max_size=40), st.characters())
def test_one_more_character_never_makes_it_weaker(password, more):
    assert entropy(password + more) >= entropy(password)


@given(st.characters(), st.integers(MINIMUM, MAXIMUM))
def test_one_character_again_and_again_is_two_bits_each_at_most(character, times):
    assert entropy(character * times) <= 2 * times


@given(st.text(max_size=140))
def test_what_is_taken_is_long_enough_and_strong_enough(password):
    why = weakness(password, [])
    if not why:
        assert MINIMUM <= len(password) <= MAXIMUM
        assert entropy(password) >= ENTROPY_BITS
    else:
        assert why.endswith(".")
    if len(password) < MINIMUM:
        assert f"celui-ci en compte {len(password)}." in why


@pytest.mark.parametrize("length", [MINIMUM, MAXIMUM])
def test_the_shortest_and_the_longest_are_taken(length):
    password = ("Qf7 brume-Lyre9 tarot ÉcUME 4x" * 5)[:length]
    assert weakness(password, []) == ""
    assert weakness(password[: MINIMUM - 1], []).startswith("Choisissez au moins 12 caractères")
    assert weakness(password.ljust(MAXIMUM + 1, "ç"), []).startswith("Choisissez au plus 128 caractères")


@pytest.mark.parametrize("password", ["abababababab", "motdepassemotdepasse", "BonjourBonjour2026"])
def test_what_repeats_itself_or_a_favourite_is_not(password):
    assert weakness(password, [])
