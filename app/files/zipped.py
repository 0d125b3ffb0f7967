"""Many stored files as one ZIP, sent while it is made: none of it is ever whole in memory.

A file that is lost or damaged cuts the answer: nobody takes half of it for the whole.
"""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from app.files.storage import Storage

NOT_IN_NAMES = re.compile(r'[\x00-\x1f\\/:*?"<>|]+')  # on some system or other


class Stored(NamedTuple):
    """`name`: in the archive, with its ending."""

    name: str
    sha256: str


class Sink:
    """The end that a ZIP is written to: it goes forward only, and gives what was written since."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, content: bytes) -> int:
        self._written.append(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        content = b"".join(self._written)
        self._written.clear()
        return content


async def zip_of(
    files: Sequence[Stored], storage: Storage, written: Mapping[str, bytes] = MappingProxyType({})
) -> AsyncIterator[bytes]:
    """The archive in chunks. PDF and images are compressed already. `written`: files of words that come
    first, by name.
    """
    sink = Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, content in written.items():
            archive.writestr(name, content, ZIP_DEFLATED)
            yield sink.taken()
        for file in files:
            with archive.open(file.name, "w") as entry:
                async for chunk in await storage.opened(file.sha256):
                    entry.write(chunk)
                    yield sink.taken()
    yield sink.taken()


def names_in(titles: Sequence[tuple[str, str]]) -> list[str]:
    """Names of files for these (title, name deposited): any system can unpack them, and no two are one."""
    names: list[str] = []
    for title, deposited in titles:
        ending = deposited.rpartition(".")[2].lower()
        plain = NOT_IN_NAMES.sub("-", unicodedata.normalize("NFC", title)).strip(" .-")[:100] or "document"
        taken, number, name = {each.casefold() for each in names}, 1, f"{plain}.{ending}"
        while name.casefold() in taken:
            number += 1
            name = f"{plain} ({number}).{ending}"
        names.append(name)
    return names
