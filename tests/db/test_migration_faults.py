"""A migration happens as a whole or not at all: killed, refused, or two at once."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy
from alembic import command
from click.testing import CliRunner
from sqlalchemy.ext.asyncio import create_async_engine

from app.__main__ import main
from app.web.templating import ROOT
from db.engine import is_migrated, migrate
from db.migrate import configuration
from tests.conftest import SERVER
from tests.db.killing import everything
from tests.db.test_migrations import COMPANY, EMPLOYEE, THEN

ACCOUNT = {
    "id": 1, "email": "alice@ours.example", "first_name": "Alice", "last_name": "Le Bris", "job_title": "",
    "mobile": "", "created_at": THEN,
}  # fmt: skip
COMPANIES = 40
# Of many hundred statements; 1 for the long run. Each kill takes the way of all those before it once more.
KILL_EVERY = int(os.environ.get("PORTAIL_TEST_KILL_EVERY", "37"))


@pytest.fixture
async def old_url(database_url):
    """A base at its first revision, with people in it."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0001"))
    async with engine.begin() as connection:
        tables = await connection.run_sync(reflected)
        known = tables["company"].columns.keys()
        for number in range(1, COMPANIES + 1):
            row = COMPANY | {"id": number, "code": f"{number:05d}", "declarant_key": f"{number:064d}"}
            row |= {"member_code": row["code"]}
            await connection.execute(
                tables["company"].insert().values({k: v for k, v in row.items() if k in known})
            )
        await connection.execute(tables["account"].insert().values(ACCOUNT))
        await connection.execute(
            tables["membership"].insert().values(
                account_id=1, company_id=1, third_party=False, created_at=THEN
            )
        )  # fmt: skip
    await engine.dispose()
    return database_url


def reflected(connection):
    found = sqlalchemy.MetaData()
    found.reflect(connection)
    return found.tables


async def test_killed_anywhere_it_leaves_every_row_and_then_succeeds(old_url):
    before = await everything(old_url)
    command = [sys.executable, "-m", "tests.db.killing", old_url, str(KILL_EVERY)]
    pipe = asyncio.subprocess.PIPE
    killing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)
    told, trouble = await killing.communicate()
    assert killing.returncode == 0, trouble.decode()[-2000:]
    assert int(told) >= 8, "of all migrations there are more statements than that"
    assert await is_migrated(old_url)
    after = await everything(old_url)
    for table in ("company", "account", "membership"):
        assert len(after[table]) - len(columns(after[table])) == len(before[table]) - len(
            columns(before[table])
        )
    assert sum("alice@ours.example" in row for row in after["account"]) == 1


def columns(rows):
    return [row for row in rows if row.startswith('"')]


async def test_two_at_once_the_second_waits_and_finds_nothing_to_do(old_url):
    await asyncio.gather(*(migrate(old_url) for _ in range(3)))
    assert await is_migrated(old_url)


SLOT = {
    "company_id": 1, "minutes": 30, "kind": "vip", "centre_id": 1, "role": "médecin", "reason": "",
    "fee_cents": 0, "sequence": 1, "created_at": THEN, "updated_at": THEN,
}  # fmt: skip
CENTRE = {
    "id": 1, "name": "Dinan", "address": "", "postcode": "", "town": "", "phone": "", "access": "",
    "is_accessible": True,
}  # fmt: skip
AT_9 = datetime(2026, 7, 6, 7, 0, tzinfo=UTC)
AT_9_20 = datetime(2026, 7, 6, 7, 20, tzinfo=UTC)
AT_9_30 = datetime(2026, 7, 6, 7, 30, tzinfo=UTC)


async def with_slots(url, *slots):
    """A base at the revision before slots were kept apart, with these."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0006"))
        tables = await connection.run_sync(reflected)
        await connection.execute(tables["company"].insert().values(COMPANY))
        await connection.execute(tables["carecentre"].insert().values(CENTRE))
        await connection.execute(tables["employee"].insert().values(EMPLOYEE | {"id": 1}))
        for slot in slots:
            await connection.execute(tables["slot"].insert().values(SLOT | slot))
    await engine.dispose()


BOTH = "06/07/2026 à 09 h 00 (30 min) et 06/07/2026 à 09 h 20 (30 min)"
OVERLAPPING = (
    {"professional": "Dr Le Goff", "starts_at": AT_9, "state": "confirmed", "employee_id": None},
    {"professional": "Dr Le Goff", "starts_at": AT_9_20, "state": "done", "employee_id": None},
)
SAME_EMPLOYEE = (
    {"professional": "A", "starts_at": AT_9, "state": "confirmed", "employee_id": 1},
    {"professional": "B", "starts_at": AT_9_20, "state": "proposed", "employee_id": 1, "kind": "visite"},
)
APART = (
    {"professional": "A", "starts_at": AT_9, "state": "confirmed", "employee_id": 1},
    {"professional": "A", "starts_at": AT_9_30, "state": "proposed", "employee_id": None},
    {"professional": "A", "starts_at": AT_9_20, "state": "cancelled", "employee_id": 1, "kind": "visite"},
)


def migrate_command(url, tmp_path, monkeypatch):
    for name, value in (("DATA_DIR", str(tmp_path)), ("SECRET_KEY", "k" * 40), ("DATABASE_URL", url)):
        monkeypatch.setenv(f"PORTAIL_{name}", value)
    result = CliRunner().invoke(main, ["migrate"])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("slots", "line"),
    [
        (OVERLAPPING, f"  – Dr Le Goff : {BOTH}"),
        (SAME_EMPLOYEE, f"  – Anne Le Bris (salarié n° 1) : {BOTH}"),
    ],
)
async def test_slots_that_overlap_are_named(database_url, tmp_path, monkeypatch, slots, line):
    await with_slots(database_url, *slots)
    before = await everything(database_url)
    code, words = await asyncio.to_thread(migrate_command, database_url, tmp_path, monkeypatch)
    assert code == 2
    assert words.startswith("La mise à jour n’a pas été faite, rien n’a changé.\n")
    assert words.splitlines()[-1] == line
    assert await everything(database_url) == before


async def test_slots_that_touch_or_are_off_stop_nothing(database_url, tmp_path, monkeypatch):
    await with_slots(database_url, *APART)
    assert await asyncio.to_thread(migrate_command, database_url, tmp_path, monkeypatch) == (
        0,
        "La base de données est à jour.\n",
    )


@pytest.mark.skipif(bool(SERVER), reason="a file that another program holds")
async def test_what_stops_it_is_told_without_a_traceback(old_url, tmp_path, monkeypatch):
    monkeypatch.setattr("db.engine.MIGRATION_SECONDS", 0.2)
    engine = create_async_engine(old_url)
    async with engine.connect() as holding:
        await holding.exec_driver_sql("BEGIN IMMEDIATE")
        code, words = await asyncio.to_thread(migrate_command, old_url, tmp_path, monkeypatch)
        await holding.rollback()
    await engine.dispose()
    assert code == 2
    assert "rien n’a changé : sqlite3.OperationalError: SQLITE_BUSY\n" in words
    assert "Relancez « portail migrate »" in words
