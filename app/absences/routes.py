"""/service/absences: missed appointments of a period, looked at, ticked, billed or given up."""

from datetime import date, timedelta
from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Response

from app import clock
from app.absences.forms import BILL, WAIVE, Ticked
from app.absences.queries import count_free, missed_between
from app.absences.staff import bill_absences
from app.access import StaffAccess
from app.errors import Refused
from app.staff_rights import StaffRight
from app.text.names import initials
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post

RIGHT = StaffRight.BILLING
HERE = "/service/absences"
PERIOD = timedelta(days=60)
DONE = {
    "facture": "Les absences cochées sont facturées : chaque adhérent reçoit sa facture.",
    "offert": "Les absences cochées ne seront pas facturées.",
}


@get(HERE, right=RIGHT)
async def index(
    access: Staff, du: FromQuery[str] = "", au: FromQuery[str] = "", fait: NamedDependency[str] = ""
) -> Response[Any]:
    """The absences of a period, by default of the last sixty days."""
    return await _absences_page(access, du, au, Form(), DONE.get(fait, ""))


async def _absences_page(
    access: StaffAccess, du: str, au: str, form: Form[Any], notice: str = "", *, was_sent: bool = False
) -> Page:
    """`was_sent`: boxes stay as they were ticked; else what is not usually offered is."""
    today = clock.today()
    since = _day(form, "du", du, today - PERIOD)
    until = _day(form, "au", au, today)
    rows, is_cut = await missed_between(access, since, until)
    may_name = StaffRight.PLANNING in access.rights
    is_first_free = access.portal.settings.service_first_absence_free
    return page(
        "absences/index.html", form=form, since=since, until=until, rows=rows, is_cut=is_cut, bill=BILL,
        waive=WAIVE, notice=notice, is_first_free=is_first_free,
        free=await count_free(access, since, until), was_sent=was_sent,
        names={each.row.id: each.row.name if may_name else initials(each.row.name) for each in rows},
        total_cents=sum(each.row.fee_cents for each in rows),
    )  # fmt: skip


def _day(form: Form[Any], field: str, typed: str, usual: date) -> date:
    try:
        found = read_day(typed) if typed else usual
    except ValueError as wrong:
        form.refuse(Refused(str(wrong), field))
        found = usual
    form.typed[field] = typed or f"{found:%d/%m/%Y}"
    return found


@post(HERE, right=RIGHT)
async def bill(
    request: Request, access: Staff, du: FromQuery[str] = "", au: FromQuery[str] = ""
) -> Response[Any]:
    done = {"fait": "offert"}

    async def act(data: Ticked) -> None:
        await bill_absences(access, data.slots, clock.moment(), is_billed=data.is_billed)
        if data.is_billed:
            done["fait"] = "facture"

    form = await Form.attempted(request, access, Ticked, act)
    if form.errors:
        return await _absences_page(access, du, au, form, was_sent=True)
    return see(request, "absences.index", query=done | {"du": du, "au": au})


STAFF: list[Any] = [index, bill]
