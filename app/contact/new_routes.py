"""A new message to the service. What it is about may stand in the address, so that other pages lead here."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments.shown import new_token
from app.company_details.queries import team_of
from app.contact.forms import CHOICES, NewInquiry
from app.contact.queries import MOST_NAMESAKES, inquiry_by_token, people_named
from app.contact.sent import read_sent
from app.contact.writing_service import key_of, may_be_about, send_inquiry
from app.employees.declared import declared_of, name_of
from app.errors import NotFound
from app.file_types import ACCEPTED, TAKEN
from app.forms import Form
from app.places import row_number
from app.rights import Right
from app.uploads import DRAINED
from app.web import Page, page, see
from db.models import Employee, InquiryTheme, Invoice

NEW = "/espace/{code:str}/contact/nouveau"


@get(NEW, name="contact.new")
async def new(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    theme: FromQuery[str] = "",
    salarie: FromQuery[str] = "",
    facture: FromQuery[str] = "",
) -> Response[Any]:
    """`salarie`, `facture`: 404 for those of another company, as for those that do not exist."""
    access.require(Right.VIEW)
    guess = InquiryTheme.CONTRIBUTION if facture else InquiryTheme.EMPLOYEES if salarie else ""
    typed = {
        "token": new_token(), "theme": theme if theme in CHOICES and theme else guess,
        "salarie": salarie[:11], "facture": facture[:11],
    }  # fmt: skip
    return await _form(access, Form(typed))


async def may_write(access: MemberAccess, **_: Any) -> None:
    access.require(Right.VIEW)


@post(NEW, name="contact.create", request_max_body_size=DRAINED, opt={"file": may_write})
async def create(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    form, file = await read_sent(request, access, NewInquiry, may_be_about)
    sent, done = None, "envoye"
    if form.data:
        key = key_of(form.data, file)
        done = "deja" if await inquiry_by_token(access, key) else "envoye"
        async with form.attempt(access):
            sent = await send_inquiry(access, form.data, file, clock.now())
        if form.status_code == 409 and (sent := await inquiry_by_token(access, key)):
            done, form.errors = "deja", {}  # Sent twice at once: the first one was written meanwhile.
    if form.errors or sent is None:
        return await _form(access, form)
    return see(request, "contact.show", query={"fait": done}, code=access.company.code, inquiry_id=sent.key)


async def _form(access: MemberAccess, form: Form[Any]) -> Page:
    team = await team_of(access)
    return page(
        "contact/new.html", form=form, company=access.company, themes=CHOICES,
        people=await _people(access, form), invoice=await _invoice(access, form), team=team,
        accepted=ACCEPTED, taken=TAKEN,
    )  # fmt: skip


async def _people(access: MemberAccess, form: Form[Any]) -> dict[str, str]:
    """Whom to choose among: the one of the address, or those whom the name typed may mean."""
    found = list(await people_named(access, form["person"]) if form["person"] else [])
    if len(found) > MOST_NAMESAKES:
        found = []
    if number := _told(form, "salarie"):
        chosen = await access.get(Employee, number)
        found += [] if any(each.key == number for each in found) else [chosen]
    named = {str(each.key): name_of(declared_of(each)) for each in found}
    return {"": "Aucun en particulier"} | named if named else {}


async def _invoice(access: MemberAccess, form: Form[Any]) -> Invoice | None:
    """Of those who may see invoices; for the others the address says nothing."""
    number = _told(form, "facture")
    if not number or Right.INVOICES not in access.rights:
        form.typed["facture"] = ""
        return None
    return await access.get(Invoice, number)


def _told(form: Form[Any], name: str) -> int:
    """The number in the address, 0 for none; what is no number is no page. A form has said so already."""
    number = row_number(form[name])
    if not number and form[name] not in {"", "0"} and name not in form.errors:
        raise NotFound
    return number


MEMBER: list[Any] = [new, create]
