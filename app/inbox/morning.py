"""The mail of the morning, asked for or not; and one page of instructions for a new colleague."""

from typing import Any

from litestar.di import NamedDependency
from litestar.response import Response

from app import clock
from app.inbox.forms import WANTED, MorningMail
from app.inbox.reminders import set_digest, wants_digest
from app.staff_rights import ANY_STAFF, StaffRight
from app.web.forms import Form
from app.web.pages import page, see
from app.web.signatures import Request, Staff, get, post

DONE = {"oui": "Vous recevrez le courriel du matin.", "non": "Vous ne recevrez plus le courriel du matin."}


@get("/service/courriel-du-matin", right=StaffRight.INBOX)
async def morning_mail(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    return page("inbox/morning_mail.html", wants=await wants_digest(access), notice=DONE.get(fait, ""))


@post("/service/courriel-du-matin", right=StaffRight.INBOX)
async def set_morning_mail(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, MorningMail,
        lambda data: set_digest(access, clock.now(), wanted=data.choix == WANTED),
    )  # fmt: skip
    if form.errors:
        return page("inbox/morning_mail.html", form=form, wants=await wants_digest(access), notice="")
    return see(request, "inbox.morning_mail", query={"fait": "oui" if form["choix"] == WANTED else "non"})


@get("/service/aide", right=ANY_STAFF)
async def instructions(access: Staff) -> Response[Any]:
    """Each part for those who have its right."""
    rights = access.rights
    return page(
        "inbox/instructions.html", has_inbox=StaffRight.INBOX in rights,
        has_planning=StaffRight.PLANNING in rights, has_admissions=StaffRight.ADMISSIONS in rights,
        has_billing=StaffRight.BILLING in rights,
    )  # fmt: skip


STAFF: list[Any] = [morning_mail, set_morning_mail, instructions]
