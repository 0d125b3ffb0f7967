"""One file that holds everything: the base, each file that it names, and last the list of its contents.

The manifest comes last and is signed with the portal's secret key: an archive that was cut, changed or made
by somebody else is refused before anything of it is used. Nothing is ever unpacked under a name that it
gives.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO

import msgspec

from app.security.keys import Keys

BASES = {"sqlite": "portail.db", "postgresql": "portail.sql"}
MANIFEST = "manifest.json"
FILE = re.compile(r"files/([0-9a-f]{64})")
LONGEST_MANIFEST = 64 * 1024 * 1024
CHUNK = 1024 * 1024
CUT = "Cette sauvegarde n’est pas entière : rien n’a été restauré."
FOREIGN = "Ce fichier n’est pas une sauvegarde du portail : rien n’a été restauré."
OTHER_KEY = (
    "Cette sauvegarde n’a pas été faite avec cette clé secrète, ou elle a été modifiée : "
    "rien n’a été restauré. Remettez d’abord la clé d’alors (PORTAIL_SECRET_KEY)."
)


class WrongArchive(Exception):  # noqa: N818
    """One sentence, in French, on what is wrong with it."""


class Manifest(msgspec.Struct, frozen=True):
    """`members`: the SHA-256 of what stands under each name. `lost`: files named by the base that are no
    more.
    """

    made_at: datetime
    kind: str
    revision: str
    is_demo: bool
    companies: int
    accounts: int
    members: dict[str, str]
    lost: list[str]

    @property
    def files(self) -> list[str]:
        return [match[1] for name in self.members if (match := FILE.fullmatch(name))]


class Writing:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, str] = {}

    def add_file(self, sha256: str, content: bytes) -> None:
        self._add(f"files/{sha256}", BytesIO(content), len(content))
        self.members[f"files/{sha256}"] = sha256

    def add_base(self, kind: str, base: Path) -> None:
        with base.open("rb") as file:
            self._add(BASES[kind], file, base.stat().st_size)
            file.seek(0)
            self.members[BASES[kind]] = _sha256(file)

    def sign(self, manifest: Manifest, keys: Keys) -> None:
        content = msgspec.json.encode(manifest)
        content = keys.archive_mac(content).encode() + b"\n" + content
        self._add(MANIFEST, BytesIO(content), len(content))

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, content)


@contextmanager
def write_archive(file: Path) -> Iterator[Writing]:
    with tarfile.open(file, "w:", format=tarfile.PAX_FORMAT) as tar:
        yield Writing(tar)


def read_manifest(file: Path, keys: Keys) -> Manifest:
    """The contents of the archive, once every byte of it was compared. Or `WrongArchive`."""
    try:
        hashes, signed = _read(file)
    except (tarfile.TarError, EOFError, UnicodeError):
        raise WrongArchive(CUT if file.stat().st_size else FOREIGN) from None
    if not signed:
        raise WrongArchive(CUT if hashes else FOREIGN)
    del hashes[MANIFEST]
    manifest = _manifest_of(signed, keys)
    if hashes != manifest.members or BASES.get(manifest.kind) not in hashes:
        raise WrongArchive(CUT)
    return manifest


def _read(file: Path) -> tuple[dict[str, str], bytes]:
    hashes: dict[str, str] = {}
    signed = b""
    for name, content in _members(file):
        if name in hashes:
            raise WrongArchive(FOREIGN)
        if name == MANIFEST:
            signed = content.read(LONGEST_MANIFEST)
        hashes[name] = _sha256(content)
    return hashes, signed


def contents(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Contents of an archive already checked: each deposited file under its SHA-256, and the base under its
    name.
    """
    for name, content in _members(file):
        if name != MANIFEST:
            yield name.removeprefix("files/"), content


def _members(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(file, "r:") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or not _is_ours(member.name):
                raise WrongArchive(FOREIGN)
            yield member.name, content


def _is_ours(name: str) -> bool:
    return name == MANIFEST or name in BASES.values() or bool(FILE.fullmatch(name))


def _manifest_of(signed: bytes, keys: Keys) -> Manifest:
    mac, _, content = signed.partition(b"\n")
    if not keys.is_archive_mac(content, mac):
        raise WrongArchive(OTHER_KEY)
    try:
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError:
        raise WrongArchive(
            "Cette sauvegarde vient d’une version plus récente du portail : mettez-le à jour d’abord."
        ) from None


def _sha256(content: IO[bytes]) -> str:
    seen = hashlib.sha256()
    while chunk := content.read(CHUNK):
        seen.update(chunk)
    return seen.hexdigest()
