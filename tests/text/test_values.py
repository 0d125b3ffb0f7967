"""Days, amounts and names as people type them in France, whatever form they type them in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.formats import amount, day_typed, euros, short_day
from app.text.values import email_address, read_day, read_euros, without_site

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def refusal_of(read, typed):
    with pytest.raises(ValueError) as refused:
        read(typed)
    return str(refused.value)


@given(DAYS)
def test_a_day_is_read_in_each_way_that_the_pages_say(day):
    ways = [f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}", f"{day:%d %m %Y}", f"{day:%d%m%Y}"]
    ways += [f"{day.day}/{day.month}/{day.year}", f" {day:%d} / {day:%m} / {day:%Y} ", day.isoformat()]
    assert {read_day(way) for way in ways} == {day}
    assert day_typed(day.isoformat()) == short_day(day), "a form shows it again as it is written in France"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("31/02/2026", "La date « 31/02/2026 » n’existe pas. Exemple : 31/12/2026"),
        ("29/02/2027", "La date « 29/02/2027 » n’existe pas. Exemple : 31/12/2026"),
        ("29/02/2100", "La date « 29/02/2100 » n’existe pas. Exemple : 31/12/2026"),
        ("00/01/2026", "La date « 00/01/2026 » n’existe pas. Exemple : 31/12/2026"),
        ("12/13/2026", "La date « 12/13/2026 » n’existe pas. Exemple : 31/12/2026"),
        ("2026-13-01", "La date « 01/13/2026 » n’existe pas. Exemple : 31/12/2026"),
        ("31/12/26", "La date « 31/12/26 » ne se lit pas. Exemple : 31/12/2026"),
        ("demain", "La date « demain » ne se lit pas. Exemple : 31/12/2026"),
        ("31/12/20266", "La date « 31/12/20266 » ne se lit pas. Exemple : 31/12/2026"),
        ("3112026", "La date « 3112026 » ne se lit pas. Exemple : 31/12/2026"),
        ("31/12/1899", "La date « 31/12/1899 » doit être entre 1900 et 2100."),
        ("01/01/2101", "La date « 01/01/2101 » doit être entre 1900 et 2100."),
        ("٣١/١٢/٢٠٢٦", "La date « ٣١/١٢/٢٠٢٦ » ne se lit pas. Exemple : 31/12/2026"),
    ],
)
def test_a_day_that_is_none_is_refused_in_the_words_of_its_reader(typed, words):
    assert refusal_of(read_day, typed) == words


@pytest.mark.parametrize(
    "typed", ["2024-02-29", "29/02/2024", "29022024", "29/02/2000", "01/01/1900", "31/12/2100"]
)
def test_leap_days_and_the_first_and_last_days_are_read(typed):
    assert read_day(typed)


@given(st.text(max_size=40))
def test_any_words_are_a_day_or_a_sentence_that_is_short(typed):
    try:
        assert 1900 <= read_day(typed).year <= 2100
    except ValueError:
        words = refusal_of(read_day, typed)
        assert words.startswith("La date « ")
        assert len(words) < 90


# Amounts


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("116,50", 11_650), ("116.50", 11_650), ("116", 11_600), ("116,5", 11_650), ("0", 0), ("0,01", 1),
        ("1 116,50", 111_650), ("1\u00a0116,50 €", 111_650), ("1\u202f116,50€", 111_650),
        ("116,50 euros", 11_650),
        ("116 euro", 11_600), (" 116,50 ", 11_650), ("9999999,99", 999_999_999),
        ("9 999 999,99", 999_999_999), ("007", 700),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_written_in_france(typed, cents):
    assert read_euros(typed) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "", "€", "-5", "+5", "116,505", "1,116.50", "1.116,50", "116,", ",50", "1 1 6", "11 6", "12 34 567",
        "12345678", "1e3", "cent", "116,50 $", "١١٦", "116,50 € HT", "1 116 50", "1  116",
    ],
)  # fmt: skip
def test_an_amount_that_could_be_two_is_none(typed):
    assert refusal_of(read_euros, typed).endswith("ne se lit pas. Exemple : 116,50")


@given(st.integers(0, 999_999_999))
def test_an_amount_that_is_shown_is_read_again(cents):
    assert read_euros(amount(cents)) == cents
    assert read_euros(euros(cents)) == cents


@given(st.integers(-(10**9), 10**9))
def test_an_amount_is_never_rounded_and_says_its_sign(cents):
    shown = amount(cents)
    assert shown.startswith("−") is (cents < 0)
    digits = int("".join(each for each in shown if each in "0123456789"))
    assert digits == abs(cents)
    assert euros(cents) in (shown, shown.replace(",00", ""))


# Names


@pytest.mark.parametrize(
    "name",
    [
        "http://evil.example", "HTTPS://evil.example", "ftp ://x", "www.evil.example", "WWW .evil.example",
        "a:// b",
        "ｗｗｗ．evil.example", "Jean www.x", "http\uff1a//evil", "hxxp:\n//x",
    ],
)  # fmt: skip
def test_a_name_that_a_mail_would_turn_into_a_link_is_refused(name):
    assert "adresse de site" in refusal_of(without_site, name)


@pytest.mark.parametrize(
    "name", ["LE GALL", "D’Hervé", "Wwwald", "A : B", "3/4", "N° 5 // bis", "O'Neill", ""]
)
def test_a_name_that_looks_like_none_is_kept_as_it_is(name):
    assert without_site(name) == name


def test_an_address_is_asked_for_in_words():
    assert refusal_of(email_address, "") == "Saisissez votre adresse e-mail."
    assert email_address("Elise.LeGall@Ours.Example") == "elise.legall@ours.example"


@given(DAYS, st.integers(-400, 400))
def test_days_written_for_machines_sort_as_they_follow_one_another(day, gap):
    """Declared days are text, and compared as text."""
    try:
        other = day + timedelta(days=gap)
    except OverflowError:
        return
    if 1900 <= other.year <= 2100:
        assert (day.isoformat() < other.isoformat()) is (day < other)
