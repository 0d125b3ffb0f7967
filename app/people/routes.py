"""/espace/{code}/utilisateurs."""

from typing import Any

VISITOR: list[Any] = []
MEMBER: list[Any] = []
