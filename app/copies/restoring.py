"""`portail restore`: everything is read and compared before anything is touched; then one rename."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import PARIS
from app.copies.archive import BASES, CHUNK, CUT, Manifest, WrongArchive, contents, read_manifest
from app.copies.bases import check_sqlite, is_postgresql_served, load_postgresql
from app.copies.lock import alone
from app.copies.saving import sync, words_of
from app.errors import CommandRefused
from app.files.storage import Damaged, Storage
from app.private import beside
from app.security.keys import Keys
from app.settings import Settings
from db.migrate import is_known

SERVED = "Un autre programme utilise la base : arrêtez le portail d’abord. Rien n’a été restauré."
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


async def restore(settings: Settings, file: Path, now: datetime) -> str:
    with alone(settings):
        try:
            manifest = read_manifest(file, Keys(settings.secret_key))
            _check(settings, manifest)
            if settings.database_file is None and await is_postgresql_served(settings.database_url):
                raise CommandRefused(SERVED)
            with TemporaryDirectory(dir=settings.data_dir, prefix=".portail-") as folder:
                unpacked = Path(folder) / "base"
                # Files first, the base last: a file that no row names harms nobody.
                await _unpack(settings, file, unpacked)
                previous = await _put_back(settings, manifest, unpacked, now)
        except WrongArchive as wrong:
            raise CommandRefused(str(wrong)) from None
    words = f"Restauré, sauvegarde du {words_of(manifest)}"
    if previous:
        words += f"\nLa base d’avant est gardée : {previous} (à effacer quand tout va bien)."
    if not is_known(manifest.revision, newest=True):
        words += "\nElle est d’une version plus ancienne : lancez « portail migrate »."
    return words


def _check(settings: Settings, manifest: Manifest) -> None:
    ours = "postgresql" if settings.database_file is None else "sqlite"
    if manifest.kind != ours:
        raise CommandRefused(
            f"Cette sauvegarde vient de {KINDS[manifest.kind]}, la base est sous {KINDS[ours]} : "
            "rien n’a été restauré."
        )
    if not is_known(manifest.revision):
        raise CommandRefused(
            "Cette sauvegarde vient d’une version plus récente du portail : mettez-le à jour d’abord. "
            "Rien n’a été restauré."
        )
    if manifest.is_demo and not settings.demo:
        raise CommandRefused("Cette sauvegarde est celle d’une démonstration : rien n’a été restauré.")
    if settings.demo and not manifest.is_demo:
        raise CommandRefused(
            "Cette sauvegarde n’est pas celle d’une démonstration (PORTAIL_DEMO) : rien n’a été restauré."
        )


async def _unpack(settings: Settings, file: Path, base: Path) -> None:
    storage = Storage(settings)
    for name, content in contents(file):
        if name in BASES.values():
            with base.open("xb") as target:
                while chunk := content.read(CHUNK):
                    target.write(chunk)
            continue
        whole = content.read()
        try:
            await storage.keep(whole)
        except Damaged:
            # The stored file under this name is no longer it: this is the purpose of a restore.
            await storage.remove(name)
            await storage.keep(whole)


async def _put_back(settings: Settings, manifest: Manifest, unpacked: Path, now: datetime) -> Path | None:
    if settings.database_file is None:
        await load_postgresql(settings.database_url, unpacked)
        return None
    facts = check_sqlite(unpacked)
    if (facts.revision, facts.accounts) != (manifest.revision, manifest.accounts):
        raise WrongArchive(CUT)
    return _swap(settings.database_file, unpacked, now)


def _swap(base: Path, unpacked: Path, now: datetime) -> Path | None:
    sync(unpacked)
    previous = _set_aside(base, now) if any(each.exists() for each in (base, *beside(base))) else None
    unpacked.replace(base)
    sync(base.parent)
    return previous


def _set_aside(base: Path, now: datetime) -> Path:
    """The base of before under another name, with its -wal and -shm: left behind, they would be played into
    the one restored. `CommandRefused` while anybody has it open.
    """
    if base.exists():
        _let_go(base)
    previous = base.with_name(f"{base.name}.avant-{now.astimezone(PARIS):%Y%m%d-%H%M%S}")
    for old, new in zip(beside(base), beside(previous), strict=True):
        if old.exists():
            old.replace(new)
    if base.exists():
        base.replace(previous)
    return previous


def _let_go(base: Path) -> None:
    """Leave WAL mode, which SQLite allows only to a program that is alone: the proof that nobody writes here.
    Afterwards the contents of the -wal are in the base.
    """
    try:
        with closing(sqlite3.connect(base, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as busy:
        if busy.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise CommandRefused(SERVED) from None
    except sqlite3.DatabaseError:
        # It is no longer a base: all the more reason to restore. The lock of the folder is held.
        return
