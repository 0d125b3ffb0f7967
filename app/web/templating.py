"""Jinja for pages, fragments and mails."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.ext import Extension
from jinja2.runtime import Context, Undefined, markup_join
from jinja2.utils import missing
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from app.mail.letters import literal, typed
from app.rights import opens_on_call
from app.sections import FEW, SECTIONS, STAFF_SECTIONS
from app.settings import Settings
from app.text import formats
from app.web.compiling import Writer
from db.seeds.personas import PERSONAS

ROOT = Path(__file__).parents[2]
# Between two links of a row: where no style parts them, one would not know where the first ends.
APART = Markup('<span class="sr" aria-hidden="true"> | </span>')
NOT_TEXT = re.compile(r"(\{[{%#].*?[}%#]\}|<[^>]*>)", re.DOTALL)


class FrenchSpaces(Extension):
    """No line starts with ? or : since the spaces of French punctuation in a page's text do not break."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        if not (name or "").endswith((".html", ".md")):
            return source
        parts = NOT_TEXT.split(source)
        parts[::2] = [formats.french_spaces(part) for part in parts[::2]]
        return "".join(parts)


class Quick(Template):
    """A template whose Python (see `compiling`) finds its helpers here."""

    @classmethod
    def from_code(cls, *given: Any, **named: Any) -> "Quick":
        template = super().from_code(*given, **named)
        template.root_render_func.__globals__.update(HELPERS)
        # Every rendering copies them: a plain dict is copied at once, Jinja's chain name by name.
        template.globals = dict(template.globals)
        return template  # type: ignore[return-value]


def quickly_escaped(value: Any) -> str:
    """The text that Jinja writes for a value. Its own `escape` makes an object of each text: seven times
    slower.
    """
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is int:
        return str(value)
    if kind is Undefined:  # an `if` without `else`; a variable that is not passed is of another kind
        return ""
    return value if kind is Markup else str(escape(value))


def quickly_joined(parts: tuple[Any, ...]) -> str:
    """The text of these parts, in which markup stays what it is, as Jinja joins them."""
    kinds = set(map(type, parts))
    if kinds == ONLY_TEXT:
        return "".join(parts)
    return "".join(map(str, parts)) if kinds <= PLAIN else markup_join(parts)


ONLY_TEXT, PLAIN = {str}, {str, int}
HELPERS = {
    "escape": quickly_escaped,
    "escape_text": _escape_inner,
    "as_markup": str.__new__,
    "markup_join": quickly_joined,
}


class Modules(dict[str, Any]):
    """Macros of the templates that others import, by their names."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self._environment = environment

    def __missing__(self, name: str) -> Any:
        module = self[name] = self._environment.get_template(name).module
        return module


class Known(Environment):
    """Templates that never change, found by name at once: Jinja's own cache has a lock, and a key to make."""

    code_generator_class = Writer
    template_class = Quick

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: dict[str, Template] = {}
        self.modules = Modules(self)

    def overlay(self, **options: Any) -> Environment:  # type: ignore[override]
        other = super().overlay(**options)
        vars(other).update(known={}, modules=Modules(other))
        return other

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        template = self.known.get(name) if globals is None else None
        if template is None:
            template = super().get_template(name, parent, globals)
            if globals is None:
                self.known[name] = template
        return template

    def included(self, name: str, around: Context, values: dict[str, Any]) -> str:
        """The text of a template in the middle of another, whose values it sees."""
        template = self.get_template(name)
        seen = around.parent | around.vars
        seen.update((key, value) for key, value in values.items() if value is not missing)
        return "".join(template.root_render_func(self.context_class(self, seen, name, template.blocks)))


class Templates:
    """`templates/` for whole pages, `partials/` for fragments. A variable that is not passed is an error."""

    def __init__(self, settings: Settings, route_reverse: Callable[..., str], assets: dict[str, str]) -> None:
        self._short_name = settings.service_short_name
        self._route_reverse = route_reverse
        self.path_to = lru_cache(maxsize=2048)(self._path_to)
        self._made = lru_cache(maxsize=4096)(self._make)
        self.environment = Known(
            loader=FileSystemLoader([ROOT / "templates", ROOT]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=[FrenchSpaces],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.globals |= {
            "path_to": self.path_to,
            "made_once": self._made_once,
            "asset": assets.__getitem__,
            "service": settings,
            "sections": SECTIONS,
            "staff_sections": STAFF_SECTIONS,
            "few": FEW,
            "opens_on_call": opens_on_call,
            "apart": APART,
            "personas": PERSONAS if settings.demo else (),
        }
        self.environment.filters |= formats.FILTERS | {"typed": typed}
        self.mails = self.environment.overlay(autoescape=False, finalize=literal)

    def _made_once(self, partial: str, **values: Any) -> Markup:
        """A partial that depends on nothing but these values: rendered once for each, then sent again."""
        return self._made(partial, *values.items())

    def _path_to(self, name: str, **params: Any) -> str:
        return self._route_reverse(name, **params)

    def render(self, template: str, partial: str, context: dict[str, Any]) -> str:
        """The whole page; with `partial`, that fragment after the title of the page that it belongs to."""
        whole = self.environment.get_template(template)
        # One context for the title and for the page: making it copies every global.
        prepared = whole.new_context(context)
        title = prepared.parent["page_title"] = self._title(whole, prepared)
        if not partial:
            return self._joined(whole, prepared)
        fragment = self.environment.get_template(partial)
        return f"<title>{formats.escaped(title)}</title>\n{self._joined(fragment, prepared)}"

    def fragment(self, partial: str, context: dict[str, Any]) -> str:
        """A fragment alone, which changes beside the main one."""
        template = self.environment.get_template(partial)
        return self._joined(template, template.new_context(context))

    def _joined(self, template: Any, prepared: Context) -> str:
        try:
            return "".join(template.root_render_func(prepared))
        except Exception:  # noqa: BLE001 - Jinja rewrites the traceback and raises it
            self.environment.handle_exception()

    def _make(self, partial: str, *values: tuple[str, Any]) -> Markup:
        return Markup(self.environment.get_template(partial).render(values).strip())  # noqa: S704

    def _title(self, template: Any, prepared: Context) -> str:
        """Two companies, or two pages of one list, never have the same: it is what is heard first."""
        words = "".join(template.blocks["title"](prepared)).strip()
        form = prepared.parent.get("form")
        prefix = "Erreur : " if form is not None and form.errors else ""
        number = prepared.parent.get("page_number", 1)
        viewer = prepared.parent.get("viewer")
        parts = (
            f"{prefix}{formats.unescaped(words)}{f', page {number}' if number > 1 else ''}",
            viewer.company_label.replace(" - ", " ", 1) if viewer else "",
            self._short_name,
        )
        return " – ".join(part for part in parts if part)
