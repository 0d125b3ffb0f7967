"""Where the sign-in may lead back to: an allow-list of addresses that a signed-in reader can GET."""

import re
from typing import Any

from litestar import Request


def is_return_path(request: Request[Any, Any, Any], path: str) -> bool:
    """Only a path of a page behind the sign-in: no host, no query, no other address of the portal."""
    patterns: list[re.Pattern[str]] = request.app.state.return_paths
    return any(pattern.fullmatch(path) for pattern in patterns)


def return_patterns(path_formats: list[str]) -> list[re.Pattern[str]]:
    """`/espace/{code}` → a pattern for one segment of plain characters in place of each parameter."""
    return [re.compile(re.sub(r"\{[^}]+\}", r"[0-9A-Za-z_-]{1,40}", path)) for path in path_formats]
