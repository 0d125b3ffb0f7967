"""/service/echeanciers: payment plans, agreed for a member's invoices, followed, broken by somebody."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.errors import Refused
from app.invoices.instalments import MOST, monthly
from app.invoices.queries import invoices_of
from app.members.queries import member_of
from app.plans.forms import MOST_INVOICES, EndedPlan, NewPlan, number_of, typed_rows
from app.plans.queries import lasting_or_missing, lasting_plans, view_of
from app.plans.staff import agree, end
from app.staff_rights import StaffRight
from app.text.fields import once_token
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_numbers
from app.web.signatures import Request, Staff, get, post
from db.models import Company

RIGHT = StaffRight.BILLING
ALL = "/service/echeanciers"
ONE = f"{ALL}/{{plan_id:int}}"
NEW = "/service/adherents/{code:str}/echeancier"
DONE = {
    "accorde": "L’échéancier est accordé : l’employeur le reçoit par courriel, et n’est plus relancé.",
    "rompu": "L’échéancier est rompu : l’employeur en est averti, et les relances reprennent.",
}


@get(ALL, right=RIGHT)
async def index(access: Staff) -> Response[Any]:
    return page("plans/index.html", rows=await lasting_plans(access, clock.today()))


@get(ONE, right=RIGHT)
async def show(access: Staff, plan_id: FromPath[int], fait: NamedDependency[str] = "") -> Response[Any]:
    view, plan = await view_of(access, plan_id, clock.today())
    member = await access.get(Company, plan.company_id)
    access.reads(member)
    return page("plans/show.html", plan=view, row=plan, member=member, notice=DONE.get(fait, ""))


@get(NEW, right=RIGHT)
async def new(
    request: Request, access: Staff, code: FromPath[str], nombre: FromQuery[str] = "",
    premier: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    """The choice of invoices, of a number and of a first day; then the instalments that they make."""
    ids = row_numbers(request.query_params.getall("facture", []), MOST_INVOICES)
    number, form = number_of(nombre), Form[Any]({"premier": premier, "nombre": str(number_of(nombre))})
    if not premier:
        return await _new_page(access, code, ids, form)
    try:
        first = read_day(premier)
    except ValueError as wrong:
        form.refuse(Refused(str(wrong), "premier"))
        return await _new_page(access, code, ids, form)
    company = await member_of(access, code)
    owed = await invoices_of(access, company.key, "dues", clock.today(), MOST_INVOICES)
    cents = sum(each.left_cents for each in owed if each.id in ids)
    if not cents:
        form.refuse(Refused("Choisissez au moins une facture.", ""))
        return await _new_page(access, code, ids, form)
    form.typed |= typed_rows(monthly(cents, number, first)) | {"token": once_token()}
    return await _new_page(access, code, ids, form)


async def _new_page(access: StaffAccess, code: str, ids: list[int], form: Form[Any]) -> Page:
    company = await member_of(access, code)
    owed = await invoices_of(access, company.key, "dues", clock.today(), MOST_INVOICES)
    chosen = [each for each in owed if each.id in ids]
    lines = [n for n in range(1, MOST + 1) if form[f"day_{n}"] or form[f"amount_{n}"]]
    return page(
        "plans/new.html", form=form, member=company, owed=owed, ids=ids, chosen=chosen, lines=lines,
        cents=sum(each.left_cents for each in chosen), today=clock.today(),
    )  # fmt: skip


@post(NEW, right=RIGHT)
async def agree_to(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    company, made = await member_of(access, code), list[int]()

    async def write(data: NewPlan) -> None:
        made.append(await agree(access, company, data, clock.moment()))

    form = await Form.attempted(request, access, NewPlan, write)
    if not form.errors:
        return see(request, "plans.show", query={"fait": "accorde"}, plan_id=made[0])
    return await _new_page(access, code, row_numbers(form["invoices"].split(","), MOST_INVOICES), form)


@get(f"{ONE}/rupture", right=RIGHT)
async def ending(access: Staff, plan_id: FromPath[int]) -> Response[Any]:
    return await _ending_page(access, plan_id, Form())


async def _ending_page(access: StaffAccess, plan_id: int, form: Form[Any]) -> Page:
    view = await lasting_or_missing(access, plan_id, clock.today())
    return page("plans/ending.html", form=form, plan=view, member=await access.get(Company, view.company_id))


@post(f"{ONE}/rupture", right=RIGHT)
async def break_off(request: Request, access: Staff, plan_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, EndedPlan, lambda data: end(access, plan_id, data.reason, clock.moment())
    )
    if form.errors:
        return await _ending_page(access, plan_id, form)
    return see(request, "plans.show", query={"fait": "rompu"}, plan_id=plan_id)


STAFF: list[Any] = [index, show, new, agree_to, ending, break_off]
