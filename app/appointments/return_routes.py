"""Whether a visit is compulsory after an absence, before anything is asked."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments.forms import CAUSES
from app.appointments.shown import return_problems, verdict
from app.forms import Form
from app.rights import Right
from app.web import page, wants_fragment


@get("/espace/{code:str}/demandes/reprise", name="appointments.verdict")
async def return_verdict(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    cause: FromQuery[str] = "",
    stop_from: FromQuery[str] = "",
    back_on: FromQuery[str] = "",
) -> Response[Any]:
    """Whether the visit is compulsory after this absence, before anything is asked."""
    access.require(Right.VIEW)
    typed = {"cause": cause, "stop_from": stop_from, "back_on": back_on}
    asked: Form[Any] = Form({name: value[:20] for name, value in typed.items()})
    if not wants_fragment(request):  # What is still being typed is not wrong yet.
        asked.errors, asked.status_code = return_problems(cause, stop_from, back_on), 200
    return page(
        "appointments/verdict.html",
        "partials/appointments/verdict.html",
        company=access.company,
        form=asked,
        verdict=verdict(cause, stop_from, back_on),
        today=clock.today(),
        kept=urlencode(asked.typed) if not asked.errors else "",
        causes={"": "Choisir"} | CAUSES,
        may_ask=Right.APPOINTMENTS in access.rights,
    )


MEMBER: list[Any] = [return_verdict]
