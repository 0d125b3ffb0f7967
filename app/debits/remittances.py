"""/service/prelevements: runs of debits, previewed, announced, filed, downloaded, called off."""

from collections import Counter
from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.debits.forms import Collection
from app.debits.queries import (
    candidates,
    debits_page,
    files_of,
    not_debited,
    past_runs,
    shortest_notice,
    sums_of,
)
from app.debits.rules import first_day_of
from app.debits.runs import cancel_run, check_day, content_of, file_run, launch_run
from app.employees.forms import Nothing
from app.errors import NotFound, Refused
from app.staff_rights import StaffRight
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import AuditKind, DebitRun, DebitRunState, DebitState, Scheme

ALL = "/service/prelevements"
NEW = f"{ALL}/nouvelle"
ONE = f"{ALL}/{{run_id:int}}"
RIGHT = StaffRight.BILLING
WHOLE = "Une remise concerne toutes les équipes, et votre compte une partie d’entre elles."
FEW = 50
RUN_STATES = {
    DebitRunState.ANNOUNCING: ("annonce en cours", "wait"),
    DebitRunState.ANNOUNCED: ("annoncée, à envoyer", "wait"),
    DebitRunState.FILING: ("fichier en cours", "wait"), DebitRunState.FILED: ("fichier prêt", "ok"),
    DebitRunState.COLLECTED: ("encaissée", "ok"),
    DebitRunState.CANCELLING: ("annulation en cours", "wait"), DebitRunState.CANCELLED: ("annulée", ""),
}  # fmt: skip
DEBIT_STATES = {
    DebitState.PLANNED: ("annoncé", "wait"), DebitState.FILED: ("à la banque", "wait"),
    DebitState.COLLECTED: ("encaissé", "ok"), DebitState.DROPPED: ("écarté", ""),
    DebitState.REFUSED: ("refusé", "bad"),
}  # fmt: skip
CALLED_OFF = {DebitRunState.ANNOUNCED, DebitRunState.FILED}
MOVING = {DebitRunState.ANNOUNCING, DebitRunState.FILING, DebitRunState.CANCELLING}


@get(ALL, right=RIGHT)
async def index(access: Staff) -> Response[Any]:
    return await _index(access, Form())


async def _index(access: StaffAccess, form: Form[Any]) -> Page:
    settings = access.portal.settings
    is_whole = access.scope.is_everything
    return page(
        "debits/index.html", form=form, is_whole=is_whole, is_open=settings.takes_debits,
        ics=settings.service_creditor_id, notice_days=settings.service_debit_notice_days,
        runs=await past_runs(access) if is_whole else [], states=RUN_STATES,
    )  # fmt: skip


@get(NEW, right=RIGHT)
async def preview(access: Staff, collect_on: FromQuery[str] = "") -> Response[Any]:
    """Display of all that a run of that day would debit, and of what it would not."""
    first = first_day_of(clock.today(), access.portal.settings.service_debit_notice_days)
    form: Form[Collection] = Form({"collect_on": collect_on or first.isoformat()})
    form.check(Collection)
    return await _preview_page(access, form)


@post(NEW, right=RIGHT)
async def launch(request: Request, access: Staff) -> Response[Any]:
    access.require_everything(WHOLE)
    made: list[DebitRun] = []

    async def attempt(data: Collection) -> None:
        made.append(await launch_run(access, data.day, clock.moment()))

    form = await Form.attempted(request, access, Collection, attempt)
    if form.errors:
        return await _preview_page(access, form)
    return see(request, "debits.show", run_id=made[0].key)


async def _preview_page(access: StaffAccess, form: Form[Collection]) -> Page:
    access.require_everything(WHOLE)
    found, left_out, is_open = [], [], access.portal.settings.takes_debits
    shortest = await shortest_notice(access)
    if is_open and form.data and not form.errors:
        try:
            check_day(access.portal.settings, form.data.day, clock.today(), shortest)
        except Refused as refused:
            form.refuse(refused)
        else:
            found = await candidates(access, form.data.day, clock.today())
            left_out = await not_debited(access, form.data.day, FEW)
    number, cents = Counter[str](), Counter[str]()
    usual = access.portal.settings.service_debit_notice_days
    for each in found:
        number[each.scheme] += 1
        cents[each.scheme] += each.cents
    return page(
        "debits/preview.html", form=form, is_open=is_open, on=form.data.day if form.data else None,
        number=number, cents=cents,
        members=len({each.company_id for each in found}), total=sum(cents.values()), left_out=left_out,
        shortest=shortest, is_short=bool(form.data and form.data.day < first_day_of(clock.today(), usual)),
        firsts=len({each.mandate_id for each in found if each.used_on is None}), schemes=list(Scheme),
        notice_days=usual,
    )  # fmt: skip


@get(ONE, right=RIGHT)
async def show(access: Staff, run_id: FromPath[int], apres: FromQuery[str] = "") -> Response[Any]:
    return await _run_page(access, run_id, Form(), row_number(apres))


async def _run_page(access: StaffAccess, run_id: int, form: Form[Any], after: int = 0) -> Page:
    access.require_everything(WHOLE)
    run = await access.get(DebitRun, run_id)
    rows, place = await debits_page(access, run_id, after)
    return page(
        "debits/show.html", "partials/debits/progress.html", form=form, run=run, rows=rows, place=place,
        tag=RUN_STATES[DebitRunState(run.state)], is_moving=run.state in MOVING,
        sums=await sums_of(access, run_id), states=DEBIT_STATES, files=await files_of(access, run_id),
        today=clock.today(),
    )  # fmt: skip


@get(f"{ONE}/fichier", right=RIGHT)
async def filing(request: Request, access: Staff, run_id: FromPath[int]) -> Response[Any]:
    return see(request, "debits.show", run_id=run_id)


@post(f"{ONE}/fichier", right=RIGHT)
async def file(request: Request, access: Staff, run_id: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(request, access, Nothing, lambda _: file_run(access, run_id, clock.moment()))
    return (
        await _run_page(access, run_id, form) if form.errors else see(request, "debits.show", run_id=run_id)
    )


@get(f"{ONE}/annulation", right=RIGHT)
async def cancelling(access: Staff, run_id: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    run = await access.get(DebitRun, run_id)
    files = await files_of(access, run_id)
    may_cancel = run.state in CALLED_OFF and not any(each.taken_at for each in files)
    return page("debits/cancelling.html", run=run, may_cancel=may_cancel)


@post(f"{ONE}/annulation", right=RIGHT)
async def cancel(request: Request, access: Staff, run_id: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    form = await Form.attempted(request, access, Nothing, lambda _: cancel_run(access, run_id, clock.today()))
    return (
        await _run_page(access, run_id, form) if form.errors else see(request, "debits.show", run_id=run_id)
    )


@get(f"{ONE}/fichier/{{scheme:str}}", right=RIGHT)
async def downloading(
    request: Request, access: Staff, run_id: FromPath[int], scheme: FromPath[str]
) -> Response[Any]:
    return see(request, "debits.show", run_id=run_id)


@post(f"{ONE}/fichier/{{scheme:str}}", right=RIGHT, status_code=200)
async def download(
    request: Request, access: Staff, run_id: FromPath[int], scheme: FromPath[str]
) -> Response[Any]:
    """The bank's file, as it was frozen; the history keeps who took it."""
    access.require_everything(WHOLE)
    run = await access.get(DebitRun, run_id)
    found = next((each for each in await files_of(access, run_id) if each.scheme == scheme), None)
    if found is None:
        raise NotFound

    async def trace(_: Nothing) -> None:
        found.taken_at = found.taken_at or clock.now()
        about = f"du {run.collect_on:%d/%m/%Y} : fichier {scheme} téléchargé"
        access.record(AuditKind.DEBITS_CHANGED, clock.now(), access.account.key, None, about, run.key)

    form = await Form.attempted(request, access, Nothing, trace)
    if form.errors:
        return await _run_page(access, run_id, form)
    name = f"prelevements-{run.collect_on.isoformat()}-{scheme}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content_of(access.portal, found), media_type="application/xml", headers=headers)


STAFF: list[Any] = [
    index, preview, launch, show, filing, file, cancelling, cancel, downloading, download
]  # fmt: skip
