"""A base copied as it was at one instant, and put back whole: a file for SQLite, SQL for PostgreSQL."""

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, create_engine, func, inspect, table, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.errors import CommandRefused
from db.models import DemoBase, KeptFile

SHA256 = re.compile(r"[0-9a-f]{64}")
NO_TOOLS = "{} manque sur cette machine : installez les outils de PostgreSQL (postgresql-client)."


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """`files`: the SHA-256 of every file that a row names."""

    revision: str
    is_demo: bool
    companies: int
    accounts: int
    files: frozenset[str]


def look(connection: Connection) -> BaseFacts:
    """The facts on a base of any age: its tables say for themselves where they name files."""
    tables = inspect(connection)
    files: set[str] = set()
    # An announced file may be gone: this table names none.
    for name in {*tables.get_table_names()} - {str(KeptFile.__tablename__)}:
        for each in tables.get_columns(name):
            if each["name"] == "sha256":
                named = table(name, column("sha256")).select().distinct()
                files |= {sha256 for sha256 in connection.scalars(named) if SHA256.fullmatch(sha256 or "")}
    return BaseFacts(
        connection.scalar(table("alembic_version", column("version_num")).select()) or "",
        tables.has_table(str(DemoBase.__tablename__)) and bool(_count(connection, "demobase")),
        _count(connection, "company"),
        _count(connection, "account"),
        frozenset(files),
    )


def _count(connection: Connection, name: str) -> int:
    return connection.scalar(func.count().select().select_from(table(name))) or 0


def copy_sqlite(base: Path, target: Path) -> BaseFacts:
    """Through SQLite's own backup, while it is written to: copying the live file would lose what waits in
    its -wal.
    """
    live = f"{base.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(live, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        # One file, whole by itself.
        copy.execute("PRAGMA journal_mode=DELETE")
    return check_sqlite(target)


def check_sqlite(base: Path) -> BaseFacts:
    """`CommandRefused` when SQLite does not find it sound."""
    engine = create_engine(f"sqlite:///{base}", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("PRAGMA integrity_check")) != "ok":
                raise CommandRefused("La base est abîmée (PRAGMA integrity_check).")
            if connection.execute(text("PRAGMA foreign_key_check")).first():
                raise CommandRefused("La base est abîmée (PRAGMA foreign_key_check).")
            return look(connection)
    finally:
        engine.dispose()


def _engine_of(url: str, **options: Any) -> AsyncEngine:
    """Of PostgreSQL itself: what stands before it lends another server for each transaction."""
    if "pooled" in make_url(url).query:
        raise CommandRefused(
            "Une base se sauvegarde et se restaure sans PgBouncer : donnez à PORTAIL_DATABASE_URL l’adresse "
            "de PostgreSQL, sans ?pooled=true."
        )
    return create_async_engine(url, poolclass=NullPool, **options)


async def dump_postgresql(url: str, target: Path) -> BaseFacts:
    """Copy by pg_dump, in the very transaction in which the names of its files are read."""
    engine = _engine_of(url, isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            snapshot = await connection.scalar(text("SELECT pg_export_snapshot()"))
            facts = await connection.run_sync(look)
            await _run(make_url(url), "pg_dump", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
                       f"--file={target}")  # fmt: skip
            return facts
    finally:
        await engine.dispose()


async def is_postgresql_served(url: str) -> bool:
    """True when anybody else is connected, from whatever machine."""
    engine = _engine_of(url)
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    try:
        async with engine.connect() as connection:
            return bool(await connection.scalar(others))
    finally:
        await engine.dispose()


async def load_postgresql(url: str, source: Path) -> None:
    """All of it or nothing: one transaction that ends what was there and puts this in its place."""
    await _run(
        make_url(url), "psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1",
        "--single-transaction", "--command=DROP SCHEMA public CASCADE; CREATE SCHEMA public",
        f"--file={source}",
    )  # fmt: skip


async def _run(url: URL, program: str, *options: str) -> None:
    """The password goes through the environment: options are for everybody to see."""
    path = shutil.which(program)
    if path is None:
        raise CommandRefused(NO_TOOLS.format(program))
    given = {
        "PATH": "/usr/bin:/bin", "PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username,
        "PGPASSWORD": url.password, "PGDATABASE": url.database, "PGCLIENTENCODING": "UTF8",
        "PGOPTIONS": "--client-min-messages=warning",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        path, *options, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={name: str(value) for name, value in given.items() if value},
    )  # fmt: skip
    _, errors = await process.communicate()
    if process.returncode:
        raise CommandRefused(f"{program} a échoué : {errors.decode(errors='replace').strip()}")
