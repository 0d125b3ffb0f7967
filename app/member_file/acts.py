"""Loads the members of a service's file, and draws the numbers that are missing."""

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert
from sqlmodel import select

from app.member_file.reading import MemberLine, WrongFile
from app.portal import Portal
from db.models import Company
from db.numbers import draw_declarant_number

HEADER = ("Code adhérent", "Raison sociale", "N° télédéclarant")
COPIED = ("name", "town", "siret", "address", "postcode", "naf", "email", "phone")


class MemberLetter(NamedTuple):
    """The contents of a member's letter. `number` is the only trace of it in clear."""

    code: str
    name: str
    number: str


@dataclass(slots=True)
class ImportResult:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    letters: list[MemberLetter] = field(default_factory=list, repr=False)


async def import_members(
    portal: Portal, lines: list[MemberLine], now: datetime, *, letters_to: Path | None = None
) -> ImportResult:
    """Create and update, in one transaction; nothing is ever deleted. `WrongFile` when a site has no member.

    With `letters_to`, the letters are on the disk before the commit: a file that cannot be written (OSError)
    leaves nothing loaded. Written afterwards, it would lose numbers that nobody could read again.
    """
    written: Path | None = None
    try:
        async with portal.database.transaction(write=True) as session:
            known = {company.code: company for company in (await session.exec(select(Company))).all()}
            _check_sites(lines, known)
            result, new = _merge(portal, lines, known, now)
            if new:  # rows, not objects: twenty thousand take one second instead of six
                await (await session.connection()).execute(insert(Company), new)
            await session.flush()
            if letters_to and result.letters:
                write_letters(letters_to, result.letters)
                written = letters_to
    except BaseException:
        if written:
            written.unlink(missing_ok=True)
        raise
    return result


def write_letters(path: Path, letters: Iterable[tuple[str, str, str]]) -> None:
    """The CSV that letters are made from, for its owner only. An existing file raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file, delimiter=";")
            rows.writerow(HEADER)
            rows.writerows([_as_text(cell) for cell in letter] for letter in letters)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _check_sites(lines: list[MemberLine], known: Mapping[str, Company]) -> None:
    members = known.keys() | {line.code for line in lines}
    orphans = [line for line in lines if line.code[:5] not in members]
    if orphans:
        raise WrongFile(
            [
                f"Ligne {each.line} : le site {each.code} dépend de l’adhérent {each.code[:5]}, "
                "qui n’est ni dans le fichier ni dans le portail."
                for each in orphans
            ]
        )


def _merge(
    portal: Portal, lines: list[MemberLine], known: Mapping[str, Company], now: datetime
) -> tuple[ImportResult, list[dict[str, Any]]]:
    """The known companies changed, and rows for the others. A line without number leaves the known one."""
    result = ImportResult()
    new: list[dict[str, Any]] = []
    for line in lines:
        company = known.get(line.code)
        number = line.number
        if not number and (company is None or not company.declarant_key):
            number = draw_declarant_number()
            result.letters.append(MemberLetter(line.code, line.name, number))
        values = {name: value for name in COPIED if (value := getattr(line, name)) is not None}
        if number:
            values["declarant_key"] = portal.keys.declarant_key(line.code, number)
        if company is None:
            new.append(_new_row(line.code, values, now))
            result.created += 1
        elif _change(company, values):
            company.updated_at = now
            result.updated += 1
        else:
            result.unchanged += 1
    return result, new


def _new_row(code: str, values: dict[str, str], now: datetime) -> dict[str, Any]:
    blank = dict.fromkeys(COPIED, "")
    return blank | values | {"code": code, "member_code": code[:5], "created_at": now, "updated_at": now}


def _change(company: Company, values: dict[str, str]) -> bool:
    changed = {name: value for name, value in values.items() if getattr(company, name) != value}
    for name, value in changed.items():
        setattr(company, name, value)
    if "naf" in changed:
        company.naf_version = ""  # the file does not say which nomenclature its code is of
    return bool(changed)


def _as_text(cell: str) -> str:
    """A spreadsheet must not run a name as a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
