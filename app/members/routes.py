"""/service/adherents: a member, its people and its employees, as the service sees them."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.appointments.staff import state_words
from app.contact.staff import STATE_WORDS
from app.documents.kinds import KIND_WORDS
from app.employees.declared import employee_name
from app.follow_up.words import MONITORINGS, SLOT_TAGS, VISITS
from app.inbox.views import service_title
from app.members.queries import (
    FEW,
    blocked_for,
    facts_of,
    facts_of_employee,
    is_staff,
    member_of,
    places_of,
)
from app.members.views import access_tag, employees_words, state_of
from app.people.queries import role_words
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page
from app.web.signatures import Staff, get
from db.models import Account, Company, Employee

MEMBER = "/service/adherents/{code:str}"
PERSON = "/service/personnes/{account_id:int}"


@get(MEMBER, right=StaffRight.MEMBERS)
async def show(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _member_page(access, await member_of(access, code), Form())


async def _member_page(access: StaffAccess, company: Company, form: Form[Any], notice: str = "") -> Page:
    today = clock.today()
    return page(
        "members/show.html", form=form, notice=notice, member=company, state=state_of(company), few=FEW,
        facts=await facts_of(access, company, clock.now(), today), employees=employees_words,
        access_tag=access_tag, role_words=role_words, service_title=service_title, state_words=state_words,
        visits=VISITS, slot_tags=SLOT_TAGS, thread_words=STATE_WORDS, document_words=KIND_WORDS, today=today,
        rights=access.rights,
    )  # fmt: skip


@get(PERSON, right=StaffRight.MEMBERS)
async def person(access: Staff, account_id: FromPath[int]) -> Response[Any]:
    account, now = await access.get(Account, account_id), clock.now()
    return page(
        "members/person.html", account=account, places=await places_of(access, account.key),
        blocked=(await blocked_for(access, [account.email], now)).get(account.email, 0),
        is_staff=await is_staff(access, account.key), role_words=role_words, today=clock.today(),
    )  # fmt: skip


@get("/service/salaries/{employee_id:int}", right=StaffRight.MEMBERS)
async def employee(access: Staff, employee_id: FromPath[int]) -> Response[Any]:
    found = await access.get(Employee, employee_id)
    return page(
        "members/employee.html", employee=found, name=employee_name(found),
        member=await access.get(Company, found.company_id), facts=await facts_of_employee(access, found),
        monitorings=MONITORINGS, visits=VISITS, slot_tags=SLOT_TAGS, service_title=service_title,
        state_words=state_words, today=clock.today(), rights=access.rights,
    )  # fmt: skip


STAFF = [show, person, employee]
