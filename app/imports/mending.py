"""/espace/{code}/salaries/imports/{import_id}/erreurs: lines put right on the page, or taken as a file."""

import asyncio
from datetime import date
from typing import Any

from litestar.params import FromPath
from litestar.response import Response
from sqlmodel import col, delete, update

from app import clock
from app.access import MemberAccess
from app.employee_files.rows import FileRow
from app.employee_files.writing import wrong_csv
from app.employees.declared import Declared
from app.errors import NotFound, Refused
from app.follow_up.words import CONTRACTS
from app.imports.difference import Effect, difference, line_of
from app.imports.forms import Mended
from app.imports.queries import import_of, known_employees, lines_about, wrong_rows
from app.imports.views import KINDS
from app.rights import Right
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Member, Request, get, post
from db.models import EmployeeImport, ImportLine, ImportState, LineKind


async def mend_line(access: MemberAccess, line: ImportLine, values: Declared, today: date) -> LineKind:
    """The line with these fields, as the file would have brought it, and what it now does.

    `Refused` while something in it still cannot be, or when another line is about the same person.
    """
    fields = line.fields | values
    known = await known_employees(access)
    row = FileRow(line.line, fields)
    # Beside the loop: the index of a list of 10 000 people takes a fifth of a second.
    (effect,) = await asyncio.to_thread(difference, [row], known, today, is_whole=False)
    if effect.kind == LineKind.WRONG:
        raise Refused(f"{effect.words[:1].upper()}{effect.words[1:]}.")
    await _refuse_if_there_already(access, line, effect)
    mine = update(ImportLine).where(
        col(ImportLine.company_id) == access.company.key, col(ImportLine.id) == line.key
    )
    # Somebody looked at it and typed it: it is chosen as a line of a certain file is.
    await access.change(mine.values(**line_of(effect)))
    return effect.kind


async def _refuse_if_there_already(access: MemberAccess, line: ImportLine, effect: Effect) -> None:
    """Refuse a person whom another line of the file changes or declares; drop the line that calls them
    absent.
    """
    for other in await lines_about(access, line.import_id, effect.employee_id, effect.about):
        is_same = other.employee_id or other.fields.get("birth_on") == effect.fields.get("birth_on")
        if other.key == line.key or other.kind == LineKind.WRONG or not is_same:
            continue
        if other.kind != LineKind.ABSENT:
            raise Refused(f"Cette personne est déjà à la ligne {other.line} : voyez ce que dit celle-là.")
        mine = delete(ImportLine).where(col(ImportLine.company_id) == access.company.key)
        await access.change(mine.where(col(ImportLine.id) == other.key))


ALL = "/espace/{code:str}/salaries/imports/{import_id:int}/erreurs"
ONE = f"{ALL}/{{line_id:int}}"


@get(f"{ALL}/fichier", right=Right.EMPLOYEES)
async def wrong(access: Member, import_id: FromPath[int]) -> Response[Any]:
    """The lines in error with their reasons, as the export writes people: they may be sent again."""
    imported = await import_of(access, import_id)
    rows = [row | {"code": access.company.code} for row in await wrong_rows(access, imported.key)]
    if not rows:
        raise NotFound
    content = await asyncio.to_thread(wrong_csv, rows)
    name = f"lignes-en-erreur-{access.company.code}-{clock.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv", headers=headers)


@get(ONE, right=Right.EMPLOYEES)
async def mending(
    request: Request, access: Member, import_id: FromPath[int], line_id: FromPath[int]
) -> Response[Any]:
    imported, line = await _line(access, import_id, line_id)
    if not _is_wrong(imported, line):
        return await _next(request, access, imported)
    typed = {name: line.fields.get(name, "") for name in Mended.model_fields}
    return _page(imported, line, Form(typed))


@post(ONE, right=Right.EMPLOYEES)
async def mend(
    request: Request, access: Member, import_id: FromPath[int], line_id: FromPath[int]
) -> Response[Any]:
    imported, line = await _line(access, import_id, line_id)
    if not _is_wrong(imported, line):
        return await _next(request, access, imported)
    done = ""
    form = await Form.read(request, Mended)
    if form.data:
        async with form.attempt(access):
            done = await mend_line(access, line, form.data.model_dump(), clock.today())
    if form.errors:
        return _page(imported, line, form)
    return await _next(request, access, imported, done)


async def _line(access: MemberAccess, import_id: int, line_id: int) -> tuple[EmployeeImport, ImportLine]:
    imported = await import_of(access, import_id)
    line = await access.get(ImportLine, line_id)
    if line.import_id != imported.key:
        raise NotFound
    return imported, line


def _is_wrong(imported: EmployeeImport, line: ImportLine) -> bool:
    """False of a line that was put right: who pressed twice, or went back, is led to what is left."""
    return imported.state == ImportState.READY and line.kind == LineKind.WRONG


async def _next(
    request: Request, access: MemberAccess, imported: EmployeeImport, done: str = ""
) -> Response[Any]:
    """The lines that are still in error, or the comparison. `done`: the kind of the line put right."""
    words = (word for word, each in KINDS.items() if each.kind == done)
    query = {"fait": next(words)} if done else None
    if await wrong_rows(access, imported.key):
        return see(request, "imports.lines", query=query, kind="erreurs", import_id=imported.key)
    return see(request, "imports.show", query=query, import_id=imported.key)


def _page(imported: EmployeeImport, line: ImportLine, form: Form[Any]) -> Page:
    return page(
        "imports/mending.html",
        form=form,
        import_id=imported.key,
        line=line,
        contracts=CONTRACTS,
    )


MEMBER: list[Any] = [wrong, mending, mend]
