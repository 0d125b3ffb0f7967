"""Texts of letters that the service writes itself: named places between braces, paragraphs. Pure."""

import re
import textwrap
from collections.abc import Collection, Mapping

from app.text.formats import french_spaces

PLACE = re.compile(r"\{([^{}]*)\}")
PIECE = 200  # characters that a drawing takes whole: longer ones it cuts (`app.files.pdf`)


def unknown_places(words: str, places: Collection[str]) -> list[str]:
    """Places that nothing fills, in order; a brace alone is one."""
    unknown = [each for each in PLACE.findall(words) if each not in places]
    return unknown + ["accolade seule"] * bool(set("{}") & set(PLACE.sub("", words)))


def problem_with(words: str, places: Collection[str]) -> str:
    """Words on the first place that nothing fills, or ""."""
    unknown = unknown_places(words, places)
    names = ", ".join(f"{{{each}}}" for each in places)
    return f"« {unknown[0]} » n’est pas un emplacement. Ceux qui existent : {names}." if unknown else ""


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with each of their places filled; what is filled in is not read again."""
    return PLACE.sub(lambda found: values[found[1]], words)


def paragraphs_of(words: str) -> list[list[list[str]]]:
    """Paragraphs as `letters/frame.typ` draws them: lines, each in pieces that are joined by a space."""
    return [
        [textwrap.wrap(french_spaces(line), PIECE, break_on_hyphens=False) for line in each.split("\n")]
        for each in words.split("\n\n")
    ]
