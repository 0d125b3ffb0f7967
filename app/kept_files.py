"""A file that is checked and stored, before any row names it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from app.file_types import clean_name, file_type
from app.storage import Storage


@dataclass(frozen=True, slots=True)
class Kept:
    """`size` in bytes."""

    file_name: str
    media_type: str
    size: int
    sha256: str

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "file_name": self.file_name, "media_type": self.media_type, "size": self.size,
            "sha256": self.sha256,
        }  # fmt: skip


async def keep_file(storage: Storage, name: str, content: bytes) -> Kept:
    """ValueError says in French why it is not taken: then nothing of it is stored. Outside a transaction."""
    cleaned = clean_name(name)
    found = await asyncio.to_thread(file_type, cleaned, content)
    return Kept(cleaned, found.media_type, len(content), await storage.keep(content))
