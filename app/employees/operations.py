"""What was declared, as the pages list it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.employees.declared import LABELS
from app.employees.person_queries import ChangeLine
from app.employees.questions import CHANGES
from app.employees.service import UNDOABLE
from db.models import ChangeKind


class Operation(NamedTuple):
    """`employee_id` is None once the declaration of the person was undone."""

    id: int
    at: datetime
    who: str
    on_behalf: bool
    employee_id: int | None
    about: str
    words: str
    undone_at: datetime | None
    may_undo: bool


def operations_of(changes: Sequence[ChangeLine], now: datetime) -> list[Operation]:
    return [
        Operation(
            change.key,
            change.at,
            who,
            change.on_behalf,
            change.employee_id,
            change.about,
            _words(change.kind, list(change.after)),
            change.undone_at,
            change.undone_at is None and change.employee_id is not None and now - change.at <= UNDOABLE,
        )
        for change, who in changes
    ]


def _words(kind: str, fields: list[str]) -> str:
    if kind not in {ChangeKind.CORRECTED, ChangeKind.UNDONE}:
        return CHANGES[kind]
    return f"{CHANGES[kind]} : {', '.join(LABELS[name].lower() for name in fields)}"
