"""Habits that the tree keeps: sizes, imports, who may query and who may commit."""

import ast
import re
from functools import cache

import pytest

from app.web.templating import ROOT

CODE = sorted((*ROOT.glob("app/**/*.py"), *ROOT.glob("db/**/*.py")))
CODE = [file for file in CODE if "versions" not in file.parts]
TESTS = sorted(ROOT.glob("tests/**/*.py"))
TEMPLATES = sorted((*ROOT.glob("templates/**/*.html"), *ROOT.glob("partials/**/*.html")))
# Where rows are read or changed: the doors, the slices' own reads and rules, and the machinery around a
# request.
MAY_SELECT = re.compile(
    r"app/(access|sessions|devices|voiding|links|kept_files|housekeeping|commands|portions)\.py"
    r"|app/security/(throttle|presence)\.py|app/files/held\.py|app/mail/sending\.py|app/web/drafts\.py"
    r"|app/\w+/(queries|acts|staff|flows|listing|person|deadlines|filings|people|steps|reminders|waiting|team)\.py"
    r"|app/(imports/(reading|mending)|members/(comparing|importing|merging)|people/inviting|invoices/numbers|welcome/todo)\.py"
    r"|app/(planning/(convocations|proposals)|demo/(routes|\w*story))\.py"
)


def shown(file):
    return str(file.relative_to(ROOT))


@cache
def tree_of(file):
    return ast.parse(file.read_text())


@pytest.mark.parametrize("file", CODE, ids=shown)
def test_code_files_and_functions_stay_small(file):
    assert len(file.read_text().splitlines()) <= 400
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 35, (
                f"{node.name} is {node.end_lineno - node.lineno + 1} lines"
            )


# A docstring names a thing or an act: « Names of the people who answered », not « Who answered ».
CLAUSE = re.compile(r"(who|whom|whose|what|whether|which|how|where|when|why)\b", re.IGNORECASE)
TO_WHO = re.compile(r"\b(to|of|for|by|with) who\b", re.IGNORECASE)


@pytest.mark.parametrize("file", CODE, ids=shown)
def test_docstrings_open_on_a_noun_or_a_verb(file):
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    words = [ast.get_docstring(node) or "" for node in ast.walk(tree_of(file)) if isinstance(node, kinds)]
    assert [each for each in words if CLAUSE.match(each) or TO_WHO.search(each)] == []


@pytest.mark.parametrize("file", TESTS, ids=shown)
def test_test_files_stay_readable(file):
    assert len(file.read_text().splitlines()) <= 400


# A mail brings no sheet of styles: on a phone, only this keeps a long word within its width.
MAIL_STYLE = ' style="overflow-wrap: anywhere; word-break: break-word"'


@pytest.mark.parametrize("file", TEMPLATES, ids=shown)
def test_templates_stay_small_and_hold_no_code(file):
    source = file.read_text()
    assert len(source.splitlines()) <= 100
    allowed = MAIL_STYLE if "emails" in file.parts else "\0"
    assert not re.search(r"\s(on[a-z]+|style)=|\shx-|<style|\|safe", source.replace(allowed, ""))


@pytest.mark.parametrize("file", CODE, ids=shown)
def test_rows_are_read_where_reads_belong(file):
    calls = {
        node.func.id
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    if calls & {"select", "update", "delete"}:
        assert MAY_SELECT.fullmatch(shown(file))


@pytest.mark.parametrize("file", CODE, ids=shown)
def test_only_the_database_module_commits(file):
    if shown(file) != "db/engine.py":
        assert not re.search(r"session\w*\.commit\(", file.read_text())


# A member's file is kept by `keep_file` alone, which asks who may send it and counts it first.
MAY_STORE = {
    "store_file": re.compile(r"app/(kept_files|clinic/day|letters/staff|demo/\w+)\.py"),
    "storage.keep": re.compile(r"app/(kept_files|copies/backup)\.py"),
    "obstore": re.compile(r"app/files/storage\.py"),
}


def stores(file):
    """Which ways to keep a file this code names, called or handed over."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name for name in MAY_STORE if name in ast.unparse(node))
        elif isinstance(node, ast.Name) and node.id in MAY_STORE:
            yield node.id
        elif isinstance(node, ast.Attribute) and ast.unparse(node).endswith("storage.keep"):
            yield "storage.keep"


def test_a_file_is_kept_where_it_was_allowed_first():
    found = {(way, shown(file)) for file in CODE for way in stores(file)}
    assert {way for way, _ in found} == MAY_STORE.keys()
    assert {file for way, file in found if not MAY_STORE[way].fullmatch(file)} == set()


# How long something took says how busy the machine was: a test counts statements or calls, or tells an order.
# What drives another program gives it up after a while; the bench measures.
MAY_TIME = re.compile(r"tests/(bench/\w+|heard/(ear|marionette)|light/(terminal|window))\.py")
STOPWATCHES = {"perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time", "time_ns"}


@pytest.mark.parametrize("file", [each for each in TESTS if not MAY_TIME.fullmatch(shown(each))], ids=shown)
def test_no_test_asks_how_long_it_took(file):
    named = {
        node.attr if isinstance(node, ast.Attribute) else node.name
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute | ast.alias)
    }
    assert not named & STOPWATCHES


def test_the_top_level_is_the_owners():
    wanted = {
        "app",
        "findings",
        "templates",
        "partials",
        "static",
        "db",
        "tests",
        "pyproject.toml",
        "README.md",
        "Makefile",
    }
    found = {
        p.name for p in ROOT.iterdir() if not p.name.startswith(".") and not p.name.endswith(".egg-info")
    }
    assert found - {"requirements.lock"} == wanted


def test_the_lock_names_no_package_index():
    assert "://" not in (ROOT / "requirements.lock").read_text()


REVISION = re.compile(r'^(?:down_)?revision\b[^=]*= (?:"([0-9]+)"|None)$', re.MULTILINE)


def test_migrations_follow_one_another_each_under_its_own_number():
    """Two that are written at the same time take the same number: the base would have two states."""
    before = ""
    for file in sorted((ROOT / "db/migrations/versions").glob("0*.py")):
        assert REVISION.findall(file.read_text()) == [file.name[:4], before], file.name
        before = file.name[:4]


ALIAS = re.compile(r"\b(\w+) = aliased\((?!Account\))\w+\)")


@pytest.mark.parametrize(
    "file",
    [file for file in CODE if "aliased(" in file.read_text() and file.name != "sessions.py"],
    ids=shown,
)
def test_no_alias_of_a_model_is_joined(file):
    """The scope of a staff account would be asked of the model itself, which is not in that statement:
    SQLAlchemy 2.1.9 adapts criteria for an alias in FROM and in a subquery, not in a JOIN. An account has no
    scope, and a session is read before there is one.
    """
    source = file.read_text()
    for name in ALIAS.findall(source):
        assert not re.search(rf"join\(\s*{name}\b", source), f"{name}: a subquery, or the model itself"
