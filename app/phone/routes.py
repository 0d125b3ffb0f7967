"""/service/adherents/…/telephone and its end; /espace/…/telephone: the list, the member's answer."""

from datetime import date
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess, StaffAccess
from app.campaigns.staff import tariff_or_missing
from app.employees.forms import Nothing
from app.members.queries import member_of
from app.phone import acts, staff
from app.phone.forms import CONFIRM, CONTEST, Answer, Caller
from app.phone.queries import name_of, present_people
from app.rights import Right
from app.staff_rights import StaffRight
from app.text.fields import once_token
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import PAGE, row_number
from app.web.signatures import Member, Request, Staff, get, post

BEGIN = "/service/adherents/{code:str}/telephone/{year:int}"
END = "/service/telephone"
PRESENT = "/espace/{code:str}/cotisation/{year:int}/telephone/salaries"
NOTED = {
    "depart": "Le départ est enregistré. L’employeur peut l’annuler pendant 30 jours.",
    "declare": "L’arrivée est déclarée.",
}
ANSWER = "/espace/{code:str}/cotisation/{year:int}/telephone"


@get(BEGIN, right=StaffRight.BILLING)
async def beginning(access: Staff, year: FromPath[int], code: FromPath[str]) -> Response[Any]:
    return await _begin_page(access, year, code, Form())


@post(BEGIN, right=StaffRight.BILLING)
async def begin(request: Request, access: Staff, year: FromPath[int], code: FromPath[str]) -> Response[Any]:
    company = await member_of(access, code)
    form = await Form.attempted(
        request, access, Caller,
        lambda data: staff.begin_call(access, company, year, data.caller, clock.moment()),
    )  # fmt: skip
    if form.errors:
        return await _begin_page(access, year, code, form)
    return see(request, "contributions.show", code=company.code, year=year)


async def _begin_page(access: StaffAccess, year: int, code: str, form: Form[Any]) -> Page:
    member, tariff = await member_of(access, code), await tariff_or_missing(access, year)
    access.reads(member)
    return page("phone/beginning.html", form=form, member=member, tariff=tariff)


@get(END, right=StaffRight.BILLING)
async def ending(request: Request, access: Staff) -> Response[Any]:
    """The address of the button, read: its page is the follow-up."""
    return see(request, "campaigns.index")


@post(END, right=StaffRight.BILLING)
async def end(request: Request, access: Staff) -> Response[Any]:
    years: list[int | None] = []

    async def act(_: Nothing) -> None:
        years.append(await staff.end_calls(access, clock.now()))

    await Form.attempted(request, access, Nothing, act)
    if year := next(iter(years), None):
        return see(request, "campaigns.follow_up", year=year)
    return see(request, "campaigns.index")


@get(ANSWER, right=Right.DECLARATION)
async def answering(access: Member, year: FromPath[int]) -> Response[Any]:
    return await _answer_page(access, year, Form({"token": once_token()}))


@post(ANSWER, right=Right.DECLARATION)
async def answer(request: Request, access: Member, year: FromPath[int]) -> Response[Any]:
    threads: list[int | None] = []

    async def act(data: Answer) -> None:
        threads.append(await acts.answer_call(access, year, data, clock.moment()))

    form = await Form.attempted(request, access, Answer, act)
    if form.errors:
        form.typed.setdefault("token", once_token())
        return await _answer_page(access, year, form)
    if thread := next(iter(threads), None):
        return see(request, "contact.show", inquiry_id=thread)
    return see(request, "contributions.receipt", year=year)


async def _answer_page(access: MemberAccess, year: int, form: Form[Any]) -> Page:
    call = await acts.call_to_answer(access, year, clock.moment())
    return page(
        "phone/answering.html", form=form, call=call, year=year, confirm=CONFIRM, contest=CONTEST,
        by=await name_of(access, call.account_id),
    )  # fmt: skip


@get(PRESENT, right=Right.EMPLOYEES)
async def present(
    request: Request,
    access: Member, year: FromPath[int], q: FromQuery[str] = "", apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:  # fmt: skip
    """The people of the list, for departures said during a call; the member has its own list."""
    if access.call is None:
        return see(request, "employees.index")
    skipped = row_number(apres)
    people = await present_people(access, date(year - 1, 1, 1), q[:100], skipped, PAGE + 1)
    return page(
        "phone/present.html", people=people[:PAGE], year=year, q=q[:100], skipped=skipped,
        following=skipped + PAGE if len(people) > PAGE else 0, notice=NOTED.get(fait, ""),
    )  # fmt: skip


STAFF: list[Any] = [beginning, begin, ending, end]
MEMBER: list[Any] = [answering, answer, present]
