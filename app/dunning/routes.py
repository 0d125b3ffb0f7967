"""/service/relances: what is to be reminded, the runs that did it, their letters, the steps, suspensions."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.dunning import staff, views
from app.dunning.forms import KINDS, LEAVE, SUSPEND, Decision, NewStep, typed_of
from app.dunning.letters import print_letters, print_runs
from app.dunning.queries import (
    counts_of,
    late_invoices,
    letters_of,
    past_runs,
    proposed_or_missing,
    proposed_suspensions,
    run_of,
    steps_of,
)
from app.dunning.rules import KIND_WORDS, PLACES
from app.employees.forms import Nothing
from app.errors import NotFound
from app.files.types import disposition
from app.members.queries import member_of
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import DunningStep, RunState

RIGHT = StaffRight.BILLING
ALL = "/service/relances"
ONE = f"{ALL}/{{run_id:int}}"
STEPS = f"{ALL}/etapes"
STEP = f"{STEPS}/{{step_id:int}}"
SUSPENSIONS = f"{ALL}/suspensions"
WHOLE = "Les relances concernent toutes les équipes, et votre compte une partie d’entre elles."
SHOW, PROGRESS = "dunning/show.html", "partials/dunning/progress.html"
LISTED = 100  # letters of a run, or invoices to remind, on one page
DONE = {
    "etape": "L’étape est enregistrée.",
    "retiree": "L’étape est retirée : elle ne part plus.",
    "suspendu": "L’adhésion est suspendue, et l’employeur averti.",
    "laisse": "La décision est dans l’historique de l’adhérent.",
}


@get(ALL, right=RIGHT)
async def index(access: Staff) -> Response[Any]:
    return await _index(access, Form())


async def _index(access: StaffAccess, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    steps = await steps_of(access)
    due, aside = await late_invoices(access, steps, clock.today())
    runs = [(each, views.state_of(each)) for each in await past_runs(access)]
    return page(
        "dunning/index.html", form=form, steps=steps, due=due[:LISTED], number=len(due),
        sums=views.sums_of(steps, due), aside=views.reasons_of(aside), runs=runs, today=clock.today(),
        left_cents=sum(each.late.left_cents for each in due), counts=await counts_of(access, clock.today()),
        kinds=KIND_WORDS,
    )  # fmt: skip


@post(ALL, right=RIGHT)
async def launch(request: Request, access: Staff) -> Response[Any]:
    access.require_everything(WHOLE)
    made: list[int] = []

    async def begin(_: Nothing) -> None:
        made.append((await staff.launch_run(access, clock.moment())).key)

    form = await Form.attempted(request, access, Nothing, begin)
    return await _index(access, form) if form.errors else see(request, "dunning.show", run_id=made[0])


@get(ONE, right=RIGHT)
async def show(access: Staff, run_id: FromPath[int]) -> Response[Any]:
    """The progress of a run; then all that it did."""
    return await _run_page(access, run_id, SHOW, Form())


async def _run_page(access: StaffAccess, run_id: int, template: str, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    run = await run_of(access, run_id)
    is_at_work = run.state in {RunState.RUNNING, RunState.UNDOING}
    letters = [] if is_at_work else await letters_of(access, run_id, 0, LISTED)
    return page(
        template, PROGRESS if template == SHOW else "", form=form, run=run,
        is_at_work=is_at_work, state=views.state_of(run), letters=letters, parts=print_runs(run),
        refused=await views.refused_of(access, run),
        may_undo=run.state == RunState.DONE and not run.printed_at and clock.now() < run.leaves_at,
    )  # fmt: skip


@get(f"{ONE}/lettres", right=RIGHT)
async def letters(access: Staff, run_id: FromPath[int]) -> Response[Any]:
    return await _run_page(access, run_id, "dunning/letters.html", Form())


@post(f"{ONE}/lettres", right=RIGHT)
async def draw(request: Request, access: Staff, run_id: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    part, made = row_number(request.query_params.get("tirage", "1")), list[bytes]()

    async def typeset(_: Nothing) -> None:
        made.append(await print_letters(access, await run_of(access, run_id), part, clock.now()))

    form = await Form.attempted(request, access, Nothing, typeset)
    if not made:
        return await _run_page(access, run_id, "dunning/letters.html", form)
    headers = {"Content-Disposition": disposition(f"relances-{run_id}-{part}.pdf")}
    return Response(made[0], media_type="application/pdf", headers=headers, status_code=200)


@get(f"{ONE}/annulation", right=RIGHT)
async def undoing(access: Staff, run_id: FromPath[int]) -> Response[Any]:
    return await _run_page(access, run_id, "dunning/undoing.html", Form())


@post(f"{ONE}/annulation", right=RIGHT)
async def undo(request: Request, access: Staff, run_id: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(
        request, access, Nothing, lambda _: staff.undo_run(access, run_id, clock.now())
    )
    if form.errors:
        return await _run_page(access, run_id, "dunning/undoing.html", form)
    return see(request, "dunning.show", run_id=run_id)


# Steps.


@get(STEPS, right=RIGHT)
async def steps(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    access.require_everything(WHOLE)
    rows = [(each, views.example_of(each, access.portal.settings)) for each in await steps_of(access)]
    return page("dunning/steps.html", rows=rows, kinds=KIND_WORDS, notice=DONE.get(fait, ""))


@get(f"{STEPS}/nouvelle", right=RIGHT)
async def new_step(access: Staff) -> Response[Any]:
    typed = {"kind": "mail", "signed_by": f"Le service cotisations, {access.portal.settings.service_name}"}
    return await _step_page(access, 0, Form(typed))


@post(f"{STEPS}/nouvelle", right=RIGHT)
async def add_step(request: Request, access: Staff) -> Response[Any]:
    return await _saved(request, access, 0)


@get(STEP, right=RIGHT)
async def step(access: Staff, step_id: FromPath[int]) -> Response[Any]:
    return await _step_page(access, step_id, Form(typed_of(await _living_step(access, step_id))))


@post(STEP, right=RIGHT)
async def change_step(request: Request, access: Staff, step_id: FromPath[int]) -> Response[Any]:
    await _living_step(access, step_id)
    return await _saved(request, access, step_id)


async def _saved(request: Request, access: StaffAccess, step_id: int) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(
        request, access, NewStep,
        lambda data: staff.save_step(access, step_id or None, data.values, clock.now()),
    )  # fmt: skip
    if form.errors:
        return await _step_page(access, step_id, form)
    return see(request, "dunning.steps", query={"fait": "etape"})


async def _living_step(access: StaffAccess, step_id: int) -> DunningStep:
    found = await access.get(DunningStep, step_id)
    if found.removed_at:
        raise NotFound
    return found


async def _step_page(
    access: StaffAccess, step_id: int, form: Form[Any], template: str = "dunning/step.html"
) -> Page:
    access.require_everything(WHOLE)
    return page(template, form=form, step_id=step_id, kinds=KINDS, places=PLACES)


@get(f"{STEP}/retrait", right=RIGHT)
async def removing_step(access: Staff, step_id: FromPath[int]) -> Response[Any]:
    typed = typed_of(await _living_step(access, step_id))
    return await _step_page(access, step_id, Form(typed), "dunning/removing_step.html")


@post(f"{STEP}/retrait", right=RIGHT)
async def remove_step(request: Request, access: Staff, step_id: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(
        request, access, Nothing, lambda _: staff.remove_step(access, step_id, clock.now())
    )
    if form.errors:
        return await _step_page(access, step_id, form, "dunning/removing_step.html")
    return see(request, "dunning.steps", query={"fait": "retiree"})


# Suspensions proposed, which the direction decides.


@get(SUSPENSIONS, right=RIGHT)
async def suspensions(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    access.require_everything(WHOLE)
    may_decide = StaffRight.TEAM in access.rights
    return page(
        "dunning/suspensions.html", rows=await proposed_suspensions(access), may_decide=may_decide,
        notice=DONE.get(fait, ""),
    )  # fmt: skip


@get(f"{SUSPENSIONS}/{{code:str}}", right=StaffRight.TEAM)
async def suspension(access: Staff, code: FromPath[str]) -> Response[Any]:
    return await _suspension_page(access, code, Form())


async def _suspension_page(access: StaffAccess, code: str, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    company = await member_of(access, code)
    found = await proposed_or_missing(access, code)
    return page(
        "dunning/suspension.html", form=form, member=company, found=found, suspend=SUSPEND, leave=LEAVE
    )


@post(f"{SUSPENSIONS}/{{code:str}}", right=StaffRight.TEAM)
async def decide(request: Request, access: Staff, code: FromPath[str]) -> Response[Any]:
    access.require_everything(WHOLE)
    company = await member_of(access, code)
    form = await Form.attempted(
        request, access, Decision,
        lambda data: staff.decide_suspension(
            access, company, data.reason, clock.now(), is_suspended=data.acte == SUSPEND
        ),
    )  # fmt: skip
    if form.errors:
        return await _suspension_page(access, code, form)
    done = "suspendu" if form.data and form.data.acte == SUSPEND else "laisse"
    return see(request, "dunning.suspensions", query={"fait": done})


STAFF: list[Any] = [
    index, launch, show, letters, draw, undoing, undo, steps, new_step, add_step, step, change_step,
    removing_step, remove_step, suspensions, suspension, decide,
]  # fmt: skip
