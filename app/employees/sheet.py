"""One employee as the page tells it: the follow-up explained, the next visit, what expires."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.employees.declared import Declared, columns_of, deadline_of, declared_of, facts_of, name_of
from app.employees.forms import in_words
from app.employees.listing import is_to_confirm, state_of
from app.employees.questions import MONITORINGS, NAMED, VISITS
from app.employees.rules import NOT_FOLLOWED, RISKS, Seen, counts_for_contribution, follow_up, mid_career_year
from db.models import Contract, Employee, Visit, VisitKind

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
    "birth_on": "Né(e) le", "email": "E-mail", "phone": "Téléphone", "staff_number": "Matricule",
    "entry_on": "Entrée", "exit_on": "Sortie", "contract": "Contrat", "contract_ends_on": "Fin prévue",
    "job_title": "Poste", "pcs": "Métier (PCS-ESE)", "part_time": "Temps partiel",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Next:
    """The next visit. `article` and `words` say why then; `is_late` that the day has passed.

    `is_priority`: the first visit of who made a handicap known, better early (R4624-20; sources disagree).
    """

    kind: str
    by: date
    words: str
    article: str
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
class Sheet:
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


def sheet_of(employee: Employee, visits: Sequence[Visit], today: date, *, tells_all: bool) -> Sheet:
    """`tells_all`: whether the reader keeps the list, and so knows what each employee made known."""
    declared = declared_of(employee)
    followed = follow_up(facts_of(employee).risks, employee.birth_on, max(today, employee.entry_on))
    parts = {
        title: [(SHORT[name], in_words(name, declared[name])) for name in names if declared[name]]
        for title, names in PARTS.items()
    }
    return Sheet(
        name=name_of(declared),
        state=state_of(employee.entry_on, employee.exit_on, employee.contract_ends_on, today),
        is_gone=bool(employee.exit_on and employee.exit_on < today),
        has_left=employee.exit_on is not None,
        ended_on=employee.contract_ends_on if is_to_confirm(employee, today) else None,
        parts=parts,
        monitoring=followed.monitoring.value,
        monitoring_words=MONITORINGS[followed.monitoring],
        reasons=[_reason(code, tells_all=tells_all) for code in followed.reasons],
        next=_next(employee, visits, today, tells_all=tells_all),
        no_visit=NOT_FOLLOWED.get(Contract(employee.contract), ""),
        mid_career=_mid_career(employee.birth_on, today),
        counts=counts_for_contribution(Contract(employee.contract)),
        expiries=_expiries(employee, today),
    )


def _mid_career(birth_on: date, today: date) -> int:
    """The year of that visit when it is near enough to be thought of, or 0."""
    year = mid_career_year(birth_on)
    return year if today.year <= year <= today.year + MID_CAREER_AHEAD else 0


def _reason(code: str, *, tells_all: bool) -> tuple[str, str]:
    words = RISKS[code].words
    return (NAMED.get(code, words) if tells_all else words), RISKS[code].article


def _next(employee: Employee, visits: Sequence[Visit], today: date, *, tells_all: bool) -> Next | None:
    if employee.exit_on and employee.exit_on < today:
        return None
    seen = [Seen(VisitKind(each.kind), each.done_on, each.next_on) for each in visits]
    deadline = deadline_of(employee, seen)
    if deadline is None:
        return None
    return Next(
        VISITS[deadline.kind],
        deadline.by,
        deadline.words,
        deadline.article,
        deadline.by < today,
        deadline.before_post,
        tells_all and "RQTH" in employee.risks.split() and deadline.kind in FIRST,
    )


def _expiries(employee: Employee, today: date) -> list[Expiry]:
    """Both last 5 years; the attestation is given to the employee only (decree 2025-355)."""
    dates = (
        ("Autorisation de conduite", employee.driving_until),
        ("Habilitation électrique", employee.electrical_until),
    )
    found = []
    for title, on in dates:
        if on:
            words = "expirée" if on < today else "à renouveler" if on - today <= EXPIRES_SOON else "valable"
            found.append(Expiry(title, on, words, words != "valable", on < today))
    return found


def unsaved(values: Declared) -> Employee:
    """The row that these declared fields would make, for showing what would follow from them."""
    return Employee(company_id=0, created_at=NO_INSTANT, updated_at=NO_INSTANT, **columns_of(values))
