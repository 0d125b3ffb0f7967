"""The things that wait for the service, over all members: one statement for a page of it, one for its counts.

Each kind reads its own table through an index of what waits and nothing else, so the number of members, or
of things settled, changes nothing. Conditions are written out, not bound: a database reads such an index
only for the very words of it. Revisit with more than some thousands of things waiting at once.
"""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import Date, Integer, String, bindparam, cast, func, literal_column, null, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.follow_up.secrecy import SecretWords
from db.models import (
    Account,
    AppointmentRequest,
    CareTeam,
    Company,
    CompanyCorrection,
    DeclarationCorrection,
    Document,
    Employee,
    EmployeeChange,
    Inquiry,
    PublicInquiry,
    Slot,
    StaffMember,
    Subject,
    Taking,
)
from db.models.appointment import UNANSWERED as REQUEST_UNANSWERED
from db.models.company import UNSEEN
from db.models.contribution import UNANSWERED as CORRECTION_UNANSWERED
from db.models.document import DEPOSITED
from db.models.employee import URGENT
from db.models.inquiry import UNANSWERED as INQUIRY_UNANSWERED
from db.models.inquiry import UNHANDLED
from db.models.planning import GIVEN_BACK
from db.types import Instant

PAGE = 25
# By the word of the address, in the order of the screen.
KINDS = SecretWords(
    {
        "embauches": "Embauches urgentes",
        "reprises": "Reprises",
        "demandes": "Demandes de visite",
        "dates": "Autres dates demandées",
        "reponses": "Messages sur une demande",
        "creneaux": "Créneaux rendus",
        "messages": "Messages",
        "publics": "Messages sans compte",
        "corrections": "Corrections de déclaration",
        "fiches": "Fiches entreprise corrigées",
        "depots": "Documents déposés",
    },
    secret=["reprises"],
    unsaid="Visites à faire vite",
)
ONE_OF = SecretWords(
    {
        "embauches": "Embauche urgente",
        "reprises": "Reprise",
        "demandes": "Demande de visite",
        "dates": "Autre date demandée",
        "reponses": "Message sur une demande",
        "creneaux": "Créneau rendu",
        "messages": "Message",
        "publics": "Message sans compte",
        "corrections": "Correction de déclaration",
        "fiches": "Fiche entreprise corrigée",
        "depots": "Document déposé",
    },
    secret=["reprises"],
    unsaid="Visite à faire vite",
)


def kind_words(kind: str, number: int) -> str:
    """The words of so many things of that kind."""
    return ONE_OF[kind] if number == 1 else KINDS[kind]


ANYBODY, NOBODY, NOT_OTHERS = 0, -1, -2  # beside the number of an account, who looks after a thing
ANY_TEAM, NO_TEAM = 0, -1
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Thing(NamedTuple):
    """One thing that waits, since `since`. `words`: its motive, subject or kind; `day`, `at`: of its
    deadline. The names are those of the employee, or of the writer. `taker_id`: who looks after it.
    """

    kind: str
    subject: str
    id: int
    since: datetime
    day: date | None
    at: datetime | None
    words: str
    birth_name: str
    usual_name: str
    first_names: str
    sex: str
    code: str
    company: str
    team: str | None
    taker_id: int | None
    taker_first: str | None
    taker_last: str | None

    @property
    def taker(self) -> str:
        return f"{self.taker_first or ''} {self.taker_last or ''}".strip()


class Place(NamedTuple):
    """The thing after which a page starts."""

    since: datetime = LONG_AGO
    kind: str = ""
    id: int = 0


_NO_DAY, _NO_TIME, _NOTHING = cast(null(), Date), cast(null(), Instant), literal_column("''", String)
_PERSON = [col(getattr(Employee, name)) for name in ("birth_name", "usual_name", "first_names", "sex")]
_WRITER = [col(Account.last_name), _NOTHING, col(Account.first_name), _NOTHING]
_MOTIVES = {"reprise": "reprises", "autre_date": "dates"}


def _word(words: str) -> Any:
    return literal_column(f"'{words}'", String)


class _Branch(NamedTuple):
    """One table of things. `condition`: the words of its index; `join`: the tables beside, as a function."""

    model: Any
    subject: Subject
    kind: Any
    since: Any
    condition: Any
    values: list[Any]  # day, at, words and the four names
    beside: Any
    more: tuple[Any, ...] = ()
    has_company: bool = True


def _about_person(statement: Any, model: Any) -> Any:
    return statement.outerjoin(Employee, col(Employee.id) == model.employee_id)


def _by_writer(statement: Any, model: Any) -> Any:
    return statement.outerjoin(Account, col(Account.id) == model.account_id)


def _alone(statement: Any, _: Any) -> Any:
    return statement


_MOTIVE = sqlalchemy.case(
    *((text(f"appointmentrequest.motive = '{motive}'"), _word(kind)) for motive, kind in _MOTIVES.items()),
    else_=_word("demandes"),
)
_IS_HERE = col(Employee.exit_on).is_(None) | (col(Employee.exit_on) >= bindparam("today", type_=Date))
# Somebody proposed a time for it: the employer answers first.
_CALLED = (
    sqlalchemy.select(col(Slot.id))
    .where(
        col(Slot.employee_id) == Employee.id, col(Slot.kind) == Employee.due_kind,
        text("slot.state IN ('proposed', 'confirmed')"),
    )
    .correlate(Employee)
    .exists()
)  # fmt: skip
_BRANCHES = (
    _Branch(
        AppointmentRequest, Subject.REQUEST, _MOTIVE, col(AppointmentRequest.sent_at), REQUEST_UNANSWERED,
        [col(AppointmentRequest.back_on), _NO_TIME, col(AppointmentRequest.motive), *_PERSON], _about_person,
    ),
    _Branch(
        AppointmentRequest, Subject.REQUEST, _word("reponses"), col(AppointmentRequest.reply_at),
        text("reply_at IS NOT NULL"),
        [_NO_DAY, _NO_TIME, col(AppointmentRequest.motive), *_PERSON], _about_person,
        (text("state NOT IN ('sent', 'taken')"),),
    ),
    _Branch(
        Inquiry, Subject.INQUIRY, _word("messages"), col(Inquiry.updated_at), INQUIRY_UNANSWERED,
        [_NO_DAY, _NO_TIME, col(Inquiry.subject), *_WRITER], _by_writer,
    ),
    _Branch(
        PublicInquiry, Subject.PUBLIC, _word("publics"), col(PublicInquiry.sent_at), UNHANDLED,
        [_NO_DAY, _NO_TIME, col(PublicInquiry.theme), col(PublicInquiry.name), _NOTHING, _NOTHING, _NOTHING],
        _alone, has_company=False,
    ),
    _Branch(
        DeclarationCorrection, Subject.CORRECTION, _word("corrections"), col(DeclarationCorrection.sent_at),
        CORRECTION_UNANSWERED, [_NO_DAY, _NO_TIME, _NOTHING, *_WRITER], _by_writer,
    ),
    _Branch(
        Slot, Subject.SLOT, _word("creneaux"), col(Slot.updated_at), GIVEN_BACK,
        [_NO_DAY, col(Slot.starts_at), col(Slot.kind), *_PERSON], _about_person,
    ),
    _Branch(
        Document, Subject.DOCUMENT, _word("depots"), col(Document.created_at), DEPOSITED,
        [_NO_DAY, _NO_TIME, col(Document.title), *_WRITER], _by_writer,
    ),
    _Branch(
        CompanyCorrection, Subject.DETAILS, _word("fiches"), col(CompanyCorrection.sent_at), UNSEEN,
        [_NO_DAY, _NO_TIME, _NOTHING, *_WRITER], _by_writer,
    ),
    _Branch(
        EmployeeChange, Subject.HIRE, _word("embauches"), col(EmployeeChange.at), URGENT,
        [col(Employee.due_on), _NO_TIME, col(Employee.due_kind), *_PERSON], _about_person,
        (_IS_HERE, text("employee.due_kind IN ('vip_initiale', 'examen_embauche')"), ~_CALLED),
    ),
)  # fmt: skip
_taker = aliased(Account)
_team = bindparam("team", type_=Integer)
_whose = bindparam("whose", type_=Integer)
_me = bindparam("me", type_=Integer)
_THEIR_TAKER = col(StaffMember.account_id)  # of somebody who still works here
_WHOSE = (
    (_whose == ANYBODY)
    | (_whose == _THEIR_TAKER)
    | ((_whose == NOBODY) & _THEIR_TAKER.is_(None))
    | ((_whose == NOT_OTHERS) & (_THEIR_TAKER.is_(None) | (_me == _THEIR_TAKER)))
)
_OF_TEAM = (
    (_team == ANY_TEAM)
    | (col(Company.team_id) == _team)
    | ((_team == NO_TEAM) & col(Company.team_id).is_(None))
)


def _joined(branch: _Branch, columns: list[Any]) -> Any:
    """These columns of the things of a branch, each with its company and the one who looks after it."""
    model = branch.model
    statement = sqlalchemy.select(*columns).select_from(model)
    if branch.has_company:
        statement = statement.join(Company, col(Company.id) == model.company_id)
        statement = statement.where(_OF_TEAM)
    else:
        statement = statement.where((_team == ANY_TEAM) | (_team == NO_TEAM))
    mine = (col(Taking.subject) == _word(branch.subject)) & (col(Taking.subject_id) == model.id)
    statement = statement.outerjoin(Taking, mine)
    statement = statement.outerjoin(StaffMember, col(StaffMember.account_id) == Taking.account_id)
    return branch.beside(statement, model).where(branch.condition, *branch.more)


def _things(branch: _Branch, kind: str, conditions: tuple[Any, ...]) -> Any:
    """The things of a branch as columns of `Thing`, of one kind when it holds several."""
    company: list[Any] = [col(Company.code), col(Company.name), col(CareTeam.name)]
    if not branch.has_company:
        company = [col(PublicInquiry.code), _NOTHING, cast(null(), String)]
    columns = [
        branch.kind, _word(branch.subject), branch.model.id, branch.since, *branch.values, *company,
        _THEIR_TAKER, _taker.first_name, _taker.last_name,
    ]  # fmt: skip
    columns = [each.label(name) for each, name in zip(columns, Thing._fields, strict=True)]
    statement = _joined(branch, columns).outerjoin(_taker, _taker.id == _THEIR_TAKER)
    if branch.has_company:
        statement = statement.outerjoin(CareTeam, col(CareTeam.id) == Company.team_id)
    if kind and branch.kind is _MOTIVE:
        statement = statement.where(kind == _MOTIVE)
    return statement.where(*conditions)


def _branches_of(kind: str) -> list[_Branch]:
    """The branches that hold things of that kind, "" for every kind."""
    named = {"reprises": _MOTIVE, "dates": _MOTIVE, "demandes": _MOTIVE}.get(kind)
    return [each for each in _BRANCHES if not kind or each.kind is named or str(each.kind) == f"'{kind}'"]


def _after(branch: _Branch) -> tuple[Any, ...]:
    since = bindparam("since", type_=Instant)
    place = sqlalchemy.tuple_(since, bindparam("kind", type_=String), bindparam("row", type_=Integer))
    # The first condition is of the index; the second settles between things of one instant.
    return branch.since >= since, sqlalchemy.tuple_(branch.since, branch.kind, branch.model.id) > place


@cache
def page_statement(kind: str, most: int) -> Any:
    """The oldest things of that kind ("" for all) after a place. Params: `PARAMS`.

    Each branch stops by itself, so that an index read in order is left early.
    """
    parts = []
    for branch in _branches_of(kind):
        part = _things(branch, kind, (_WHOSE, *_after(branch)))
        kinds = [branch.kind] if branch.kind is _MOTIVE else []  # PostgreSQL orders by no constant
        part = part.order_by(branch.since, *kinds, branch.model.id).limit(most).subquery()
        parts.append(sqlalchemy.select(part))
    whole = sqlalchemy.union_all(*parts).subquery()
    order = (whole.c.since, whole.c.kind, whole.c.id)
    return sqlalchemy.select(whole).order_by(*order).limit(most)


def one_statement(subject: Subject) -> Any:
    """The thing of that number, while it waits: the oldest of its kinds."""
    parts = [
        sqlalchemy.select(_things(each, "", (each.model.id == bindparam("row", type_=Integer),)).subquery())
        for each in _BRANCHES
        if each.subject == subject
    ]
    return sqlalchemy.union_all(*parts)


ONE = {subject: one_statement(subject) for subject in Subject}


def _counted(branch: _Branch) -> Any:
    columns = [
        branch.kind, func.count(), func.min(branch.since, type_=Instant),
        func.count(sqlalchemy.case((_me == _THEIR_TAKER, 1))),
        func.count(sqlalchemy.case((_THEIR_TAKER.is_(None), 1))),
    ]  # fmt: skip
    names = ("kind", "number", "since", "mine", "free")
    columns = [each.label(name) for each, name in zip(columns, names, strict=True)]
    statement = _joined(branch, columns)
    return statement.group_by(branch.kind) if branch.kind is _MOTIVE else statement


COUNTS = sqlalchemy.union_all(*map(_counted, _BRANCHES))


class Count(NamedTuple):
    """The things of a kind that wait, since when the oldest does, and how many are mine or nobody's."""

    number: int = 0
    since: datetime | None = None
    mine: int = 0
    free: int = 0


def read_counts(rows: Any) -> dict[str, Count]:
    """Every one of KINDS, from the rows of COUNTS."""
    found = {kind: Count(*numbers) for kind, *numbers in rows}
    return {kind: found.get(kind, Count()) for kind in KINDS}
