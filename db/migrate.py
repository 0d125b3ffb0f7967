"""Migrations from Python, so that the package needs no alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision."""
    command.upgrade(configuration(connection), "head")


def is_current(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(configuration()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads


def is_known(revision: str, *, newest: bool = False) -> bool:
    """Of this version of the portal, or of one before it."""
    script = ScriptDirectory.from_config(configuration())
    if newest:
        return revision in script.get_heads()
    return revision in {each.revision for each in script.walk_revisions()}
