"""/service/lieux: the places of visits."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.clinic import queries
from app.clinic.forms import CentreChange, NewCentre
from app.clinic.people import add_centre, change_centre
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post
from db.models import CareCentre

ONE = "/service/lieux/{centre_id:int}"


@get("/service/lieux", right=StaffRight.PLANNING)
async def places(access: Staff) -> Response[Any]:
    return await _places_page(access, Form())


@post("/service/lieux", right=StaffRight.PLANNING)
async def create_centre(request: Request, access: Staff) -> Response[Any]:
    form = await Form.attempted(
        request, access, NewCentre, lambda data: add_centre(access, **data.model_dump())
    )
    return await _places_page(access, form) if form.errors else see(request, "clinic.places")


@get(ONE, right=StaffRight.PLANNING)
async def centre(access: Staff, centre_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareCentre, centre_id)
    typed = {name: str(getattr(row, name) or "") for name in ("name", "address", "postcode", "town")}
    typed |= {"phone": row.phone, "access": row.access, "is_accessible": "oui" if row.is_accessible else ""}
    typed |= {"closed_on": f"{row.closed_on:%d/%m/%Y}" if row.closed_on else ""}
    return page("clinic/centre.html", form=Form(typed), centre=row)


@post(ONE, right=StaffRight.PLANNING)
async def update_centre(request: Request, access: Staff, centre_id: FromPath[int]) -> Response[Any]:
    row = await access.get(CareCentre, centre_id)
    form = await Form.attempted(
        request,
        access,
        CentreChange,
        lambda data: change_centre(access, centre_id, data.values(), clock.now()),
    )
    if form.errors:
        return page("clinic/centre.html", form=form, centre=row)
    return see(request, "clinic.places")


async def _places_page(access: StaffAccess, form: Form[Any]) -> Page:
    return page("clinic/places.html", form=form, centres=await queries.centres(access))


STAFF: list[Any] = [places, create_centre, centre, update_centre]
