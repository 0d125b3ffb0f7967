"""/espace/{code}/salaries/imports: from the file to its undoing."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.columns import COLUMNS, SAME_FOR_ALL
from app.employees.forms import Nothing
from app.employees.service import Moment
from app.errors import Refused
from app.forms import Form
from app.held_files import HeldFile
from app.imports import choosing_routes
from app.imports.apply_service import apply_import
from app.imports.forms import Apply
from app.imports.pages import SOURCES, counted, shown_import
from app.imports.queries import import_of, kept_names, past_imports
from app.imports.service import OPEN, begin_import, forget_lines
from app.imports.undo_service import undo_import
from app.rights import Right
from app.uploads import DRAINED, read_upload
from app.web import Page, leave, never_seen, page, path_to, see, wants_fragment
from db.models import EmployeeImport, ImportState

ONE = "/espace/{code:str}/salaries/imports/{import_id:int}"


@get("/espace/{code:str}/salaries/imports", name="imports.index")
async def index(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    """The files imported before."""
    access.require(Right.EMPLOYEES)
    imports = await past_imports(access)
    return page("imports/index.html", company=access.company, imports=imports, sources=SOURCES)


@get("/espace/{code:str}/salaries/imports/nouveau", name="imports.new")
async def new(access: NamedDependency[MemberAccess], code: FromPath[str]) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    return _new(access, Form())


async def may_import(access: MemberAccess, **_: Any) -> None:
    access.require(Right.EMPLOYEES)


@post(
    "/espace/{code:str}/salaries/imports/nouveau",
    name="imports.create",
    request_max_body_size=DRAINED,
    opt={"file": may_import},
)
async def create(
    request: Request[Any, Any, Any], access: NamedDependency[MemberAccess], code: FromPath[str]
) -> Response[Any]:
    import_id = 0
    async with access.paused():
        upload = await read_upload(request)
        form = Form.of(request, Nothing, {}, is_garbled=upload.is_garbled)
        if upload.problem and form.data:
            form.refuse(Refused(upload.problem, "fichier"))
        elif form.data:
            file = HeldFile(upload.name, upload.content, clock.now(), access.account.key)
            try:
                import_id = await begin_import(access, file, clock.today())
            except Refused as refused:
                form.refuse(refused)
    if form.errors:
        return _new(access, form)
    return see(request, "imports.show", code=access.company.code, import_id=import_id)


@get(ONE, name="imports.show")
async def show(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    import_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    if wants_fragment(request) and imported.state != ImportState.READING:
        return leave(request, _path(request, access, imported))
    return await _page(access, imported, Form({"exit_on": ""}))


@post(ONE, name="imports.apply")
async def apply(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    import_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    form = await Form.read(request, Apply)
    if form.data:
        async with form.attempt(access):
            await apply_import(access, imported, form.data.exit_on, Moment(clock.now(), clock.today()))
    if form.errors:
        return await _page(access, imported, form)
    return see(request, "imports.show", code=access.company.code, import_id=imported.key)


@get(f"{ONE}/annulation", name="imports.undoing")
async def undoing(
    access: NamedDependency[MemberAccess], code: FromPath[str], import_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.EMPLOYEES)
    return _undoing(access, await import_of(access, import_id), Form())


@post(f"{ONE}/annulation", name="imports.undo")
async def undo(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    import_id: FromPath[int],
) -> Response[Any]:
    """Back to before the file; of a file that is not applied, nothing is kept."""
    access.require(Right.EMPLOYEES)
    imported = await import_of(access, import_id)
    form = await Form.read(request, Nothing)
    if form.data:
        async with form.attempt(access):
            if imported.state == ImportState.APPLIED:
                await undo_import(access, imported, Moment(clock.now(), clock.today()))
            elif imported.state in OPEN:
                await forget_lines(access, imported, ImportState.DROPPED)
            elif imported.state not in {ImportState.UNDONE, ImportState.DROPPED}:
                raise Refused("Il n’y a plus rien à annuler ici.")
    if form.errors:
        return _undoing(access, imported, form)
    return see(request, "imports.show", code=access.company.code, import_id=imported.key)


def _new(access: MemberAccess, form: Form[Any]) -> Page:
    return page(
        "imports/new.html",
        company=access.company,
        form=form,
        needed=[column.words for column in COLUMNS.values() if column.is_needed],
        sayable=[COLUMNS[field].words for field in SAME_FOR_ALL],
    )


async def _page(access: MemberAccess, imported: EmployeeImport, form: Form[Any]) -> Page:
    is_undone = imported.state == ImportState.UNDONE
    return page(
        "imports/show.html",
        "partials/imports/progress.html",
        form=form,
        company=access.company,
        shown=shown_import(imported, clock.now()),
        counts=await counted(access, imported),
        kept=await kept_names(access, imported.key) if is_undone else [],
        again=never_seen(),
    )


def _undoing(access: MemberAccess, imported: EmployeeImport, form: Form[Any]) -> Page:
    return page(
        "imports/undoing.html", form=form, company=access.company, shown=shown_import(imported, clock.now())
    )


def _path(request: Request[Any, Any, Any], access: MemberAccess, imported: EmployeeImport) -> str:
    return path_to(request, "imports.show", code=access.company.code, import_id=imported.key)


MEMBER: list[Any] = [
    index, new, create, show, apply, undoing, undo, *choosing_routes.MEMBER,
]  # fmt: skip
