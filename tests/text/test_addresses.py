"""Addresses of mail: any text is one that can be written to, or a sentence; no header can be begun in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.addresses import LONGEST, WrongAddress, as_sent, checked

LOCAL = st.text("abAZ09.+-_'\"@ é\r\n", min_size=1, max_size=70)
DOMAIN = st.text("abAZ09.-é@ _\n", min_size=1, max_size=30)


@given(st.builds("{}@{}".format, LOCAL, DOMAIN) | st.text(max_size=40))
def test_any_text_is_an_address_on_one_line_or_a_sentence(typed):
    try:
        stored, sent = checked(typed), as_sent(typed)
    except WrongAddress as wrong:
        sentence, clause = str(wrong), wrong.clause
        assert clause[0].islower()
        assert sentence[0].isupper()
        return
    assert checked(stored) == stored == stored.lower()
    assert as_sent(stored) == sent == sent.lower()
    assert sent.isascii()
    assert not {*"\r\n \t,<>;"} & {*sent}
    assert sent.count("@") == stored.count("@") == 1
    assert max(len(stored), len(sent)) <= LONGEST


@given(st.lists(st.text("abYZ09_+-", min_size=1, max_size=9), min_size=1, max_size=6).map(".".join))
def test_a_plain_name_is_taken_in_small_letters(local):
    assert checked(f"{local}@aist22.fr") == f"{local.lower()}@aist22.fr"


@pytest.mark.parametrize(
    "address",
    ["a@b.fr\r\nBcc: x@y.fr", "a\n@b.fr", "a@b.fr,c@d.fr", "a@b.fr;c@d.fr", "<a@b.fr>", "Jean <a@b.fr>",
     "a b@c.fr", "a@b..fr", ".a@b.fr", "a.@b.fr", "a@-b.fr", "a@b.fr.", "@b.fr", "a@", "",
     "a@[127.0.0.1]", "a@b\x00.fr",
     '"a b"@c.fr', "a@b.fr ", "mailto:a@b.fr", "a@b.fr\u202e", "a@localhost", "a..b@c.fr"],
)  # fmt: skip
def test_what_a_relay_could_take_for_something_else_is_no_address(address):
    with pytest.raises(WrongAddress):
        checked(address)


@pytest.mark.parametrize(("length", "is_taken"), [(64, True), (65, False)])
def test_the_part_before_the_at_sign_has_an_end(length, is_taken):
    address = f"{'a' * length}@aist22.fr"
    if is_taken:
        assert checked(address) == address
    else:
        with pytest.raises(WrongAddress, match="trop longue"):
            checked(address)


def test_an_address_longer_than_any_relay_takes_is_refused_for_that():
    domain = ".".join(["d" * 60] * 4) + ".fr"
    with pytest.raises(WrongAddress, match=r"n’est pas complète|trop longue"):
        checked(f"{'a' * 64}@{domain}")


def test_the_same_address_in_capitals_is_the_same():
    assert checked("JEAN.LE-GALL@AIST22.FR") == checked("jean.le-gall@aist22.fr") == "jean.le-gall@aist22.fr"
