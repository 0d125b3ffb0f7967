"""Reads of the list of employees for a declaration: counted by the database, whatever their number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
)
from sqlmodel import col

from app.access import MemberAccess
from app.contributions.counting import (
    OUTSIDE,
    SHORT,
    SINGLY,
    CountedPerson,
    Group,
    Tally,
    Verdict,
    counts_until,
    tally,
    who_counts,
)
from app.contributions.filings import Filing
from app.employees.listing import youngest_adult
from app.follow_up.law import add_months
from app.text.names import person_name
from app.text.search import folded
from app.web.paging import PAGE
from db.functions import days_between
from db.models import Contract, DeclarationAnswer, Employee, HiringMonth, Monitoring

MOST_JOBS = 15
CUTS = 5  # months at most, that a day of the rules parts
# People of a row, counted already in other rows: as of age, or without an answer, if they are not `PLAIN`.
PLAIN, MINOR, ANSWERED = range(3)


async def tally_of(access: MemberAccess, filing: Filing, on: date) -> Tally:
    """The headcount as the list and the answers give it now, in one statement."""
    groups = []
    for kind, *row in await access.table(_GROUPS, _of(access, filing, on)):
        groups.append(group := Group(*row))
        if kind == MINOR:
            groups.append(group._replace(monitoring=Monitoring.SIMPLE, number=-group.number))
        elif kind == ANSWERED:
            groups.append(group._replace(answer=None, number=-group.number))
    return tally(groups, filing.rules, filing.since, filing.arrivals, on)


def _of(access: MemberAccess, filing: Filing, on: date) -> dict[str, Any]:
    """Parameters of the statements below. `early`: the day that all early arrivals are given, before any that
    a rule tells apart: an arrival of this declaration, or one that makes a contract short. `after`, `until`
    and `last`: of the arrivals; `adult`: born later, one is under 18 at the reference date.
    """
    rules, window = filing.rules, filing.arrivals
    reference, last = rules.reference_on, counts_until(rules, on)
    old = min(reference, on) - timedelta(days=max(rules.least_days, 1))
    given = {
        "company": access.company.key, "declaration": filing.declaration_id,
        "early": min(filing.since, window.after, old), "reference": reference, "since": filing.since,
        "after": window.after, "until": window.until, "last": last, "on": on, "least": rules.least_days,
        "adult": youngest_adult(reference),
    }  # fmt: skip
    months = {_month(each) for each in (reference, window.after, window.until, last)}
    cuts = [*sorted(months), *[(date.max, date.max)] * CUTS][:CUTS]
    return given | {
        f"{name}{place}": day
        for place, cut in enumerate(cuts)
        for name, day in zip(("cut", "next"), cut, strict=True)
    }


def _month(day: date) -> tuple[date, date]:
    """The first day of its month, and that of the next; of the last of all months there is none."""
    first = day.replace(day=1)
    return (first, add_months(first, 1)) if first < date(9999, 12, 1) else (date.max, date.max)


_company: Any = bindparam("company")
_early, _reference, _since, _after, _last, _adult, _on = (
    bindparam(name, type_=Date) for name in ("early", "reference", "since", "after", "last", "adult", "on")
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


_GROUPS_BY_JOB = _groups(col(Employee.job_title), col(Employee.risks))
_NAMES = (Employee.birth_name, Employee.usual_name, Employee.first_names, Employee.sex)
_contract, _exit_on, _ends_on = col(Employee.contract), col(Employee.exit_on), col(Employee.contract_ends_on)
_entry_on, _stored = col(Employee.entry_on), col(Employee.monitoring)
_singly = _contract.in_([sqlalchemy.literal_column(f"'{each}'") for each in SINGLY])
# As the indexes of those with an end say it, or no database would read these.
_ENDING = or_(_exit_on.is_not(None), _ends_on.is_not(None), _singly)
_STEADY = and_(_exit_on.is_(None), _ends_on.is_(None), ~_singly)
_facts = (_contract, _entry_on, _exit_on, _ends_on)
_NO_DAY, _NO_ANSWER = cast(null(), Date), cast(null(), Boolean)


def _by_month() -> tuple[Any, Any]:
    """Those whom no date ends: kept counts, but for the months that a day of the rules parts."""
    kept = HiringMonth
    days = [[bindparam(f"{name}{n}", type_=Date) for name in ("cut", "next")] for n in range(CUTS)]
    facts = (col(kept.contract), col(kept.monitoring), col(kept.month))
    whole = (
        sqlalchemy.select(
            literal(PLAIN), col(kept.contract), col(kept.month), _NO_DAY.label("exit_on"),
            _NO_DAY.label("ends_on"), col(kept.monitoring), _NO_ANSWER.label("counts"), func.sum(kept.people),
        )
        .where(col(kept.company_id) == _company, *(col(kept.month) != first for first, _ in days))
        .group_by(*facts)
    )  # fmt: skip
    months = [sqlalchemy.select(first.label("first"), end.label("end")) for first, end in days]
    cut = sqlalchemy.union_all(*months).subquery("cut")
    within = and_(_mine, _entry_on >= cut.c.first, _entry_on < cut.c.end, _STEADY)
    parted = (
        _select_group(PLAIN, _contract, _entry_on, _NO_DAY, _NO_DAY, _stored, _NO_ANSWER)
        .select_from(cut)
        .join(Employee, within)
        .group_by(_contract, _entry_on, _stored)
    )
    return whole, parted


def _select_group(kind: int, *facts: Any) -> sqlalchemy.Select[Any]:
    return sqlalchemy.select(literal(kind), *facts, func.count())


def _with_an_end() -> tuple[Any, Any, Any]:
    """Of those who left before the reference date, no rule asks more than whether it was since the last."""
    staying = (
        _select_group(PLAIN, _contract, _entry_on, _NO_DAY, _ends_on, _stored, _NO_ANSWER)
        .where(_mine, _exit_on.is_(None), _ENDING)
        .group_by(_ends_on, _contract, _entry_on, _stored)
    )
    going = (
        _select_group(PLAIN, *_facts, _stored, _NO_ANSWER)
        .where(_mine, _exit_on >= _reference)
        .group_by(_exit_on, _ends_on, _contract, _entry_on, _stored)
    )
    one = (func.min(_entry_on), func.min(_exit_on), _NO_DAY, literal(Monitoring.SIMPLE.value))
    gone = (
        _select_group(PLAIN, _contract, *one, _NO_ANSWER)
        .where(_mine, _exit_on > _since, _exit_on < _reference)
        .group_by(_contract)
    )
    return staying, going, gone


def _corrected() -> tuple[Any, Any]:
    """Minors and people with an answer, whom the others count as of age and without."""
    here, counts = or_(_exit_on.is_(None), _exit_on >= _reference), col(DeclarationAnswer.counts)
    minors = (
        _select_group(MINOR, *_facts, literal(Monitoring.ADAPTED.value), _NO_ANSWER)
        .where(_mine, _is_minor, here)
        .group_by(*_facts)
    )
    answered = (
        _select_group(ANSWERED, *_facts, _monitoring, counts)
        .select_from(DeclarationAnswer)
        .join(Employee, and_(_answer, _mine))
        .where(here)
        .group_by(*_facts, _monitoring, counts)
    )
    return minors, answered


_GROUPS = sqlalchemy.union_all(*_by_month(), *_with_an_end(), *_corrected())
_length = days_between(func.coalesce(_exit_on, _ends_on, _on), _entry_on) + 1
# What `counting.who_counts` doubts, said in SQL; a test holds the two to the same answer.
_IS_DOUBT = and_(
    _entry_on <= _last,
    or_(
        _contract == Contract.OFFICER,
        and_(_ends_on < _reference, _exit_on.is_(None)),
        and_(_contract.in_(SHORT), _length < bindparam("least", type_=Integer)),
        _exit_on == _reference,
    ),
)
_DOUBTFUL = (
    sqlalchemy.select(
        col(Employee.id), col(Employee.sort_key), col(Employee.job_title), col(DeclarationAnswer.counts),
        _contract, _entry_on, _exit_on, _ends_on, *map(col, _NAMES),
    )
    .select_from(Employee)
    .join(DeclarationAnswer, _answer, isouter=True)
    .where(
        _mine, _ENDING, _IS_DOUBT, or_(_exit_on.is_(None), _exit_on >= _reference),
        _contract.not_in(list(OUTSIDE)),
    )
    .order_by(col(Employee.sort_key), col(Employee.id))
)  # fmt: skip
_place = sqlalchemy.tuple_(bindparam("place", type_=String), bindparam("row", type_=Integer))
_AFTER = _DOUBTFUL.where(sqlalchemy.tuple_(col(Employee.sort_key), col(Employee.id)) > _place).limit(PAGE + 1)
_LEFT_AFTER = _AFTER.where(col(DeclarationAnswer.counts).is_(None))


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
    """All of them, by name, in one statement."""
    return _doubtful(await access.table(_DOUBTFUL, _of(access, filing, on)), filing, on)


async def doubtful_page(
    access: MemberAccess, filing: Filing, on: date, after: tuple[str, int] | None, *, only_left: bool
) -> list[Doubtful]:
    """A page of them, and one more if there are more. `only_left`: of those without an answer yet."""
    place, row = after or ("", 0)
    given = _of(access, filing, on) | {"place": place, "row": row}
    return _doubtful(await access.table(_LEFT_AFTER if only_left else _AFTER, given), filing, on)


def _doubtful(rows: Sequence[tuple[Any, ...]], filing: Filing, on: date) -> list[Doubtful]:
    people = []
    for row_id, key, job, answer, *person, birth, usual, first, sex in rows:
        verdict = who_counts(CountedPerson(*person), filing.rules, on)
        people.append(
            Doubtful(
                id=row_id, sort_key=key, name=person_name(birth, usual, first, sex), job=job,
                verdict=verdict, answer=answer,
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

SHOWN = 25  # of each


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
    return (
        sqlalchemy.select(
            day.label("moved_on"), literal(has_left).label("has_left"), col(Employee.id),
            col(Employee.job_title), *map(col, _NAMES),
        )
        .select_from(Employee)
        .join(DeclarationAnswer, _answer, isouter=True)
        .where(_mine, _contract.not_in(list(OUTSIDE)), those)
        .order_by(day.desc(), col(Employee.id).desc())
        .limit(SHOWN)
    )  # fmt: skip


_is_counted = case((_IS_DOUBT, col(DeclarationAnswer.counts)), else_=sqlalchemy.true())
_came = and_(
    _entry_on > _after, _entry_on <= bindparam("until", type_=Date), _entry_on <= _last,
    or_(_exit_on.is_(None), _exit_on >= _reference), _is_counted,
)  # fmt: skip
_left = and_(_exit_on > _since, _exit_on < _reference)
_MOVES = sqlalchemy.union_all(
    *(
        sqlalchemy.select(each.subquery())
        for each in (_latest(False, _entry_on, _came), _latest(True, _exit_on, _left))
    )
)


async def moves_of(access: MemberAccess, filing: Filing, on: date) -> Moves:
    """Moves as the tally counts them: arrivals who count, and departures of people who counted."""
    moves = Moves([], [])
    for moved_on, has_left, row_id, job, *names in await access.table(_MOVES, _of(access, filing, on)):
        (moves.left if has_left else moves.came).append(Mover(row_id, person_name(*names), job, moved_on))
    return moves
