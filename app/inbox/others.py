"""The other things that wait: a correction asked for, a slot given back, a deposit, an urgent hire."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.company_details.staff import accept_details, lines_of, refuse_details
from app.contributions.staff import answer_correction
from app.documents.kinds import KIND_WORDS
from app.employees.forms import Nothing
from app.errors import NotFound
from app.follow_up.words import VISITS
from app.inbox.forms import Choice, Decision, Verdict
from app.inbox.frame import frame_of, see_thing
from app.inbox.messages import stored_file
from app.inbox.person import company_around, person_around, times_for
from app.inbox.queries import slot_of
from app.inbox.staff import (
    look_at_document,
    look_at_hire,
    look_at_slot,
    propose_again,
    propose_for_hire,
)
from app.inbox.views import time_words
from app.planning.rules import REASONS
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page
from app.web.signatures import Request, Staff, get, post
from db.kinds import VisitKind
from db.models import (
    AnnualDeclaration,
    CompanyCorrection,
    CorrectionState,
    DeclarationCorrection,
    Document,
    DocumentKind,
    Employee,
    EmployeeChange,
    SlotState,
    Subject,
)

CORRECTION = "/service/corrections/{correction_id:int}"
SLOT = "/service/creneaux-rendus/{slot_id:int}"
DEPOSIT = "/service/depots/{document_id:int}"
DETAILS = "/service/fiches/{details_id:int}"
HIRE = "/service/embauches/{change_id:int}"
FEW = 10  # times, on a page that shows the rest too
DONE = {
    "prendre": "Vous vous en occupez.",
    "rendre": "Plus personne ne s’en occupe.",
    "donner": "C’est confié à votre collègue.",
    "repondue": "Votre réponse est partie.",
    "note": "La note est gardée, pour vos collègues seulement.",
    "acceptee": "La correction est acceptée.",
    "remise": "Les valeurs d’avant sont remises : l’employeur en a reçu la raison.",
    "vu": "C’est vu : la ligne a quitté « À traiter ».",
    "proposee": "Le rendez-vous est proposé : l’employeur en est averti et le confirme dans son planning.",
}
Opening = Callable[[Request, StaffAccess, int, Form[Any], str], Awaitable[Page]]


async def _done(
    request: Request, access: StaffAccess, thing: tuple[Subject, int], form: Form[Any], done: str
) -> Response[Any]:
    """The thing as the act left it, which is said; or what was wrong."""
    if form.errors:
        return await OPENINGS[thing[0]](request, access, thing[1], form, "")
    return see_thing(request, *thing, done)


# A correction of a declaration, asked for after its campaign.


@get(CORRECTION, right=StaffRight.INBOX)
async def correction(
    request: Request, access: Staff, correction_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _correction_page(request, access, correction_id, Form(), DONE.get(fait, ""))


@post(CORRECTION, right=StaffRight.INBOX)
async def settle_correction(request: Request, access: Staff, correction_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Verdict,
        lambda data: answer_correction(
            access, correction_id, CorrectionState(data.state), data.text, clock.now()
        ),
    )  # fmt: skip
    return await _done(request, access, (Subject.CORRECTION, correction_id), form, "repondue")


async def _correction_page(
    request: Request, access: StaffAccess, correction_id: int, form: Form[Any], notice: str
) -> Page:
    asked = await access.get(DeclarationCorrection, correction_id)
    return page(
        "inbox/correction.html", form=form, notice=notice, asked=asked,
        declaration=await access.get(AnnualDeclaration, asked.declaration_id),
        around=await company_around(access, asked.company_id, asked.account_id),
        is_open=asked.state == CorrectionState.SENT,
        frame=await frame_of(request, access, Subject.CORRECTION, correction_id),
    )  # fmt: skip


# A slot that its company gave back.


@get(SLOT, right=StaffRight.INBOX)
async def slot(
    request: Request, access: Staff, slot_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _slot_page(request, access, slot_id, Form(), DONE.get(fait, ""))


@post(SLOT, right=StaffRight.INBOX)
async def see_slot(request: Request, access: Staff, slot_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: look_at_slot(access, slot_id, clock.now())
    )
    return await _done(request, access, (Subject.SLOT, slot_id), form, "vu")


@get(f"{SLOT}/creneau", right=StaffRight.INBOX)
async def choosing_again(request: Request, access: Staff, slot_id: FromPath[int]) -> Response[Any]:
    return await _slot_page(request, access, slot_id, Form(), "")


@post(f"{SLOT}/creneau", right=StaffRight.INBOX)
async def propose_other(request: Request, access: Staff, slot_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Choice, lambda data: propose_again(access, slot_id, data.creneau, clock.now())
    )
    return await _done(request, access, (Subject.SLOT, slot_id), form, "proposee")


async def _slot_page(
    request: Request, access: StaffAccess, slot_id: int, form: Form[Any], notice: str
) -> Page:
    row, now = await slot_of(access, slot_id), clock.now()
    waits = row.state == SlotState.DECLINED
    times = []
    if row.employee_id:
        employee = await access.get(Employee, row.employee_id)
        around = await person_around(access, employee, now, row.answered_by)
        if waits and row.reason == "a_refaire" and not around.coming:
            times = (await times_for(access, employee, VisitKind(row.kind), now))[:FEW]
    else:
        around = await company_around(access, row.company_id, row.answered_by)
    return page(
        "inbox/slot.html", form=form, notice=notice, slot=row, around=around, visit=VISITS[row.kind],
        when=time_words(row.starts_at, row.centre, row.professional), reason=REASONS.get(row.reason, ""),
        times=times, waits=waits, frame=await frame_of(request, access, Subject.SLOT, slot_id),
    )  # fmt: skip


# A document that a company deposited.


@get(DEPOSIT, right=StaffRight.INBOX)
async def deposit(
    request: Request, access: Staff, document_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _deposit_page(request, access, document_id, Form(), DONE.get(fait, ""))


@post(DEPOSIT, right=StaffRight.INBOX)
async def see_deposit(request: Request, access: Staff, document_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: look_at_document(access, document_id, clock.now())
    )
    return await _done(request, access, (Subject.DOCUMENT, document_id), form, "vu")


@get(f"{DEPOSIT}/fichier", right=StaffRight.INBOX)
async def deposit_file(access: Staff, document_id: FromPath[int]) -> Response[Any]:
    return await stored_file(access, await deposited(access, document_id))


async def deposited(access: StaffAccess, document_id: int) -> Document:
    """A document that its company deposited and did not take back: another has no page here."""
    document = await access.get(Document, document_id)
    if document.from_service or document.withdrawn_at:
        raise NotFound
    return document


async def _deposit_page(
    request: Request, access: StaffAccess, document_id: int, form: Form[Any], notice: str
) -> Page:
    document = await deposited(access, document_id)
    return page(
        "inbox/deposit.html", form=form, notice=notice, document=document,
        kind=KIND_WORDS[DocumentKind(document.kind)],
        around=await company_around(access, document.company_id, document.account_id),
        frame=await frame_of(request, access, Subject.DOCUMENT, document_id),
    )  # fmt: skip


# A hire whose visit comes before the work.


@get(HIRE, right=StaffRight.INBOX)
async def hire(
    request: Request, access: Staff, change_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _hire_page(request, access, change_id, Form(), DONE.get(fait, ""))


@post(HIRE, right=StaffRight.INBOX)
async def see_hire(request: Request, access: Staff, change_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: look_at_hire(access, change_id, clock.now())
    )
    return await _done(request, access, (Subject.HIRE, change_id), form, "vu")


@get(f"{HIRE}/creneau", right=StaffRight.INBOX)
async def choosing_first(request: Request, access: Staff, change_id: FromPath[int]) -> Response[Any]:
    return await _hire_page(request, access, change_id, Form(), "")


@post(f"{HIRE}/creneau", right=StaffRight.INBOX)
async def propose_first(request: Request, access: Staff, change_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Choice, lambda data: propose_for_hire(access, change_id, data.creneau, clock.now())
    )
    return await _done(request, access, (Subject.HIRE, change_id), form, "proposee")


async def _hire_page(
    request: Request, access: StaffAccess, change_id: int, form: Form[Any], notice: str
) -> Page:
    change, now = await access.get(EmployeeChange, change_id), clock.now()
    if change.employee_id is None or change.urgent_on is None:
        raise NotFound
    employee = await access.get(Employee, change.employee_id)
    around = await person_around(access, employee, now, change.account_id)
    waits = bool(employee.due_kind) and not around.coming
    times = await times_for(access, employee, VisitKind(employee.due_kind), now) if waits else []
    return page(
        "inbox/hire.html", form=form, notice=notice, change=change, around=around,
        times=times[:FEW],
        waits=waits, frame=await frame_of(request, access, Subject.HIRE, change_id),
    )  # fmt: skip


# What a company corrected about itself.


@get(DETAILS, right=StaffRight.INBOX)
async def details(
    request: Request, access: Staff, details_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    return await _details_page(request, access, details_id, Form(), DONE.get(fait, ""))


@post(DETAILS, right=StaffRight.INBOX)
async def settle_details(request: Request, access: Staff, details_id: FromPath[int]) -> Response[Any]:
    async def act(data: Decision) -> None:
        if data.decision == CorrectionState.ACCEPTED:
            await accept_details(access, details_id, clock.now())
        else:
            await refuse_details(access, details_id, data.reason, clock.now())

    form = await Form.attempted(request, access, Decision, act)
    done = "acceptee" if form["decision"] == CorrectionState.ACCEPTED else "remise"
    return await _done(request, access, (Subject.DETAILS, details_id), form, done)


async def _details_page(
    request: Request, access: StaffAccess, details_id: int, form: Form[Any], notice: str
) -> Page:
    correction = await access.get(CompanyCorrection, details_id)
    return page(
        "inbox/details.html", form=form, notice=notice, correction=correction, lines=lines_of(correction),
        around=await company_around(access, correction.company_id, correction.account_id),
        frame=await frame_of(request, access, Subject.DETAILS, details_id),
    )  # fmt: skip


OPENINGS: dict[Subject, Opening] = {
    Subject.CORRECTION: _correction_page,
    Subject.SLOT: _slot_page,
    Subject.DOCUMENT: _deposit_page,
    Subject.HIRE: _hire_page,
    Subject.DETAILS: _details_page,
}
STAFF: list[Any] = [
    correction, settle_correction, slot, see_slot, choosing_again, propose_other, deposit, see_deposit,
    deposit_file, hire, see_hire, choosing_first, propose_first, details, settle_details,
]  # fmt: skip
