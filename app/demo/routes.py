"""/demo: its accounts and its mails."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response
from sqlmodel import col, select

from app import clock
from app.access import BIGGEST_ID, VisitorAccess
from app.companies.landing import enter
from app.demo.forms import EMAILS, Persona
from app.devices import open_browser
from app.errors import NotFound
from app.forms import Form
from app.sign_in.service import account_at
from app.visit import Visit
from app.web import page
from db.models import DemoMail


@get("/demo/connexion", name="demo.personas")
async def personas(access: NamedDependency[VisitorAccess]) -> Response[Any]:
    return page("demo/personas.html")


@post("/demo/connexion", name="demo.sign_in", harmless=True)
async def sign_in(request: Request[Any, Any, Any], access: NamedDependency[VisitorAccess]) -> Response[Any]:
    visit = Visit.of(request)
    form = await Form.read(request, Persona)
    account = await account_at(access, EMAILS[form.data.persona]) if form.data else None
    if account is None:
        return page("demo/personas.html", form=form)
    opened = await open_browser(access, account, visit.origin, clock.now())
    return await enter(request, access, account.key, opened)


@get("/demo/courriels", name="demo.mails")
async def mails(access: NamedDependency[VisitorAccess]) -> Response[Any]:
    newest = select(DemoMail).order_by(col(DemoMail.id).desc()).limit(50)
    return page("demo/mails.html", mails=await access.all(newest))


@get("/demo/courriels/{mail_id:int}", name="demo.mail")
async def mail(access: NamedDependency[VisitorAccess], mail_id: FromPath[int]) -> Response[Any]:
    found = None
    if 0 < mail_id <= BIGGEST_ID:
        found = await access.first(select(DemoMail).where(DemoMail.id == mail_id))
    if found is None:
        raise NotFound
    return page("demo/mail.html", mail=found)
