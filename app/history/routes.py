"""/espace/{code}/historique."""

from typing import Any

MEMBER: list[Any] = []
