"""The sections of the private space: one table for the menu, the welcome page and the switcher."""

from dataclasses import dataclass

from app.rights import Right

FEW = 15  # companies that the header's switcher lists; above, a page with a search


@dataclass(frozen=True, slots=True)
class Section:
    """`key`: what a page says it belongs to; `name`: the route to its first page; `right`: who sees it."""

    key: str
    name: str
    title: str
    words: str
    right: Right


SECTIONS = (
    Section("home", "companies.show", "Accueil", "", Right.VIEW),
)  # fmt: skip


def section_of(key: str) -> Section:
    """The section of that key, or the welcome page."""
    return next((each for each in SECTIONS if each.key == key), SECTIONS[0])
