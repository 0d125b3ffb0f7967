"""`portail backup`: the base first, then the files that it names. `portail restore`: everything is read and
compared before anything is touched; then one rename.

A file is kept before the row that names it is written, so that whatever row the copy holds, its file was
there already. The other way round, a file deposited in between would have its row in the copy and not its
bytes.

The manifest comes last and is signed. Revisit for bases of many gigabytes.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import PARIS
from app.copies.archive import (
    BASES,
    CHUNK,
    CUT,
    Manifest,
    WrongArchive,
    contents,
    read_manifest,
    write_archive,
)
from app.copies.bases import (
    BaseFacts,
    check_sqlite,
    copy_sqlite,
    dump_postgresql,
    is_postgresql_served,
    load_postgresql,
)
from app.copies.lock import alone
from app.errors import CommandRefused
from app.files.storage import Damaged, FileLost, Storage
from app.private import beside
from app.security.keys import Keys
from app.settings import Settings
from app.text import counts, formats
from db.migrate import is_known


async def save(settings: Settings, file: Path, now: datetime, *, incomplete: bool = False) -> str:
    """Under its name only when it is whole, read again and on the disk. Says what it holds."""
    with _partial(file) as partial, TemporaryDirectory(dir=file.parent, prefix=".portail-") as folder:
        manifest = await _write(settings, partial, Path(folder) / "base", now)
        if manifest.lost and not incomplete:
            raise CommandRefused(
                f"{counts.plural(len(manifest.lost), 'fichier déposé manque', 'fichiers déposés manquent')} "
                f"ou n’est plus le même : {', '.join(manifest.lost)}. Rien n’a été écrit ; "
                "« --incomplete » sauvegarde le reste."
            )
        if read_manifest(partial, Keys(settings.secret_key)) != manifest:
            raise CommandRefused("La sauvegarde relue n’est pas celle qui a été écrite : recommencez.")
        _finish(partial, file)
    return f"Sauvegarde écrite et relue : {file}\n{words_of(manifest)}"


def words_of(manifest: Manifest) -> str:
    words = (
        f"{formats.moment(manifest.made_at)} : {counts.plural(manifest.companies, 'entreprise')}, "
        f"{counts.plural(manifest.accounts, 'compte')}, {counts.plural(len(manifest.files), 'fichier')}."
    )
    if manifest.lost:
        words += f"\nManquaient déjà : {', '.join(manifest.lost)}."
    return words


async def _write(settings: Settings, partial: Path, copy: Path, now: datetime) -> Manifest:
    kind, facts = await _copy_base(settings, copy)
    storage, lost = Storage(settings), []
    with write_archive(partial) as archive:
        archive.add_base(kind, copy)
        for sha256 in sorted(facts.files):
            try:
                chunks = [chunk async for chunk in await storage.opened(sha256)]
            except (FileLost, Damaged):
                lost.append(sha256)
                continue
            archive.add_file(sha256, b"".join(chunks))
        manifest = Manifest(
            made_at=now,
            kind=kind,
            revision=facts.revision,
            is_demo=facts.is_demo,
            companies=facts.companies,
            accounts=facts.accounts,
            members=archive.members,
            lost=lost,
        )
        archive.sign(manifest, Keys(settings.secret_key))
    return manifest


async def _copy_base(settings: Settings, copy: Path) -> tuple[str, BaseFacts]:
    base = settings.database_file
    if base is None:
        return "postgresql", await dump_postgresql(settings.database_url, copy)
    if not base.is_file():
        raise CommandRefused(f"Il n’y a pas de base à cette adresse : {base}")
    # In this thread: nothing else runs in a command.
    return "sqlite", copy_sqlite(base, copy)


@contextmanager
def _partial(file: Path) -> Iterator[Path]:
    """The name of the file while it is written. One that a power cut left is written over, one in the making
    is not.
    """
    if file.exists():
        raise CommandRefused(f"{file} existe déjà : choisissez un autre nom.")
    if not file.parent.is_dir():
        raise CommandRefused(f"Le dossier {file.parent} n’existe pas.")
    partial = file.with_name(f"{file.name}.partiel")
    held = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandRefused(f"Une sauvegarde est en train d’écrire {partial}.") from None
        os.fchmod(held, 0o600)
        try:
            yield partial
        finally:
            partial.unlink(missing_ok=True)
    finally:
        os.close(held)


def _finish(partial: Path, file: Path) -> None:
    if file.exists():
        raise CommandRefused(f"{file} existe déjà : choisissez un autre nom.")
    sync(partial)
    partial.replace(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """On the disk, not only in the memory that writes to it."""
    opened = os.open(path, os.O_RDONLY)
    os.fsync(opened)
    os.close(opened)


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
