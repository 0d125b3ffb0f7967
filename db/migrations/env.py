"""Run by Alembic with the connection that `db.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection, text

from db.models import metadata

connection: Connection | None = context.config.attributes["connection"]
if connection is None:
    raise RuntimeError("run migrations with `portail migrate`")

is_sqlite = connection.dialect.name == "sqlite"
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
# Batch mode copies tables: with foreign keys on it would delete cascade children, so they are off, then
# checked.
if is_sqlite and (broken := connection.execute(text("PRAGMA foreign_key_check")).all()):
    raise RuntimeError(f"the migration broke references: {broken[:5]}")
