"""/demo: its accounts and its mails."""

from typing import Any

from litestar.params import FromPath
from litestar.response import Response
from sqlmodel import col, select

from app import clock
from app.access import BIGGEST_ID
from app.companies.landing import enter
from app.demo.forms import EMAILS, Persona
from app.devices import open_browser
from app.errors import NotFound
from app.sign_in.acts import account_at
from app.web.caller import Caller
from app.web.forms import Form
from app.web.pages import page
from app.web.signatures import Request, Visitor, get, post
from db.models import DemoMail


@get("/demo/connexion")
async def personas(access: Visitor) -> Response[Any]:
    return page("demo/personas.html")


@post("/demo/connexion", harmless=True)
async def sign_in(request: Request, access: Visitor) -> Response[Any]:
    visit = Caller.of(request)
    form = await Form.read(request, Persona)
    account = await account_at(access, EMAILS[form.data.persona]) if form.data else None
    if account is None:
        return page("demo/personas.html", form=form)
    opened = await open_browser(access, account, visit.origin, clock.now())
    return await enter(request, access, account.key, opened)


@get("/demo/courriels")
async def mails(access: Visitor) -> Response[Any]:
    newest = select(DemoMail).order_by(col(DemoMail.id).desc()).limit(50)
    return page("demo/mails.html", mails=await access.all(newest))


@get("/demo/courriels/{mail_id:int}")
async def mail(access: Visitor, mail_id: FromPath[int]) -> Response[Any]:
    demo_mail = None
    if 0 < mail_id <= BIGGEST_ID:
        demo_mail = await access.first(select(DemoMail).where(DemoMail.id == mail_id))
    if demo_mail is None:
        raise NotFound
    return page("demo/mail.html", mail=demo_mail)
