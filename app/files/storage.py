"""Files kept by what they hold: written once under their SHA-256, read in chunks, verified both times.

A folder of the data by default; an S3 bucket, with the credentials of its usual variables, by setting.
"""

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from app.settings import Settings
from db.shortage import Busy

if TYPE_CHECKING:
    from obstore.store import ObjectStore

log = structlog.get_logger()
CHUNK = 64 * 1024
OURS = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")
# Of a bucket that does not answer the sender hears within seconds: the library would try for three minutes.
PATIENCE = timedelta(seconds=10)
RETRY_AFTER = 60  # seconds
AWAY = (
    "Les fichiers ne peuvent pas être enregistrés ni lus en ce moment. Rien n’a été gardé à moitié : "
    "réessayez dans quelques minutes."
)


class Damaged(Exception):  # noqa: N818
    """The stored bytes are no longer those that were deposited."""


class FileLost(Exception):  # noqa: N818
    """A row names it and the storage does not hold it: no waiting brings it back."""


class StorageAway(Busy):
    """The disk is full, the bucket does not answer: nothing was half kept, and it may pass."""

    def __init__(self) -> None:
        super().__init__(RETRY_AFTER, AWAY)


class Storage:
    """Opened at first use: most processes never touch a file."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.storage_url
        self._folder = settings.data_dir / "files"

    @cached_property
    def _store(self) -> "ObjectStore":
        from obstore.store import LocalStore, from_url  # noqa: PLC0415 - 5 MB, when a file is first touched

        if not self._url:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(prefix=self._folder)
        if self._url.startswith(("memory:", "file:")):
            return from_url(self._url)
        return from_url(
            self._url,
            client_options={"connect_timeout": PATIENCE / 2, "timeout": PATIENCE},
            retry_config={"max_retries": 2, "retry_timeout": PATIENCE},
        )

    async def keep(self, content: bytes) -> str:
        """The SHA-256 of the bytes, once they are stored and read back. Bytes already there are not written
        again.

        Outside a transaction: a disk or a network may be slow. `StorageAway` when they cannot be kept.
        """
        import obstore  # noqa: PLC0415 - as in `_store`

        sha256 = sha256_of(content)
        try:
            with _reached():
                await obstore.put_async(self._store, _path(sha256), content, mode="create")
        except obstore.exceptions.AlreadyExistsError:
            log.info("file_known", sha256=sha256)
        async for _ in await self.opened(sha256):
            pass
        return sha256

    async def opened(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of 64 KB, once the file is found: `FileLost` comes before any.

        `Damaged` comes in place of the last chunk, so that a reader who was told the size knows that it is
        not whole.
        """
        import obstore  # noqa: PLC0415 - as in `_store`

        try:
            with _reached():
                stored = await obstore.get_async(self._store, _path(sha256))
        except FileNotFoundError:
            raise FileLost(sha256) from None
        return _verified(stored.stream(min_chunk_size=CHUNK), sha256)

    async def older_than(self, at: datetime) -> list[str]:
        """The SHA-256 of what was last written before."""
        if not self._url:
            return await asyncio.to_thread(self._older_here, at)
        import obstore  # noqa: PLC0415 - as in `_store`

        paths = []
        with _reached():
            async for some in obstore.list(self._store):
                paths += [each["path"] for each in some if each["last_modified"] < at]
        return [path.rpartition("/")[2] for path in paths if OURS.fullmatch(path)]

    def _older_here(self, at: datetime) -> list[str]:
        """The same of a folder, without the library: every process asks it when it starts."""
        try:
            return [
                each.name
                for each in self._folder.glob("*/*")
                if OURS.fullmatch(f"{each.parent.name}/{each.name}") and _is_older(each, at)
            ]
        except OSError as error:
            raise StorageAway from error

    async def remove(self, sha256: str) -> None:
        """It is gone afterwards; a bucket does not say whether it was there, so neither does a folder."""
        import obstore  # noqa: PLC0415 - as in `_store`

        with suppress(FileNotFoundError), _reached():
            await obstore.delete_async(self._store, _path(sha256))

    def drop_unfinished(self, at: datetime) -> int:
        """Remove files left by a process killed while it wrote: under a name that no list shows."""
        if self._url:
            return 0
        old = [each for each in _unfinished(self._folder) if _is_older(each, at)]
        for each in old:
            each.unlink(missing_ok=True)
        return len(old)


def _is_older(file: Path, at: datetime) -> bool:
    """False of a file that another process has just removed."""
    try:
        return file.stat().st_mtime < at.timestamp()
    except FileNotFoundError:
        return False


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _reached() -> Iterator[None]:
    """Every way in which a disk or a bucket fails is one; what is absent or there already is none, and what
    could never have been done is a fault of ours.
    """
    from obstore import exceptions as stored  # noqa: PLC0415 - as in `_store`

    ours = (stored.InvalidPathError, stored.NotSupportedError, stored.UnknownConfigurationKeyError)
    began = time.perf_counter()
    try:
        yield
    except (FileNotFoundError, stored.AlreadyExistsError, *ours):
        raise
    except (stored.BaseError, OSError) as error:
        # Without its words: they hold addresses of the bucket and of the disk.
        log.error("storage_away", reason=type(error).__name__, seconds=round(time.perf_counter() - began, 1))
        raise StorageAway from error


async def _verified(chunks: AsyncIterator[bytes], sha256: str) -> AsyncIterator[bytes]:
    seen, held = hashlib.sha256(), b""
    with _reached():
        async for chunk in chunks:
            if held:
                yield held
            held = bytes(chunk)
            seen.update(held)
    if seen.hexdigest() != sha256:
        log.error("file_damaged", sha256=sha256)
        raise Damaged(sha256)
    yield held


def _unfinished(folder: Path) -> list[Path]:
    return list(folder.glob("*/*#*"))


def _path(sha256: str) -> str:
    """The path, in one of 256 folders, so that none holds too many."""
    return f"{sha256[:2]}/{sha256}"
