"""Reads of the list of employees for a declaration: counted by the database, whatever their number."""

from collections import Counter
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, and_, case, func, literal, or_
from sqlmodel import col

from app.access import MemberAccess
from app.contributions.counting import FIXED, Counts, Person, Verdict, who_counts
from app.contributions.queries import Filing
from app.contributions.tally import Group, Tally, tally
from app.employees.declared import shown_name
from app.employees.queries import youngest_adult
from app.searching import folded
from db.models import Contract, DeclarationAnswer, Employee, Monitoring

MOST_JOBS = 15


async def tally_of(access: MemberAccess, filing: Filing, on: date) -> Tally:
    """The headcount as the list and the answers give it now, in one statement."""
    groups = [Group(*row) for row in await access.table(_groups(access, filing))]
    return tally(groups, filing.rules, filing.since, filing.arrivals, on)


def _groups(access: MemberAccess, filing: Filing, *more: Any) -> sqlalchemy.Select[Any]:
    """People who are alike, as `Group` has them after the columns of `more`. Whoever came long ago came the
    same day.
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
    """Who is under 18 at the reference date is followed like SIA at least."""
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
    """Somebody of whom the list does not tell whether they count."""

    id: int
    sort_key: str
    name: str
    job: str
    verdict: Verdict
    answer: bool | None

    @property
    def chosen(self) -> bool | None:
        """What is ticked beforehand: the answer, or else the likelier one."""
        return self.verdict.proposed if self.answer is None else self.answer


async def doubtful_people(access: MemberAccess, filing: Filing, on: date) -> list[Doubtful]:
    """All of them, by name, in one statement: the rules themselves choose among those who may be."""
    contract, exit_on, ends_on = (
        col(Employee.contract),
        col(Employee.exit_on),
        col(Employee.contract_ends_on),
    )
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
    found = []
    for row_id, key, job, answer, *person, birth, usual, first, sex in await access.table(statement):
        verdict = who_counts(Person(*person), filing.rules, on)
        if verdict.counts == Counts.DOUBT:
            found.append(Doubtful(row_id, key, shown_name(birth, usual, first, sex), job, verdict, answer))
    return found


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
