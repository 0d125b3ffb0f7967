"""/service: mail that does not leave, alerts, a few figures."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.staff.service import alerts, figures, send_mail_again, undelivered_mail
from app.web import page, see


@get("/service", name="staff.index")
async def index(access: NamedDependency[StaffAccess]) -> Response[Any]:
    return page(
        "staff/index.html",
        figures=await figures(access),
        mails=await undelivered_mail(access),
        alerts=await alerts(access),
    )


@get("/service/courriels/{mail_id:int}", name="staff.mail")
async def mail(
    request: Request[Any, Any, Any], access: NamedDependency[StaffAccess], mail_id: FromPath[int]
) -> Response[Any]:
    return see(request, "staff.index")


@post("/service/courriels/{mail_id:int}", name="staff.send_again")
async def send_again(
    request: Request[Any, Any, Any], access: NamedDependency[StaffAccess], mail_id: FromPath[int]
) -> Response[Any]:
    await send_mail_again(access, mail_id, clock.now())
    return see(request, "staff.index")
