"""What a request says before any row is read: where from, with what, in which letters."""

from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.held import MOST_BYTES, _least_missed
from app.security.throttle import wider
from app.web.caller import browser_name, is_cross_site, network_of
from app.web.encodings import WORTH_COMPRESSING, accepted_encoding, compressed
from app.web.posted import as_we_write, fields_of, text_of


@pytest.mark.parametrize(
    ("host", "network", "around"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::/48"),
        ("2001:db8:1:2::", "2001:db8:1:2::", "2001:db8:1::/48"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.0/24"),  # the same machine, by its other name
        ("::1", "::", "::/48"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.0/24"),
        ("", "unknown", "unknown"),
        ("portail.example", "unknown", "unknown"),
        ("192.0.2.7:443", "unknown", "unknown"),
        ("192.000.002.007", "unknown", "unknown"),
    ],
)
def test_guesses_are_counted_against_what_one_client_has(host, network, around):
    assert network_of(host) == network
    assert wider(network) == around


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**64 - 1))
def test_every_address_of_one_line_is_one_network(address, other):
    from ipaddress import IPv6Address

    one, same_line = IPv6Address(address), IPv6Address((address >> 64 << 64) | other)
    if not (one.ipv4_mapped or same_line.ipv4_mapped):
        assert network_of(str(one)) == network_of(str(same_line))


def a_request(**headers):
    return SimpleNamespace(
        headers={"host": "portail.example"} | {k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize(
    ("headers", "is_cross"),
    [
        ({}, False),  # text browsers say nothing
        ({"origin": "https://portail.example"}, False),
        ({"origin": "https://PORTAIL.example"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://portail.example.evil.example"}, True),
        ({"origin": "https://portail.example:8443"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({"origin": "https://[portail"}, True),
        ({"sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "cross-site", "origin": "https://portail.example"}, True),
        ({"sec_fetch_site": "same-origin", "origin": "https://evil.example"}, True),
    ],
)
def test_the_post_of_another_site_is_known_and_headers_can_only_refuse(headers, is_cross):
    assert is_cross_site(a_request(**headers)) is is_cross


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36", "Chrome sur Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge sur Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Version/17.0 Safari/605.1.15", "Safari sur Mac"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "Firefox sur Linux"),
        ("w3m/0.5.3+git20230121", "w3m"),
        ("Lynx/2.9.0 libwww-FM/2.14", "Lynx"),
        ("Links (2.28; Linux x86_64)", "Links sur Linux"),
        ("ELinks/0.13.2 (textmode; Linux)", "ELinks sur Linux"),
        ("Dillo/3.0.5", "Dillo"),
        ("", "Navigateur inconnu"),
        ("<script>alert(1)</script>", "Navigateur inconnu"),
    ],
)
def test_people_recognise_their_own_browser_and_read_nothing_that_it_sent(agent, words):
    assert browser_name(agent) == words


# Letters


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=20)), max_size=6))
def test_a_form_of_utf_8_is_read_as_it_was_typed(pairs):
    pairs = [(name, value) for name, value in pairs if name.isprintable() and value.isprintable()]
    read = fields_of(urlencode(pairs).encode())
    assert read.fields == tuple(pairs)
    assert not read.is_garbled


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"nom=Ren%E9", (("nom", "René"),)),
        (b"nom=Ren\xe9", (("nom", "René"),)),
        (b"nom=%80", (("nom", "€"),)),
        (b"nom=%ff%fe", (("nom", "ÿþ"),)),
        (b"nom=\x81", (("nom", "\ufffd"),)),
    ],
)
def test_letters_that_are_not_utf_8_are_guessed_and_marked(body, fields):
    read = fields_of(body)
    assert (read.fields, read.is_garbled) == (fields, True)


def test_a_field_that_comes_twice_is_the_first_and_both_are_kept():
    read = fields_of(b"salarie=1&salarie=2&vide=")
    assert read.fields == (("salarie", "1"), ("salarie", "2"), ("vide", ""))
    assert (read.get("salarie"), read.get("vide"), read.get("absent")) == ("1", "", "")


@given(st.binary(max_size=60))
def test_any_bytes_are_read_as_some_text(body):
    words, is_utf_8 = text_of(body)
    assert isinstance(words, str)
    if is_utf_8:
        assert words.encode() == body
    fields_of(body)


@pytest.mark.parametrize(
    ("query", "written"),
    [
        (b"q=le+gall", b"q=le+gall"), (b"q=h%C3%A9l%C3%A8ne", b"q=h%C3%A9l%C3%A8ne"), (b"", b""),
        ("q=hélène".encode(), b"q=h%C3%A9l%C3%A8ne"), (b"q=h%E9l%E8ne", b"q=h%C3%A9l%C3%A8ne"),
    ],
)  # fmt: skip
def test_an_address_typed_in_any_letters_searches_the_same(query, written):
    assert as_we_write(query) == written


# Compression


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br", "br"), ("gzip", "gzip"), ("GZIP", "gzip"), ("br;q=0, gzip", "gzip"),
        ("br; q=0.000 , gzip;q=0.5", "gzip"), ("br;q=0.1", "br"), ("deflate", ""), ("", ""), ("gzip;q=0", ""),
        ("identity", ""), ("br;q=0.0,gzip;q=0.00", ""), (",,;", ""),
    ],
)  # fmt: skip
def test_an_answer_is_compressed_only_as_its_browser_says(header, encoding):
    assert accepted_encoding(header) == encoding


@pytest.mark.parametrize("once", [False, True])
def test_what_is_compressed_is_read_again_and_what_is_small_stays(once):
    import gzip

    import brotli

    page = b"<p>bonjour</p>" * 80
    assert brotli.decompress(compressed(page, "br", once=once)[0]) == page
    assert gzip.decompress(compressed(page, "gzip", once=once)[0]) == page
    assert compressed(page, "gzip", once=once) == compressed(page, "gzip", once=once), (
        "the same bytes each time"
    )
    assert compressed(page[: WORTH_COMPRESSING - 1], "br") == (page[: WORTH_COMPRESSING - 1], "")


# Files that wait for their owner


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, MOST_BYTES // 3)), max_size=14))
def test_nobodys_file_is_pushed_out_by_the_many_of_another(sent):
    held = [(number, owner, size) for number, (owner, size) in enumerate(sent)]
    gone = set(_least_missed(held))
    left = [each for each in held if each[0] not in gone]
    assert sum(size for *_, size in left) <= MOST_BYTES
    whose = {owner for number, owner, _ in held if number in gone}
    fair = MOST_BYTES / max(len({owner for _, owner, _ in held}), 1)
    for owner in whose:
        assert sum(size for _, each, size in held if each == owner) > fair, (
            "only who holds more than a fair part"
        )
    for owner in whose:
        mine = [number for number, each, _ in held if each == owner]
        lost = [number for number in mine if number in gone]
        assert lost == mine[: len(lost)], "the oldest first"
