"""/service/a-traiter: everything that waits, oldest first; each thing on one page with its acts."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.appointments.staff import (
    OVER,
    answer_request,
    refuse_request,
    state_words,
    take_request,
)
from app.appointments.views import facts_of, verdict_of
from app.clinic.queries import free_times_for
from app.contact.staff import STATE_WORDS, answer_inquiry, close_inquiry
from app.contributions.staff import answer_correction
from app.employees.declared import employee_name
from app.employees.forms import Nothing
from app.follow_up.words import VISITS
from app.inbox.forms import Answer, Choice, Refusal, Verdict
from app.inbox.queries import (
    KINDS,
    counts_of,
    inquiry_thread,
    own_slots,
    past_visits,
    request_thread,
    waiting_for,
)
from app.inbox.staff import OWN_SLOT, answer_public, may_propose, propose_for, visit_of
from app.inbox.views import service_title, time_words
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import (
    AppointmentRequest,
    CareCentre,
    Company,
    CorrectionState,
    DeclarationCorrection,
    Employee,
    Inquiry,
    InquiryState,
    PublicInquiry,
    RequestState,
)

REQUEST = "/service/demandes/{request_id:int}"
THREAD = "/service/messages/{inquiry_id:int}"
DONE = {
    "prise": "Vous suivez cette demande : l’employeur le sait.",
    "proposee": "Le rendez-vous est proposé : l’employeur en est averti et le confirme dans son planning.",
    "repondue": "Votre réponse est partie.",
    "refusee": "La demande est refusée : l’employeur en a reçu la raison.",
}


@get("/service/a-traiter", right=StaffRight.INBOX)
async def index(access: Staff, nature: FromQuery[str] = "") -> Response[Any]:
    kind = nature if nature in KINDS else ""
    return page(
        "inbox/index.html",
        rows=await waiting_for(access, kind),
        counts=await counts_of(access),
        kinds=KINDS,
        kind=kind,
    )


# A request for a visit.


@get(REQUEST, right=StaffRight.INBOX)
async def show(access: Staff, request_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    return await _request_page(access, request_id, Form(), notice=DONE.get(fait, ""))


@post(REQUEST, right=StaffRight.INBOX)
async def take(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: take_request(access, request_id, clock.now())
    )
    return await _see_request(request, access, request_id, form, "prise")


@get(f"{REQUEST}/creneau", right=StaffRight.INBOX)
async def choosing(access: Staff, request_id: FromPath[int]) -> Response[Any]:
    return await _choosing_page(access, request_id, Form())


@post(f"{REQUEST}/creneau", right=StaffRight.INBOX)
async def propose(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    asked = await access.get(AppointmentRequest, request_id)
    form = await Form.attempted(
        request, access, Choice, lambda data: propose_for(access, asked, data.creneau, clock.now())
    )
    if form.errors:
        return await _choosing_page(access, request_id, form)
    return await _see_request(request, access, request_id, form, "proposee")


@get(f"{REQUEST}/reponse", right=StaffRight.INBOX)
async def answering(access: Staff, request_id: FromPath[int]) -> Response[Any]:
    return await _request_page(access, request_id, Form())


@post(f"{REQUEST}/reponse", right=StaffRight.INBOX)
async def answer(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Answer, lambda data: answer_request(access, request_id, data.text, clock.now())
    )
    return await _see_request(request, access, request_id, form, "repondue")


@get(f"{REQUEST}/refus", right=StaffRight.INBOX)
async def refusing(access: Staff, request_id: FromPath[int]) -> Response[Any]:
    return await _request_page(access, request_id, Form(), "inbox/refusing.html")


@post(f"{REQUEST}/refus", right=StaffRight.INBOX)
async def refuse(request: Request, access: Staff, request_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Refusal, lambda data: refuse_request(access, request_id, data.reason, clock.now())
    )
    if form.errors:
        return await _request_page(access, request_id, form, "inbox/refusing.html")
    return await _see_request(request, access, request_id, form, "refusee")


async def _see_request(
    request: Request, access: StaffAccess, request_id: int, form: Form[Any], done: str
) -> Response[Any]:
    """The request as the act left it, which is said; or what was wrong."""
    if form.errors:
        return await _request_page(access, request_id, form)
    return see(request, "inbox.show", query={"fait": done}, request_id=request_id)


async def _request_page(
    access: StaffAccess, request_id: int, form: Form[Any], template: str = "inbox/show.html", notice: str = ""
) -> Page:
    asked = await access.get(AppointmentRequest, request_id)
    employee = await access.get(Employee, asked.employee_id)
    centre = await access.get(CareCentre, asked.centre_id) if asked.centre_id else None
    kind = visit_of(asked, employee)
    return page(
        template, form=form, notice=notice, asked=asked, employee=employee,
        name=employee_name(employee),
        member=await access.get(Company, asked.company_id), title=service_title(asked.motive),
        state=state_words(asked.motive, asked.state), visit=VISITS[kind] if kind else "",
        facts=facts_of(asked, centre.name if centre else ""), verdict=verdict_of(asked),
        thread=await request_thread(access, asked), past=await past_visits(access, employee),
        is_over=asked.state in OVER, is_new=asked.state == RequestState.SENT,
        may_propose=may_propose(asked, kind),
    )  # fmt: skip


async def _choosing_page(access: StaffAccess, request_id: int, form: Form[Any]) -> Page:
    asked = await access.get(AppointmentRequest, request_id)
    employee = await access.get(Employee, asked.employee_id)
    kind, now = visit_of(asked, employee), clock.now()
    times = await free_times_for(access, kind, now) if kind else []
    own = await own_slots(access, asked.company_id, kind, now) if kind else []
    choices = [(f"{OWN_SLOT}{row.id}", time_words(row.starts, row.centre, row.professional)) for row in own]
    choices += [
        (each.key, time_words(each.starts_at, each.session.centre, each.session.professional))
        for each in times
    ]
    return page(
        "inbox/choosing.html", form=form, asked=asked, name=employee_name(employee),
        member=await access.get(Company, asked.company_id), visit=VISITS[kind] if kind else "",
        facts=facts_of(asked), choices=choices, own=len(own), may_propose=may_propose(asked, kind),
    )  # fmt: skip


# A message of a member, and of somebody without an account.


@get(THREAD, right=StaffRight.INBOX)
async def thread(access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    return await _thread_page(access, inquiry_id, Form())


@post(THREAD, right=StaffRight.INBOX)
async def answer_thread(request: Request, access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Answer, lambda data: answer_inquiry(access, inquiry_id, data.text, clock.now())
    )
    return await _thread_page(access, inquiry_id, form) if form.errors else see(request, "inbox.index")


@get(f"{THREAD}/fin", right=StaffRight.INBOX)
async def closing(request: Request, access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    return await _thread_page(access, inquiry_id, Form())


@post(f"{THREAD}/fin", right=StaffRight.INBOX)
async def close(request: Request, access: Staff, inquiry_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: close_inquiry(access, inquiry_id, clock.now())
    )
    return await _thread_page(access, inquiry_id, form) if form.errors else see(request, "inbox.index")


async def _thread_page(access: StaffAccess, inquiry_id: int, form: Form[Any]) -> Page:
    inquiry = await access.get(Inquiry, inquiry_id)
    return page(
        "inbox/thread.html", form=form, inquiry=inquiry, thread=await inquiry_thread(access, inquiry),
        member=await access.get(Company, inquiry.company_id), state=STATE_WORDS[InquiryState(inquiry.state)],
    )  # fmt: skip


@get("/service/messages-sans-compte/{message_id:int}", right=StaffRight.INBOX)
async def public(access: Staff, message_id: FromPath[int]) -> Response[Any]:
    return page("inbox/public.html", message=await access.get(PublicInquiry, message_id))


@post("/service/messages-sans-compte/{message_id:int}", right=StaffRight.INBOX)
async def reply_public(request: Request, access: Staff, message_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Answer, lambda data: answer_public(access, message_id, data.text, clock.now())
    )
    if form.errors:
        return page("inbox/public.html", form=form, message=await access.get(PublicInquiry, message_id))
    return see(request, "inbox.index")


# A correction of a declaration, asked for after its campaign.


@get("/service/corrections/{correction_id:int}", right=StaffRight.BILLING)
async def correction(access: Staff, correction_id: FromPath[int]) -> Response[Any]:
    return await _correction_page(access, correction_id, Form())


@post("/service/corrections/{correction_id:int}", right=StaffRight.BILLING)
async def settle_correction(request: Request, access: Staff, correction_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Verdict,
        lambda data: answer_correction(
            access, correction_id, CorrectionState(data.state), data.text, clock.now()
        ),
    )  # fmt: skip
    return await _correction_page(access, correction_id, form) if form.errors else see(request, "inbox.index")


async def _correction_page(access: StaffAccess, correction_id: int, form: Form[Any]) -> Page:
    asked = await access.get(DeclarationCorrection, correction_id)
    return page(
        "inbox/correction.html", form=form, asked=asked, member=await access.get(Company, asked.company_id),
        is_open=asked.state == CorrectionState.SENT,
    )  # fmt: skip


STAFF = [
    index, show, take, choosing, propose, answering, answer, refusing, refuse, thread, answer_thread,
    closing, close, public, reply_public, correction, settle_correction,
]  # fmt: skip
