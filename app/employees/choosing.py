"""/espace/{code}/salaries: the list, as a page and as a file, and what is done with several people of it.

A choice is a query: ticked people are `salarie=12&salarie=40`, so it needs no script and no memory, and a
page that shows them can be opened again. Light browsers know no `formaction`: one address reads which button
was pressed and leads on.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employee_files.writing import csv_of, model_csv, model_xlsx, xlsx_of
from app.employees.acts import register_departures
from app.employees.checks import ask_again
from app.employees.declared import LABELS, employee_name, names_apart
from app.employees.filters import (
    COLUMNS,
    COUNTED,
    WORDS,
    ListFilters,
    address_of,
    filter_words,
    heads_of,
    pairs_of,
    read_filters,
    risks_for,
)
from app.employees.forms import BOX, LeavingTogether
from app.employees.listing import (
    EmployeeRow,
    employees_before,
    every_employee,
    following,
    french_day,
    lines_of,
)
from app.employees.person import chosen_employees
from app.employees.queries import jobs_held
from app.employees.together import MOST_ABOUT, MOST_ASKED, MOST_EXPORTED, MOST_LEAVING
from app.errors import NotFound
from app.rights import Right
from app.text.counts import plural, thousands
from app.web.caller import Caller
from app.web.forms import Form
from app.web.pages import Page, leave, page, page_number, path_to, see, wants_fragment
from app.web.paging import PAGE, row_numbers
from app.web.signatures import Member, Request, get, post
from db.models import Employee, Monitoring


class Act(NamedTuple):
    """`name`: the route that it leads to. `most`: people at once; `limit`: the words of that."""

    name: str
    right: Right
    most: int
    limit: str
    params: dict[str, Any] = {}  # noqa: RUF012 - never changed


# By the words of the button, which lynx shows as its value.
ACTS = {
    "Demander une visite": Act(
        "appointments.new", Right.APPOINTMENTS, MOST_ASKED, "Une demande de visite porte sur"
    ),
    "Enregistrer leur départ": Act(
        "employees.leaving_together", Right.EMPLOYEES, MOST_LEAVING, "Un départ s’enregistre en une fois pour"
    ),
    "Écrire au service": Act("contact.new", Right.VIEW, MOST_ABOUT, "Un message peut concerner"),
    "Exporter (XLSX)": Act(
        "employees.export", Right.EMPLOYEES, MOST_EXPORTED, "Cet export porte sur", {"kind": "xlsx"}
    ),
}
NOBODY = "Cochez au moins un salarié."


@get("/espace/{code:str}/salaries", right=Right.VIEW)
async def index(request: Request, access: Member) -> Response[Any]:
    filters = _filters(request, access)
    site = request.query_params.get("site", access.company.code)
    if site != access.company.code and site in dict(_sites(request, access)):
        query = address_of(replace(filters, job="", after=None))
        path = path_to(request, "employees.index", code=site)
        return leave(request, f"{path}?{query}" if query else path)
    is_whole = request.query_params.get("cocher") == "oui"
    return await _list_page(request, access, filters, Form(), is_whole=is_whole)


@get("/espace/{code:str}/salaries/choix", right=Right.VIEW)
async def choose(request: Request, access: Member) -> Response[Any]:
    """Lead the people ticked to the page of the button pressed, or say why not above the list."""
    filters, act = _filters(request, access), ACTS.get(request.query_params.get("acte", ""))
    form: Form[Any] = Form()
    if act is None:
        return see(request, "employees.index", query=dict(pairs_of(filters)))
    access.require(act.right)
    chosen = await _chosen_ids(request, access, filters, act.most + 1)
    if not chosen:
        form.errors["employees-table"] = NOBODY
    elif len(chosen) > act.most:
        people = plural(act.most, "salarié")
        form.errors["employees-table"] = f"{act.limit} {people} au plus : décochez-en, ou filtrez la liste."
    if form.errors:
        return await _list_page(request, access, filters, form, chosen)
    return see(request, act.name, query={"salarie": [str(each) for each in chosen]}, **act.params)


async def _chosen_ids(request: Request, access: MemberAccess, filters: ListFilters, most: int) -> list[int]:
    """The people ticked; with `tous`, those of all the pages of this list."""
    if request.query_params.get("tous") == "oui":
        whole = replace(filters, after=None)
        return [row[0] for row in await every_employee(access, whole, clock.moment(), ("id",), most)]
    return row_numbers(request.query_params.getall("salarie", []), most)


def _filters(request: Request, access: MemberAccess) -> ListFilters:
    return read_filters(request.query_params.dict(), is_keeper=Right.EMPLOYEES in access.rights)


async def _list_page(
    request: Request,
    access: MemberAccess,
    filters: ListFilters,
    form: Form[Any],
    chosen: Iterable[int] = (),
    *,
    is_whole: bool = False,
) -> Page:
    at, number = clock.moment(), page_number(request.query_params, "apres")
    rows = await employees_before(access, filters, at)
    person = path_to(request, "employees.show", employee_id=0)[:-1]
    lines = await lines_of(access, rows, person, at, filters.columns)
    after = following(rows, filters.sort)
    return page(
        "employees/index.html",
        "partials/employees/table.html",
        also={"partials/employees/asked.html": "employees.index"},
        form=form,
        asked=filters,
        filter_words=filter_words(filters),
        lines=lines,
        heads=heads_of(filters, path_to(request, "employees.index")),
        counted=count_words(rows, filters, number),
        total=rows[0].total if rows else 0,
        ticked={each.id for each in lines} if is_whole else set(chosen),
        is_whole=is_whole,
        address=address_of(filters),
        following=address_of(filters, apres=after) if after else "",
        may_change=Right.EMPLOYEES in access.rights,
        acts=[words for words, act in ACTS.items() if act.right in access.rights],
        **_place_in_list(request, filters, number, is_whole=is_whole),
        **await _filter_choices(request, access, filters),
    )


def _place_in_list(request: Request, filters: ListFilters, number: int, *, is_whole: bool) -> dict[str, Any]:
    """This page of the list: the fields that lead back to it, and its address with all its people ticked."""
    here = {"apres": request.query_params.get("apres", ""), "page": str(number)} if filters.after else {}
    return {
        "kept": pairs_of(filters, **here),
        "tick_all": address_of(filters, **here, cocher="" if is_whole else "oui"),
    }


async def _filter_choices(request: Request, access: MemberAccess, filters: ListFilters) -> dict[str, Any]:
    """Choices of the fields of the filters; a swap has none of them."""
    if wants_fragment(request):
        return {}
    jobs = await jobs_held(access)
    jobs += [filters.job] if filters.job not in {"", *jobs} else []
    return {
        "words": WORDS,
        "columns": tuple(COLUMNS.items()),
        "jobs": (("", "Tous"), *((each, each) for each in jobs)),
        "risks": (("", "Toutes"), *risks_for(is_keeper=Right.EMPLOYEES in access.rights).items()),
        "sites": dict(_sites(request, access)),
    }


def _sites(request: Request, access: MemberAccess) -> list[tuple[str, str]]:
    """The sites of the same member that this person acts for, when there are several."""
    viewer, root = Caller.of(request).viewer, access.company.code.partition("-")[0]
    companies = viewer.companies if viewer else ()
    sites = [(code, label) for code, label in companies if code.partition("-")[0] == root]
    return sites if len(sites) > 1 else []


def count_words(rows: list[EmployeeRow], filters: ListFilters, number: int) -> str:
    """57 salariés présents – 1 à 25"""
    if not rows:
        return ""
    total, first = rows[0].total, (number - 1) * PAGE + 1
    words = plural(total, *COUNTED[filters.state])
    last = first + min(len(rows), PAGE) - 1
    return words if total <= PAGE else f"{words} – {thousands(first)} à {thousands(last)}"


PATH = "/espace/{code:str}/salaries/departs"


@get(PATH, right=Right.EMPLOYEES)
async def leaving_together(request: Request, access: Member) -> Response[Any]:
    """The people of the address, `salarie=12&salarie=40`, all of them ticked."""
    chosen = row_numbers(request.query_params.getall("salarie", []), MOST_LEAVING)
    if not chosen:
        return see(request, "employees.index")
    people = await chosen_employees(access, chosen)
    typed = {f"salarie_{each.key}": "oui" for each in people if not each.exit_on}
    return _leaving_page(people, Form(typed | {"exit_on": clock.today().isoformat()}))


@post(PATH, right=Right.EMPLOYEES)
async def leave_together(request: Request, access: Member) -> Response[Any]:
    form = await Form.read(request, LeavingTogether)
    if form.data:
        async with form.attempt(access):
            last_day, is_sure = date.fromisoformat(form.data.exit_on), form.data.is_sure
            await register_departures(access, form.data.versions, last_day, clock.moment(), is_sure=is_sure)
    if form.errors:
        ask_again(form)
        return await _refused_page(access, form)
    return see(request, "employees.operations", query={"fait": "departs"})


async def _refused_page(access: MemberAccess, form: Form[Any]) -> Page:
    """The page refused, with the people that it showed, as they are now."""
    shown = [found[2] for name in form.typed if (found := BOX.fullmatch(name)) and found[1] == "version"]
    return _leaving_page(await chosen_employees(access, row_numbers(shown, MOST_LEAVING)), form)


def _leaving_page(people: Sequence[Employee], form: Form[Any]) -> Page:
    names = names_apart([(employee_name(each), each.birth_on) for each in people])
    return page(
        "employees/leaving_together.html",
        form=form,
        people=[
            (each, name, french_day(each.entry_on), french_day(each.exit_on))
            for each, name in zip(people, names, strict=True)
        ],
        is_reinforced=any(each.monitoring == Monitoring.REINFORCED for each in people),
    )


TYPES = {
    "csv": "text/csv",  # the charset is added on the way out
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WRITERS = {"csv": csv_of, "xlsx": xlsx_of}
MODELS = {"csv": model_csv, "xlsx": model_xlsx}


@get("/espace/{code:str}/salaries/export/{kind:str}", right=Right.EMPLOYEES)
async def export(request: Request, access: Member, kind: FromPath[str]) -> Response[Any]:
    """The list with these filters, all its pages; or, of the address, those whom `salarie` names."""
    if kind not in WRITERS:
        raise NotFound
    at, rows = clock.moment(), list[Any]()
    if chosen := row_numbers(request.query_params.getall("salarie", []), MOST_EXPORTED):
        people = await chosen_employees(access, chosen)
        rows = [tuple(getattr(each, name) for name in LABELS) for each in people]
    else:
        filters = replace(read_filters(request.query_params.dict(), is_keeper=True), after=None)
        rows = list(await every_employee(access, filters, at, tuple(LABELS)))
    named = [{"code": access.company.code} | dict(zip(LABELS, row, strict=True)) for row in rows]
    # A large workbook takes a second to write: beside the loop, so that the others do not wait.
    content = await asyncio.to_thread(WRITERS[kind], named)
    return _file_answer(content, kind, f"salaries-{access.company.code}-{at.today.isoformat()}")


@get("/espace/{code:str}/salaries/modele/{kind:str}", right=Right.VIEW)
async def model(access: Member, kind: FromPath[str]) -> Response[Any]:
    if kind not in MODELS:
        raise NotFound
    return _file_answer(await asyncio.to_thread(MODELS[kind]), kind, "modele-salaries")


def _file_answer(content: bytes, kind: str, name: str) -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=headers)


MEMBER: list[Any] = [index, choose, leaving_together, leave_together, export, model]
