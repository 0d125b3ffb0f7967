"""One slot, and the answers to it: confirm it, give it back, ask for another date."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments.forms import DAYS, HALVES
from app.appointments.queries import centres
from app.planning import acts
from app.planning.acts import SeenSlot
from app.planning.forms import GIVEN_REASONS, Confirmation, GivingBack, OtherDate
from app.planning.queries import Counts, SlotRow, answerers, counts_of, notice_of, notices_of, slot_row
from app.planning.rules import ShownWeek, week_word
from app.planning.views import SlotLine, line_of, notice_lines, notice_words
from app.rights import Right
from app.text.fields import once_token
from app.web.forms import Form
from app.web.pages import Page, page, see, wants_fragment
from app.web.signatures import Member, Request, get, post
from db.models import SlotState

FILTER_WORDS = {
    "": "Tous",
    "confirmer": "À confirmer",
    "libres": "À attribuer",
    "confirmes": "Confirmés",
    "rendus": "Rendus ou annulés",
}
DONE = {
    "confirme": "Le rendez-vous est confirmé et la convocation est envoyée.",
    "confirmes": "Les rendez-vous sont confirmés et les convocations sont envoyées.",
    "repris": "Le créneau est repris et confirmé.",
    "attribue": "Le rendez-vous est confirmé pour cette personne et la convocation est envoyée.",
    "rendu": "Le créneau est rendu au service.",
    "autre": "Le créneau est rendu et votre demande d’une autre date est envoyée.",
}
ROW, COUNTERS = "partials/planning/answered.html", "partials/planning/counters.html"


async def lines_now(access: MemberAccess, rows: Sequence[SlotRow]) -> list[SlotLine]:
    who, now = await answerers(access, rows), clock.now()
    may_answer = Right.APPOINTMENTS in access.rights
    return [line_of(row, now, who, may_answer=may_answer) for row in rows]


async def counts_now(access: MemberAccess) -> Counts:
    return await counts_of(access, clock.now())


async def slot_page(
    access: MemberAccess,
    row: SlotRow,
    notice: str = "",
    form: Form[Any] | None = None,
    shown: ShownWeek | None = None,
) -> Page:
    """The page of one slot, with the ways to change it. In place, its row of the week, with the button of
    that week (`shown`: what it offered) and the counters around it.
    """
    (line,) = await lines_now(access, [row])
    if form and form.errors:
        refusal = " ".join(form.errors.values())
        line = replace(line, warning=refusal, said=refusal)
    tells = Right.APPOINTMENTS in access.rights
    return page(
        "planning/show.html",
        ROW,
        form=form,
        also={COUNTERS: "planning.index"},
        line=line,
        row=row,
        shown=shown.after(row.id, row.sequence if line.may_confirm else None) if shown else None,
        counts=await counts_now(access),
        notices=notice_lines(await notices_of(access, row.id)) if tells else [],
        notice_words=notice_words(notice_of(access, row, clock.now())),
        notice=notice,
    )


ONE = "/espace/{code:str}/planning/{slot_id:int}"


@get(f"{ONE}/confirmation", right=Right.APPOINTMENTS)
async def confirming(access: Member, slot_id: FromPath[int]) -> Response[Any]:
    return await slot_page(access, await slot_row(access, slot_id))


@post(f"{ONE}/confirmation", right=Right.APPOINTMENTS)
async def confirm(request: Request, access: Member, slot_id: FromPath[int]) -> Response[Any]:
    form = await Form.read(request, Confirmation)
    row = after = await slot_row(access, slot_id)
    if form.data:
        async with form.attempt(access):
            after = await acts.confirm_slot(access, row, SeenSlot(form.data.sequence), clock.moment())
    if form.errors:
        after = await slot_row(access, slot_id)  # whoever was quicker changed it
    if form.errors or wants_fragment(request):
        return await slot_page(access, after, form=form, shown=form.data.shown if form.data else None)
    return in_its_week(request, after, "repris" if row.state == SlotState.DECLINED else "confirme")


@get(f"{ONE}/absence", right=Right.APPOINTMENTS)
async def giving_back(access: Member, slot_id: FromPath[int]) -> Response[Any]:
    """The notice and the fee are said before the click."""
    return await _giving_back_page(access, slot_id, Form())


@post(f"{ONE}/absence", right=Right.APPOINTMENTS)
async def give_back(request: Request, access: Member, slot_id: FromPath[int]) -> Response[Any]:
    form = await Form.read(request, GivingBack)
    row = after = await slot_row(access, slot_id)
    if data := form.data:
        async with form.attempt(access):
            after = await acts.give_back(access, row, _seen_slot(data), data.reason, clock.moment())
    if form.status_code == 409:
        return await slot_page(access, await slot_row(access, slot_id), form=form)
    if form.errors:
        return await _giving_back_page(access, slot_id, form)
    return in_its_week(request, after, "rendu")


@get(f"{ONE}/autre-date", right=Right.APPOINTMENTS)
async def another_date(access: Member, slot_id: FromPath[int]) -> Response[Any]:
    return await _another_date_page(access, slot_id, Form({"batch": once_token()}))


@post(f"{ONE}/autre-date", right=Right.APPOINTMENTS)
async def ask_another_date(request: Request, access: Member, slot_id: FromPath[int]) -> Response[Any]:
    form, asked = await Form.read(request, OtherDate), None
    row = await slot_row(access, slot_id)
    if form.data:
        async with form.attempt(access):
            asked = await acts.ask_another_date(access, row, _seen_slot(form.data), form.data, clock.moment())
    if asked is None or form.errors:
        return await _another_date_page(access, slot_id, form)
    query = {"fait": "envoyee"}
    return see(request, "appointments.show", query=query, request_id=asked.key)


def in_its_week(request: Request, row: SlotRow, done: str) -> Response[Any]:
    """Back to the week of the slot, where what was done is said."""
    return see(request, "planning.index", query={"semaine": week_word(row.starts.date()), "fait": done})


async def _giving_back_page(access: MemberAccess, slot_id: int, form: Form[Any]) -> Page:
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    notice = notice_of(access, row, clock.now())
    form.typed.setdefault("reason", "" if row.name else "sans_besoin")
    form.typed["sequence"] = str(row.sequence)
    return page(
        "planning/giving_back.html",
        form=form,
        line=line,
        notice=notice,
        notice_words=notice_words(notice),
        reasons={"": "Choisir"} | GIVEN_REASONS,
    )


async def _another_date_page(access: MemberAccess, slot_id: int, form: Form[Any]) -> Page:
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    notice = notice_of(access, row, clock.now())
    form.typed["sequence"] = str(row.sequence)
    return page(
        "planning/another_date.html",
        form=form,
        line=line,
        notice=notice,
        notice_words=notice_words(notice),
        centres={"": "Indifférent"} | await centres(access),
        days=DAYS,
        halves=HALVES,
    )


def _seen_slot(data: GivingBack | OtherDate) -> SeenSlot:
    return SeenSlot(data.sequence, data.free)


MEMBER: list[Any] = [confirming, confirm, giving_back, give_back, another_date, ask_another_date]
