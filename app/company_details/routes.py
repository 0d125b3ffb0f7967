"""/espace/{code}/compte."""

from typing import Any

MEMBER: list[Any] = []
