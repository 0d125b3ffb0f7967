"""/service/cotisations/…/appel: the invoices of a campaign, looked at before, issued, followed."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.calls.forms import NewCall
from app.calls.queries import call_of, due_usually, members_named, oddities_of, preview_of
from app.calls.staff import launch_call
from app.campaigns.staff import tariff_or_missing
from app.contributions.states import Campaign
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import CallState, ContributionCall

ONE = "/service/cotisations/{year:int}/appel"
WHOLE = "L’appel concerne toutes les équipes, et votre compte une partie d’entre elles."


@get(ONE, right=StaffRight.BILLING)
async def show(access: Staff, year: FromPath[int]) -> Response[Any]:
    """Preview of a call; while it runs, how far it is; then what it did."""
    return await _call_page(access, year, Form({"due_on": due_usually(clock.today()).isoformat()}))


@post(ONE, right=StaffRight.BILLING)
async def launch(request: Request, access: Staff, year: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(
        request, access, NewCall, lambda data: launch_call(access, year, data.due, clock.moment())
    )
    return await _call_page(access, year, form) if form.errors else see(request, "calls.show", year=year)


async def _call_page(access: StaffAccess, year: int, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    tariff, call = await tariff_or_missing(access, year), await call_of(access, year)
    is_running = call is not None and call.state == CallState.RUNNING
    return page(
        "calls/show.html", "partials/calls/progress.html" if call else "", form=form, tariff=tariff,
        call=call, is_running=is_running, refused=await _refused(access, call),
        preview=None if is_running else await preview_of(access, tariff),
        oddities=[] if is_running else await oddities_of(access, tariff),
        is_open=not Campaign(tariff.opens_on, tariff.closes_on).is_over(clock.today()),
    )  # fmt: skip


async def _refused(access: StaffAccess, call: ContributionCall | None) -> list[tuple[str, str, str]]:
    """(code, name, why) of the members whom this run could not bill."""
    refused = call.refused[:100] if call else []
    names = await members_named(access, [each["company_id"] for each in refused])
    return [(*names.get(each["company_id"], ("", "")), each["why"]) for each in refused]


STAFF: list[Any] = [show, launch]
