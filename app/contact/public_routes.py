"""/contact: for those who cannot sign in. It answers everybody alike."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from app import clock
from app.access import VisitorAccess
from app.appointments.shown import new_token
from app.contact.forms import CHOICES, PublicMessage
from app.contact.public_service import is_known, write_from_outside
from app.forms import Form
from app.web import Page, PublicPage, page, see
from db.models import InquiryTheme


@get("/contact", name="contact.public")
async def public(access: NamedDependency[VisitorAccess]) -> Response[Any]:
    return _form(Form({"token": new_token(), "theme": InquiryTheme.ACCESS}))


@post("/contact", name="contact.send", harmless=True)
async def send(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    form = await Form.read(request, PublicMessage)
    if form.data:
        async with form.attempt(access):
            await write_from_outside(access, form.data, clock.now())
        if form.status_code == 409 and await is_known(access, form.data):
            form.errors = {}  # Sent twice at once: the first one was written meanwhile.
    if form.errors:
        return _form(form)
    return see(request, "contact.sent")


@get("/contact/envoye", name="contact.sent", sync_to_thread=False)
def sent() -> Response[Any]:
    """The same for everybody: whether the code or the address is known is not said."""
    return PublicPage("contact/sent.html")


def _form(form: Form[Any]) -> Page:
    return page("contact/public.html", form=form, themes=CHOICES)


VISITOR: list[Any] = [public, send]
ANYBODY: list[Any] = [sent]
