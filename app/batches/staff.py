"""Acts on a batch: prepared, launched, taken back; and the portions of it, each in its own transaction.

A portion claims the row of its batch, so that one process works on it at a time and another goes on when
that one is killed: what a portion wrote, and how far it went, are one commit. Revisit for batches of several
teams.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, update
from sqlmodel import col, select

from app.access import StaffAccess
from app.batches.queries import is_any_under_way, places_of
from app.batches.rules import FULL, Fitted, fit
from app.clinic.queries import SessionRow, sessions_numbered
from app.clock import Moment
from app.due.queries import people_due
from app.errors import Refused
from app.planning.proposals import NewProposal, notify_companies, rows_numbered, write_proposals
from app.planning.staff import withdraw_slot
from app.portal import Portal
from app.portions import claimed, fitting
from db.kinds import VisitKind
from db.models import (
    AuditKind,
    BatchLine,
    BatchState,
    ConvocationBatch,
    LineState,
    SlotState,
    WaitingPerson,
)

PORTION = 40  # lines of a transaction: others write in between
CHUNK = 400
TAKEN = "Ce créneau, ou cette personne, a été pris entre-temps"
GONE = "La vacation est annulée, déplacée ou commencée"
FOR_WANT_OF_TIME = (FULL, TAKEN, GONE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The people to call and the sessions to fit them into. `team_id`: None for all teams."""

    team_id: int | None
    due_before: date
    kinds: tuple[VisitKind, ...]
    sessions: tuple[int, ...]


async def prepare_batch(access: StaffAccess, wanted: Wanted, at: Moment) -> ConvocationBatch:
    """Fit everybody, and keep the result to be looked at: nothing is proposed yet."""
    if not wanted.sessions:
        raise Refused("Cochez au moins une vacation.", "sessions")
    places = await places_of(access, wanted.sessions, at.now)
    if not any(each.times for each in places):
        raise Refused("Ces vacations sont complètes ou passées : choisissez-en d’autres.", "sessions")
    team_id = _team_of(access, wanted)
    people = await people_due(access, team_id, wanted.due_before, wanted.kinds, at.today)
    if not people:
        raise Refused("Personne n’est à convoquer avec ces choix.", "due_before")
    batch = access.add(
        ConvocationBatch(
            team_id=team_id, due_before=wanted.due_before, kinds=" ".join(wanted.kinds),
            sessions=" ".join(map(str, wanted.sessions)), account_id=access.account.key, created_at=at.now,
        )
    )  # fmt: skip
    await access.flush()
    lines = [_line(batch.key, each) for each in fit(people, places)]
    connection = await access.session_.connection()
    for start in range(0, len(lines), CHUNK):
        await connection.execute(insert(BatchLine), lines[start : start + CHUNK])
    return batch


def _team_of(access: StaffAccess, wanted: Wanted) -> int | None:
    """The team called: of an account that has one team, that one."""
    teams = access.scope.teams
    if not teams:
        return wanted.team_id
    chosen = teams[0] if wanted.team_id is None and len(teams) == 1 else wanted.team_id
    if chosen not in teams:
        raise Refused("Choisissez une de vos équipes.", "team")
    return chosen


def _line(batch_id: int, fitted: Fitted) -> dict[str, object]:
    return {
        "batch_id": batch_id, "company_id": fitted.due.company_id, "employee_id": fitted.due.employee_id,
        "kind": fitted.due.kind, "due_on": fitted.due.due_on, "session_id": fitted.session_id,
        "starts_at": fitted.starts_at, "slot_id": None, "reason": fitted.reason,
        "note": fitted.due.needs.words,
        "state": LineState.PLANNED if fitted.session_id else LineState.LEFT,
    }  # fmt: skip


async def launch_batch(access: StaffAccess, batch_id: int, now: datetime) -> None:
    """Propose everything, in the background. Twice is once."""
    await _turn(access, batch_id, BatchState.DRAFT, BatchState.RUNNING, {"started_at": now})
    _trace(access, batch_id, now, "convocations proposées")


async def undo_batch(access: StaffAccess, batch_id: int, now: datetime) -> None:
    """Take back, in the background, what nobody has answered."""
    await _turn(access, batch_id, BatchState.DONE, BatchState.UNDOING, {})
    _trace(access, batch_id, now, "convocations retirées")


async def drop_batch(access: StaffAccess, batch_id: int) -> None:
    """Forget a batch that was never launched."""
    batch = await access.get(ConvocationBatch, batch_id)
    if batch.state != BatchState.DRAFT:
        raise Refused("Ces convocations sont déjà parties.", status_code=409)
    await access.change(delete(BatchLine).where(col(BatchLine.batch_id) == batch_id))
    await access.delete(batch)


async def wait_for_times(access: StaffAccess, batch_id: int, now: datetime) -> int:
    """Put those for whom only a time was missing at the end of the waiting list. How many they are."""
    await access.get(ConvocationBatch, batch_id)
    waiting = select(WaitingPerson.employee_id)
    theirs = select(BatchLine).where(
        col(BatchLine.batch_id) == batch_id, col(BatchLine.state).in_((LineState.LEFT, LineState.REFUSED)),
        col(BatchLine.reason).in_(FOR_WANT_OF_TIME), col(BatchLine.employee_id).not_in(waiting),
    )  # fmt: skip
    lines = await access.all(theirs.order_by(col(BatchLine.due_on), col(BatchLine.id)))
    for each in lines:
        access.add(
            WaitingPerson(
                company_id=each.company_id, employee_id=each.employee_id, kind=VisitKind(each.kind),
                account_id=access.account.key, added_at=now,
            )
        )  # fmt: skip
    return len(lines)


async def _turn(
    access: StaffAccess, batch_id: int, before: BatchState, after: BatchState, values: dict[str, datetime]
) -> None:
    """From this state to that one, if no colleague was quicker."""
    batch = await access.get(ConvocationBatch, batch_id)
    mine = update(ConvocationBatch).where(
        col(ConvocationBatch.id) == batch_id, col(ConvocationBatch.state) == before
    )
    if not await access.change(mine.values(state=after, **values)) and batch.state != after:
        raise Refused("Un collègue vient de le faire : voici où elles en sont.", status_code=409)


def _trace(access: StaffAccess, batch_id: int, now: datetime, what: str) -> None:
    access.record(AuditKind.BATCH_CHANGED, now, access.account.key, None, f"n° {batch_id} : {what}", batch_id)


# Portions, done by whichever process is there.


async def work_portion(portal: Portal, now: datetime) -> bool:
    """Propose or take back the next lines of a batch. False when there is nothing to do."""
    async with claimed(
        portal, is_any_under_way, ConvocationBatch, BatchState.RUNNING, BatchState.UNDOING
    ) as job:
        if job is None:
            return False
        access, batch = job
        is_running = batch.state == BatchState.RUNNING
        lines = await _next_lines(access, batch, LineState.PLANNED if is_running else LineState.PROPOSED)
        if not lines:
            batch.state = BatchState.DONE if is_running else BatchState.UNDONE
            batch.ended_at = now
        elif is_running:
            await _propose(access, batch, lines, now)
        else:
            await _take_back(access, batch, lines, now)
    return True


async def _next_lines(access: StaffAccess, batch: ConvocationBatch, state: LineState) -> Sequence[BatchLine]:
    theirs = select(BatchLine).where(col(BatchLine.batch_id) == batch.key, col(BatchLine.state) == state)
    most = fitting(access.portal, ConvocationBatch, PORTION)
    return await access.all(theirs.order_by(col(BatchLine.company_id), col(BatchLine.id)).limit(most))


async def _propose(
    access: StaffAccess, batch: ConvocationBatch, lines: Sequence[BatchLine], now: datetime
) -> None:
    numbers = sorted({each.session_id for each in lines if each.session_id})
    sessions = {each.id: each for each in await sessions_numbered(access, numbers)}
    good = [each for each in lines if _is_held(each, sessions.get(each.session_id or 0), now)]
    slots = await write_proposals(access, [_proposal(each, sessions) for each in good], now)
    for line in lines:
        line.state, line.reason = LineState.REFUSED, GONE
    for line, slot_id in zip(good, slots, strict=True):
        line.slot_id = slot_id
        line.state, line.reason = (LineState.PROPOSED, "") if slot_id else (LineState.REFUSED, TAKEN)
    await access.flush()
    await _notify(access, batch, lines, LineState.PLANNED, LineState.PROPOSED, now)


def _is_held(line: BatchLine, session: SessionRow | None, now: datetime) -> bool:
    """True when the session still has that time, and has not begun."""
    if session is None or session.cancelled_at or session.starts_at <= now:
        return False
    return line.starts_at in session.times


def _proposal(line: BatchLine, sessions: dict[int, SessionRow]) -> NewProposal:
    session = sessions[line.session_id or 0]
    return NewProposal(
        company_id=line.company_id, employee_id=line.employee_id, kind=VisitKind(line.kind),
        starts_at=line.starts_at or session.starts_at, minutes=session.minutes, centre_id=session.centre_id,
        professional=session.professional, role=session.role, session_id=session.id,
    )  # fmt: skip


async def _take_back(
    access: StaffAccess, batch: ConvocationBatch, lines: Sequence[BatchLine], now: datetime
) -> None:
    rows = {row.id: row for row in await rows_numbered(access, [each.slot_id or 0 for each in lines])}
    for line in lines:
        row = rows.get(line.slot_id or 0)
        is_open = row and row.state == SlotState.PROPOSED and row.employee_id == line.employee_id
        if row and is_open:
            await withdraw_slot(access, row.id, now)
        line.state = LineState.UNDONE if is_open else LineState.ANSWERED
    await access.flush()
    await _notify(access, batch, lines, LineState.PROPOSED, LineState.UNDONE, now)


async def _notify(
    access: StaffAccess, batch: ConvocationBatch, lines: Sequence[BatchLine], waiting: LineState,
    done: LineState, now: datetime,
) -> None:  # fmt: skip
    """One mail to each company of this portion that has nobody left for the next. Those who had asked for a
    visit have already been written to.
    """
    companies = {each.company_id for each in lines}
    last = max(companies)
    theirs = select(BatchLine).where(
        col(BatchLine.batch_id) == batch.key, col(BatchLine.company_id).in_(companies)
    )
    slots: dict[int, list[int]] = defaultdict(list)
    for each in await access.all(theirs):
        if each.state == done and each.slot_id:
            slots[each.company_id].append(each.slot_id)
        elif each.state == waiting and each.company_id == last:
            companies.discard(last)
    numbers = [number for company in companies for number in slots[company]]
    rows = await rows_numbered(access, numbers)
    await notify_companies(access, rows, now, are_withdrawn=done == LineState.UNDONE)
