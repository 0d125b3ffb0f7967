"""Files are written once, verified, and read in chunks."""

import asyncio
import hashlib
import os
import tracemalloc

import pytest
from obstore.store import MemoryStore

from app.files.storage import CHUNK, Damaged, FileLost, Storage
from app.settings import Settings

LARGE = os.urandom(1024) * 10_000  # 10 MB


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "files"


@pytest.fixture
def storage(tmp_path):
    return Storage(Settings(secret_key="x" * 32, data_dir=tmp_path))


def kept_in(folder):
    return sorted(each for each in folder.rglob("*") if each.is_file())


async def collect(given, storage, sha256):
    async for chunk in await storage.opened(sha256):
        given.append(len(chunk))


async def whole(storage, sha256):
    return b"".join([chunk async for chunk in await storage.opened(sha256)])


async def test_what_is_kept_is_read_back_under_what_it_holds(storage, folder):
    sha256 = await storage.keep(b"bonjour")
    assert sha256 == hashlib.sha256(b"bonjour").hexdigest()
    assert await whole(storage, sha256) == b"bonjour"
    (file,) = kept_in(folder)
    assert (file.name, file.parent.name) == (sha256, sha256[:2])
    assert oct(folder.stat().st_mode)[-3:] == "700"


async def test_the_same_bytes_are_written_once_also_by_many_at_once(storage, folder):
    assert len(set(await asyncio.gather(*(storage.keep(b"bonjour") for _ in range(20))))) == 1
    (file,) = kept_in(folder)
    before = file.stat().st_mtime_ns
    await storage.keep(b"bonjour")
    assert file.stat().st_mtime_ns == before
    assert len(kept_in(folder)) == 1


async def test_a_large_file_comes_in_chunks_and_never_as_a_whole(storage):
    sha256 = await storage.keep(LARGE)
    tracemalloc.start()
    sizes = [len(chunk) async for chunk in await storage.opened(sha256)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) == len(LARGE)
    assert max(sizes) <= 2 * CHUNK
    assert peak < 2_000_000


async def test_a_file_that_changed_on_disk_is_never_given_whole(storage, folder):
    sha256 = await storage.keep(LARGE)
    (file,) = kept_in(folder)
    file.write_bytes(LARGE[:-1] + bytes([LARGE[-1] ^ 1]))
    given = []
    with pytest.raises(Damaged):
        await collect(given, storage, sha256)
    assert 0 < sum(given) < len(LARGE)
    with pytest.raises(Damaged):
        await storage.keep(LARGE)


async def test_a_file_that_is_gone_is_said_before_anything_is_given(storage, folder):
    sha256 = await storage.keep(b"bonjour")
    kept_in(folder)[0].unlink()
    with pytest.raises(FileLost):
        await storage.opened(sha256)


async def test_another_place_is_a_setting(tmp_path):
    storage = Storage(Settings(secret_key="x" * 32, data_dir=tmp_path, storage_url="memory:///"))
    assert isinstance(storage._store, MemoryStore)
    assert await whole(storage, await storage.keep(b"bonjour")) == b"bonjour"
    assert not (tmp_path / "files").exists()
