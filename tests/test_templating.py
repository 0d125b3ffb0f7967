"""What Jinja does here that it does not do by itself."""

from datetime import date

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from app.rights import Role
from app.text.formats import TIED, french_spaces
from app.web.templating import quickly_escaped


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Le Bris",
        "<script>&'\"</script>",
        "é&#39;",
        Markup("<b>&</b>"),
        Role.READER,
        25,
        None,
        date(2026, 1, 5),
        1.5,
    ],
    ids=repr,
)
def test_the_quick_escape_writes_what_jinja_writes(value):
    assert quickly_escaped(value) == str(escape(value))


def test_a_name_with_markup_stays_text_wherever_it_is_shown(app):
    environment = app.app.state.templates.environment
    name = "<b>Le & Bris</b>"
    source = """{% macro m(x) %}[{{ x }}]{% endmacro %}{% set s %}{{ name }}{% endset %}
{{ name }}{{ m(name) }}{{ s }}{{ "a" ~ name }}
{% for each in [name] %}{{ each }}{% endfor %}{{ [name]|join(",") }}"""
    shown = environment.from_string(source).render(name=name)
    assert "<b>" not in shown
    assert shown.count("&lt;b&gt;Le &amp; Bris&lt;/b&gt;") == 6


def test_what_was_not_passed_is_an_error(app):
    environment = app.app.state.templates.environment
    with pytest.raises(UndefinedError):
        environment.from_string("{{ missing }}").render()


def test_what_is_made_once_depends_on_its_values(app):
    made_once = app.app.state.templates.environment.globals["made_once"]
    menus = {
        made_once("partials/layout/public_menu.html", section=section, has_session=False)
        for section in ("home", "help")
    }
    assert len(menus) == 2


def test_text_and_markup_of_the_same_letters_stay_apart():
    """What is remembered of one must not be given for the other: only one of them was escaped."""
    for words in ("<b> ?", Markup("<b> ?"), "<b> ?"):
        tied = french_spaces(words)
        assert type(tied) is type(words)
        assert tied == f"<b>{TIED}?"
