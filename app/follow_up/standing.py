"""The standing of an employee's next visit: the one rule behind every page that names it.

Pure, no clock. A deadline that has passed is late only while nothing is under way for that very visit: of
eight people once shown late, seven had an appointment. One for another visit (a return to work) is told when
nothing is late, and does not make a late visit less late.
"""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from app.clock import Moment
from app.text.formats import agenda_moment, short_day
from db.kinds import NEVER


class Call(NamedTuple):
    """An appointment, proposed or confirmed, of one employee. `kind`: a `VisitKind`; `place`: the centre."""

    slot_id: int
    kind: str
    is_confirmed: bool
    starts_at: datetime
    place: str

    def counts(self, now: datetime) -> bool:
        return self.is_confirmed or self.starts_at > now


class OpenRequest(NamedTuple):
    """An open request of the employer for one employee. `kind`: the visit that would answer it."""

    request_id: int
    kind: str
    sent_at: datetime


class State(StrEnum):
    LATE = "late"
    REQUESTED = "requested"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DUE = "due"
    NOTHING = "nothing"


class Standing(NamedTuple):
    """`call`: the appointment proposed or confirmed; `request`: the request, without any; `due_on`: None when
    no visit is to come. `is_over`: it has passed, and the service has not yet said how it went.
    """

    state: State
    due_on: date | None = None
    call: Call | None = None
    request: OpenRequest | None = None
    is_over: bool = False

    @property
    def is_late(self) -> bool:
        return self.state == State.LATE

    @property
    def words(self) -> str:
        """mar. 1er déc. à 9 h 00 · demandé le 27/11/2026 · 31/03/2027 · "" for nothing."""
        if self.call:
            return agenda_moment(self.call.starts_at)
        if self.request:
            return f"demandé le {short_day(self.request.sent_at)}"
        return short_day(self.due_on) if self.due_on else ""

    @property
    def machine(self) -> str:
        """The same for `<time datetime>`; "" for nothing."""
        at = self.call.starts_at if self.call else self.request.sent_at if self.request else self.due_on
        if isinstance(at, datetime):
            return at.isoformat(timespec="seconds")
        return at.isoformat() if at else ""

    @property
    def tag(self) -> tuple[str, str]:
        """The word of the state and the kind of its tag; no word where the date says all."""
        return ("passé", "") if self.is_over else TAGS.get(self.state, ("", ""))


TAGS = {
    State.LATE: ("en retard", "bad"),
    State.REQUESTED: ("demandé", "wait"),
    State.PROPOSED: ("à confirmer", "wait"),
    State.CONFIRMED: ("confirmé", "ok"),
}


def standing_of(
    due_on: date,
    due_kind: str,
    under_way: Collection[Call | OpenRequest],
    at: Moment,
    *,
    is_here: bool = True,
) -> Standing:
    """`due_on`, `due_kind`: of the employee, NEVER and "" for none. `is_here`: False once they have left.

    `under_way`: the living appointments and open requests of this employee. A proposal that nobody confirmed
    in time no longer counts; a confirmed appointment does until the service says how it went.
    """
    if not is_here:
        return Standing(State.NOTHING)
    is_late = due_on < at.today
    due = None if due_on == NEVER else due_on
    calls = [each for each in under_way if isinstance(each, Call) and each.counts(at.now)]
    if calls and not (is_late and all(each.kind != due_kind for each in calls)):
        call = min(calls, key=lambda each: (each.starts_at <= at.now, each.starts_at, each.slot_id))
        state = State.CONFIRMED if call.is_confirmed else State.PROPOSED
        return Standing(state, due, call=call, is_over=call.starts_at <= at.now)
    requests = [each for each in under_way if isinstance(each, OpenRequest) and each.kind]
    wanted = [each for each in requests if each.kind == due_kind or not is_late]
    if wanted:
        request = min(wanted, key=lambda each: (each.sent_at, each.request_id))
        return Standing(State.REQUESTED, due, request=request)
    if due is None:
        return Standing(State.NOTHING)
    return Standing(State.LATE if is_late else State.DUE, due)
