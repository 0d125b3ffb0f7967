"""Colour contrast as WCAG 2.2 counts it (success criterion 1.4.3)."""

import re


def is_colour(value: str) -> bool:
    return re.fullmatch(r"#[0-9a-fA-F]{6}", value) is not None


def contrast_with_white(colour: str) -> float:
    """From 1 (white itself) to 21 (black); text needs at least 4.5.

    >>> contrast_with_white("#000000")
    21.0
    """
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return round(1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05), 2)
