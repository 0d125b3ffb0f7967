"""One employee as the page displays it: the follow-up explained, the next visit, the papers that expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_
from sqlmodel import col, select

from app.access import MemberAccess, of_company
from app.employees.declared import Declared, columns_of, deadline_of, declared_of, facts_of, in_words, name_of
from app.employees.listing import is_to_confirm, name_conditions, state_of
from app.errors import NotFound
from app.follow_up.law import (
    NOT_FOLLOWED,
    RISKS,
    DoneVisit,
    counts_for_contribution,
    follow_up,
    mid_career_year,
)
from app.follow_up.standing import Standing
from app.follow_up.words import MONITORINGS, NAMED, VISITS
from app.text.search import words_of
from app.web.paging import PAGE
from db.models import (
    Account,
    AppointmentRequest,
    ChangeKind,
    Contract,
    Employee,
    EmployeeChange,
    EmployeeImport,
    Slot,
    Visit,
    VisitKind,
)
from db.types import Instant

NO_INSTANT = datetime.min.replace(tzinfo=UTC)
EXPIRES_SOON = timedelta(days=60)
MID_CAREER_AHEAD = 2  # years
FIRST = {VisitKind.VIP_INITIAL, VisitKind.EXAM_HIRING}
PARTS = {
    "Identité": (
        "birth_name", "usual_name", "first_names", "sex", "birth_on", "email", "phone", "staff_number",
    ),
    "Contrat et poste": (
        "entry_on", "exit_on", "contract", "contract_ends_on", "job_title", "pcs", "part_time",
    ),
}  # fmt: skip
SHORT = {
    "birth_name": "Nom de naissance", "usual_name": "Nom d’usage", "first_names": "Prénom", "sex": "Sexe",
    "birth_on": "Naissance", "email": "E-mail", "phone": "Téléphone", "staff_number": "Matricule",
    "entry_on": "Entrée", "exit_on": "Sortie", "contract": "Contrat", "contract_ends_on": "Fin prévue",
    "job_title": "Poste", "pcs": "Métier (PCS-ESE)", "part_time": "Temps partiel",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Next:
    """The next visit. `article` and `words` say why then; `is_over` that the day has passed, `is_late` that
    besides nothing is under way.

    `is_priority`: the first visit after a handicap was made known, better early (R4624-20; sources disagree).
    """

    kind: str
    by: date
    words: str
    article: str
    is_over: bool
    is_late: bool
    before_post: bool
    is_priority: bool

    @property
    def is_urgent(self) -> bool:
        return self.before_post or self.is_late or self.is_priority


@dataclass(frozen=True, slots=True)
class Expiry:
    title: str
    on: date
    words: str
    is_near: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """`ended_on`: the planned end of a contract that has passed without a departure. `no_visit`: why nobody
    is followed here. `mid_career`: the year of that visit, 0 unless it is near.
    """

    name: str
    state: str
    is_gone: bool
    has_left: bool
    ended_on: date | None
    parts: dict[str, list[tuple[str, str]]]
    monitoring: str
    monitoring_words: str
    reasons: list[tuple[str, str]]
    next: Next | None
    no_visit: str
    mid_career: int
    counts: bool
    expiries: list[Expiry]


def sheet_of(
    employee: Employee,
    visits: Sequence[Visit],
    today: date,
    *,
    may_read_all: bool,
    standing: Standing | None = None,
) -> PersonSheet:
    """`may_read_all`: whether the reader keeps the list, and so knows what each employee made known.
    `standing`: None for somebody who is not in the list yet, for whom nothing is under way.
    """
    declared = declared_of(employee)
    followed = follow_up(facts_of(employee).risks, employee.birth_on, max(today, employee.entry_on))
    parts = {
        title: [(SHORT[name], in_words(name, declared[name])) for name in names if declared[name]]
        for title, names in PARTS.items()
    }
    return PersonSheet(
        name=name_of(declared),
        state=state_of(employee.entry_on, employee.exit_on, employee.contract_ends_on, today),
        is_gone=bool(employee.exit_on and employee.exit_on < today),
        has_left=employee.exit_on is not None,
        ended_on=employee.contract_ends_on if is_to_confirm(employee, today) else None,
        parts=parts,
        monitoring=followed.monitoring.value,
        monitoring_words=MONITORINGS[followed.monitoring],
        reasons=[_reason(code, may_read_all=may_read_all) for code in followed.reasons],
        next=_next(employee, visits, today, standing, may_read_all=may_read_all),
        no_visit=NOT_FOLLOWED.get(Contract(employee.contract), ""),
        mid_career=_mid_career(employee.birth_on, today),
        counts=counts_for_contribution(Contract(employee.contract)),
        expiries=_expiries(employee, today),
    )


def _mid_career(birth_on: date, today: date) -> int:
    """The year of that visit when it is near enough to be thought of, or 0."""
    year = mid_career_year(birth_on)
    return year if today.year <= year <= today.year + MID_CAREER_AHEAD else 0


def _reason(code: str, *, may_read_all: bool) -> tuple[str, str]:
    words = RISKS[code].words
    return (NAMED.get(code, words) if may_read_all else words), RISKS[code].article


def _next(
    employee: Employee, visits: Sequence[Visit], today: date, standing: Standing | None, *, may_read_all: bool
) -> Next | None:
    if employee.exit_on and employee.exit_on < today:
        return None
    seen = [DoneVisit(VisitKind(each.kind), each.done_on, each.next_on) for each in visits]
    deadline = deadline_of(employee, seen)
    if deadline is None:
        return None
    return Next(
        kind=VISITS[deadline.kind],
        by=deadline.by,
        words=deadline.words,
        article=deadline.article,
        is_over=deadline.by < today,
        is_late=deadline.by < today and (standing is None or standing.is_late),
        before_post=deadline.before_post,
        is_priority=may_read_all and "RQTH" in employee.risks.split() and deadline.kind in FIRST,
    )


def _expiries(employee: Employee, today: date) -> list[Expiry]:
    """Both last 5 years; the attestation is given to the employee only (decree 2025-355)."""
    dates = (
        ("Autorisation de conduite", employee.driving_until),
        ("Habilitation électrique", employee.electrical_until),
    )
    expiries = []
    for title, on in dates:
        if on:
            words = "expirée" if on < today else "à renouveler" if on - today <= EXPIRES_SOON else "valable"
            expiries.append(Expiry(title, on, words, words != "valable", on < today))
    return expiries


def unsaved_employee(values: Declared) -> Employee:
    """The row that these declared fields would make, for showing what would follow from them."""
    return Employee(company_id=0, created_at=NO_INSTANT, updated_at=NO_INSTANT, **columns_of(values))


# Reads about one employee: visits, changes, who may be the same person.


_VISITS = (
    of_company(Visit)
    .where(col(Visit.employee_id) == bindparam("employee"))
    .order_by(col(Visit.done_on).desc(), col(Visit.id).desc())
)


async def visits_of(access: MemberAccess, employee_id: int) -> Sequence[Visit]:
    """The visits that took place, the latest first."""
    return await access.all(_VISITS, {"company": access.company.key, "employee": employee_id})


MANY = 200  # ids asked for at once


class ChangeLine(NamedTuple):
    """`change`: of one person, or a whole file that was applied."""

    change: EmployeeChange | EmployeeImport
    who: str

    @property
    def place(self) -> tuple[datetime, int]:
        """The place in the list, whose order goes down: files come after the others of the same instant."""
        if isinstance(self.change, EmployeeImport):
            return self.change.applied_at or self.change.created_at, -self.change.key
        return self.change.at, self.change.key


def _with_author(model: type[Any], at: Any, then: Any) -> Any:
    return (
        select(model, Account.first_name, Account.last_name)
        .join(Account, col(Account.id) == model.account_id, isouter=True)
        .where(model.company_id == bindparam("company"))
        .order_by(at.desc(), then)
        .limit(PAGE + 1)
    )


@cache
def _latest(*, is_after: bool) -> tuple[Any, Any]:
    """The changes of one person, and those of a file."""
    at, row_id = col(EmployeeChange.at), col(EmployeeChange.id)
    applied_at, import_id = col(EmployeeImport.applied_at), col(EmployeeImport.id)
    by_hand = _with_author(EmployeeChange, at, row_id.desc())
    by_hand = by_hand.where(col(EmployeeChange.import_id).is_(None))
    by_file = _with_author(EmployeeImport, applied_at, import_id)
    by_file = by_file.where(applied_at.is_not(None))
    if is_after:
        day = bindparam("at", type_=Instant)
        by_hand = by_hand.where(or_(at < day, and_(at == day, row_id < bindparam("number"))))
        by_file = by_file.where(or_(applied_at < day, and_(applied_at == day, import_id > bindparam("file"))))
    return by_hand, by_file


# Sorted, not read in the order of an index: of one there are few, and SQLite would read all of a company's.
_sorted_at = func.coalesce(EmployeeChange.at, EmployeeChange.at)
_OF_ONE = _with_author(EmployeeChange, _sorted_at, col(EmployeeChange.id).desc()).where(
    col(EmployeeChange.employee_id) == bindparam("employee")
)


async def changes_of(access: MemberAccess, employee_id: int) -> list[ChangeLine]:
    """The latest changes of one employee, those that a file brought included."""
    rows = await access.rows(_OF_ONE, {"company": access.company.key, "employee": employee_id})
    return [_line(*row) for row in rows]


async def latest_changes(
    access: MemberAccess, before: tuple[datetime, int] | None = None
) -> list[ChangeLine]:
    """Changes of everybody: a page of them, and one more if there are more. A file is one,
    undone as a whole.
    """
    given: dict[str, Any] = {"company": access.company.key}
    if before:
        given |= {"at": before[0], "number": before[1], "file": -before[1]}
    by_hand, by_file = _latest(is_after=before is not None)
    lines = [_line(*row) for row in await access.rows(by_hand, given)]
    lines += [_line(*row) for row in await access.rows(by_file, given)]
    return sorted(lines, key=lambda line: line.place, reverse=True)[: PAGE + 1]


def _line(change: Any, first: str | None, last: str | None) -> ChangeLine:
    return ChangeLine(change, f"{first or ''} {last or ''}".strip())


async def changes_after(access: MemberAccess, change: EmployeeChange) -> Sequence[EmployeeChange]:
    """Later changes of the same person, the oldest first, undone or not."""
    mine = access.select(EmployeeChange).where(
        col(EmployeeChange.employee_id) == change.employee_id, col(EmployeeChange.id) > change.key
    )
    return await access.all(mine.order_by(col(EmployeeChange.id)))


async def employees_alike(
    access: MemberAccess, birth_name: str, first_names: str, birth_on: date
) -> Sequence[Employee]:
    """Employees who may be the same person: same birth date and one name alike, or both names and another
    birth date.

    Accents and capitals aside. (DOMAIN: identity is birth name, first names and birth date.)
    """
    mine = select(Employee.id).where(Employee.company_id == access.company.key)
    same_day = mine.where(col(Employee.birth_on) == birth_on).limit(200)
    same_name = mine.where(*name_conditions(f"{birth_name} {first_names}")).limit(20)
    either = or_(*(col(Employee.id).in_(each) for each in (same_day, same_name)))
    same_day_first = (col(Employee.birth_on) != birth_on, col(Employee.id))
    rows = await access.all(access.select(Employee).where(either).order_by(*same_day_first))
    return [row for row in rows if is_like(row, birth_name, first_names, birth_on)]


def is_like(row: Any, birth_name: str, first_names: str, birth_on: date) -> bool:
    same_name = words_of(row.birth_name) == words_of(birth_name) or words_of(row.usual_name) == words_of(
        birth_name
    )
    same_first = words_of(row.first_names)[:1] == words_of(first_names)[:1]
    if row.birth_on == birth_on:
        return same_name or same_first
    return same_name and same_first


async def just_declared(access: MemberAccess, since: datetime) -> EmployeeChange | None:
    """The last employee that this account declared, by hand and lately."""
    mine = access.select(EmployeeChange).where(
        col(EmployeeChange.account_id) == access.account.key,
        col(EmployeeChange.kind) == ChangeKind.DECLARED,
        col(EmployeeChange.import_id).is_(None),
        col(EmployeeChange.at) > since,
    )
    return await access.first(mine.order_by(col(EmployeeChange.id).desc()).limit(1))


async def done_visits(access: MemberAccess, employee_id: int) -> list[DoneVisit]:
    """The facts on visits that the rules need."""
    return [
        DoneVisit(VisitKind(each.kind), each.done_on, each.next_on)
        for each in await visits_of(access, employee_id)
    ]


_AMONG = (
    of_company(Employee)
    .where(col(Employee.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Employee.sort_key), col(Employee.id))
)


async def employees_by_id(access: MemberAccess, ids: Sequence[int]) -> dict[int, Employee]:
    """Those of these numbers that are this company's, by number, in the order of the list."""
    by_id: dict[int, Employee] = {}
    for start in range(0, len(ids), MANY):
        given = {"company": access.company.key, "ids": list(ids[start : start + MANY])}
        by_id |= {row.key: row for row in await access.all(_AMONG, given)}
    return by_id


async def chosen_employees(access: MemberAccess, ids: Sequence[int]) -> list[Employee]:
    """All of them, in the order of the list; NotFound when one is not this company's."""
    by_id = await employees_by_id(access, ids)
    if len(by_id) < len(set(ids)):
        raise NotFound
    return sorted(by_id.values(), key=lambda each: (each.sort_key, each.key))


async def done_visits_by_employee(access: MemberAccess, ids: Sequence[int]) -> dict[int, list[DoneVisit]]:
    by_id: dict[int, list[DoneVisit]] = {}
    for start in range(0, len(ids), MANY):
        mine = access.select(Visit).where(col(Visit.employee_id).in_(ids[start : start + MANY]))
        for each in await access.all(mine):
            by_id.setdefault(each.employee_id, []).append(
                DoneVisit(VisitKind(each.kind), each.done_on, each.next_on)
            )
    return by_id


async def import_changes(access: MemberAccess, import_id: int) -> Sequence[EmployeeChange]:
    """Changes made by a file that nobody undid yet."""
    mine = access.select(EmployeeChange).where(col(EmployeeChange.import_id) == import_id)
    return await access.all(
        mine.where(col(EmployeeChange.undone_at).is_(None)).order_by(col(EmployeeChange.id))
    )


async def ids_with_appointments(access: MemberAccess, ids: Sequence[int]) -> set[int]:
    """Employees with a visit requested or an appointment proposed: their row is part of that story."""
    numbers: set[int | None] = set()
    for start in range(0, len(ids), MANY):
        some = ids[start : start + MANY]
        requests = access.select(AppointmentRequest).where(col(AppointmentRequest.employee_id).in_(some))
        planned = access.select(Slot).where(col(Slot.employee_id).in_(some))
        numbers |= {each.employee_id for each in await access.all(requests)}
        numbers |= {each.employee_id for each in await access.all(planned)}
    return {each for each in numbers if each}
