"""`portail backup`: the base first, then the files that it names.

A file is kept before the row that names it is written, so that whatever row the copy holds, its file was
there already. The other way round, a file deposited in between would have its row in the copy and not its
bytes.

The manifest comes last and is signed. Revisit for bases of many gigabytes.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.copies.archive import Manifest, read_manifest, write_archive
from app.copies.bases import BaseFacts, copy_sqlite, dump_postgresql
from app.errors import CommandRefused
from app.files.storage import Damaged, FileLost, Storage
from app.security.keys import Keys
from app.settings import Settings
from app.text import counts, formats


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
