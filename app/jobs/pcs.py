"""The nomenclature PCS-ESE: the words of a code, and the codes of a job as people call it."""

import csv
import re
from collections import defaultdict
from functools import cache
from math import log
from pathlib import Path

from app.jobs.everyday import EVERYDAY
from app.text.search import folded

FILE = Path(__file__).resolve().parents[2] / "db" / "data" / "pcs-ese.csv"
MOST_WORDS = 8
# Words that say nothing of the job. (« Apprenti boulanger » is found under « boulanger ».)
IDLE = frozenset(
    word
    for line in (
        "a au aux d de des du en et h f hf l la le les ou par pour sur un une y c n non autre autres hors",
        "sauf apprenti apprentie stagiaire alternant alternante confirme debutant junior senior cdi cdd",
    )
    for word in line.split()
)
# Feminine and plural endings, the longest first, and what they become.
ENDINGS = (
    *(("trice", "teur"), ("euse", "eur"), ("iere", "ier"), ("ienne", "ien"), ("onne", "on"), ("elle", "el")),
    *(("aux", "al"), ("ee", ""), ("e", "")),
)


@cache
def nomenclature() -> dict[str, str]:
    """Every code and its words, in the order of the codes. (The file escapes a slash and stars old codes.)"""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: _typographic(row["libelle"]) for row in csv.DictReader(file, delimiter=";")}


def label_of(code: str) -> str:
    """The words of a code, "" when the nomenclature has it not."""
    return nomenclature().get(code, "")


def jobs_like(words: str, most: int = 8) -> list[tuple[str, str]]:
    """Codes and their words for a job title as people type it, the best first; none for what is no job.

    Everyday names count more than the words of the nomenclature, and longer names more than short ones.
    """
    typed = stems(words[:200])[:MOST_WORDS]
    if not typed:
        return []
    scores: dict[str, float] = defaultdict(float)
    for code, score in [*_by_everyday_name(typed), *_by_label(typed)]:
        scores[code] += score
    best = max(scores.values(), default=0)
    ranked = sorted((-score, code) for code, score in scores.items() if score > best / 4)
    return [(code, label_of(code)) for _, code in ranked[:most]]


def stems(words: str) -> list[str]:
    """The words that matter, without accents, plural or feminine."""
    plain = re.findall(r"[a-z0-9]+", folded(words).replace("·", ""))
    return list(dict.fromkeys(stem(word) for word in plain if word not in IDLE))


def stem(word: str) -> str:
    """caissières → caissier, vendeuse → vendeur, médicaux → medical."""
    single = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    for ending, instead in ENDINGS:
        if single.endswith(ending) and len(single) > len(ending) + 2:
            return single[: -len(ending)] + instead
    return single


def _by_everyday_name(typed: list[str]) -> list[tuple[str, float]]:
    """A name counts when all its words are there, 10 a word, and less for each code before this one."""
    present = set(typed)
    names = {name for word in typed for name in _everyday()[1].get(word, ()) if name <= present}
    return [
        (code, 10 * len(name) - 1.5 * place)
        for name in names
        for place, code in enumerate(_everyday()[0][name])
    ]


def _by_label(typed: list[str]) -> list[tuple[str, float]]:
    """Rare words count more; the beginning of a word counts half; a short label comes before a long one."""
    vocabulary, lengths = _vocabulary()
    scores: list[tuple[str, float]] = []
    for word in typed:
        exact = vocabulary.get(word)
        near = [word] if exact else [each for each in vocabulary if len(word) > 3 and each.startswith(word)]
        for each in near:
            codes = vocabulary[each]
            weight = log(1 + len(lengths) / len(codes)) * (1 if exact else 0.5)
            scores += [(code, weight * (1 + 1 / lengths[code])) for code in codes]
    return scores


@cache
def _everyday() -> tuple[dict[frozenset[str], list[str]], dict[str, list[frozenset[str]]]]:
    """The codes of each everyday name, and the names that hold each word."""
    codes: dict[frozenset[str], list[str]] = defaultdict(list)
    holding: dict[str, list[frozenset[str]]] = defaultdict(list)
    for line in EVERYDAY.strip().splitlines():
        code, _, names = line.partition(" ")
        for name in names.split(","):
            words = frozenset(stems(name))
            codes[words].append(code)
            for word in words:
                holding[word].append(words)
    return codes, holding


@cache
def _vocabulary() -> tuple[dict[str, list[str]], dict[str, int]]:
    """The codes whose label holds each word, and how many words each label has."""
    holding: dict[str, list[str]] = defaultdict(list)
    lengths: dict[str, int] = {}
    for code, label in nomenclature().items():
        words = stems(label)
        lengths[code] = len(words)
        for word in words:
            holding[word].append(code)
    return holding, lengths


def _typographic(words: str) -> str:
    return " ".join(words.replace("\\/", "/").replace("'", "’").rstrip("*. ").split())
