"""The same list as one writes it with FastAPI and SQLModel: async session, entities, Jinja.

python -m tests.bench.peers_fastapi PORT DATABASE
"""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import uvicorn
from fastapi import Cookie, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.security.keys import fingerprint
from db.models import Account, AccountSession, Company, Employee, Membership
from tests.bench.peer_words import FIXED, MOST, PAGE, today


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
        choices = await rows.exec(
            select(Company)
            .join(Membership, col(Membership.company_id) == Company.id)
            .where(Membership.account_id == account.id)
            .order_by(Company.code)
        )
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

    return app


if __name__ == "__main__":
    uvicorn.run(
        peer_app(sys.argv[2]),
        port=int(sys.argv[1]),
        access_log=False,
        server_header=False,
        log_level="warning",
    )
