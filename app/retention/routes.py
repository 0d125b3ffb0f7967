"""/service/conservation: what is kept, for how long and why; what a period would do, and what was done."""

from typing import Any

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.errors import NotFound, Refused
from app.retention.fixed import FIXED
from app.retention.forms import Period, read_months
from app.retention.lines import LINE, LINES
from app.retention.queries import effect_of, last_administrators, periods, proofs
from app.retention.rules import Line
from app.retention.staff import change_period
from app.retention.views import effect_words, keepers_words, line_view
from app.staff_rights import StaffRight
from app.text.events import EVENTS
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.signatures import Request, Staff, get, post

RIGHT = StaffRight.TEAM
ONE = "/service/conservation/{line:str}"
FEW = 50  # lines of the history
WHOLE = "Les durées valent pour tous les adhérents, et votre compte pour une partie d’entre eux."
DONE = {"duree": "La durée est modifiée. Elle vaut à partir de la nuit prochaine."}


@get("/service/conservation", right=RIGHT)
async def index(access: Staff, fait: NamedDependency[str] = "") -> Response[Any]:
    access.require_everything(WHOLE)
    months = await periods(access)
    return page(
        "retention/index.html", lines=[line_view(line, months[line.key]) for line in LINES], fixed=FIXED,
        proofs=await proofs(access, FEW), most=FEW, events=EVENTS, notice=DONE.get(fait, ""),
        kept=keepers_words(await last_administrators(access, months["accounts"], clock.now())),
    )  # fmt: skip


@get("/service/conservation/apercu", right=RIGHT)
async def preview(access: Staff) -> Response[Any]:
    """The next night, line by line: a statement or two each, over all members."""
    access.require_everything(WHOLE)
    months, now = await periods(access), clock.now()
    lines = []
    for line in LINES:
        effect = await effect_of(access, line.key, months[line.key], now)
        lines.append((line_view(line, months[line.key]), effect, effect_words(line, effect)))
    return page("retention/preview.html", lines=lines)


@get(ONE, right=RIGHT)
async def edit(access: Staff, line: FromPath[str], months: FromQuery[str] = "") -> Response[Any]:
    """The period of a line, and what it would do; with `months`, what another would."""
    access.require_everything(WHOLE)
    found = _line(line)
    typed = months.strip()[:10] or str((await periods(access))[found.key])
    return await _edit_page(access, found, Form({"months": typed}))


@post(ONE, right=RIGHT)
async def update(request: Request, access: Staff, line: FromPath[str]) -> Response[Any]:
    access.require_everything(WHOLE)
    found = _line(line)
    form = await Form.read(request, Period)
    if form.data:
        async with form.attempt(access):
            await change_period(access, found, read_months(found, form.data.months), clock.now())
    if form.errors:
        return await _edit_page(access, found, form)
    return see(request, "retention.index", query={"fait": "duree"})


def _line(key: str) -> Line:
    if key not in LINE:
        raise NotFound
    return LINE[key]


async def _edit_page(access: StaffAccess, line: Line, form: Form[Any]) -> Page:
    """The page with the effect of the months typed, if they are some."""
    words, current = "", (await periods(access))[line.key]
    try:
        months = read_months(line, form["months"])
        words = effect_words(line, await effect_of(access, line.key, months, clock.now()))
    except Refused as refused:
        form.errors.setdefault("months", refused.message)
        months = 0
    return page(
        "retention/edit.html", form=form, line=line_view(line, current), effect=words, months=months,
        is_other=bool(months) and months != current,
    )  # fmt: skip


STAFF = [index, preview, edit, update]
