"""/espace/{code}/salaries/imports/{import_id}: which lines of a file to take, and what its columns are."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.employee_files.columns import READABLE
from app.errors import NotFound, Refused
from app.follow_up.words import CONTRACTS
from app.imports.forms import (
    ORDERS,
    Choices,
    ColumnChoices,
    choices_of,
    dates_of,
    encoding_of,
    everything_of,
    mapping_of,
    same_of,
)
from app.imports.queries import PAGE, import_of, lines_of
from app.imports.reading import UNDER_WAY, ReadingChoices, choose, read_again
from app.imports.views import KINDS, OWN_CHOICE, dates_read, encodings_of, sampled, told_done
from app.rights import Right
from app.web.forms import STALE, Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Member, Request, get, post
from db.models import EmployeeImport, ImportState, LineKind

ONE = "/espace/{code:str}/salaries/imports/{import_id:int}"


@get(f"{ONE}/lignes/{{kind:str}}", right=Right.EMPLOYEES)
async def lines(
    access: Member,
    import_id: FromPath[int],
    kind: FromPath[str],
    apres: FromQuery[str] = "",
    fait: NamedDependency[str] = "",
) -> Response[Any]:
    imported = await import_of(access, import_id)
    if kind not in KINDS:
        raise NotFound
    after = row_number(apres)
    rows = await lines_of(access, imported.key, LineKind(KINDS[kind].kind), after)
    return page(
        "imports/lines.html",
        import_id=imported.key,
        is_open=imported.state == ImportState.READY,
        kind=kind,
        notice=told_done(fait),
        category=KINDS[kind],
        lines=rows[:PAGE],
        after=after,
        following=rows[PAGE - 1].id if len(rows) > PAGE else 0,
    )


@post(f"{ONE}/lignes/{{kind:str}}", right=Right.EMPLOYEES)
async def choose_lines(
    request: Request, access: Member, import_id: FromPath[int], kind: FromPath[str]
) -> Response[Any]:
    imported = await import_of(access, import_id)
    if kind not in KINDS:
        raise NotFound
    form = await Form.read(request, Choices)
    if not form.data:
        raise Refused(form.errors.get("", STALE))
    if imported.state != ImportState.READY or not KINDS[kind].is_choice:
        return see(request, "imports.show", import_id=imported.key)
    these = LineKind(KINDS[kind].kind)
    choices = choices_of(these, form.data, form.typed)
    await choose(access, imported, these, choices, everything_of(these, form.data))
    if after := row_number(form.data.suite):
        query = {"apres": str(after), "page": str(row_number(form.data.page) + 1), "fait": "choix"}
        return see(request, "imports.lines", query=query, kind=kind, import_id=imported.key)
    return see(request, "imports.show", query={"fait": "choix"}, import_id=imported.key)


@get(f"{ONE}/colonnes", right=Right.EMPLOYEES)
async def columns(access: Member, import_id: FromPath[int]) -> Response[Any]:
    imported = await import_of(access, import_id)
    file = await access.portal.held_files.said(access, imported.key, clock.now())
    same = {f"same_{field}": stored for field, stored in file.same.items()} if file else {}
    same |= {f"date_{field}": order for field, order in file.dates.items()} if file else {}
    same |= {"encoding": file.encoding} if file else {}
    return _columns(imported, Form(same))


@post(f"{ONE}/colonnes", right=Right.EMPLOYEES)
async def map_columns(request: Request, access: Member, import_id: FromPath[int]) -> Response[Any]:
    imported = await import_of(access, import_id)
    form = await Form.read(request, ColumnChoices)
    if form.data and imported.state in UNDER_WAY:
        mapping = mapping_of(imported.columns, form.typed)
        dates = dates_of(imported.said.get("dates", {}), form.typed)
        encoding = encoding_of(imported.said.get("encoding", {}), form.typed)
        reading_choices = ReadingChoices(same_of(form.data), dates, encoding)
        try:
            async with access.paused():
                await read_again(access, imported, mapping, reading_choices, clock.moment())
        except Refused as refused:
            form.refuse(refused)
    if form.errors:
        return _columns(imported, form)
    return see(request, "imports.show", import_id=imported.key)


def _columns(imported: EmployeeImport, form: Form[Any]) -> Page:
    return page(
        "imports/columns.html",
        form=form,
        import_id=imported.key,
        is_open=imported.state in UNDER_WAY and bool(imported.columns or imported.said.get("encoding")),
        problem=imported.problem if imported.state == ImportState.COLUMNS else "",
        columns=[
            (title, form.typed.get(f"column_{place}", field), samples)
            for place, ((title, field), samples) in enumerate(sampled(imported))
        ],
        dates=dates_read(imported),
        orders={"": OWN_CHOICE} | ORDERS,
        encoding=imported.said.get("encoding"),
        encodings=encodings_of(imported),
        contracts={"": "Choisir"} | CONTRACTS,
        fields={"": "Ne pas lire"} | {name: column.title for name, column in READABLE.items()},
    )


MEMBER: list[Any] = [lines, choose_lines, columns, map_columns]
