"""The migrations build what the models say, on both databases, and survive being run again."""

from datetime import UTC, date, datetime

import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import is_migrated, migrate
from db.migrate import configuration
from db.models import Invoice, metadata
from tests.db.test_readers import only_sqlite

THEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = date(2026, 1, 5)
COMPANY = {
    "id": 1, "code": "00010", "member_code": "00010", "name": "X", "town": "Dinan", "siret": "",
    "address": "", "postcode": "", "naf": "", "email": "", "phone": "", "declarant_key": "-" * 64,
    "naf_version": "", "created_at": THEN, "updated_at": THEN,
}  # fmt: skip
EMPLOYEE = {
    "company_id": 1, "staff_number": "", "birth_name": "Le Bris", "usual_name": "", "first_names": "Anne",
    "sex": "", "birth_on": DAY, "email": "", "phone": "", "entry_on": DAY, "contract": "cdi",
    "job_title": "Soudeuse", "pcs": "", "part_time": False, "risks": "", "post_reason": "",
    "monitoring": "SI", "sort_key": "le bris anne", "search_key": " le bris anne", "due_on": DAY,
    "due_kind": "", "version": 1, "created_at": THEN, "updated_at": THEN,
}  # fmt: skip
DOCUMENT = {
    "company_id": 1, "kind": "autre", "title": "Manœuvre", "search_key": " manœuvre", "file_name": "m.pdf",
    "media_type": "application/pdf", "size": 1, "sha256": "0" * 64, "series": "s", "version": 1, "token": "t",
    "from_service": False, "on_behalf": False, "created_at": THEN,
}  # fmt: skip


async def test_the_migrated_schema_is_the_models(database_url):
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"include_object": _is_of_models}), metadata
            )
        )
    await engine.dispose()
    assert differences == []


def _is_of_models(_object, name, *_):
    """Not the indexes of words, which are each database's own: `tests/search` holds that they are there."""
    return "_words" not in name


@only_sqlite
async def test_numbers_are_never_given_twice(database_url):
    """What the models ask for, a migration that copies a table forgets."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        made = sqlalchemy.text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        numbered = set((await connection.execute(made)).scalars())
    await engine.dispose()
    assert numbered == {
        table.name for table in metadata.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert "employee" in numbered


@only_sqlite
async def test_no_migration_loses_the_triggers_of_those_before(tmp_path):
    """Copying a table, as a change of column does here, drops its triggers without a word."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'base.db'}")
    revisions = [each.revision for each in ScriptDirectory.from_config(configuration()).walk_revisions()]
    by_revision: dict[str, set[str]] = {}
    async with engine.begin() as connection:
        for revision in reversed(revisions):
            await connection.run_sync(_upgraded_to, revision)
            by_revision[revision] = await _triggers(connection)
    await engine.dispose()
    before: set[str] = set()
    for revision, triggers in by_revision.items():
        assert triggers >= before, f"{revision} loses {sorted(before - triggers)}"
        before = triggers
    assert len(before) >= 4, before


@only_sqlite
async def test_a_table_that_is_copied_would_lose_its_triggers(database_url):
    """What the test above looks for can be found."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        before = await _triggers(connection)
        await connection.run_sync(_slots_copied)
        lost = before - await _triggers(connection)
        assert lost == {each for each in before if each.startswith("slot_")} != set()
    await engine.dispose()


def _upgraded_to(connection, revision):
    command.upgrade(configuration(connection), revision)


def _slots_copied(connection):
    with Operations(MigrationContext.configure(connection)).batch_alter_table("slot", recreate="always"):
        pass


async def _triggers(connection):
    asked = sqlalchemy.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return set((await connection.execute(asked)).scalars())


async def test_migrating_again_changes_nothing(database_url):
    assert await is_migrated(database_url)
    await migrate(database_url)
    assert await is_migrated(database_url)


async def test_an_empty_database_is_not_up_to_date(tmp_path):
    assert not await is_migrated(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")


def _reflected(connection):
    found = sqlalchemy.MetaData()
    found.reflect(connection, only=["company", "employee", "document", "invoice"])
    return found.tables


WRITTEN = {"sort_key": "øster bœuf łucja", "search_key": f" øster bœuf łucja {'æ' * 300}"}


async def test_the_keys_of_before_are_folded_as_they_are_typed(database_url):
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0007"))
        tables = await connection.run_sync(_reflected)
        await connection.execute(tables["company"].insert().values(COMPANY))
        await connection.execute(tables["employee"].insert().values(EMPLOYEE))
        await connection.execute(tables["employee"].insert().values(EMPLOYEE | WRITTEN))
        await connection.execute(tables["document"].insert().values(DOCUMENT))
    await migrate(database_url)
    async with engine.connect() as connection:
        read = sqlalchemy.text("SELECT sort_key, search_key FROM employee ORDER BY id")
        rows = (await connection.execute(read)).all()
        kept = (await connection.execute(sqlalchemy.text("SELECT search_key FROM document"))).scalar_one()
    await engine.dispose()
    assert [tuple(row) for row in rows] == [
        ("le bris anne", " le bris anne"),
        ("oster boeuf lucja", f" oster boeuf lucja {'ae' * 300}"[:500]),
    ]
    assert kept == " manoeuvre"


INVOICE = {
    "company_id": 1, "kind": "cotisation", "title": "Cotisation", "issued_on": DAY, "due_on": DAY,
    "lines": [], "net_cents": 100, "vat_cents": 20, "total_cents": 120, "created_at": THEN,
}  # fmt: skip


async def test_a_credit_note_of_before_knows_the_number_and_the_day_of_its_invoice(database_url):
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(configuration(sync), "0032"))
        tables = await connection.run_sync(_reflected)
        await connection.execute(tables["company"].insert().values(COMPANY))
        for key, number, settles in ((1, "F1", None), (2, "A1", 1)):
            row = INVOICE | {"id": key, "number": number, "settles_id": settles}
            await connection.execute(tables["invoice"].insert().values(row))
    await migrate(database_url)
    async with AsyncSession(engine) as session:
        found = {each.number: each.printed for each in (await session.exec(select(Invoice))).all()}
    await engine.dispose()
    assert found == {"F1": {}, "A1": {"settles": ["F1", "2026-01-05"]}}
