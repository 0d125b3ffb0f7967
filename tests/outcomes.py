"""Both ends of a reader of what people type: the value, or the sentence that refuses it."""

from collections.abc import Callable
from typing import Any


def outcome(read: Callable[..., Any], *given: Any) -> tuple[Any, str]:
    """The value and "", or None and the words of a ValueError; any other exception goes on."""
    try:
        return read(*given), ""
    except ValueError as refused:
        return None, str(refused)
