"""/service/adherents/…/notes: what colleagues note on a member, which no member ever reads."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.inbox.forms import CompanyNote
from app.inbox.people import note_company
from app.inbox.queries import notes_on
from app.members.life import MEMBER
from app.members.queries import member_of
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import OF_COMPANY, Company

NOTES = f"{MEMBER}/notes"


@get(NOTES, right=StaffRight.MEMBERS)
async def noting(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _notes_page(access, await member_of(access, code), Form())


@post(NOTES, right=StaffRight.MEMBERS)
async def note(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    member = await member_of(access, code)
    form = await Form.attempted(
        request, access, CompanyNote, lambda data: note_company(access, member.key, data.note, clock.now())
    )
    if form.errors:
        return await _notes_page(access, member, form)
    return see(request, "members.show", query={"fait": "note"}, code=member.code)


async def _notes_page(access: StaffAccess, member: Company, form: Form[Any]) -> Page:
    written = await notes_on(access, OF_COMPANY, member.key, member.key)
    return page("members/noting.html", form=form, member=member, written=written)


STAFF: list[Any] = [noting, note]
