"""The type of a deposited file, by its content and not by its name; and a name that harms nobody."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from urllib.parse import quote

LONGEST_NAME = 120
MOST_ENTRIES = 10_000
BOTH = "docx, xlsx, odt, ods"
# By how they begin: what many people have, and how to make of it something that is taken.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAVE_AGAIN = "Ce fichier est dans un ancien format de Word ou d’Excel : enregistrez-le en .docx ou en .xlsx."
HEIC = re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)
AS_JPEG = "Cette photo est au format HEIC : enregistrez-la, ou partagez-la, en JPEG."
REFUSED = f"Ce fichier n’est ni un PDF, ni une image (PNG, JPEG), ni un fichier bureautique ({BOTH})."
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
# Characters that a name or a header would take for something else.
UNSAFE = re.compile(r'[<>:"/\\|?*]')


@dataclass(frozen=True, slots=True)
class FileType:
    """`endings`: of the names that agree with it, the usual one first."""

    media_type: str
    endings: tuple[str, ...]
    words: str


PDF = FileType("application/pdf", (".pdf",), "un PDF")
PNG = FileType("image/png", (".png",), "une image PNG")
JPEG = FileType("image/jpeg", (".jpg", ".jpeg"), "une image JPEG")
DOCX = FileType(f"{OFFICE}.wordprocessingml.document", (".docx",), "un document Word")
XLSX = FileType(f"{OFFICE}.spreadsheetml.sheet", (".xlsx",), "un classeur Excel")
ODT = FileType(f"{OPEN_DOCUMENT}.text", (".odt",), "un texte OpenDocument")
ODS = FileType(f"{OPEN_DOCUMENT}.spreadsheet", (".ods",), "un classeur OpenDocument")
ENDINGS = tuple(end for each in (PDF, PNG, JPEG, DOCX, XLSX, ODT, ODS) for end in each.endings)

ACCEPTED = ",".join(ENDINGS)
TAKEN = "PDF, image (PNG ou JPEG), texte (.docx, .odt) ou tableur (.xlsx, .ods)"


def file_type(name: str, content: bytes) -> FileType:
    """ValueError says in French why this file is not taken. Blocking for a large archive."""
    kind = _by_content(content)
    if kind is None:
        is_old, is_heic = content.startswith(OLD_OFFICE), HEIC.match(content)
        raise ValueError(SAVE_AGAIN if is_old else AS_JPEG if is_heic else REFUSED)
    ending = _ending(name)
    if ending not in kind.endings:
        by_name = f"finit par « {ending} »" if ending else "n’a pas d’extension"
        raise ValueError(
            f"Ce fichier est {kind.words}, mais son nom {by_name} : renommez-le en « {kind.endings[0]} »."
        )
    return kind


def clean_name(name: str) -> str:
    """The last part of a path, on one line, without what is not seen; "document" when nothing is left."""
    seen = "".join(" " if each.isspace() else each for each in name if each.isspace() or _is_seen(each))
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", seen))[-1]
    cleaned = " ".join(UNSAFE.sub("-", last).split()).strip(". ")
    ending = _ending(cleaned)
    stem = cleaned[: len(cleaned) - len(ending)].rstrip(". ")
    return (stem[: LONGEST_NAME - len(ending)] or "document") + ending


def disposition(name: str) -> str:
    """Content-Disposition for saving: plain ASCII for old readers, RFC 5987 for the others."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain).strip() or "document"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] != "C"


def _ending(name: str) -> str:
    """The extension in lower case, only when it looks like one."""
    match = re.search(r"\.[A-Za-z0-9]{1,8}\Z", name.strip())
    return match[0].lower() if match and match.start() >= 0 else ""


def _by_content(content: bytes) -> FileType | None:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    return _of_archive(content) if content.startswith(b"PK\x03\x04") else None


def _of_archive(content: bytes) -> FileType | None:
    """The type by the entries that each norm asks for. Nothing is unpacked but a type of less
    than 100 bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = {each.filename: each for each in archive.infolist()[:MOST_ENTRIES]}
            if len(archive.infolist()) > MOST_ENTRIES or any(
                "vbaproject" in each.lower() for each in entries
            ):
                return None
            if "[Content_Types].xml" in entries:
                return (
                    DOCX if "word/document.xml" in entries else XLSX if "xl/workbook.xml" in entries else None
                )
            kind = entries.get("mimetype")
            if kind is None or kind.file_size > 100 or "content.xml" not in entries:
                return None
            declared = archive.read(kind).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError):
        return None
    return {each.media_type: each for each in (ODT, ODS)}.get(declared)
