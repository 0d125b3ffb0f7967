"""One thing has one name on the screen: words that another one replaces, each with the reason."""

import ast
import re

import pytest

from app.web.templating import ROOT

# What may not be read: why, and what is said instead.
FORBIDDEN = {
    r"[Cc]réneaux? libres?\b|\(libre\)": "an employer gives it to somebody: « créneau à attribuer »",
    r"\b[Cc]alendriers?\b": "what one's phone and computer hold: « agenda »",
    r"\bFiltrer\b": "a list is shown otherwise: « Afficher »; « Rechercher » is for a text",
    r"\bChercher\b": "« Rechercher » is for a text",
    r"[Rr]endez-vous libres?\b": "a « rendez-vous » has somebody; without, it is a « créneau »",
    r"\(e\)": "« né », « née » by the sex, or words without gender: nobody says « né-e » aloud",
    r"\bIl dit que\b": "a paper attests; nobody speaks",
    r"\b(?:que|de) \{\{ service\.service_(?:short_)?name \}": "an unknown name may begin with a vowel: "
    "the filters `that` and `of`",
    r"\b(?:que|de|le|ce) (?:AIST|agenda)": "elision: « qu’AIST22 », « l’agenda »",
    r"\be-?mail envoyé": "what leaves is a « courriel »; « adresse e-mail » is where",
    r"\bSaisissez cette date\b": "the error names its field: « Saisissez la date de reprise »",
    r"[( ]-\{\{": "a negative amount has the typographic minus that `amount` writes",
}
# Where a forbidden word is right: quoted from elsewhere, or another thing.
ALLOWED = {
    "templates/calendars/index.html": ["« Ajouter un calendrier »"],  # a button of Outlook
    "app/employee_files/days.py": ["n’existe pas dans le calendrier"],  # 31 February: the almanac
}
TEXTS = sorted((*ROOT.glob("templates/**/*.*"), *ROOT.glob("partials/**/*.*")))
TAGS = re.compile(r"\{#.*?#\}|<(?!=)[^<>]*>", re.DOTALL)
# Words that searches of the help answer to: what people type, not what they read.
TYPED = re.compile(r"^words:.*$", re.MULTILINE)


def shown_of_template(path):
    """Its text, with neither comments nor tags."""
    words = TYPED.sub("", path.read_text())
    return [re.sub(r"\s+", " ", TAGS.sub(" ", words))]


def shown_of_module(path):
    """Its strings, but for docstrings and for what is no sentence: addresses, keys, patterns."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    apart = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(_written(each) for each in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.value


def _written(part):
    return str(part.value) if isinstance(part, ast.Constant) else f"{{{{ {ast.unparse(part.value)} }}}}"


def is_sentence(words):
    return " " in words and not words.startswith(("/", "(?")) and "\\b" not in words


def found_in(name, shown):
    for words in shown:
        left = words
        for allowed in ALLOWED.get(name, ()):
            left = left.replace(allowed, "")
        for pattern, reason in FORBIDDEN.items():
            if match := re.search(pattern, left):
                yield f"{name}: « {left[max(0, match.start() - 30) : match.end() + 20]} »: {reason}"


def test_one_thing_has_one_name_in_templates():
    wrong = [
        each for path in TEXTS for each in found_in(str(path.relative_to(ROOT)), shown_of_template(path))
    ]
    assert not wrong, "\n".join(wrong)


def test_one_thing_has_one_name_in_what_the_code_says():
    wrong = []
    for path in sorted(ROOT.glob("app/**/*.py")):
        shown = [words for words in shown_of_module(path) if is_sentence(words)]
        wrong += found_in(str(path.relative_to(ROOT)), shown)
    assert not wrong, "\n".join(wrong)


def test_the_company_has_a_sheet_and_the_person_an_account():
    """« Mon compte » is the person's alone."""
    for path in (*ROOT.glob("templates/company_details/*"), ROOT / "app/sections.py"):
        assert "Mon compte" not in path.read_text(), path


@pytest.mark.parametrize(
    ("words", "is_wrong"),
    [
        ("un créneau libre demain", True), ("un créneau à attribuer", False), ("né(e) le 3", True),
        ("que {{ service.service_short_name }} connaît", True),
        ("{{ service.service_short_name|that }}", False),
        ("votre calendrier", True), ("le calendrier", True), ("l’agenda", False),
    ],
)  # fmt: skip
def test_the_glossary_sees_what_it_forbids(words, is_wrong):
    assert bool(list(found_in("x", [words]))) == is_wrong
