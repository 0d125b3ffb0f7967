"""The company's list on its way to the process that compares a file with it: lines of JSON, a bundle each."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from app.employees.declared import LABELS, text_of
from app.imports.difference import ListedPerson


def line_with(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """A bundle of people: each `id`, `version`, then the fields of LABELS."""
    return msgspec.json.encode(rows)


def people_in(lines: Iterable[bytes]) -> list[ListedPerson]:
    return [listed_person(row) for line in lines for row in json.loads(line)]


def listed_person(row: Sequence[Any]) -> ListedPerson:
    return ListedPerson(row[0], row[1], dict(zip(LABELS, map(text_of, row[2:]), strict=True)))
