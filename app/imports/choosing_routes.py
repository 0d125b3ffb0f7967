"""/espace/{code}/salaries/imports/{import_id}: which lines of a file to take, and what its columns are."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.columns import COLUMNS
from app.employees.questions import CONTRACTS
from app.employees.service import Moment
from app.errors import NotFound, Refused
from app.forms import STALE, Form
from app.imports.forms import Choices, ColumnChoices, choices_of, everything_of, mapping_of, same_of
from app.imports.pages import KINDS
from app.imports.queries import PAGE, import_of, lines_of
from app.imports.service import OPEN, choose, read_again
from app.places import row_number
from app.rights import Right
from app.web import Page, page, see
from db.models import EmployeeImport, ImportState, LineKind

ONE = "/espace/{code:str}/salaries/imports/{import_id:int}"


@get(f"{ONE}/lignes/{{kind:str}}", name="imports.lines")
async def lines(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    import_id: FromPath[int],
    kind: FromPath[str],
    apres: FromQuery[str] = "",
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    if kind not in KINDS:
        raise NotFound
    after = row_number(apres)
    found = await lines_of(access, imported.key, LineKind(KINDS[kind].kind), after)
    return page(
        "imports/lines.html",
        company=access.company,
        import_id=imported.key,
        is_open=imported.state == ImportState.READY,
        kind=kind,
        category=KINDS[kind],
        lines=found[:PAGE],
        after=after,
        following=found[PAGE - 1].id if len(found) > PAGE else 0,
    )


@post(f"{ONE}/lignes/{{kind:str}}", name="imports.choose")
async def choose_lines(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    import_id: FromPath[int],
    kind: FromPath[str],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    if kind not in KINDS:
        raise NotFound
    form = await Form.read(request, Choices)
    if form.data and imported.state == ImportState.READY and KINDS[kind].is_choice:
        these = LineKind(KINDS[kind].kind)
        choices = choices_of(these, form.data, form.typed)
        await choose(access, imported, these, choices, everything_of(these, form.data))
    elif not form.data:
        raise Refused(form.errors.get("", STALE))
    return see(request, "imports.show", code=access.company.code, import_id=imported.key)


@get(f"{ONE}/colonnes", name="imports.columns")
async def columns(
    access: NamedDependency[MemberAccess], code: FromPath[str], import_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    file = access.portal.held_files.get(imported.key, clock.now())
    said = {f"same_{field}": stored for field, stored in file.same.items()} if file else {}
    return _columns(access, imported, Form(said))


@post(f"{ONE}/colonnes", name="imports.map")
async def map_columns(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    import_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    form = await Form.read(request, ColumnChoices)
    if form.data and imported.state in OPEN:
        mapping = mapping_of(imported.columns, form.typed)
        try:
            async with access.paused():
                await read_again(access, imported, mapping, same_of(form.data), _now())
        except Refused as refused:
            form.refuse(refused)
    if form.errors:
        return _columns(access, imported, form)
    return see(request, "imports.show", code=access.company.code, import_id=imported.key)


def _now() -> Moment:
    return Moment(clock.now(), clock.today())


def _columns(access: MemberAccess, imported: EmployeeImport, form: Form[Any]) -> Page:
    return page(
        "imports/columns.html",
        form=form,
        company=access.company,
        import_id=imported.key,
        is_open=imported.state in OPEN and imported.source != "dsn",
        problem=imported.problem if imported.state == ImportState.COLUMNS else "",
        columns=[(t, form.typed.get(f"column_{n}", f)) for n, (t, f) in enumerate(imported.columns)],
        contracts={"": "Choisir"} | CONTRACTS,
        fields={"": "Ne pas lire"} | {name: column.title for name, column in COLUMNS.items()},
    )


MEMBER: list[Any] = [lines, choose_lines, columns, map_columns]
