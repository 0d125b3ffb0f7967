"""All that is held of an employee at one member: a section for each table that names them.

Values are as they are stored, days and instants included: the file for machines keeps them, the one for
people says them in French. Words that reveal health follow the reader (`app.follow_up.secrecy`): an operator
without the medical right exports what they may see, and the export says what to ask of whom.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import and_, or_
from sqlmodel import col, select

from app.access import StaffAccess
from app.appointments.staff import state_words
from app.appointments.views import facts_of
from app.contact.forms import THEMES
from app.contact.staff import STATE_WORDS
from app.documents.kinds import KIND_WORDS
from app.employees.declared import LABELS, declared_of, employee_name, in_words
from app.employees.filters import DISCREET, RISK_WORDS
from app.follow_up.secrecy import sees_health
from app.follow_up.words import CHANGES, MONITORINGS, MOTIVE_TITLES, SLOT_TAGS, VISITS
from app.history.targets import EMPLOYEE, REQUEST, SLOT, TARGETS
from app.inbox.views import service_title
from app.staff_rights import StaffRight
from app.text.events import EVENTS
from db.models import (
    NEVER,
    AnnualDeclaration,
    AppointmentRequest,
    AuditEvent,
    BatchLine,
    CareCentre,
    Company,
    ConvocationBatch,
    DeclarationAnswer,
    Document,
    DocumentKind,
    DroppedPaper,
    Employee,
    EmployeeChange,
    ImportLine,
    Inquiry,
    InquiryMessage,
    InquiryState,
    InquiryTheme,
    NoticeKind,
    RequestMessage,
    Slot,
    SlotState,
    StaffNote,
    StaffRead,
    Subject,
    Visit,
    VisitNotice,
    WaitingPerson,
)

NOTICES = {
    NoticeKind.SUMMONS: "convocation",
    NoticeKind.CHANGED: "convocation modifiée",
    NoticeKind.CANCELLED: "annulation",
    NoticeKind.REMINDER_7: "rappel",
    NoticeKind.REMINDER_2: "rappel",
}


class Section(NamedTuple):
    """`tables`: those that it tells of; `rows`: values by head."""

    key: str
    title: str
    heads: tuple[str, ...]
    tables: str
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Record:
    """A record: `facts` are (label, words) of the identity and of the post, `files` the documents to join."""

    number: int
    name: str
    company: Company
    facts: list[tuple[str, str]]
    sections: list[Section]
    files: Sequence[Document]


async def record_of(access: StaffAccess, employee: Employee) -> Record:
    sections = [
        Section(part.key, part.title, part.heads, part.tables, await part.rows(access, employee.key))
        for part in PARTS
    ]
    return Record(
        number=employee.key,
        name=employee_name(employee),
        company=await access.get(Company, employee.company_id),
        facts=_facts(employee),
        sections=[each for each in sections if each.rows],
        files=await access.all(_documents(access, employee.key)),
    )


def _facts(employee: Employee) -> list[tuple[str, str]]:
    facts = [
        (LABELS[name], words)
        for name, value in declared_of(employee).items()
        if (words := _words(name, value))
    ]
    facts.append(("Suivi", MONITORINGS[employee.monitoring]))
    if employee.due_kind and employee.due_on != NEVER:
        visit = VISITS[employee.due_kind]
        facts.append(("Prochaine visite", f"{visit}, avant le {employee.due_on:%d/%m/%Y}"))
    return facts


def _words(name: str, value: str) -> str:
    """A declared value, exposures in words that are not said to the employer; "" for nothing."""
    if name != "risks":
        return in_words(name, value)
    return ", ".join(
        RISK_WORDS.get(code, code) for code in value.split() if sees_health() or code not in DISCREET
    )


# A section each.


async def _visits(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = select(Visit).where(col(Visit.employee_id) == key).order_by(col(Visit.done_on))
    return [
        (each.done_on, VISITS[each.kind], each.professional, each.place, each.notice, each.next_on)
        for each in await access.all(mine)
    ]


async def _slots(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = (
        select(Slot, CareCentre.name)
        .join(CareCentre, col(CareCentre.id) == col(Slot.centre_id))
        .where(col(Slot.employee_id) == key)
        .order_by(col(Slot.starts_at))
    )
    return [
        (slot.starts_at, VISITS[slot.kind], centre, slot.professional, SLOT_TAGS[SlotState(slot.state)][0])
        for slot, centre in await access.rows(mine)
    ]


async def _notices(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = select(VisitNotice).where(col(VisitNotice.employee_id) == key).order_by(col(VisitNotice.sent_at))
    return [(each.sent_at, NOTICES[NoticeKind(each.kind)], each.recipient) for each in await access.all(mine)]


async def _requests(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = select(AppointmentRequest).where(col(AppointmentRequest.employee_id) == key)
    return [
        (
            each.sent_at, service_title(each.motive), state_words(each.motive, each.state),
            " ; ".join(f"{label} : {words}" for label, words in facts_of(each)), each.refusal,
        )
        for each in await access.all(mine.order_by(col(AppointmentRequest.sent_at)))
    ]  # fmt: skip


async def _request_messages(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = (
        select(RequestMessage)
        .join(AppointmentRequest, col(AppointmentRequest.id) == col(RequestMessage.request_id))
        .where(col(AppointmentRequest.employee_id) == key)
        .order_by(col(RequestMessage.at), col(RequestMessage.id))
    )
    return [(each.at, _author(each), each.text) for each in await access.all(mine)]


async def _threads(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = (
        select(InquiryMessage, Inquiry)
        .join(Inquiry, col(Inquiry.id) == col(InquiryMessage.inquiry_id))
        .where(col(Inquiry.employee_id) == key)
        .order_by(col(InquiryMessage.at), col(InquiryMessage.id))
    )
    return [
        (
            message.at, THEMES[InquiryTheme(thread.theme)], thread.subject,
            STATE_WORDS[InquiryState(thread.state)], _author(message), message.text, message.file_name,
        )
        for message, thread in await access.rows(mine)
    ]  # fmt: skip


def _author(message: Any) -> str:
    """The side that wrote: names of others are theirs."""
    return "le service" if message.from_service else "l’employeur"


async def _changes(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = select(EmployeeChange).where(col(EmployeeChange.employee_id) == key)
    return [
        (each.at, CHANGES[each.kind], _values(each.before), _values(each.after))
        for each in await access.all(mine.order_by(col(EmployeeChange.at), col(EmployeeChange.id)))
    ]


def _values(declared: dict[str, Any]) -> str:
    said = [(LABELS[name], _words(name, str(value))) for name, value in declared.items() if name in LABELS]
    return " ; ".join(f"{label} : {words}" for label, words in said if words)


def _documents(access: StaffAccess, key: int) -> Any:
    """Aptitude notices for the medical team only, who give them."""
    mine = select(Document).where(col(Document.employee_id) == key).order_by(col(Document.created_at))
    if StaffRight.MEDICAL in access.rights:
        return mine
    return mine.where(col(Document.kind) != DocumentKind.APTITUDE)


async def _document_lines(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    return [
        (each.created_at, KIND_WORDS[DocumentKind(each.kind)], each.title, each.withdrawn_at)
        for each in await access.all(_documents(access, key))
    ]


async def _papers(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = (
        select(DroppedPaper)
        .join(Slot, col(Slot.id) == col(DroppedPaper.slot_id))
        .where(col(Slot.employee_id) == key)
        .order_by(col(DroppedPaper.dropped_at))
    )
    return [(each.dropped_at, each.file_name) for each in await access.all(mine)]


async def _answers(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = (
        select(AnnualDeclaration.year, DeclarationAnswer.counts)
        .join(AnnualDeclaration, col(AnnualDeclaration.id) == col(DeclarationAnswer.declaration_id))
        .where(col(DeclarationAnswer.employee_id) == key)
        .order_by(col(AnnualDeclaration.year))
    )
    return list(await access.rows(mine))


async def _batches(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = (
        select(BatchLine, ConvocationBatch.created_at)
        .join(ConvocationBatch, col(ConvocationBatch.id) == col(BatchLine.batch_id))
        .where(col(BatchLine.employee_id) == key)
        .order_by(col(ConvocationBatch.created_at))
    )
    return [
        (at, VISITS[line.kind], line.due_on, line.starts_at, line.reason)
        for line, at in await access.rows(mine)
    ]


async def _waiting(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = select(WaitingPerson).where(col(WaitingPerson.employee_id) == key)
    return [(each.added_at, VISITS[each.kind]) for each in await access.all(mine)]


async def _imports(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    mine = select(ImportLine).where(col(ImportLine.employee_id) == key)
    return [(each.line, _values(each.fields)) for each in await access.all(mine)]


async def _notes(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    """Notes of colleagues on a request, an appointment, a thread, a document or a hire of this person."""
    rows: list[tuple[Any, ...]] = []
    for subject, model in SUBJECTS.items():
        theirs = select(col(model.id)).where(col(model.employee_id) == key)
        mine = select(StaffNote).where(
            col(StaffNote.subject) == subject, col(StaffNote.subject_id).in_(theirs)
        )
        rows += [(each.at, each.text) for each in await access.all(mine)]
    return sorted(rows)


async def _history(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    """Lines of the member's history that lead to this person, or to what is about them."""
    about = []
    for target, model in ((EMPLOYEE, None), (SLOT, Slot), (REQUEST, AppointmentRequest)):
        kinds = [kind for kind, leads_to in TARGETS.items() if leads_to == target]
        theirs: Any = [key] if model is None else select(col(model.id)).where(col(model.employee_id) == key)
        about.append(and_(col(AuditEvent.kind).in_(kinds), col(AuditEvent.about_id).in_(theirs)))
    mine = select(AuditEvent).where(or_(*about)).order_by(col(AuditEvent.at), col(AuditEvent.id))
    return [
        (each.at, EVENTS[each.kind], MOTIVE_TITLES.hidden_in(each.about)) for each in await access.all(mine)
    ]


async def _reads(access: StaffAccess, key: int) -> list[tuple[Any, ...]]:
    """The instants, not the readers: those who work here are not recipients."""
    kind = Employee.__tablename__
    mine = select(StaffRead.at).where(col(StaffRead.kind) == kind, col(StaffRead.subject_id) == key)
    return [(at,) for at in await access.all(mine.order_by(col(StaffRead.at)))]


SUBJECTS: dict[Subject, Any] = {
    Subject.REQUEST: AppointmentRequest,
    Subject.SLOT: Slot,
    Subject.INQUIRY: Inquiry,
    Subject.DOCUMENT: Document,
    Subject.HIRE: EmployeeChange,
}


class Part(NamedTuple):
    """A section before it is read."""

    key: str
    title: str
    heads: tuple[str, ...]
    tables: str
    rows: Callable[[StaffAccess, int], Awaitable[list[tuple[Any, ...]]]]


PARTS = (
    Part(
        "visites", "Visites",
        ("Date", "Visite", "Professionnel", "Lieu", "Papier remis", "Prochaine avant le"), "visit", _visits,
    ),
    Part(
        "rendez_vous", "Rendez-vous", ("Quand", "Visite", "Centre", "Professionnel", "État"), "slot", _slots
    ),
    Part("convocations", "Convocations envoyées", ("Quand", "Envoi", "À qui"), "visitnotice", _notices),
    Part(
        "demandes", "Demandes de visite", ("Quand", "Demande", "État", "Précisions", "Motif d’un refus"),
        "appointmentrequest", _requests,
    ),
    Part(
        "messages", "Messages sur ces demandes", ("Quand", "Auteur", "Texte"), "requestmessage",
        _request_messages,
    ),
    Part(
        "echanges", "Échanges entre l’employeur et le service",
        ("Quand", "Sujet", "Objet", "État", "Auteur", "Texte", "Fichier joint"),
        "inquiry inquirymessage", _threads,
    ),
    Part(
        "modifications", "Ce qui a été déclaré et modifié", ("Quand", "Opération", "Avant", "Après"),
        "employeechange", _changes,
    ),
    Part(
        "documents", "Documents", ("Déposé le", "Nature", "Titre", "Retiré le"), "document", _document_lines
    ),
    Part(
        "attestations", "Attestations en attente de partage", ("Déposée le", "Fichier"), "droppedpaper",
        _papers,
    ),
    Part(
        "declarations", "Réponses de l’employeur à la déclaration annuelle", ("Année", "Compté"),
        "declarationanswer", _answers,
    ),
    Part(
        "convocations_groupees", "Convocations groupées",
        ("Préparée le", "Visite", "Due le", "Heure retenue", "Pourquoi aucune"), "batchline", _batches,
    ),
    Part("attente", "Liste d’attente", ("Depuis", "Visite"), "waitingperson", _waiting),
    Part("imports", "Fichier en cours de lecture", ("Ligne", "Valeurs"), "importline", _imports),
    Part("notes", "Notes internes du service", ("Quand", "Texte"), "staffnote", _notes),
    Part("historique", "Historique de l’adhérent", ("Quand", "Acte", "Détail"), "auditevent", _history),
    Part("consultations", "Consultations de la fiche par le service", ("Quand",), "staffread", _reads),
)  # fmt: skip
