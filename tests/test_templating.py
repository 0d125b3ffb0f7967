"""What Jinja does here that it does not do by itself."""

from datetime import date

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateNotFound, UndefinedError
from markupsafe import Markup, escape

from app.rights import Role
from app.text.formats import TIED, french_spaces
from app.web.templating import Known, quickly_escaped


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


KEPT = {
    "base": "<{% block title %}{{ name }}{% endblock %}>{% block main %}none{% endblock %}{{ after }}",
    "part": "{% import 'macros' as m %}({{ here|default('-') }}{{ each|default('+') }}{{ m.say(name) }})",
    "macros": """
{% macro say(words, kind="", class="x") %}<i class="{{ class }}{{ " " ~ kind if kind }}">{{ words }}{%
endmacro %}
{% macro around(title) %}[{{ title }}:{{ caller() }}]{% endmacro %}
{% macro all() %}{{ varargs|length }}{{ kwargs|dictsort }}{% endmacro %}""",
}
PIECES = (
    "{{ name }}{{ name|upper|safe }}{{ 'x' if no }}{{ 'a' ~ ('<' if no) ~ 1 ~ name }}{{ [1]|join }}",
    "{{ thing.real }}{{ given.key }}{{ given['key'] }}{{ given.items()|list }}{{ given.none is defined }}",
    "{% from 'macros' import say, all %}{{ say(name, kind=1) }}{{ say(class='y', words=name) }}",
    "{% import 'macros' as m %}{{ m.say(*[name, 'k']) }}{{ m.say(**{'words': 2}) }}{{ m.all(1, b=2) }}",
    "{% import 'macros' as m %}{% call m.around(name) %}{{ name }}{% endcall %}",
    "{% set here = '<' ~ name %}{% include 'part' %}{% for each in [1, 2] %}{% include 'part' %}{% endfor %}",
    "{% set here %}{{ name }}<b>{% endset %}{{ here }}{% filter upper %}{{ name }}{% endfilter %}",
    "{% for a in [1, 2] if a > 1 %}{{ loop.last }}{{ a }}{% else %}-{% endfor %}",
    "{% extends 'base' %}{% block main %}{{ super() }}{% set a = 2 %}{{ a }}{{ self.title() }}{% endblock %}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, name) }}",
)
FAILING = (
    "{{ lost }}",
    "{{ given.lost.more }}",
    "{{ given.lost ~ '' }}",
    "{{ lost() }}",
    "{% include 'nowhere' %}",
)
ALL = {"name": Markup("<b>"), "thing": 3, "given": {"key": "<&>"}, "no": "", "after": "<br>"}


@pytest.mark.parametrize("source", PIECES)
@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("name", ["<b>&", Markup("<b>&"), 7])
def test_a_template_gives_the_text_that_jinja_gives(source, autoescape, name):
    made = [
        kind(loader=DictLoader(KEPT), autoescape=autoescape, undefined=StrictUndefined)
        for kind in (Environment, Known)
    ]
    shown = [each.from_string(source).render(ALL | {"name": name}) for each in made]
    assert shown[0] == shown[1]


@pytest.mark.parametrize("source", FAILING)
def test_what_jinja_refuses_is_refused(source):
    for kind in (Environment, Known):
        environment = kind(loader=DictLoader(KEPT), autoescape=True, undefined=StrictUndefined)
        with pytest.raises((UndefinedError, TemplateNotFound)):
            environment.from_string(source).render(ALL)
