"""/espace/{code}/salaries/imports: from the file to its undoing."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employee_files.columns import COLUMNS, SAME_FOR_ALL
from app.employee_files.kinds import BIGGEST_DSN, BIGGEST_SPREADSHEET, is_dsn
from app.employees.checks import ask_again
from app.employees.forms import Nothing
from app.errors import Refused
from app.files.companion import Companion
from app.files.held import HeldFile
from app.imports import choices, mending
from app.imports.acts import apply_import, undo_import
from app.imports.forms import Apply
from app.imports.queries import import_of, kept_names, past_imports, sister_sites
from app.imports.reading import UNDER_WAY, begin_import, forget_lines, held_file
from app.imports.sieves import sieve_of
from app.imports.views import counted, import_page, source_of, told_done
from app.rights import OWN, Right
from app.web.forms import Form
from app.web.pages import Page, leave, never_seen, page, path_to, see, wants_fragment
from app.web.signatures import Member, Request, get, post
from app.web.uploads import DRAINED, Larger, Limit, read_file_form
from db.models import EmployeeImport, ImportState

DSN_ADVICE = "envoyez plutôt votre liste en tableur, en plusieurs fois"


def _limit(companion: Companion | None) -> Limit:
    def larger(start: bytes) -> Larger | None:
        return Larger(BIGGEST_DSN, DSN_ADVICE, sieve_of(companion)) if is_dsn(start) else None

    return Limit(BIGGEST_SPREADSHEET, larger=larger)


ONE = "/espace/{code:str}/salaries/imports/{import_id:int}"


@get("/espace/{code:str}/salaries/imports", right=Right.EMPLOYEES)
async def index(access: Member) -> Response[Any]:
    """The files imported before."""
    imports = await past_imports(access)
    return page("imports/index.html", imports=imports, source_of=source_of)


@get("/espace/{code:str}/salaries/imports/nouveau", right=Right.EMPLOYEES)
async def new(access: Member) -> Response[Any]:
    if access.portal.companion:
        await access.portal.companion.wake()
    return _new(Form())


async def may_import(access: MemberAccess, **_: Any) -> None:
    access.require(Right.EMPLOYEES)


@post(
    "/espace/{code:str}/salaries/imports/nouveau",
    request_max_body_size=DRAINED,
    opt={"file": may_import},
    right=OWN,
)
async def create(request: Request, access: Member) -> Response[Any]:
    import_id = 0
    async with access.paused():
        upload, form = await read_file_form(request, _limit(access.portal.companion))
        if form.data:
            file = HeldFile(upload.name, upload.content, clock.now(), access.account.key)
            try:
                import_id = await begin_import(access, file, clock.today())
            except Refused as refused:
                form.refuse(refused)
    if form.errors:
        return _new(form)
    return see(request, "imports.show", import_id=import_id)


@get("/espace/{code:str}/salaries/imports/suite/{import_id:int}", right=Right.EMPLOYEES)
async def following(access: Member, import_id: FromPath[int]) -> Page:
    """The address of a refused comparison, loaded again: another file can be sent."""
    return _new(Form({}))


@post("/espace/{code:str}/salaries/imports/suite/{import_id:int}", right=Right.EMPLOYEES)
async def follow(request: Request, access: Member, import_id: FromPath[int]) -> Response[Any]:
    """The file that this person sent for a sister site (`import_id`), compared with this one's list."""
    form = await Form.read(request, Nothing)
    if form.data:
        async with access.paused():
            try:
                sent = await held_file(access, import_id, clock.now())
                file = HeldFile(sent.name, sent.content, clock.now(), sent.owner)
                import_id = await begin_import(access, file, clock.today())
            except Refused as refused:
                form.refuse(refused)
    if form.errors:
        return _new(form)
    return see(request, "imports.show", import_id=import_id)


@get(ONE, right=Right.EMPLOYEES)
async def show(
    request: Request, access: Member, import_id: FromPath[int], fait: NamedDependency[str] = ""
) -> Response[Any]:
    imported = await import_of(access, import_id)
    if wants_fragment(request) and imported.state != ImportState.READING:
        return leave(request, _path(request, imported))
    return await _page(access, imported, Form({"exit_on": ""}), told_done(fait))


@post(ONE, right=Right.EMPLOYEES)
async def apply(request: Request, access: Member, import_id: FromPath[int]) -> Response[Any]:
    imported = await import_of(access, import_id)
    form = await Form.attempted(
        request,
        access,
        Apply,
        lambda data: apply_import(access, imported, data.exit_on, clock.moment(), is_sure=data.is_sure),
    )
    if form.errors:
        ask_again(form)
        return await _page(access, imported, form)
    return see(request, "imports.show", import_id=imported.key)


@get(f"{ONE}/annulation", right=Right.EMPLOYEES)
async def undoing(access: Member, import_id: FromPath[int]) -> Response[Any]:
    return _undoing(await import_of(access, import_id), Form())


@post(f"{ONE}/annulation", right=Right.EMPLOYEES)
async def undo(request: Request, access: Member, import_id: FromPath[int]) -> Response[Any]:
    """Back to before the file; nothing stays of a file that is not applied."""
    imported = await import_of(access, import_id)
    form = await Form.read(request, Nothing)
    if form.data:
        async with form.attempt(access):
            if imported.state == ImportState.APPLIED:
                await undo_import(access, imported, clock.moment())
            elif imported.state in UNDER_WAY:
                await forget_lines(access, imported, ImportState.DROPPED)
            elif imported.state not in {ImportState.UNDONE, ImportState.DROPPED}:
                raise Refused("Il n’y a plus rien à annuler ici.")
    if form.errors:
        return _undoing(imported, form)
    return see(request, "imports.show", import_id=imported.key)


def _new(form: Form[Any]) -> Page:
    return page(
        "imports/new.html",
        form=form,
        needed=[column.words for column in COLUMNS.values() if column.is_needed],
        sayable=[COLUMNS[field].words for field in SAME_FOR_ALL],
    )


async def _page(access: MemberAccess, imported: EmployeeImport, form: Form[Any], notice: str = "") -> Page:
    is_undone = imported.state == ImportState.UNDONE
    moved = imported.said.get("moved", [])
    sites = {siret for _, siret, *_ in moved}
    return page(
        "imports/show.html",
        "partials/imports/progress.html",
        form=form,
        notice=notice,
        shown=import_page(imported, clock.now()),
        counts=await counted(access, imported),
        sisters=await sister_sites(access, sites, clock.today()),
        kept=await kept_names(access, imported.key) if is_undone else [],
        again=never_seen(),
    )


def _undoing(imported: EmployeeImport, form: Form[Any]) -> Page:
    return page("imports/undoing.html", form=form, shown=import_page(imported, clock.now()))


def _path(request: Request, imported: EmployeeImport) -> str:
    return path_to(request, "imports.show", import_id=imported.key)


MEMBER: list[Any] = [
    index, new, create, following, follow, show, apply, undoing, undo,
    *choices.MEMBER, *mending.MEMBER,
]  # fmt: skip
