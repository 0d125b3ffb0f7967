"""Markdown into the two parts of a letter; what was typed stays what was typed."""

import re

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.mail.letters import WIDTH, as_html, as_text, literal, title_of, typed

HOSTILE = [
    "*x* [a](http://b)", "<b>x</b>", "![i](http://b/i.png)", "&lt;b&gt; &copy;", "\\*x\\*", "`code` ~~~",
    "1. un", "- tiret", "# titre", "> cité", "[a]: http://b", "<http://b>", "<a@b.fr>", "_x_ __y__",
    "=== ---",    "\\", "a\\",
]  # fmt: skip


def html_words(source):
    """The text that a browser shows, and the names of its elements."""
    tree = html5lib.parse(as_html(source), namespaceHTMLElements=False)
    return "".join(tree.find("body").itertext()).strip(), {each.tag for each in tree.iter()}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("frame", ["{}", "Pour **{}** :", "- {}", "- Nom : {}", "l’espace de {}, demain"])
def test_a_value_reads_as_it_was_typed_in_both_parts_wherever_it_stands(name, frame):
    source = frame.format(literal(name))
    read = frame.removeprefix("- ").replace("**", "").format(name)
    words, tags = html_words(source)
    assert words == read
    assert tags <= {"html", "head", "body", "p", "ul", "li", "strong"}
    assert as_text(source).strip().removeprefix("- " if frame[0] == "-" else "") == read


@given(st.text(max_size=60))
@example("a\r\n\r\nb")
@example("a\n    b")
@example("\f ")
@example("\f<b>")
@example(" <script>\n</script>")
def test_whatever_somebody_writes_reads_so_and_opens_no_tag(text):
    source = f"Le service vous écrit :\n\n{typed(text)}\n\nFin."
    words, tags = html_words(source)
    assert tags <= {"html", "head", "body", "p", "br"}
    said = re.sub(r"\s+", "", text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    assert re.sub(r"\s+", "", as_text(source)) == f"Leservicevousécrit:{said}Fin."
    if text.isprintable():
        assert re.sub(r"\s+", "", words) == f"Leservicevousécrit:{said}Fin."


def test_lines_and_paragraphs_of_a_message_are_kept():
    text = typed("Bonjour,\r\n\r\n\r\n1. lundi\r\n   ou mardi\r\n- jeudi")
    tied = "\N{NO-BREAK SPACE}" * 3
    assert as_text(text) == f"Bonjour,\n\n1. lundi\n{tied}ou mardi\n- jeudi\n"
    assert as_html(text).count("<p>") == 2


def test_a_line_break_in_a_name_begins_no_line():
    for end in ("\n", "\r\n", "\n\n", "\x85", "\u2028", "\v"):
        source = f"# Message de {literal(f'X{end}Bcc: a@b.fr')}\n\nBonjour"
        assert title_of(source) == "Message de X Bcc: a@b.fr"
        assert as_text(source) == "Bonjour\n"


def test_links_are_written_out_under_their_words():
    address = "http://127.0.0.1:8000/espace/" + "x" * 90
    source = (
        f"[Voir la demande]({literal(address)})\n\n- [DURAND](http://b/1) : CACES\n- [LE GALL](http://b/2)"
    )
    assert as_text(source).replace("\N{NO-BREAK SPACE}", " ") == (
        f"Voir la demande :\n{address}\n\n- DURAND : CACES\n  http://b/1\n- LE GALL :\n  http://b/2\n"
    )
    assert f'<a href="{address}">Voir la demande</a>' in as_html(source)


def test_an_address_that_is_its_own_words_is_written_once():
    assert as_text("[a@b.fr](mailto:a@b.fr) ou [http://b](http://b)") == "a@b.fr ou http://b\n"


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_no_link_runs_anything(scheme):
    assert "href" not in as_html(f"[x]({scheme})")


@given(st.lists(st.text("aé-’ \N{NO-BREAK SPACE}", min_size=1, max_size=30), min_size=1, max_size=40))
def test_no_line_is_wider_than_its_columns(words):
    for line in as_text(f"- {literal(' '.join(words))}\n").splitlines():
        assert len(line) <= WIDTH or " " not in line[2:]


def test_a_letter_without_a_heading_is_a_fault():
    with pytest.raises(ValueError, match="subject"):
        title_of("Bonjour")


@pytest.mark.parametrize("source", ["> cité", "1. un", "    code", "***"])
def test_what_a_text_part_would_not_show_is_a_fault_of_the_template(source):
    with pytest.raises(ValueError, match="a letter has no"):
        as_text(source)
