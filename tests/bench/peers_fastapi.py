"""The same list and home as one writes them with FastAPI and SQLModel: async session, entities, Jinja.

python -m tests.bench.peers_fastapi PORT DATABASE
"""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import uvicorn
from fastapi import Cookie, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, exists, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.security.keys import fingerprint
from db.models import (
    Account,
    AccountSession,
    AnnualDeclaration,
    AppointmentRequest,
    CareCentre,
    CareTeam,
    Company,
    Document,
    Employee,
    Inquiry,
    Invoice,
    Membership,
    Payment,
    Slot,
    Tariff,
)
from tests.bench.peer_words import FIXED, HOME, HOME_FIXED, LIVING, MOST, OPEN, PAGE, WEEK, money_of, today


def peer_app(database: str) -> FastAPI:
    app = FastAPI(openapi_url=None)
    engine = create_async_engine(f"sqlite+aiosqlite:///{database}")
    templates = Jinja2Templates(PAGE.parent)
    templates.env.auto_reload = False

    async def database_session() -> AsyncIterator[AsyncSession]:
        async with AsyncSession(engine) as session:
            yield session

    Rows = Annotated[AsyncSession, Depends(database_session)]  # noqa: N806

    async def member(
        code: str, rows: Rows, session: Annotated[str, Cookie()] = ""
    ) -> tuple[Account, Company]:
        opened = (
            await rows.exec(
                select(AccountSession, Account)
                .join(Account, col(Account.id) == AccountSession.account_id)
                .where(AccountSession.token_hash == fingerprint(session))
            )
        ).first()
        if (
            opened is None
            or opened[0].ended_at
            or datetime.now(UTC) - opened[0].created_at > timedelta(hours=12)
        ):
            raise HTTPException(401)
        company = (
            await rows.exec(
                select(Company)
                .join(Membership, col(Membership.company_id) == Company.id)
                .where(Company.code == code, Membership.account_id == opened[1].id)
            )
        ).first()
        if company is None:
            raise HTTPException(404)
        return opened[1], company

    @app.get("/healthz")
    async def healthz() -> str:
        return "ok"

    @app.get("/espace/{code}/salaries", response_class=HTMLResponse)
    async def index(
        request: Request, rows: Rows, who: Annotated[tuple[Account, Company], Depends(member)]
    ) -> HTMLResponse:
        account, company = who
        choices = await rows.exec(_companies_of(account))
        found = (
            await rows.exec(
                select(Employee)
                .where(Employee.company_id == company.id)
                .where(or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= today()))
                .order_by(Employee.sort_key, col(Employee.id))
                .limit(MOST)
            )
        ).all()
        shown = {"account": account, "company": company, "choices": choices.all(), "rows": found[: MOST - 1]}
        more = {"today": today(), "following": found[-1].sort_key, **FIXED}
        return templates.TemplateResponse(request, PAGE.name, shown | more)

    @app.get("/espace/{code}", response_class=HTMLResponse)
    async def home(
        request: Request, rows: Rows, who: Annotated[tuple[Account, Company], Depends(member)]
    ) -> HTMLResponse:
        account, company = who
        choices = (await rows.exec(_companies_of(account))).all()
        shown = {"account": account, "company": company, "choices": choices}
        return templates.TemplateResponse(
            request, HOME.name, HOME_FIXED | shown | await _facts(rows, company, datetime.now(UTC))
        )

    return app


def _companies_of(account: Account) -> Any:
    return (
        select(Company)
        .join(Membership, col(Membership.company_id) == Company.id)
        .where(Membership.account_id == account.id)
        .order_by(Company.code)
    )


async def _facts(rows: AsyncSession, company: Company, now: datetime) -> dict[str, Any]:
    here = or_(col(Employee.exit_on).is_(None), col(Employee.exit_on) >= today())
    people = select(func.count()).select_from(Employee).where(Employee.company_id == company.id, here)
    called = exists().where(Slot.employee_id == Employee.id, col(Slot.state).in_(LIVING))
    asked = exists().where(
        AppointmentRequest.employee_id == Employee.id, col(AppointmentRequest.state).in_(OPEN)
    )
    late = people.where(Employee.due_on < today(), ~called, ~asked)
    coming = (
        select(Slot, Employee, CareCentre)
        .outerjoin(Employee, col(Employee.id) == Slot.employee_id)
        .join(CareCentre, col(CareCentre.id) == Slot.centre_id)
        .where(Slot.company_id == company.id, Slot.starts_at > now, col(Slot.state).in_(LIVING))
        .order_by(Slot.starts_at, col(Slot.id))
    )
    slots = [
        {
            "id": slot.id,
            "starts_at": slot.starts_at,
            "state": slot.state,
            "employee": person,
            "centre": centre,
        }
        for slot, person, centre in await rows.exec(coming)
    ]
    paid = select(func.coalesce(func.sum(Payment.cents), 0)).where(Payment.invoice_id == Invoice.id)
    left = Invoice.total_cents - paid.scalar_subquery()
    invoices = await rows.exec(
        select(Invoice, left).where(Invoice.company_id == company.id, left > 0).order_by(Invoice.due_on)
    )
    owed = [(invoice, cents) for invoice, cents in invoices]
    campaign = (
        await rows.exec(
            select(Tariff)
            .where(Tariff.opens_on <= today(), Tariff.closes_on >= today())
            .order_by(col(Tariff.year).desc())
        )
    ).first()
    declared = select(AnnualDeclaration).where(
        AnnualDeclaration.company_id == company.id,
        AnnualDeclaration.year == (campaign.year if campaign else 0),
    )
    answers = (
        select(AppointmentRequest, Employee)
        .join(Employee, col(Employee.id) == AppointmentRequest.employee_id)
        .where(AppointmentRequest.company_id == company.id, col(AppointmentRequest.unread_at).is_not(None))
        .order_by(col(AppointmentRequest.unread_at).desc())
    )
    requests = [{"unread_at": each.unread_at, "employee": who} for each, who in await rows.exec(answers)]
    unread = select(Inquiry).where(Inquiry.company_id == company.id, col(Inquiry.unread_at).is_not(None))
    new = select(Document).where(
        Document.company_id == company.id, col(Document.from_service), col(Document.read_at).is_(None),
        col(Document.withdrawn_at).is_(None),
    )  # fmt: skip
    return money_of([(invoice.due_on, cents) for invoice, cents in owed]) | {
        "present": (await rows.exec(people)).one(),
        "late": (await rows.exec(late)).one(),
        "proposed": [each for each in slots if each["state"] == "proposed" and each["employee"]],
        "free": [each for each in slots if not each["employee"]],
        "week": [each for each in slots if each["state"] == "confirmed" and each["starts_at"] < now + WEEK],
        "invoices": [invoice for invoice, _ in owed],
        "campaign": campaign,
        "declaration": (await rows.exec(declared)).first(),
        "requests": requests,
        "inquiries": (await rows.exec(unread.order_by(col(Inquiry.unread_at).desc()))).all(),
        "documents": (await rows.exec(new.order_by(col(Document.created_at).desc()))).all(),
        "team": await rows.get(CareTeam, company.team_id) if company.team_id else None,
    }


if __name__ == "__main__":
    uvicorn.run(
        peer_app(sys.argv[2]),
        port=int(sys.argv[1]),
        access_log=False,
        server_header=False,
        log_level="warning",
    )
