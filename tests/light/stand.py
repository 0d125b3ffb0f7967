"""The portal of the tests, served for real outside of them: two companies, and letters that arrive."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlmodel import select

from app.main import make_litestar, wire
from app.portal import Portal, make_portal
from app.settings import DEMO_ACCOUNT, DEMO_SELLER, Settings
from db.engine import migrate
from db.models import CareCentre, VisitKind
from db.seeds.world import World
from tests.browser.conftest import Server, server_options
from tests.postbox import Mailbox
from tests.world import TwoCompanies, add_world

# Its invoices say who sells, and how they are paid.
SERVICE = DEMO_SELLER | dict(
    zip(("service_iban", "service_bic", "service_creditor_id"), DEMO_ACCOUNT, strict=True)
)


@dataclass(frozen=True, slots=True)
class Stand:
    """`site`: where it is served."""

    site: str
    portal: Portal
    told: TwoCompanies
    mailbox: Mailbox


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Stand]:
    """On SQLite, in this folder, until the end of the block."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    mailbox = await Mailbox().open()
    database = f"sqlite+aiosqlite:///{folder / 'portail.db'}"
    await migrate(database)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        settings = Settings(
            data_dir=folder, database_url=database, secret_key="k" * 64, port=port,
            reserved_addresses=True, smtp_url=f"smtp://127.0.0.1:{mailbox.port}", base_url=f"http://127.0.0.1:{port}",
            **SERVICE,
        )  # fmt: skip
        portal = make_portal(settings, bcrypt_cost=4)
        told = await add_world(portal)
        await two_slots(portal, told)
        server = Server(server_options(wire(make_litestar(demo=False), settings, portal)))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield Stand(settings.base_url, portal, told, mailbox)
        server.should_exit = True
        await serving
    await mailbox.close()


async def two_slots(portal: Portal, told: TwoCompanies) -> None:
    """A second one of the other company, the same day, for the same person and another reason."""
    async with portal.database.transaction(write=True) as session:
        centre = (await session.exec(select(CareCentre))).one()
        at = datetime(2099, 3, 2, 10, 30, tzinfo=UTC)
        await World(session).a_slot(
            told.theirs, centre, at, employee_id=told.their_employee.key, kind=VisitKind.EMPLOYER
        )
