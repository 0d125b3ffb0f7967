"""Migrations from Python, so that the package needs no alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

# Any number, the same for every process that migrates.
ADVISORY_LOCK = 2022_0007


class MigrationRefused(Exception):  # noqa: N818
    """Rows that the new schema forbids: whole sentences, in French."""


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision, inside the transaction of this connection: all or nothing.

    Two at once: the second waits, then finds nothing to do. SQLite's BEGIN IMMEDIATE sees to it by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
    command.upgrade(configuration(connection), "head")


def is_current(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(configuration()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def is_known(revision: str, *, newest: bool = False) -> bool:
    """True for a revision of this version of the portal, or of one before it."""
    script = ScriptDirectory.from_config(configuration())
    if newest:
        return revision in script.get_heads()
    return revision in {each.revision for each in script.walk_revisions()}
