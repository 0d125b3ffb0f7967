"""Migrations from Python, so that the package needs no alembic.ini."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

# Any number, the same for every process that migrates.
ADVISORY_LOCK = 2022_0007
FOLDER = Path(__file__).parent / "migrations"
REVISION = re.compile(r'^(down_)?revision = "(\w+)"', re.MULTILINE)


class MigrationRefused(Exception):  # noqa: N818
    """Rows that the new schema forbids: whole sentences, in French."""


def configuration(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - only whoever migrates needs alembic

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision, inside the transaction of this connection: all or nothing.

    Two at once: the second waits, then finds nothing to do. SQLite's BEGIN IMMEDIATE sees to it by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
    from alembic import command  # noqa: PLC0415 - as above

    command.upgrade(configuration(connection), "head")


def is_current(connection: Connection) -> bool:
    """Read without alembic, which loads every migration: the portal asks it at each start."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
    return list(found) == [_newest()]


def is_known(revision: str, *, newest: bool = False) -> bool:
    """True for a revision of this version of the portal, or of one before it."""
    return revision == _newest() if newest else revision in _revisions()


@cache
def _revisions() -> dict[str, str]:
    """Each revision, with the one before it ("" for the first)."""
    files = sorted((FOLDER / "versions").glob("*.py"))
    found = [REVISION.findall(file.read_text("utf-8")) for file in files]
    names = [{bool(down): name for down, name in each} for each in found]
    return {each[False]: each.get(True, "") for each in names}


def _newest() -> str:
    """The revision that none follows; there is one, as a test makes sure."""
    (newest,) = set(_revisions()) - set(_revisions().values())
    return newest
