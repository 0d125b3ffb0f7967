"""The answers: read once from their files, made into clean HTML, found by their words.

A file starts with four lines, `title`, `theme`, `summary` and `words` (what people type for it), then a blank
line and Markdown. `$name` is a setting of the service; links lead to `route:` a page, `faq:` an answer.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template

from app.settings import Settings
from app.text.counts import plural
from app.text.formats import euros, french_spaces
from app.text.search import words_of

FOLDER = Path(__file__).parent.parent.parent / "templates" / "faq" / "articles"
THEMES = {
    "acces": "Se connecter",
    "entreprises": "Entreprises et utilisateurs",
    "salaries": "Salariés et suivi",
    "visites": "Visites et rendez-vous",
    "cotisation": "Cotisation et factures",
    "donnees": "Confidentialité",
}
TAGS = {"h2", "p", "ul", "ol", "li", "strong", "em", "a", "br"}
LINK = re.compile(r'href="(route|faq):([\w.-]+)"')
# Words that say nothing of what is asked.
EMPTY = frozenset(
    words_of(
        "a ai au aux avec c ce ces comment d dans de des du elle en est et il j je l la le les m ma mes mon "
        "n ne on ou par pas pour pourquoi qu que quel quelle quelles quels qui quoi s sa se ses si son sont "
        "suis sur t un une vos votre vous y"
    )
)
NOWHERE = 1_000
FEW_ANSWERS = 6  # answers that come close, when none says every word


@dataclass(frozen=True, slots=True)
class Article:
    """`source`: Markdown. `searched`: the words of its title, of what people type for it, and of its text."""

    slug: str
    title: str
    theme: str
    summary: str
    source: str
    searched: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@lru_cache(maxsize=1)
def articles() -> Mapping[str, Article]:
    """Every answer by its address, in the order of the themes, then of the files."""
    all_articles = [read_article(file.stem, file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.md"))]
    order = list(THEMES)
    return {each.slug: each for each in sorted(all_articles, key=lambda each: order.index(each.theme))}


def read_article(name: str, content: str) -> Article:
    """`name`: of the file, whose number only orders. ValueError for a head that is not as it should be."""
    head, blank, source = content.partition("\n\n")
    pairs = dict(line.split(": ", 1) for line in head.splitlines())
    if not blank or set(pairs) != {"title", "theme", "summary", "words"} or pairs["theme"] not in THEMES:
        raise ValueError(f"{name}: title, theme, summary and words, then a blank line")
    title, words = pairs["title"], pairs["words"]
    searched = tuple(words_of(title)), tuple(words_of(words)), tuple(words_of(f"{pairs['summary']} {source}"))
    slug = name.partition("-")[2]
    return Article(
        slug=slug,
        title=title,
        theme=pairs["theme"],
        summary=pairs["summary"],
        source=source,
        searched=searched,
    )


def by_theme(answers: Iterable[Article]) -> dict[str, list[Article]]:
    """Articles under the titles of their themes, without the empty themes."""
    grouped: dict[str, list[Article]] = {title: [] for title in THEMES.values()}
    for each in answers:
        grouped[THEMES[each.theme]].append(each)
    return {title: listed for title, listed in grouped.items() if listed}


def matching(q: str) -> list[Article]:
    """Articles where each word begins like some word; those that say it in their title first."""
    words, typed = _query_words(q)
    ranked = [(sum(_ranks(each, words)), _missing(each, typed), each) for each in articles().values()]
    ordered = sorted(ranked, key=lambda row: row[:2])
    return [each for rank, _, each in ordered if rank < NOWHERE]


def closest(q: str) -> list[Article]:
    """The few that say most of the words, when none says them all."""
    words, _ = _query_words(q)
    ranked = [(sum(_ranks(each, words)), each) for each in articles().values()]
    ordered = sorted(ranked, key=lambda row: row[0])
    return [each for rank, each in ordered if rank < NOWHERE * len(words)][:FEW_ANSWERS]


def _query_words(q: str) -> tuple[list[str], list[str]]:
    """The words that matter, and all that were typed."""
    typed = words_of(q)[:8]
    return [word for word in typed if word not in EMPTY] or typed, typed


def _ranks(article: Article, query: list[str]) -> list[int]:
    """Ranks of the words: 0 in the title, more the deeper it stands; `NOWHERE` when it is absent."""
    stems = [_stem(word) for word in query]
    return [
        next((place for place, words in enumerate(article.searched) if _begins(words, stem)), NOWHERE)
        for stem in stems
    ]


def _stem(word: str) -> str:
    """« visites » finds « visite », « validée » « valider », « absent » « absence »."""
    return word[: max(4, len(word) - 2)] if len(word) > 5 else word.rstrip("sx") or word


def _begins(words: tuple[str, ...], stem: str) -> bool:
    return any(word.startswith(stem) for word in words)


def _missing(article: Article, typed: list[str]) -> int:
    """The part of the question, little words too, that the title does not contain."""
    return sum(word not in article.searched[0] for word in typed)


def body_of(article: Article, settings: Settings, path_to: Callable[..., str]) -> str:
    """Clean HTML: nothing but text, lists and links, whatever the file holds."""
    import nh3  # noqa: PLC0415 - a page is made once
    from markdown_it import MarkdownIt  # noqa: PLC0415 - as above

    source = Template(article.source).substitute(_service_words(settings))
    made = MarkdownIt("commonmark", {"html": False}).render(french_spaces(source))
    clean = nh3.clean(
        made, tags=TAGS, attributes={"a": {"href"}}, link_rel=None,
        url_schemes={"https", "mailto", "route", "faq"},
    )  # fmt: skip

    # The parser writes them as entities; the page has the character itself.
    clean = clean.replace("&nbsp;", "\N{NO-BREAK SPACE}")

    def address(match: re.Match[str]) -> str:
        kind, name = match.groups()
        return f'href="{path_to("faq.show", slug=name) if kind == "faq" else path_to(name)}"'

    return LINK.sub(address, clean)


def _service_words(settings: Settings) -> dict[str, str]:
    fee, days = settings.service_absence_fee_cents, settings.service_notice_days
    return {
        "service": settings.service_name,
        "email": settings.service_email,
        "contributions": settings.service_contributions_email,
        "sender": settings.mail_from,
        "dpo": settings.service_dpo_email,
        "fee": f"{euros(fee)} hors taxes" if fee else "selon le tarif du service",
        "notice": f"{plural(days, 'jour ouvré', 'jours ouvrés')} avant l’heure du rendez-vous"
        if days
        else "l’heure du rendez-vous",
    }
