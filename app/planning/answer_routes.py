"""Answers to one slot: confirm it, give it back, ask for another date."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.appointments.forms import DAYS, HALVES
from app.appointments.shown import new_token
from app.appointments.thread_queries import centres
from app.employees.service import Moment
from app.forms import Form
from app.planning.answer_service import Seen, ask_another_date, confirm_slot, give_back, notice_of
from app.planning.forms import GIVEN_REASONS, Answer, GivingBack, OtherDate
from app.planning.pages import lines_now, shown_slot
from app.planning.queries import slot_row
from app.planning.rules import week_word
from app.planning.shown import notice_words
from app.rights import Right
from app.web import Page, page, see, wants_fragment
from db.models import SlotState

ONE = "/espace/{code:str}/planning/{slot_id:int}"


@get(f"{ONE}/confirmation", name="planning.confirming")
async def confirming(
    access: NamedDependency[MemberAccess], code: FromPath[str], slot_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    return await shown_slot(access, slot_id)


@post(f"{ONE}/confirmation", name="planning.confirm")
async def confirm(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    slot_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    before = await slot_row(access, slot_id)
    form = await Form.read(request, Answer)
    if form.data:
        async with form.attempt(access):
            await confirm_slot(access, Seen(slot_id, form.data.sequence), _now())
    if form.errors:
        return await shown_slot(access, slot_id, form=form)
    done = "repris" if before.state == SlotState.DECLINED else "confirme"
    return await answered(request, access, slot_id, done)


@get(f"{ONE}/absence", name="planning.giving_back")
async def giving_back(
    access: NamedDependency[MemberAccess], code: FromPath[str], slot_id: FromPath[int]
) -> Response[Any]:
    """The notice and the fee are said before the click."""
    access.require(Right.APPOINTMENTS)
    return await _giving_back(access, slot_id, Form())


@post(f"{ONE}/absence", name="planning.give_back")
async def give_slot_back(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    slot_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    form = await Form.read(request, GivingBack)
    if form.data:
        async with form.attempt(access):
            await give_back(access, _seen(slot_id, form.data), form.data.reason, _now())
    if form.status_code == 409:
        return await shown_slot(access, slot_id, form=form)
    if form.errors:
        return await _giving_back(access, slot_id, form)
    return await answered(request, access, slot_id, "rendu")


@get(f"{ONE}/autre-date", name="planning.another_date")
async def another_date(
    access: NamedDependency[MemberAccess], code: FromPath[str], slot_id: FromPath[int]
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    return await _another_date(access, slot_id, Form({"batch": new_token()}))


@post(f"{ONE}/autre-date", name="planning.ask_another_date")
async def ask(
    request: Request[Any, Any, Any],
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    slot_id: FromPath[int],
) -> Response[Any]:
    access.require(Right.APPOINTMENTS)
    form, asked = await Form.read(request, OtherDate), None
    if form.data:
        async with form.attempt(access):
            asked = await ask_another_date(access, _seen(slot_id, form.data), form.data, _now())
    if asked is None or form.errors:
        return await _another_date(access, slot_id, form)
    query = {"fait": "envoyee"}
    return see(request, "appointments.show", query=query, code=access.company.code, request_id=asked.key)


async def answered(
    request: Request[Any, Any, Any], access: MemberAccess, slot_id: int, done: str
) -> Response[Any]:
    """In place, the row as it is now with the counters; without scripts, the week again."""
    if wants_fragment(request):
        await access.flush()
        return await shown_slot(access, slot_id)
    row = await slot_row(access, slot_id)
    query = {"semaine": week_word(row.starts.date()), "fait": done}
    return see(request, "planning.index", query=query, code=access.company.code)


async def _giving_back(access: MemberAccess, slot_id: int, form: Form[Any]) -> Page:
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    notice = notice_of(access, row, clock.now())
    form.typed.setdefault("reason", "" if row.name else "sans_besoin")
    form.typed["sequence"] = str(row.sequence)
    return page(
        "planning/giving_back.html",
        "partials/planning/giving_back.html",
        form=form,
        company=access.company,
        line=line,
        notice=notice,
        notice_words=notice_words(notice),
        reasons={"": "Choisir"} | GIVEN_REASONS,
    )


async def _another_date(access: MemberAccess, slot_id: int, form: Form[Any]) -> Page:
    row = await slot_row(access, slot_id)
    (line,) = await lines_now(access, [row])
    notice = notice_of(access, row, clock.now())
    form.typed["sequence"] = str(row.sequence)
    return page(
        "planning/another_date.html",
        form=form,
        company=access.company,
        line=line,
        notice=notice,
        notice_words=notice_words(notice),
        centres={"": "Indifférent"} | await centres(access),
        days=DAYS,
        halves=HALVES,
    )


def _seen(slot_id: int, data: GivingBack | OtherDate) -> Seen:
    return Seen(slot_id, data.sequence, data.free)


def _now() -> Moment:
    return Moment(clock.now(), clock.today())


MEMBER: list[Any] = [confirming, confirm, giving_back, give_slot_back, another_date, ask]
