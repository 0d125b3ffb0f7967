"""Each letter, with names that try to be more than names: its two parts say the same, simply."""

import re
from functools import partial

import html5lib
import pytest

from tests.mail.letters import KINDS, NAME, letter_of


@pytest.fixture
def write(app, portal):
    return partial(letter_of, app, portal)


def plain(text):
    return re.sub(r"[\s:–-]+", "", text)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_say_the_same_and_no_name_is_more_than_a_name(write, kind):
    letter = write(kind)
    page = html5lib.parse(letter.html, namespaceHTMLElements=False)
    tags = {each.tag for each in page.find("body").iter()}
    assert tags <= {"body", "h1", "p", "br", "strong", "ul", "li", "a"}
    links = [each.get("href") for each in page.iter("a")]
    assert all(each.startswith(("http://127.0.0.1:8000", "mailto:")) for each in links), links
    body = " ".join(page.find("body").itertext())
    for address in links:
        assert address.removeprefix("mailto:") in letter.text
    words = re.sub(r"http://127\S*\w", "", letter.text)
    said = re.sub(r"http://127\S*\w", "", body)
    assert plain(said) == plain(f"AIST22 Santé au Travail {letter.subject} {words}")


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
def test_the_text_has_short_lines_a_signature_and_where_it_comes_from(write, kind):
    letter = write(kind)
    long = [each for each in letter.text.splitlines() if len(each) > 78]
    assert all(" " not in each.strip() for each in long), long
    assert letter.text.startswith("Bonjour,\n\n")
    assert "AIST22 Santé au Travail\n" in letter.text
    assert letter.text.endswith("http://127.0.0.1:8000.\n")
    assert "\n\n\n" not in letter.text


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
def test_the_subject_is_one_plain_line_without_an_amount(write, kind):
    subject = write(kind).subject
    assert subject == " ".join(subject.split())
    assert "\\" not in subject
    assert "€" not in subject


def test_a_company_with_marks_in_its_name_reads_so(write):
    letter = write("person_joined", companies=[NAME])
    assert f"- {NAME}\n" in letter.text
    assert "<li>*SARL* [ici](http://evil.example) &lt;b&gt;</li>" in letter.html


def test_a_fingerprint_is_copied_whole(write):
    letter = write("declaration_filed")
    assert "0f" * 32 in letter.text
    assert "0f" * 32 in letter.html
    assert "\N{ZERO WIDTH SPACE}" not in letter.text + letter.html
