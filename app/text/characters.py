"""Characters that are seen, apart from those that only a program reads."""

import unicodedata


def legible(words: str) -> str:
    """The words composed (NFC), without controls, changes of direction and choices of a variant."""
    return "".join(each for each in unicodedata.normalize("NFC", words) if _is_seen(each))


def _is_seen(character: str) -> bool:
    is_variation = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return not is_variation and unicodedata.category(character)[0] != "C"
