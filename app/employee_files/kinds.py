"""The type of a file, from its content: its name is only a label."""

import re

SAVE_AS = "dans votre tableur, choisissez « Enregistrer sous », format .xlsx ou CSV, et envoyez ce fichier"
OLD_FAMILY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOCKED = "Ce classeur est protégé par un mot de passe : enregistrez-le sans, et renvoyez-le."
PICTURE = "Ce fichier est une image : envoyez la liste en .xlsx ou en CSV."
ARCHIVE = "Ce fichier est une archive : sortez-en le fichier de salariés et envoyez-le seul."
PAGE = f"Ce fichier est une page web, quel que soit son nom : {SAVE_AS}."
BEGINNINGS = {
    rb"%PDF": "Ce fichier est un PDF : envoyez la liste en .xlsx ou en CSV, ou la DSN.",
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0|II\*\0|MM\0\*": PICTURE,
    rb"RIFF.{4}WEBP|.{4}ftyp(heic|heix|mif1|avif)": PICTURE,
    rb"\x1f\x8b|7z\xbc\xaf\x27\x1c|Rar!|BZh|\xfd7zXZ": ARCHIVE,
    rb"\{\\rtf": "Ce fichier est un texte : envoyez la liste en .xlsx ou en CSV.",
    rb"MZ|\x7fELF|#!": "Ce fichier est un programme : envoyez la liste en .xlsx ou en CSV.",
    rb"\s*(<!doctype html|<html|<table|<head|<meta)": PAGE,
    rb"\s*<\?xml[^>]*>\s*(<\?[^>]*>\s*)*<(!doctype html|html)": PAGE,
    rb"ID;P\w*(;[A-Z])*[\r\n]": f"Ce fichier est au format SYLK (.slk) : {SAVE_AS}.",
    rb"TABLE[\r\n]+0,1[\r\n]": f"Ce fichier est au format DIF : {SAVE_AS}.",
    rb"MIME-Version:": PAGE,
    rb"\s*\[?\s*\{\s*\"": "Ce fichier est en JSON : envoyez la liste en .xlsx ou en CSV.",
    rb"\s*<\?xml": f"Ce fichier est en XML : {SAVE_AS}.",
}
PATTERNS = [(re.compile(start, re.DOTALL | re.IGNORECASE), words) for start, words in BEGINNINGS.items()]
DSN_LINE = re.compile(rb"(\xef\xbb\xbf)?\s*S[0-9]{2}\.G[0-9]{2}\.[0-9]{2}\.[0-9]{3},")


def is_zip(content: bytes) -> bool:
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def refusal_of(content: bytes) -> str:
    """The reason why a file of this kind is not read, and the file to send instead; "" for one that may be
    text.
    """
    if content.startswith(OLD_FAMILY):
        if ENCRYPTED in content:
            return LOCKED
        return f"Ce fichier est au format des anciens Excel (.xls) : {SAVE_AS}."
    start = content[:1024].removeprefix(b"\xef\xbb\xbf")
    return next((words for pattern, words in PATTERNS if pattern.match(start)), "")


def is_dsn(content: bytes) -> bool:
    """A monthly statement of the payroll: lines `S10.G00.00.001,'…'`."""
    # In UTF-16 each letter has a zero beside it.
    start = content[:64].removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")
    return bool(DSN_LINE.match(start))


# The largest file of employees. A DSN weighs 5 to 7 kB a person, nearly all of it pay.

MB = 1_000_000
BIGGEST_SPREADSHEET, BIGGEST_DSN = 15 * MB, 50 * MB  # bytes


def most_of(content: bytes) -> int:
    """The largest size, in bytes, of a file that begins so."""
    return BIGGEST_DSN if is_dsn(content) else BIGGEST_SPREADSHEET
