"""Files joined to messages: recognised by what they hold, kept once under their SHA-256.

No HTTP here. Who may read which is settled by the row that names the file, never by its address in the store.
"""

import asyncio
import hashlib
import io
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from obstore.store import LocalStore

from app.errors import NotFound, Refused

LONGEST_NAME = 120
CHUNK = 256 * 1024  # bytes in memory at once when a file is sent
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
DOCX, XLSX = f"{OFFICE}wordprocessingml.document", f"{OFFICE}spreadsheetml.sheet"
ODT, ODS = f"{OPEN}text", f"{OPEN}spreadsheet"
# Each type with the endings that a name of it may have.
ENDINGS = {
    PDF: ("pdf",), PNG: ("png",), JPEG: ("jpg", "jpeg"), DOCX: ("docx",), XLSX: ("xlsx",),
    ODT: ("odt",), ODS: ("ods",),
}  # fmt: skip
ACCEPTED = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)
TAKEN = "PDF, image (PNG ou JPEG), texte (.docx, .odt) ou tableur (.xlsx, .ods)"
UNKNOWN = f"Ce fichier n’est pas de ceux que le service lit : {TAKEN}."
MACROS = "Ce fichier contient des macros : enregistrez-le sans elles, ou en PDF."


class Kept(NamedTuple):
    """What a row says of a file."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of the portal, in a folder of its data."""

    data_dir: Path

    async def keep(self, name: str, content: bytes) -> Kept:
        """The bytes are on disk when this returns. `Refused` when they are not what their name says."""
        kept = await asyncio.to_thread(examined, name, content)
        await self._store(mkdir=True).put_async(_key(kept.sha256), content)
        return kept

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        """The bytes, piece by piece. `NotFound`, before the first, when they are not there."""
        if not (self._folder / _key(sha256)).is_file():
            raise NotFound
        found = await self._store(mkdir=False).get_async(_key(sha256))
        return (bytes(piece) async for piece in found.stream(min_chunk_size=CHUNK))

    @property
    def _folder(self) -> Path:
        return self.data_dir / "files"

    def _store(self, *, mkdir: bool) -> LocalStore:
        return LocalStore(self._folder, mkdir=mkdir)


def examined(name: str, content: bytes) -> Kept:
    """What these bytes are, under a name that can be shown. `Refused` says why they are not taken."""
    media_type = media_type_of(content)
    shown = clean_name(name)
    stem, dot, ending = shown.rpartition(".")
    if not dot:
        stem, ending = shown or "fichier", ENDINGS[media_type][0]
    elif ending.lower() not in ENDINGS[media_type]:
        said = ENDINGS[media_type][0]
        raise Refused(
            f"Ce fichier s’appelle « .{ending[:10]} » mais contient « .{said} » : renommez-le ou prenez-en "
            f"un autre.", "fichier",
        )  # fmt: skip
    kept_name = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return Kept(kept_name, media_type, len(content), hashlib.sha256(content).hexdigest())


def media_type_of(content: bytes) -> str:
    """By the first bytes and, for archives, by what they hold: a name proves nothing."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    raise Refused(UNKNOWN, "fichier")


def _office_type(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if any(name.rpartition("/")[2].lower() == "vbaproject.bin" for name in names):
                raise Refused(MACROS, "fichier")
            said = _said_type(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        raise Refused("Ce fichier est abîmé : il ne s’ouvre pas.", "fichier") from None
    if said in {ODT, ODS}:
        return said
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return DOCX
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return XLSX
    raise Refused(UNKNOWN, "fichier")


def _said_type(archive: zipfile.ZipFile) -> str:
    """What an OpenDocument file says that it is, in its member made for that: a few bytes, never more."""
    with archive.open("mimetype") as member:
        return member.read(100).decode("ascii", "replace").strip()


def clean_name(name: str) -> str:
    """The last part of a path, without what a screen or a disk would stumble on."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(each for each in last if each.isprintable() and each not in '"<>|:*?')
    return " ".join(plain.split()).strip(". ")[:LONGEST_NAME]


def disposition(name: str) -> str:
    """To be saved, never shown in place, under this name (RFC 6266: an ASCII one for old browsers)."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _key(sha256: str) -> str:
    """Two levels, so that no folder holds everything."""
    return f"{sha256[:2]}/{sha256}"
