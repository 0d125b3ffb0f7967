"""/service/convocations: people due called together, fitted to sessions, followed, taken back."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.batches import views
from app.batches.forms import NewBatch
from app.batches.queries import (
    SHOWN,
    answered_of,
    batches,
    lines_of_session,
    lines_with_reason,
    session_rows_of,
    tally_of,
)
from app.batches.staff import (
    FOR_WANT_OF_TIME,
    Wanted,
    drop_batch,
    launch_batch,
    prepare_batch,
    undo_batch,
    wait_for_times,
)
from app.clinic.queries import SessionRow, booked_times, centres, sessions_between, team_names
from app.clinic.views import session_lines
from app.employees.forms import Nothing
from app.errors import NotFound, Refused
from app.follow_up.words import VISITS
from app.planning.rules import midnight
from app.staff_rights import StaffRight
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import ConvocationBatch

ONE = "/service/convocations/{batch_id:int}"
WEEKS = timedelta(weeks=4)
MOST_SESSIONS = 200  # of a page; narrower days show the others


@get("/service/convocations", right=StaffRight.PLANNING)
async def index(access: Staff) -> Response[Any]:
    return page("batches/index.html", rows=[views.batch_line(each) for each in await batches(access)])


@get("/service/convocations/nouvelle", right=StaffRight.PLANNING)
async def new(
    access: Staff, centre: FromQuery[str] = "", du: FromQuery[str] = "", au: FromQuery[str] = ""
) -> Response[Any]:
    until = clock.today() + timedelta(days=90)
    return await _new_page(access, Form({"due_before": f"{until:%d/%m/%Y}"}), (centre, du, au))


@post("/service/convocations/nouvelle", right=StaffRight.PLANNING)
async def create(
    request: Request, access: Staff, centre: FromQuery[str] = "", du: FromQuery[str] = "",
    au: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    made: list[ConvocationBatch] = []

    async def prepare(data: NewBatch) -> None:
        listed = [each.id for each in (await _listed(access, centre, du, au))[0]] if data.every else ()
        wanted = Wanted(data.team or None, data.before, data.kinds, tuple(listed) or data.sessions)
        made.append(await prepare_batch(access, wanted, clock.moment()))

    form = await Form.attempted(request, access, NewBatch, prepare)
    if form.errors:
        return await _new_page(access, form, (centre, du, au))
    return see(request, "batches.show", batch_id=made[0].key)


async def _listed(
    access: StaffAccess, centre: str, since: str, until: str
) -> tuple[list[SessionRow], date, date, dict[str, str]]:
    """Sessions to come of a centre, or of all, between two days; the days themselves, and what was wrong."""
    today, wrong = clock.today(), {}
    first, last = today, today + WEEKS
    try:
        first = read_day(since) if since.strip() else first
    except ValueError as error:
        wrong["du"] = str(error)
    try:
        last = read_day(until) if until.strip() else first + WEEKS
    except ValueError as error:
        wrong["au"] = str(error)
    start = max(midnight(first), clock.now())
    rows = await sessions_between(access, start, midnight(last + timedelta(days=1)), row_number(centre))
    return rows[:MOST_SESSIONS], first, last, wrong


async def _new_page(access: StaffAccess, form: Form[Any], chosen: tuple[str, str, str]) -> Page:
    rows, first, last, wrong = await _listed(access, *chosen)
    for field, message in wrong.items():
        form.refuse(Refused(message, field))
    return page(
        "batches/new.html", form=form, kinds=VISITS, teams=await _team_choices(access),
        lines=session_lines(rows, await booked_times(access, rows)),
        centres={"": "Tous les centres", **{str(each.key): each.name for each in await centres(access)}},
        centre=chosen[0], first=first, last=last, is_cut=len(rows) == MOST_SESSIONS,
    )  # fmt: skip


async def _team_choices(access: StaffAccess) -> dict[str, str]:
    """Those of the account; all together only for an account that works for all."""
    mine, names = access.scope.teams, await team_names(access)
    if not mine:
        return {"": views.ALL_TEAMS, **names}
    names = {key: name for key, name in names.items() if int(key) in mine}
    return names if len(names) == 1 else {"": "Choisissez", **names}


@get(ONE, right=StaffRight.PLANNING)
async def show(
    access: Staff, batch_id: FromPath[int], vacation: FromQuery[str] = "", raison: FromQuery[str] = "",
    suite: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    """The batch: what it would do, what it does, what it did; and the people of one session or one reason."""
    return await _batch_page(access, batch_id, Form(), vacation, raison, suite)


@get(f"{ONE}/envoi", right=StaffRight.PLANNING)
async def launching(access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    return await _batch_page(access, batch_id, Form())


@post(f"{ONE}/envoi", right=StaffRight.PLANNING)
async def launch(request: Request, access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    return await _act(request, access, batch_id, lambda: launch_batch(access, batch_id, clock.now()))


@get(f"{ONE}/retrait", right=StaffRight.PLANNING)
async def undoing(access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    return await _batch_page(access, batch_id, Form(), template="batches/undoing.html")


@post(f"{ONE}/retrait", right=StaffRight.PLANNING)
async def undo(request: Request, access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    return await _act(request, access, batch_id, lambda: undo_batch(access, batch_id, clock.now()))


@get(f"{ONE}/abandon", right=StaffRight.PLANNING)
async def dropping(access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    return await _batch_page(access, batch_id, Form())


@post(f"{ONE}/abandon", right=StaffRight.PLANNING)
async def drop(request: Request, access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(request, access, Nothing, lambda _: drop_batch(access, batch_id))
    return await _batch_page(access, batch_id, form) if form.errors else see(request, "batches.index")


@get(f"{ONE}/attente", right=StaffRight.PLANNING)
async def waiting(access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    return await _batch_page(access, batch_id, Form())


@post(f"{ONE}/attente", right=StaffRight.PLANNING)
async def wait(request: Request, access: Staff, batch_id: FromPath[int]) -> Response[Any]:
    form = await Form.attempted(
        request, access, Nothing, lambda _: wait_for_times(access, batch_id, clock.now())
    )
    return await _batch_page(access, batch_id, form) if form.errors else see(request, "due.waiting")


async def _act(
    request: Request, access: StaffAccess, batch_id: int, act: Callable[[], Awaitable[None]]
) -> Response[Any]:
    form = await Form.attempted(request, access, Nothing, lambda _: act())
    if form.errors:
        return await _batch_page(access, batch_id, form)
    return see(request, "batches.show", batch_id=batch_id)


async def _batch_page(
    access: StaffAccess, batch_id: int, form: Form[Any], session: str = "", reason: str = "",
    number: str = "", template: str = "batches/show.html",
) -> Page:  # fmt: skip
    batch = await access.get(ConvocationBatch, batch_id)
    tally, sessions = await tally_of(access, batch_id), await session_rows_of(access, batch)
    chosen, at = row_number(session), max(row_number(number), 1)
    skipped = (at - 1) * SHOWN
    lines = []
    if chosen:
        lines = await lines_of_session(access, batch_id, chosen, skipped)
    elif reason:
        lines = await lines_with_reason(access, batch_id, reason[:120], skipped)
    if (chosen or reason) and not lines and at == 1:
        raise NotFound
    shown = views.shown_batch(batch, tally, sessions, (await team_names(access)).get(str(batch.team_id), ""))
    return page(
        template, "partials/batches/progress.html", form=form, shown=shown, again=clock.now().isoformat(),
        lines=[views.person_line(each) for each in lines], chosen=chosen, reason=reason if lines else "",
        may_wait=any(words in FOR_WANT_OF_TIME for words in tally.reasons),
        answered=await answered_of(access, batch_id), at=at, has_more=len(lines) == SHOWN,
    )  # fmt: skip


STAFF: list[Any] = [
    index, new, create, show, launching, launch, undoing, undo, dropping, drop, waiting, wait,
]  # fmt: skip
