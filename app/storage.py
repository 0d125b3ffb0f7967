"""Files kept by what they hold: written once under their SHA-256, read in chunks, verified both times.

A folder of the data by default; an S3 bucket, with the credentials of its usual variables, by setting.
"""

import hashlib
from collections.abc import AsyncIterator
from functools import cached_property

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from app.settings import Settings

log = structlog.get_logger()
CHUNK = 64 * 1024


class Damaged(Exception):  # noqa: N818
    """What is kept is no longer what was deposited."""


class Storage:
    """Opened at first use: most processes never touch a file."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.storage_url
        self._folder = settings.data_dir / "files"

    @cached_property
    def _store(self) -> ObjectStore:
        if self._url:
            return from_url(self._url)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(prefix=self._folder)

    async def keep(self, content: bytes) -> str:
        """Its SHA-256, once the bytes are kept and read back. What is there already is not written again.

        Outside a transaction: a disk or a network may be slow. A file that no row names in the end harms
        nobody.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            await obstore.put_async(self._store, _path(sha256), content, mode="create")
        except AlreadyExistsError:
            log.info("file_known", sha256=sha256)
        async for _ in await self.opened(sha256):
            pass
        return sha256

    async def remove(self, sha256: str) -> None:
        await obstore.delete_async(self._store, _path(sha256))

    async def opened(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes in chunks of 64 KB, once the file is found: `FileNotFoundError` comes before any.

        `Damaged` comes in place of the last chunk, so that a reader who was told the size knows that it is
        not whole.
        """
        found = await obstore.get_async(self._store, _path(sha256))
        return _verified(found.stream(min_chunk_size=CHUNK), sha256)


async def _verified(chunks: AsyncIterator[bytes], sha256: str) -> AsyncIterator[bytes]:
    seen, held = hashlib.sha256(), b""
    async for chunk in chunks:
        if held:
            yield held
        held = bytes(chunk)
        seen.update(held)
    if seen.hexdigest() != sha256:
        log.error("file_damaged", sha256=sha256)
        raise Damaged(sha256)
    yield held


def _path(sha256: str) -> str:
    """In 256 folders, so that none holds too many."""
    return f"{sha256[:2]}/{sha256}"
