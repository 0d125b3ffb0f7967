"""Numbers, lists of names and words within a sentence, as France writes them. It imports nothing heavy:
readers of files use it.
"""

from collections.abc import Sequence

NARROW = "\u202f"


def plural(number: int, one: str, many: str = "") -> str:
    """0 salarié, 1 salarié, 2 salariés, 4 900 salariés"""
    return f"{thousands(number)} {one if abs(number) < 2 else many or one + 's'}"


def first_few(names: Sequence[str], most: int) -> str:
    """The first of them, and how many others: « A, B et 3 autres »."""
    more = f" et {plural(len(names) - most, 'autre')}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def thousands(number: int) -> str:
    """4 900"""
    return f"{number:,}".replace(",", NARROW)


def siren(value: str) -> str:
    """732 829 320"""
    return f"{value[:3]} {value[3:6]} {value[6:]}"


def siret(value: str) -> str:
    """732 829 320 00074"""
    return f"{value[:3]} {value[3:6]} {value[6:9]} {value[9:]}" if len(value) == 14 else value


def uncapitalised(words: str) -> str:
    """« Visite de reprise » within a sentence: « visite de reprise »."""
    return words[:1].lower() + words[1:]
