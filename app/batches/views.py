"""A batch as its pages display it."""

from collections.abc import Sequence
from typing import NamedTuple

from app.batches.queries import BatchRow, LineRow, Tally
from app.clinic.queries import SessionRow
from app.follow_up.words import VISITS
from app.planning.views import hour
from app.text.counts import uncapitalised
from app.text.formats import day, long_day
from db.models import BatchState, ConvocationBatch, LineState

ALL_TEAMS = "Toutes les équipes"
STATES = {
    BatchState.DRAFT: ("à relire", "wait"),
    BatchState.RUNNING: ("en cours", "wait"),
    BatchState.DONE: ("proposées", "ok"),
    BatchState.UNDOING: ("retrait en cours", "wait"),
    BatchState.UNDONE: ("retirées", ""),
}
LINES = {
    LineState.PLANNED: ("à proposer", "wait"),
    LineState.LEFT: ("sans créneau", ""),
    LineState.PROPOSED: ("proposé", "ok"),
    LineState.REFUSED: ("non proposé", "bad"),
    LineState.UNDONE: ("retiré", ""),
    LineState.ANSWERED: ("déjà répondu", "ok"),
}


class BatchLineOfIndex(NamedTuple):
    id: int
    title: str
    created: object
    tag: tuple[str, str]
    numbers: str


def title_of(batch: ConvocationBatch, team: str) -> str:
    """« Équipe Paimpol, visites dues avant le 1er mars 2027 », and the visits when they are not all."""
    kinds = ", ".join(uncapitalised(VISITS[each]) for each in batch.kinds.split())
    title = f"{team or ALL_TEAMS}, visites dues avant le {day(batch.due_before)}"
    return f"{title} : {kinds}" if kinds else title


def batch_line(row: BatchRow) -> BatchLineOfIndex:
    states = row.states
    placed = sum(states.values()) - states[LineState.LEFT]
    done = states[LineState.PROPOSED] + states[LineState.ANSWERED]
    numbers = f"{done} sur {placed}" if row.batch.state != BatchState.DRAFT else f"{placed} à proposer"
    return BatchLineOfIndex(
        row.batch.key, title_of(row.batch, row.team), row.batch.created_at, STATES[row.batch.state], numbers
    )


class SessionSummary(NamedTuple):
    id: int
    words: str
    people: int


class ShownBatch(NamedTuple):
    """`placed`: have a time; `done`: of these, those that are dealt with; `left`: have none."""

    id: int
    title: str
    state: str
    tag: tuple[str, str]
    placed: int
    done: int
    proposed: int
    refused: int
    undone: int
    answered: int
    left: int
    sessions: list[SessionSummary]
    reasons: list[tuple[str, int]]
    spoken: str

    @property
    def is_under_way(self) -> bool:
        return self.state in {BatchState.RUNNING, BatchState.UNDOING}


def shown_batch(
    batch: ConvocationBatch, tally: Tally, sessions: Sequence[SessionRow], team: str
) -> ShownBatch:
    states = tally.states
    placed = tally.total - states[LineState.LEFT]
    is_undoing = batch.state == BatchState.UNDOING
    done = placed - states[LineState.PROPOSED if is_undoing else LineState.PLANNED]
    return ShownBatch(
        id=batch.key, title=title_of(batch, team), state=batch.state, tag=STATES[BatchState(batch.state)],
        placed=placed, done=done, proposed=states[LineState.PROPOSED], refused=states[LineState.REFUSED],
        undone=states[LineState.UNDONE], answered=states[LineState.ANSWERED], left=states[LineState.LEFT],
        sessions=[
            SessionSummary(each.id, session_words(each), tally.sessions[each.id])
            for each in sessions
            if tally.sessions[each.id]
        ],
        reasons=sorted(tally.reasons.items(), key=lambda pair: -pair[1]),
        spoken=f"{done} sur {placed}" if batch.state in {BatchState.RUNNING, BatchState.UNDOING} else "",
    )  # fmt: skip


def session_words(row: SessionRow) -> str:
    return f"{long_day(row.starts.date()).capitalize()}, {hour(row.starts)}, {row.centre}, {row.professional}"


class PersonLine(NamedTuple):
    hour: str
    name: str
    company: str
    visit: str
    due: str
    note: str
    tag: tuple[str, str]


def person_line(row: LineRow) -> PersonLine:
    return PersonLine(
        hour=hour(row.starts) if row.starts else "",
        name=row.name,
        company=f"{row.code} {row.company}",
        visit=VISITS[row.kind],
        due=day(row.due_on),
        note=row.note,
        tag=LINES[LineState(row.state)],
    )
