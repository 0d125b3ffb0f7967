"""Everything that the portal writes is for its own user alone, whatever the umask it was started with."""

import os
from pathlib import Path

from app.settings import Settings

PRIVATE = 0o077


def keep_private() -> None:
    """Set the umask of the whole process: libraries open files too (SQLite its -wal and -shm, obstore
    deposits).
    """
    os.umask(PRIVATE)


def make_private_folder(settings: Settings) -> None:
    """The data folder; and what an older version left open to others in it is closed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = [settings.data_dir / "secret"]
    if base := settings.database_file:
        files += [base, *beside(base)]
    for file in files:
        if file.is_file() and file.stat().st_mode & PRIVATE and file.stat().st_uid == os.geteuid():
            file.chmod(0o600)


def beside(base: Path) -> list[Path]:
    """The files that SQLite keeps beside a base: never to be parted from it while it is served."""
    return [base.with_name(f"{base.name}{suffix}") for suffix in ("-wal", "-shm")]
