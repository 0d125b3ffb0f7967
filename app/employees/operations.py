"""Recent changes, as the pages list them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.employees.acts import UNDOABLE
from app.employees.declared import LABELS
from app.employees.person import ChangeLine
from app.follow_up.words import CHANGES
from app.text.counts import plural
from db.models import ChangeKind, EmployeeChange, EmployeeImport, ImportState


class Operation(NamedTuple):
    """`kind`: of a change of one person. `employee_id` is None once the declaration of the person was undone,
    and for a whole file, whose `import_id` says which.
    """

    id: int
    at: datetime
    who: str
    on_behalf: bool
    employee_id: int | None
    import_id: int | None
    about: str
    words: str
    undone_at: datetime | None
    may_undo: bool
    kind: str = ""

    @property
    def undoing(self) -> str:
        return "Rétablir" if self.kind == ChangeKind.UNDONE else "Annuler"


def operations_of(changes: Sequence[ChangeLine], now: datetime) -> list[Operation]:
    return [
        _of_file(line.change, line, now)
        if isinstance(line.change, EmployeeImport)
        else _of_person(line.change, line, now)
        for line in changes
    ]


def _of_person(change: EmployeeChange, line: ChangeLine, now: datetime) -> Operation:
    may_undo = change.undone_at is None and change.employee_id is not None and now - change.at <= UNDOABLE
    words = _words(change.kind, list(change.after))
    return Operation(
        id=change.key, at=change.at, who=line.who, on_behalf=change.on_behalf,
        employee_id=change.employee_id, import_id=None, about=change.about, words=words,
        undone_at=change.undone_at, may_undo=may_undo, kind=change.kind,
    )  # fmt: skip


def undoable_declaration(operations: Sequence[Operation]) -> int | None:
    """The number of the declaration of somebody among what was done to them, while it can be taken back."""
    mine = (each.id for each in operations if each.kind == ChangeKind.DECLARED and each.may_undo)
    return next(mine, None)


def _of_file(imported: EmployeeImport, line: ChangeLine, now: datetime) -> Operation:
    at, _ = line.place
    counts = imported.counts
    parts = [
        plural(counts.get(name, 0), one)
        for name, one in (("added", "ajout"), ("corrected", "correction"), ("left", "départ"))
    ]
    may_undo = imported.state == ImportState.APPLIED and now - at <= UNDOABLE
    return Operation(
        id=imported.key, at=at, who=line.who, on_behalf=imported.on_behalf, employee_id=None,
        import_id=imported.key, about="Fichier importé", words=", ".join(parts),
        undone_at=imported.undone_at, may_undo=may_undo,
    )  # fmt: skip


def _words(kind: str, fields: list[str]) -> str:
    if kind not in {ChangeKind.CORRECTED, ChangeKind.UNDONE}:
        return CHANGES[kind]
    return f"{CHANGES[kind]} : {', '.join(LABELS[name].lower() for name in fields)}"
