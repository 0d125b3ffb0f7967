"""The migrations build what the models say, on both databases, and survive being run again."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from app.database import is_migrated, migrate
from db.models import metadata


async def test_the_migrated_schema_is_the_models(database_url):
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    await engine.dispose()
    assert differences == []


async def test_migrating_again_changes_nothing(database_url):
    assert await is_migrated(database_url)
    await migrate(database_url)
    assert await is_migrated(database_url)


async def test_an_empty_database_is_not_up_to_date(tmp_path):
    assert not await is_migrated(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
