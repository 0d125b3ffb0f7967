"""Reads of the list of employees for a declaration: counted by the database, whatever their number."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Date, and_, bindparam, case, func, literal, or_
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
    groups = [Group(*row) for row in await access.table(_GROUPS, _of(access, filing, on))]
    return tally(groups, filing.rules, filing.since, filing.arrivals, on)


def _of(access: MemberAccess, filing: Filing, on: date) -> dict[str, Any]:
    """Parameters of the statements below. `early`: the day that all early arrivals are given, before any that
    a rule tells apart: an arrival of this declaration, or one that makes a contract short. `after` and
    `last`: of the arrivals; `adult`: born later, one is under 18 at the reference date.
    """
    reference, window = filing.rules.reference_on, filing.arrivals
    old = min(reference, on) - timedelta(days=max(filing.rules.least_days, 1))
    return {
        "company": access.company.key, "declaration": filing.declaration_id,
        "early": min(filing.since, window.after, old), "reference": reference, "since": filing.since,
        "after": window.after, "adult": youngest_adult(reference),
    }  # fmt: skip


_company: Any = bindparam("company")
_early, _reference, _since, _after, _last, _adult = (
    bindparam(name, type_=Date) for name in ("early", "reference", "since", "after", "last", "adult")
)
_mine = col(Employee.company_id) == _company
_answer = and_(
    col(DeclarationAnswer.company_id) == _company,
    col(DeclarationAnswer.employee_id) == col(Employee.id),
    col(DeclarationAnswer.declaration_id) == bindparam("declaration"),
)
_is_minor = and_(col(Employee.monitoring) == Monitoring.SIMPLE, col(Employee.birth_on) > _adult)
# Under 18 at the reference date, the follow-up is SIA at least.
_monitoring = case((_is_minor, Monitoring.ADAPTED.value), else_=col(Employee.monitoring))
_is_old = and_(col(Employee.contract_ends_on).is_(None), col(Employee.entry_on) < _early)


def _groups(*more: Any) -> sqlalchemy.Select[Any]:
    """Identical people, as `Group` has them after the columns of `more`. All early arrivals have the same
    day.
    """
    entry_on = case((_is_old, _early), else_=col(Employee.entry_on))
    columns = (
        *more, col(Employee.contract), entry_on, col(Employee.exit_on), col(Employee.contract_ends_on),
        _monitoring, col(DeclarationAnswer.counts),
    )  # fmt: skip
    return (
        sqlalchemy.select(*columns, func.count())
        .select_from(Employee)
        .join(DeclarationAnswer, _answer, isouter=True)
        .where(_mine, or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) > _early))
        .group_by(*columns)
    )


_GROUPS, _GROUPS_BY_JOB = _groups(), _groups(col(Employee.job_title), col(Employee.risks))
_NAMES = (Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex)
_contract, _exit_on, _ends_on = col(Employee.contract), col(Employee.exit_on), col(Employee.contract_ends_on)
_DOUBTFUL = (
    sqlalchemy.select(
        col(Employee.id), col(Employee.sort_key), col(Employee.job_title), col(DeclarationAnswer.counts),
        _contract, col(Employee.entry_on), _exit_on, _ends_on, *map(col, _NAMES),
    )
    .select_from(Employee)
    .join(DeclarationAnswer, _answer, isouter=True)
    .where(
        _mine,
        or_(_exit_on.is_(None), _exit_on >= _reference),
        or_(_ends_on.is_not(None), _exit_on == _reference, _contract.in_([*FIXED, Contract.OFFICER])),
    )
    .order_by(col(Employee.sort_key), col(Employee.id))
)  # fmt: skip


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
    people = []
    rows = await access.table(_DOUBTFUL, _of(access, filing, on))
    for row_id, key, job, answer, *person, birth, usual, first, sex in rows:
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
    for job, risks, *rest in await access.table(_GROUPS_BY_JOB, _of(access, filing, on)):
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


def _latest(has_left: bool, day: Any, those: ColumnElement[bool]) -> sqlalchemy.Select[Any]:
    facts = (Employee.contract, Employee.entry_on, Employee.exit_on, Employee.contract_ends_on)
    return (
        sqlalchemy.select(
            day.label("moved_on"), literal(has_left).label("has_left"), col(Employee.id),
            col(Employee.job_title), *map(col, _NAMES), *map(col, facts), col(DeclarationAnswer.counts),
        )
        .select_from(Employee)
        .join(DeclarationAnswer, _answer, isouter=True)
        .where(_mine, col(Employee.contract).not_in(list(OUTSIDE)), those)
        .order_by(day.desc(), col(Employee.id).desc())
        .limit(READ)
    )  # fmt: skip


_entry_on = col(Employee.entry_on)
_came = and_(_entry_on > _after, _entry_on <= _last, or_(_exit_on.is_(None), _exit_on >= _reference))
_left = and_(_exit_on > _since, _exit_on < _reference)
_MOVES = sqlalchemy.union_all(
    *(
        sqlalchemy.select(each.subquery())
        for each in (_latest(False, _entry_on, _came), _latest(True, _exit_on, _left))
    )
)


async def moves_of(access: MemberAccess, filing: Filing, on: date) -> Moves:
    """Moves as the tally counts them: arrivals who count, and departures of people who counted."""
    last = min(filing.arrivals.until, counts_until(filing.rules, on))
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
    ) in await access.table(_MOVES, _of(access, filing, on) | {"last": last}):
        one = Group(
            contract=contract, entry_on=came_on, exit_on=left_on, ends_on=ends_on, monitoring="",
            answer=answer, number=1,
        )  # fmt: skip
        if has_left or one.is_counted(filing.rules, on):
            (moves.left if has_left else moves.came).append(Mover(row_id, person_name(*names), job, moved_on))
    return Moves(moves.came[:SHOWN], moves.left[:SHOWN])
