"""Reads of the list of employees for a declaration: counted by the database, whatever their number."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Date, and_, case, func, literal, or_
from sqlmodel import col

from app.access import MemberAccess
from app.contributions.counting import (
    FIXED,
    OUTSIDE,
    CountedPerson,
    Group,
    Standing,
    Tally,
    Verdict,
    counts_until,
    tally,
    who_counts,
)
from app.contributions.filings import Filing
from app.employees.listing import youngest_adult
from app.text.names import person_name
from app.text.search import folded
from db.models import Contract, DeclarationAnswer, Employee, Monitoring

MOST_JOBS = 15


async def tally_of(access: MemberAccess, filing: Filing, on: date) -> Tally:
    """The headcount as the list and the answers give it now, in one statement."""
    groups = [Group(*row) for row in await access.table(_groups(access, filing))]
    return tally(groups, filing.rules, filing.since, filing.arrivals, on)


def _groups(access: MemberAccess, filing: Filing, *more: Any) -> sqlalchemy.Select[Any]:
    """Identical people, as `Group` has them after the columns of `more`. All early arrivals have the same
    day.
    """
    since = literal(min(filing.since, filing.arrivals.after), Date)
    is_old = and_(col(Employee.contract_ends_on).is_(None), col(Employee.entry_on) < since)
    entry_on = case((is_old, since), else_=col(Employee.entry_on))
    columns = (
        *more, col(Employee.contract), entry_on, col(Employee.exit_on), col(Employee.contract_ends_on),
        _monitoring(filing), col(DeclarationAnswer.counts),
    )  # fmt: skip
    return (
        sqlalchemy.select(*columns, func.count())
        .select_from(Employee)
        .join(DeclarationAnswer, answer_of(access, filing), isouter=True)
        .where(
            col(Employee.company_id) == access.company.key,
            or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) > since),
        )
        .group_by(*columns)
    )


def _monitoring(filing: Filing) -> sqlalchemy.ColumnElement[str]:
    """Under 18 at the reference date, the follow-up is SIA at least."""
    adult = youngest_adult(filing.rules.reference_on)
    is_minor = and_(col(Employee.monitoring) == Monitoring.SIMPLE, col(Employee.birth_on) > adult)
    return case((is_minor, Monitoring.ADAPTED.value), else_=col(Employee.monitoring))


def answer_of(access: MemberAccess, filing: Filing) -> sqlalchemy.ColumnElement[bool]:
    return and_(
        col(DeclarationAnswer.company_id) == access.company.key,
        col(DeclarationAnswer.employee_id) == col(Employee.id),
        col(DeclarationAnswer.declaration_id) == filing.declaration_id,
    )


class Doubtful(NamedTuple):
    """A person whom the list alone neither counts nor excludes."""

    id: int
    sort_key: str
    name: str
    job: str
    verdict: Verdict
    answer: bool | None

    @property
    def chosen(self) -> bool | None:
        """The answer ticked beforehand: the stored one, or else the likelier one."""
        return self.verdict.proposed if self.answer is None else self.answer


async def doubtful_people(access: MemberAccess, filing: Filing, on: date) -> list[Doubtful]:
    """All of them, by name, in one statement: the rules themselves choose among those who may be."""
    contract, exit_on = col(Employee.contract), col(Employee.exit_on)
    ends_on = col(Employee.contract_ends_on)
    reference = filing.rules.reference_on
    names = (Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex)
    statement = (
        sqlalchemy.select(
            col(Employee.id), col(Employee.sort_key), col(Employee.job_title), col(DeclarationAnswer.counts),
            contract, col(Employee.entry_on), exit_on, ends_on, *map(col, names),
        )
        .select_from(Employee)
        .join(DeclarationAnswer, answer_of(access, filing), isouter=True)
        .where(
            col(Employee.company_id) == access.company.key,
            or_(exit_on.is_(None), exit_on >= reference),
            or_(
                ends_on.is_not(None), exit_on == reference, contract.in_([*FIXED, Contract.OFFICER])
            ),
        )
        .order_by(col(Employee.sort_key), col(Employee.id))
    )  # fmt: skip
    people = []
    for row_id, key, job, answer, *person, birth, usual, first, sex in await access.table(statement):
        verdict = who_counts(CountedPerson(*person), filing.rules, on)
        if verdict.counts == Standing.DOUBT:
            people.append(
                Doubtful(
                    id=row_id, sort_key=key, name=person_name(birth, usual, first, sex),
                    job=job, verdict=verdict, answer=answer,
                )
            )  # fmt: skip
    return people


async def jobs_of(
    access: MemberAccess, filing: Filing, on: date
) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """(the most frequent jobs, how many people are exposed to each risk) of those who count."""
    jobs, exposed = Counter[str](), Counter[str]()
    statement = _groups(access, filing, col(Employee.job_title), col(Employee.risks))
    for job, risks, *rest in await access.table(statement):
        group = Group(*rest)
        if group.is_counted(filing.rules, on):
            jobs[job] += group.number
            exposed.update(dict.fromkeys(risks.split(), group.number))
    frequent = sorted(jobs.items(), key=lambda each: (-each[1], folded(each[0])))
    return frequent[:MOST_JOBS], exposed


# Arrivals and departures since the last declaration, by name: the latest few, in one statement.

SHOWN, READ = 25, 200  # of each: read more than are shown, since some of them do not count


class Mover(NamedTuple):
    """`on`: the day they came, or left."""

    id: int
    name: str
    job: str
    on: date


@dataclass(frozen=True, slots=True)
class Moves:
    """The latest first."""

    came: list[Mover]
    left: list[Mover]


async def moves_of(access: MemberAccess, filing: Filing, on: date) -> Moves:
    """Moves as the tally counts them: arrivals who count, and departures of people who counted."""
    reference, window = filing.rules.reference_on, filing.arrivals
    entry_on, exit_on = col(Employee.entry_on), col(Employee.exit_on)
    last = min(window.until, counts_until(filing.rules, on))
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
        one = Group(
            contract=contract, entry_on=came_on, exit_on=left_on, ends_on=ends_on, monitoring="",
            answer=answer, number=1,
        )  # fmt: skip
        if has_left or one.is_counted(filing.rules, on):
            (moves.left if has_left else moves.came).append(Mover(row_id, person_name(*names), job, moved_on))
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
