"""Who came and who left since the last declaration, by name: the latest few, in one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, and_, literal, or_
from sqlmodel import col

from app.access import MemberAccess
from app.contributions.arrivals import counted_until
from app.contributions.counting import OUTSIDE
from app.contributions.people_queries import answer_of
from app.contributions.queries import Filing
from app.contributions.tally import Group
from app.employees.declared import shown_name
from db.models import DeclarationAnswer, Employee

SHOWN, READ = 25, 200  # of each: read more than are shown, since some of them do not count


class Moved(NamedTuple):
    """`on`: the day they came, or left."""

    id: int
    name: str
    job: str
    on: date


@dataclass(frozen=True, slots=True)
class Moves:
    """The latest first."""

    came: list[Moved]
    left: list[Moved]


async def moves_of(access: MemberAccess, filing: Filing, on: date) -> Moves:
    """As the tally counts them: who came and counts, who left and was no outsider."""
    reference, window = filing.rules.reference_on, filing.arrivals
    entry_on, exit_on = col(Employee.entry_on), col(Employee.exit_on)
    last = min(window.until, counted_until(filing.rules, on))
    came = (entry_on > window.after, entry_on <= last, or_(exit_on.is_(None), exit_on >= reference))
    left = (exit_on > filing.since, exit_on < reference)
    parts = [
        _latest(access, filing, has_left, day, and_(*those))
        for has_left, day, those in ((False, entry_on, came), (True, exit_on, left))
    ]
    statement = sqlalchemy.union_all(*(sqlalchemy.select(each.subquery()) for each in parts))
    moves = Moves([], [])
    for (
        moved_on,
        has_left,
        row_id,
        job,
        *names,
        contract,
        came_on,
        left_on,
        ends_on,
        answer,
    ) in await access.table(statement):
        one = Group(contract, came_on, left_on, ends_on, "", answer, 1)
        if has_left or one.is_counted(filing.rules, on):
            (moves.left if has_left else moves.came).append(Moved(row_id, shown_name(*names), job, moved_on))
    return Moves(moves.came[:SHOWN], moves.left[:SHOWN])


def _latest(
    access: MemberAccess, filing: Filing, has_left: bool, day: Any, those: ColumnElement[bool]
) -> sqlalchemy.Select[Any]:
    names = (Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex)
    facts = (Employee.contract, Employee.entry_on, Employee.exit_on, Employee.contract_ends_on)
    return (
        sqlalchemy.select(
            day.label("moved_on"), literal(has_left).label("has_left"), col(Employee.id),
            col(Employee.job_title), *map(col, names), *map(col, facts), col(DeclarationAnswer.counts),
        )
        .select_from(Employee)
        .join(DeclarationAnswer, answer_of(access, filing), isouter=True)
        .where(
            col(Employee.company_id) == access.company.key,
            col(Employee.contract).not_in(list(OUTSIDE)), those,
        )
        .order_by(day.desc(), col(Employee.id).desc())
        .limit(READ)
    )  # fmt: skip
