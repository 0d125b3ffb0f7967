"""Somebody who left long ago, with all that the portal may know of them."""

from datetime import UTC, date, datetime, timedelta

from app.employees.declared import all_columns, employee_name
from app.follow_up.law import DoneVisit
from app.kept_files import store_file
from db.models import (
    AppointmentRequest,
    AuditEvent,
    AuditKind,
    ChangeKind,
    Document,
    DocumentKind,
    EmployeeChange,
    Inquiry,
    InquiryMessage,
    InquiryState,
    InquiryTheme,
    RequestMessage,
    RequestMotive,
    RequestState,
    Slot,
    SlotState,
    StaffNote,
    StaffRead,
    Subject,
    VisitKind,
    VisitNotice,
)
from db.models.planning import NoticeKind
from db.seeds.world import World

NAME, MARK = "Kerzoncuf", "Quintessence"  # stand nowhere else
LEFT = date(2020, 5, 29)
NIGHT = datetime(2026, 3, 2, 3, tzinfo=UTC)  # a Monday; five years and nine months later
LONG_AGO = datetime(2020, 5, 4, 9, tzinfo=UTC)


def columns(**more):
    fields = {
        "birth_name": NAME,
        "first_names": "Ermeline",
        "birth_on": "1971-07-19",
        "entry_on": "2012-01-02",
        "exit_on": LEFT.isoformat(),
        "contract": "cdi",
        "job_title": MARK,
        "sex": "F",
        "staff_number": MARK,
        "email": f"{MARK.lower()}@ours.example",
        "risks": "NUIT",
    }
    return all_columns(fields | more, [DoneVisit(VisitKind.VIP_INITIAL, date(2018, 1, 20))])


async def a_leaver(portal, company, account, **more):
    """Employee, visit, change, closed request and thread, a document, lines that name them."""
    file = await store_file(portal.storage, f"{MARK}.pdf", f"%PDF-1.7 {MARK}".encode())
    async with portal.database.transaction(write=True) as session:
        world = World(session, now=LONG_AGO)
        person = await world.an_employee(company, columns(**more))
        name = employee_name(person)
        await world.a_visit(person, VisitKind.VIP_INITIAL, date(2018, 1, 20))
        mine = {"company_id": company.key, "employee_id": person.key}
        dated = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
        change = EmployeeChange(
            kind=ChangeKind.CORRECTED,
            about=name,
            before={"birth_name": MARK},
            after={"birth_name": NAME},
            account_id=account.key,
            at=LONG_AGO,
            **mine,
        )
        request = AppointmentRequest(
            batch=f"lot {person.key}",
            motive=RequestMotive.EMPLOYER,
            reason=MARK,
            refusal=MARK,
            interpreter=MARK,
            account_id=account.key,
            state=RequestState.DONE,
            sent_at=LONG_AGO,
            updated_at=LONG_AGO,
            **mine,
        )
        thread = Inquiry(
            account_id=account.key,
            theme=InquiryTheme.OTHER,
            subject=f"{MARK} {NAME}",
            token=f"jeton {person.key}",
            state=InquiryState.CLOSED,
            **mine,
            **dated | {"updated_at": NIGHT - timedelta(days=30)},
        )
        document = Document(
            kind=DocumentKind.ATTESTATION,
            title=f"Attestation {NAME}",
            search_key=f" {NAME.lower()}",
            series=f"{MARK} {person.key}",
            token=f"{MARK} {person.key}",
            from_service=True,
            created_at=LONG_AGO,
            **mine,
            **file.columns,
        )
        slot = Slot(
            centre_id=1,
            starts_at=LONG_AGO + timedelta(days=person.key),
            kind=VisitKind.VIP,
            professional="Dr A",
            state=SlotState.DONE,
            **mine,
            **dated,
        )
        await world.keep(change, request, thread, document, slot)
        owned = {"company_id": company.key}
        await world.keep(
            RequestMessage(request_id=request.key, token="jeton", text=MARK, at=LONG_AGO, **owned),
            InquiryMessage(
                inquiry_id=thread.key, token="jeton", text=MARK, at=LONG_AGO, **owned, **file.columns
            ),
            VisitNotice(
                slot_id=slot.key,
                kind=NoticeKind.SUMMONS,
                sequence=0,
                recipient=person.email,
                to_employee=True,
                sent_at=LONG_AGO,
                **mine,
            ),
            StaffNote(
                subject=Subject.REQUEST,
                subject_id=request.key,
                account_id=account.key,
                text=MARK,
                at=NIGHT - timedelta(days=9),
                **owned,
            ),
            StaffRead(
                at=NIGHT - timedelta(days=9),
                account_id=account.key,
                kind="employee",
                subject_id=person.key,
                about=name,
                **owned,
            ),
            _event(AuditKind.EMPLOYEE_CORRECTED, company, account, name, person.key),
            _event(AuditKind.DOCUMENT_SHARED, company, account, f"Attestation {NAME}", document.key),
            _event(AuditKind.SLOT_CONFIRMED, company, account, f"{name}, le 3 mai", slot.key),
            _event(AuditKind.NOTE_WRITTEN, company, account, f"sur {name}", None),
        )
        return person


def _event(kind, company, account, about, about_id):
    at = NIGHT - timedelta(days=40)
    event = AuditEvent(at=at, kind=kind, company_id=company.key, account_id=account.key, about=about)
    event.about_id = about_id
    return event
