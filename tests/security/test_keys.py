"""What the secret key gives: nobody without it makes one, and what is made for one thing opens no other."""

import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.security.keys import DONE_SECONDS, UNAMBIGUOUS, Keys, fingerprint, new_token

OURS, THEIRS = Keys("k" * 64), Keys("j" * 64)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANY = st.text(max_size=60)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def every_secret(keys, value):
    """One value for each purpose, as text."""
    return {
        "declarant": keys.declarant_key("00010", value),
        "network": keys.network_mark(value),
        "link": keys.mailed_link(value),
        "password": keys.mailed_password(value),
        "code": keys.mailed_code(value),
        "bucket": keys.bucket("code", value),
        "factor seed": keys.factor_seed(value),
        "factor": keys.factor_secret(value).hex(),
        "challenge": keys.challenge(value).hex(),
        "recovery": keys.recovery_hash(1, value),
        "peppered": keys.peppered(value).decode(),
        "archive": keys.archive_mac(value.encode()),
    }


def test_each_purpose_has_a_key_of_its_own():
    """A link of a mail is no challenge, a network's mark no bucket."""
    made = every_secret(OURS, "2022000109")
    assert len(set(made.values())) == len(made)
    beginnings = {words[:12] for words in made.values()}
    assert len(beginnings) == len(made), "not even how they begin is shared"


def test_another_secret_makes_other_values_of_all_of_them():
    ours, theirs = every_secret(OURS, "2022000109"), every_secret(THEIRS, "2022000109")
    assert [purpose for purpose in ours if ours[purpose] == theirs[purpose]] == []
    assert every_secret(Keys("k" * 64), "2022000109") == ours, "a restart changes nothing"


@given(ANY, ANY)
def test_neither_an_address_nor_a_code_is_read_in_the_name_of_a_counter(kind, value):
    name = OURS.bucket("code", value)
    assert re.fullmatch(r"code:[0-9a-f]{40}", name)
    assert (OURS.bucket("network", value) == name.replace("code:", "network:")) is True


def test_the_key_of_a_letters_number_is_that_of_the_member_and_all_its_sites():
    key = OURS.declarant_key("00010", "2022000109")
    assert OURS.declarant_key("00010-5", "2022000109") == key
    assert OURS.declarant_key("00011", "2022000109") != key
    assert OURS.declarant_key("00010", "2022000117") != key
    assert re.fullmatch("[0-9a-f]{64}", key)


@pytest.mark.parametrize("seed", ["", "a", "é" * 40, "0" * 64])
def test_what_a_mail_gives_to_type_is_made_of_letters_that_nobody_takes_for_another(seed):
    password, code = OURS.mailed_password(seed), OURS.mailed_code(seed)
    assert re.fullmatch(rf"([{UNAMBIGUOUS}]{{4}}-){{3}}[{UNAMBIGUOUS}]{{4}}", password)
    assert re.fullmatch(rf"[{UNAMBIGUOUS}]{{4}}-[{UNAMBIGUOUS}]{{4}}", code)
    assert not set(UNAMBIGUOUS) & set("0O1lIi"), "on paper these are one letter"
    assert (password, code) == (OURS.mailed_password(seed), OURS.mailed_code(seed)), "a retry says the same"


@given(st.text(min_size=1, max_size=300))
def test_a_password_of_any_length_and_letters_is_sixty_four_bytes_for_bcrypt(password):
    peppered = OURS.peppered(password)
    assert len(peppered) == 64
    assert b"\0" not in peppered, "bcrypt stops there"
    assert OURS.peppered(password + " ") != peppered, "a password is never trimmed"


def test_a_token_is_256_bits_and_only_its_fingerprint_is_kept():
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert {len(each) for each in tokens} == {43}
    (token, *_) = tokens
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(token))
    assert fingerprint("\udcff") != fingerprint("\udcfe"), (
        "a cookie that is no text is looked up all the same"
    )


# The token of a form


@given(ANY)
def test_a_forms_token_is_another_each_time_and_good_for_its_session_alone(binding):
    one, other = OURS.form_token(binding), OURS.form_token(binding)
    assert OURS.is_form_token(binding, one)
    assert OURS.is_form_token(binding, other)
    assert (one == other) is (binding == ""), "a visitor's page is the same for all, and compresses"
    assert not OURS.is_form_token(f"{binding}x", one)
    assert not THEIRS.is_form_token(binding, one)


@given(st.text(max_size=50))
def test_any_text_is_no_token(typed):
    assert OURS.is_form_token("a session", typed) is False


@given(st.text(LETTERS + "!é=+/ \t\n\0.", min_size=43, max_size=43))
def test_any_text_as_long_as_a_token_is_none(typed):
    assert OURS.is_form_token("a session", typed) is False


@pytest.mark.parametrize(
    "typed",
    [
        *("!!!!" + "_" * 39, "_" * 39 + "!!!!", "!" * 43, "=" * 43, "A" * 42 + "="),
        *("____!" * 8 + "___", "\0" * 43, "A" * 39 + "\r\n\r\n", "é" * 43, "_" * 42, "_" * 44, ""),
    ],
)
def test_what_is_left_out_when_it_is_read_makes_no_fault(typed):
    """Base64 is read past what is none of its letters: the rest was too short to be taken apart, which was a
    fault of the portal for anybody who typed it.
    """
    assert OURS.is_form_token("a session", typed) is False
    assert OURS.is_form_token("", typed) is False


@given(st.integers(0, 42), st.sampled_from(LETTERS))
def test_one_letter_changed_makes_another_token(place, letter):
    token = OURS.form_token("a session")
    changed = token[:place] + letter + token[place + 1 :]
    is_same = urlsafe_bytes(changed) == urlsafe_bytes(token)
    assert OURS.is_form_token("a session", changed) is is_same, (
        "the last letter holds two bits that say nothing"
    )


def urlsafe_bytes(token):
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(token + "=")


async def test_a_token_that_cannot_be_read_is_a_form_to_send_again_and_no_fault(visitor):
    answer = await visitor.post("/connexion", data={"csrf": "!!!!" + "_" * 39, "email": "a@ours.example"})
    assert answer.status_code == 422
    assert 'value="a@ours.example"' in answer.text


# What was done, said once


def done(mark, *, after=0.0, path="/espace/00010/salaries", binding="b", keys=OURS):
    return keys.done_by(binding, path, mark, NOW + timedelta(seconds=after))


def test_what_was_done_is_said_for_a_minute_to_that_session_on_that_page():
    mark = OURS.done_mark("b", "/espace/00010/salaries", "depart", NOW)
    assert done(mark) == done(mark, after=DONE_SECONDS - 0.001) == "depart"
    assert done(mark, after=DONE_SECONDS) == ""
    assert done(mark, binding="another session") == ""
    assert done(mark, path="/espace/00042/salaries") == ""
    assert done(mark, keys=THEIRS) == ""


@given(st.text(max_size=80))
def test_no_words_typed_in_an_address_say_that_something_was_done(typed):
    assert done(typed) == ""


def test_a_mark_with_a_part_changed_says_nothing():
    word, at, code = OURS.done_mark("b", "/p", "depart", NOW).split(".")
    for changed in (
        f"retour.{at}.{code}",
        f"{word}.{int(at) + 1}.{code}",
        f"{word}.{at}.{code[::-1]}",
        f"{word}.{at}.",
    ):
        assert OURS.done_by("b", "/p", changed, NOW) == ""


# What is sealed


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_is_opened_for_the_same_thing_only(content, about):
    sealed = OURS.sealed(content, about)
    assert OURS.opened(sealed, about) == content
    assert OURS.sealed(content, about) != sealed, "the same file twice does not show that it is the same"
    for keys, words in ((OURS, f"{about}x"), (THEIRS, about)):
        with pytest.raises(InvalidTag):
            keys.opened(sealed, words)


def test_a_sealed_file_with_one_bit_changed_is_never_opened():
    sealed = OURS.sealed(b"paie de mars", "account 1")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(InvalidTag):
            OURS.opened(bytes(changed), "account 1")


def test_a_copy_of_the_base_is_known_by_its_signature():
    mac = OURS.archive_mac(b"base").encode()
    assert OURS.is_archive_mac(b"base", mac)
    assert not OURS.is_archive_mac(b"base ", mac)
    assert not THEIRS.is_archive_mac(b"base", mac)
    assert not OURS.is_archive_mac(b"base", urlsafe_b64encode(mac))
    assert not OURS.is_archive_mac(b"base", b"")
