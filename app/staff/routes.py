"""/service: mail that does not leave, alerts, a few figures."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.staff.acts import alerts, figures, returned_mail, send_mail_again, undelivered_mail
from app.staff_rights import StaffRight
from app.web.pages import page, see
from app.web.signatures import Request, Staff, get, post


@get("/service", right=StaffRight.TECHNIQUE)
async def index(access: Staff) -> Response[Any]:
    return page(
        "staff/index.html",
        figures=await figures(access),
        mails=await undelivered_mail(access),
        returned=await returned_mail(access),
        alerts=await alerts(access),
    )


@get("/service/courriels/{mail_id:int}", right=StaffRight.TECHNIQUE)
async def mail(request: Request, access: Staff, mail_id: FromPath[int]) -> Response[Any]:
    return see(request, "staff.index")


@post("/service/courriels/{mail_id:int}", right=StaffRight.TECHNIQUE)
async def send_again(request: Request, access: Staff, mail_id: FromPath[int]) -> Response[Any]:
    await send_mail_again(access, mail_id, clock.now())
    return see(request, "staff.index")
