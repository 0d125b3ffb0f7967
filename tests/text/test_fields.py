"""What a field of a form makes of what is typed, and the sentence that it answers."""

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.text.fields import (
    Code,
    DeclarantNumber,
    FirstName,
    Input,
    JobTitle,
    LastName,
    OptionalDay,
    OptionalName,
    Password,
    Ticked,
    Written,
    once_key,
    once_token,
    text,
)
from db.numbers import draw_declarant_number

CODE = "Le code adhérent compte 5 chiffres, suivis pour un site d’un tiret et d’un numéro : 00010-5."
LUHN = "Un chiffre de ce numéro est faux ou deux chiffres sont inversés. Relisez votre courrier."


class Everything(Input):
    last: LastName = "x"
    first: FirstName = "x"
    optional: OptionalName = ""
    job: JobTitle = "x"
    code: Code = "00010"
    number: DeclarantNumber = "2022000109"
    password: Password = "x"
    day: OptionalDay = ""
    ticked: Ticked = False


def words_for(field, typed):
    """The sentence beside this field."""
    with pytest.raises(ValidationError) as refused:
        Everything(**{field: typed})
    (error,) = refused.value.errors()
    return error["msg"].removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("last", "", "Saisissez votre nom."),
        ("last", "  \t ", "Saisissez votre nom."),
        ("last", "A" * 81, "Raccourcissez ce texte : 80 caractères au plus, il en compte 81."),
        ("last", "LE\nGALL", "Écrivez-le sur une seule ligne."),
        ("last", "www.x.fr", "Ce texte contient une adresse de site : ôtez « www. » ou « :// »."),
        ("first", "", "Saisissez votre prénom."),
        ("job", "", "Saisissez votre fonction dans l’entreprise."),
        ("job", "A" * 121, "Raccourcissez ce texte : 120 caractères au plus, il en compte 121."),
        ("code", "", "Saisissez votre code adhérent."),
        ("code", "123456", CODE),
        ("number", "", "Saisissez votre n° télédéclarant."),
        ("number", "20220001O9", "Le n° télédéclarant ne contient que des chiffres."),
        ("number", "202200010", "Le n° télédéclarant compte 10 chiffres : vous en avez saisi 9."),
        ("number", "2022000108", LUHN),
        ("number", "0000000000", LUHN),
        ("number", "٢٠٢٢٠٠٠١٠٩", "Le n° télédéclarant ne contient que des chiffres."),
        ("password", "", "Saisissez votre mot de passe."),
        ("password", "x" * 1001, "Ce mot de passe est trop long."),
        ("day", "31/02/2026", "La date « 31/02/2026 » n’existe pas. Exemple : 31/12/2026"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence_about_this_field(field, typed, words):
    assert words_for(field, typed) == words


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("last", "  LE   GALL ", "LE GALL"), ("last", "LE\u00a0GALL", "LE GALL"),
        ("last", "LE GALL\n", "LE GALL"),
        ("optional", "", ""), ("optional", " \u00a0 ", ""), ("last", "A" * 80, "A" * 80),
        ("code", " 10 ", "00010"), ("code", "00010 5", "00010-5"), ("code", "10/5", "00010-5"),
        ("code", "10-0", "00010"),
        ("number", "2022 000 109", "2022000109"), ("number", "2022.000-109", "2022000109"),
        ("password", "  deux  espaces ", "  deux  espaces "), ("password", "é" * 1000, "é" * 1000),
        ("day", " 1/2/2026 ", "2026-02-01"), ("day", "", ""), ("day", "2026-02-01", "2026-02-01"),
        ("ticked", "on", True), ("ticked", "oui", True), ("ticked", "1", True), ("ticked", "", False),
        ("ticked", "non", False), ("ticked", "0", False), ("ticked", "true", False),
    ],
)  # fmt: skip
def test_what_is_right_is_kept_in_one_form(field, typed, kept):
    assert getattr(Everything(**{field: typed}), field) == kept


def test_a_field_that_the_form_does_not_have_is_refused():
    with pytest.raises(ValidationError):
        Everything(role="administrateur")


def test_of_two_digits_changed_places_the_letters_number_knows():
    """The last digit is Luhn's: what is mistyped is said before anything is counted as a guess."""
    for _ in range(20):
        number = draw_declarant_number()
        for place in range(len(number) - 1):
            one, other = number[place], number[place + 1]
            if one != other and {one, other} != {"0", "9"}:
                turned = number[:place] + other + one + number[place + 2 :]
                assert "faux ou deux chiffres sont inversés" in words_for("number", turned)


# Texts of several lines


class Letter(Input):
    words: Annotated[str, Written, text("", 4000)]


def written(typed):
    return Letter(words=typed).words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Bonjour,\r\nmerci.\r\n", "Bonjour,\nmerci."), ("a\n\n\n\nb", "a\n\nb"), ("  a  \n  b  ", "a\nb"),
        ("a\rb", "a\nb"), ("\n\na", "a"), ("a   b\tc", "a b c"), ("", ""), ("\n \n", ""),
        ("a\u2028b", "a\nb"),
    ],
)  # fmt: skip
def test_a_message_keeps_its_lines_and_loses_what_nobody_sees(typed, kept):
    assert written(typed) == kept


@given(st.text(max_size=200))
def test_a_message_kept_is_kept_the_same_when_it_is_sent_again(typed):
    kept = written(typed)
    assert written(kept) == kept
    assert "\n\n\n" not in kept
    assert kept == kept.strip()


# The same form sent twice


class Message(Input):
    token: str
    words: str


def test_the_same_form_has_one_key_and_another_message_another():
    first = Message(token="abc", words="Bonjour")
    assert once_key(first) == once_key(Message(token="abc", words="Bonjour"))
    others = [Message(token="abd", words="Bonjour"), Message(token="abc", words="Bonjour.")]
    keys = {once_key(each) for each in others} | {once_key(first), once_key(first, "sha")}
    assert len(keys) == 4


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8), st.text(max_size=8))
def test_words_that_move_from_a_field_to_the_next_make_another_message(one, two, three, four):
    """The words of two fields are not run together; a form never holds the sign that stands between them."""
    left, right = (
        (one.replace("\0", ""), two.replace("\0", "")),
        (three.replace("\0", ""), four.replace("\0", "")),
    )
    same = once_key(Message(token=left[0], words=left[1])) == once_key(
        Message(token=right[0], words=right[1])
    )
    assert same is (left == right)
    assert len(once_key(Message(token=one, words=two))) == 43


def test_a_token_is_drawn_anew_and_fits_where_it_is_kept():
    tokens = {once_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(each) for each in tokens} == {22}
