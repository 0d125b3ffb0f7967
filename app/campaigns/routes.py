"""/service/cotisations: a campaign's figures, its tariff and days, who has not declared, their reminders."""

import asyncio
from typing import Any

from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import StaffAccess
from app.campaigns import staff, views
from app.campaigns.forms import GRIDS, HIRES, STEPS, TRY, Days, TariffFields, typed_of
from app.campaigns.queries import (
    CONTESTED,
    FILTERS,
    NO_TEAM,
    PAGE,
    UNFILED,
    Choice,
    current,
    followed,
    number_of,
    standings,
    tariff_of,
    tariffs,
)
from app.campaigns.rules import Trial, corridor_of, warnings_of
from app.clinic.queries import team_names
from app.contributions.staff import CampaignDays
from app.contributions.tariff import Rules, prices, rules_of, vat_beside
from app.employees.forms import Nothing
from app.errors import NotFound, Refused
from app.follow_up.law import add_months
from app.staff_rights import StaffRight
from app.text.cells import csv_of
from app.web.forms import Form
from app.web.pages import Page, page, see
from app.web.paging import row_number
from app.web.signatures import Request, Staff, get, post
from db.models import Tariff
from db.numbers import company_code

RIGHT = StaffRight.BILLING
ONE = "/service/cotisations/{year:int}"
MOST_EXPORTED = 75_000
WHOLE = "Le tarif et la campagne concernent toutes les équipes, et votre compte une partie d’entre elles."


@get("/service/cotisations", right=RIGHT)
async def index(access: Staff) -> Response[Any]:
    """The campaign that goes on, or the one that comes."""
    found = await tariffs(access)
    tariff = current(found, clock.today())
    if tariff is None:
        return page("campaigns/index.html", next_year=clock.today().year)
    return await _board(access, tariff)


@get(ONE, right=RIGHT)
async def show(access: Staff, year: FromPath[int]) -> Response[Any]:
    return await _board(access, await staff.tariff_or_missing(access, year))


async def _board(access: StaffAccess, tariff: Tariff) -> Page:
    today, years = clock.today(), [each.year for each in await tariffs(access)]
    lines, whole = views.team_lines(await standings(access, tariff))
    rules = rules_of(tariff.year, tariff.rules)
    return page(
        "campaigns/show.html", tariff=tariff, rules=rules, prices=prices(rules), years=years, lines=lines,
        whole=whole, window=views.window_words(tariff, today), next_year=max(years) + 1,
        is_reminding=staff.is_reminding(tariff, today), may_set=access.scope.is_everything,
        vat=vat_beside(rules.vat_points),
    )  # fmt: skip


# The tariff, and its days.


@get(f"{ONE}/tarif", right=RIGHT)
async def tariff(access: Staff, year: FromPath[int]) -> Response[Any]:
    return await _tariff_page(access, year, Form(await _typed(access, year)))


@post(f"{ONE}/tarif", right=RIGHT)
async def publish(request: Request, access: Staff, year: FromPath[int]) -> Response[Any]:
    """Try a tariff, which writes nothing, or publish it."""
    access.require_everything(WHOLE)
    tried: list[tuple[Rules, Trial | None]] = []

    async def act(data: TariffFields) -> None:
        rules = _rules(year, data)
        if data.act == TRY:
            tried.append((rules, await staff.try_tariff(access, year, rules, clock.today())))
        else:
            await staff.publish(access, year, data.rules, data.days, clock.moment())

    form = await Form.attempted(request, access, TariffFields, act)
    if form.errors or tried:
        return await _tariff_page(access, year, form, *tried)
    return see(request, "campaigns.show", year=year)


def _rules(year: int, data: TariffFields) -> Rules:
    try:
        return rules_of(year, data.rules)
    except ValueError as wrong:
        raise Refused(str(wrong)) from None


async def _typed(access: StaffAccess, year: int) -> dict[str, str]:
    """The fields of that year's tariff, or of the one before it a year later."""
    if known := await tariff_of(access, year):
        return typed_of(known.rules, CampaignDays(known.opens_on, known.closes_on))
    before = await tariff_of(access, year - 1)
    if before is None:
        return {"vat": "20", "grid": "flat", "hires": "full"}
    days = CampaignDays(add_months(before.opens_on, 12), add_months(before.closes_on, 12))
    reference = add_months(rules_of(before.year, before.rules).reference_on, 12)
    return typed_of(before.rules | {"reference_on": reference.isoformat()}, days)


async def _tariff_page(
    access: StaffAccess, year: int, form: Form[Any], tried: tuple[Rules, Trial | None] | None = None
) -> Page:
    access.require_everything(WHOLE)
    if not await staff.may_be_written(access, year, clock.today()):
        raise NotFound
    trial = tried[1] if tried else None
    sizes, kinds, whole = views.trial_lines(trial) if trial else ([], [], None)
    return page(
        "campaigns/tariff.html", form=form, year=year, grids=GRIDS, hires=HIRES, steps=range(1, STEPS + 1),
        corridor=corridor_of(year), is_tried=tried is not None, trial=trial, sizes=sizes, kinds=kinds,
        whole=whole, warnings=warnings_of(trial, tried[0]) if tried and trial else [],
    )  # fmt: skip


@get(f"{ONE}/campagne", right=RIGHT)
async def days(access: Staff, year: FromPath[int]) -> Response[Any]:
    known = await staff.tariff_or_missing(access, year)
    typed = {"opens_on": known.opens_on.isoformat(), "closes_on": known.closes_on.isoformat()}
    return _days_page(access, known, Form(typed))


@post(f"{ONE}/campagne", right=RIGHT)
async def set_days(request: Request, access: Staff, year: FromPath[int]) -> Response[Any]:
    access.require_everything(WHOLE)
    known = await staff.tariff_or_missing(access, year)
    form = await Form.attempted(
        request, access, Days, lambda data: staff.set_days(access, year, data.days, clock.moment())
    )
    return _days_page(access, known, form) if form.errors else see(request, "campaigns.show", year=year)


def _days_page(access: StaffAccess, known: Tariff, form: Form[Any]) -> Page:
    access.require_everything(WHOLE)
    return page(
        "campaigns/days.html", form=form, tariff=known, window=views.window_words(known, clock.today())
    )


# Who has declared, who has not, and their reminders.


@get(f"{ONE}/suivi", right=RIGHT)
async def follow_up(
    access: Staff, year: FromPath[int], etat: FromQuery[str] = "", equipe: FromQuery[str] = "",
    apres: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    known, choice, today = await staff.tariff_or_missing(access, year), _choice(etat, equipe), clock.today()
    rows = await followed(access, known, choice, company_code(apres))
    return page(
        "campaigns/follow_up.html", tariff=known, states=FILTERS, teams=await _team_choices(access),
        lines=[views.followed_line(each, known, today) for each in rows[:PAGE]], state=choice.state,
        team=equipe, after=apres, following=rows[PAGE - 1].code if len(rows) > PAGE else "",
        is_reminding=staff.is_reminding(known, today),
    )  # fmt: skip


@get(f"{ONE}/suivi/export", right=RIGHT)
async def export(
    access: Staff, year: FromPath[int], etat: FromQuery[str] = "", equipe: FromQuery[str] = ""
) -> Response[Any]:
    """The whole list, as a file."""
    known = await staff.tariff_or_missing(access, year)
    rows = await followed(access, known, _choice(etat, equipe), most=MOST_EXPORTED)
    content = await asyncio.to_thread(csv_of, views.TITLES, map(views.cells_of, rows))
    headers = {"Content-Disposition": f'attachment; filename="declarations-{year}.csv"'}
    return Response(content, media_type="text/csv", headers=headers)


@get(f"{ONE}/relance", right=RIGHT)
async def reminding(
    access: Staff, year: FromPath[int], etat: FromQuery[str] = "", equipe: FromQuery[str] = ""
) -> Response[Any]:
    """The question before a reminder of many."""
    return await _reminding_page(access, year, _choice(etat, equipe), Form())


@post(f"{ONE}/relance", right=RIGHT)
async def remind(
    request: Request, access: Staff, year: FromPath[int], etat: FromQuery[str] = "",
    equipe: FromQuery[str] = "",
) -> Response[Any]:  # fmt: skip
    choice = _choice(etat, equipe)
    form = await Form.attempted(
        request, access, Nothing, lambda _: staff.remind_again(access, year, _unfiled(choice), clock.moment())
    )
    if form.errors:
        return await _reminding_page(access, year, choice, form)
    return see(request, "campaigns.follow_up", query={"etat": choice.state, "equipe": equipe}, year=year)


async def _reminding_page(access: StaffAccess, year: int, choice: Choice, form: Form[Any]) -> Page:
    known, unfiled = await staff.tariff_or_missing(access, year), _unfiled(choice)
    number = await number_of(access, known, unfiled, clock.today())
    teams = await _team_choices(access)
    return page(
        "campaigns/reminding.html", form=form, tariff=known, choice=choice, number=number,
        team=teams.get(str(choice.team_id or ""), ""), state=FILTERS[unfiled.state],
        is_reminding=staff.is_reminding(known, clock.today()),
    )  # fmt: skip


@get(f"{ONE}/estimation", right=RIGHT)
async def estimate(access: Staff, year: FromPath[int]) -> Response[Any]:
    """The contribution of those who have not declared, by their lists."""
    known = await staff.tariff_or_missing(access, year)
    trial = await staff.estimate(access, known)
    sizes, _, whole = views.trial_lines(trial)
    return page("campaigns/estimate.html", tariff=known, sizes=sizes, whole=whole)


def _choice(state: str, team: str) -> Choice:
    number = NO_TEAM if team == str(NO_TEAM) else row_number(team)
    return Choice(state if state in FILTERS else "", number)


def _unfiled(choice: Choice) -> Choice:
    """Nobody who has declared is reminded."""
    return choice if choice.state in UNFILED_STATES else Choice(UNFILED, choice.team_id)


UNFILED_STATES = {each for each in FILTERS if each not in {"", "validees", CONTESTED}}


async def _team_choices(access: StaffAccess) -> dict[str, str]:
    return {"": "Toutes les équipes", **await team_names(access), str(NO_TEAM): "Sans équipe"}


STAFF: list[Any] = [
    index, show, tariff, publish, days, set_days, follow_up, export, reminding, remind, estimate
]  # fmt: skip
