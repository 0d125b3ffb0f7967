"""Departures, and what was declared lately, with its undoing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.acts import (
    UNDOABLE,
    change_of,
    employee_of,
    register_departure,
    register_return,
    undo_change,
)
from app.employees.checks import ask_again, check_against
from app.employees.declared import LABELS, declared_of, employee_name, facts_of, in_words, name_of
from app.employees.forms import Again, Leaving, Nothing, declared_fields, form_values
from app.employees.person import ChangeLine, changes_of, done_visits, latest_changes
from app.follow_up.law import EXAMS, PERIODIC, SIR, SPARED, DoneVisit, follow_up, may_be_dispensed
from app.follow_up.words import CHANGES, CONTRACTS, QUESTIONS, THEMES
from app.jobs.views import NextQuestion, job_page, jobs_for, jobs_to_ask
from app.rights import Right
from app.text.counts import plural
from app.text.formats import of
from app.text.values import read_day
from app.web.forms import Form
from app.web.pages import Page, page, path_to, see
from app.web.paging import PAGE, read_place, written_place
from app.web.signatures import Member, Request, get, post
from db.models import ChangeKind, Employee, EmployeeChange, EmployeeImport, ImportState


class Operation(NamedTuple):
    """`kind`: of a change of one person. `employee_id` is None once the declaration of the person was undone,
    and for a whole file, whose `import_id` says which.
    """

    id: int
    at: datetime
    who: str
    on_behalf: bool
    employee_id: int | None
    import_id: int | None
    about: str
    words: str
    undone_at: datetime | None
    may_undo: bool
    kind: str = ""

    @property
    def undoing(self) -> str:
        return "Rétablir" if self.kind == ChangeKind.UNDONE else "Annuler"


def operations_of(changes: Sequence[ChangeLine], now: datetime) -> list[Operation]:
    return [
        _of_file(line.change, line, now)
        if isinstance(line.change, EmployeeImport)
        else _of_person(line.change, line, now)
        for line in changes
    ]


def _of_person(change: EmployeeChange, line: ChangeLine, now: datetime) -> Operation:
    may_undo = change.undone_at is None and change.employee_id is not None and now - change.at <= UNDOABLE
    words = _words(change.kind, list(change.after))
    return Operation(
        id=change.key, at=change.at, who=line.who, on_behalf=change.on_behalf,
        employee_id=change.employee_id, import_id=None, about=change.about, words=words,
        undone_at=change.undone_at, may_undo=may_undo, kind=change.kind,
    )  # fmt: skip


def undoable_declaration(operations: Sequence[Operation]) -> int | None:
    """The number of the declaration of somebody among what was done to them, while it can be taken back."""
    mine = (each.id for each in operations if each.kind == ChangeKind.DECLARED and each.may_undo)
    return next(mine, None)


def _of_file(imported: EmployeeImport, line: ChangeLine, now: datetime) -> Operation:
    at, _ = line.place
    counts = imported.counts
    parts = [
        plural(counts.get(name, 0), one)
        for name, one in (("added", "ajout"), ("corrected", "correction"), ("left", "départ"))
    ]
    may_undo = imported.state == ImportState.APPLIED and now - at <= UNDOABLE
    return Operation(
        id=imported.key, at=at, who=line.who, on_behalf=imported.on_behalf, employee_id=None,
        import_id=imported.key, about="Fichier importé", words=", ".join(parts),
        undone_at=imported.undone_at, may_undo=may_undo,
    )  # fmt: skip


def _words(kind: str, fields: list[str]) -> str:
    if kind not in {ChangeKind.CORRECTED, ChangeKind.UNDONE}:
        return CHANGES[kind]
    return f"{CHANGES[kind]} : {', '.join(LABELS[name].lower() for name in fields)}"


DONE = {
    "annule": "La déclaration est annulée.",
    "departs": "Les départs sont enregistrés. Chacun peut être annulé d’ici pendant 30 jours.",
}
ONE = "/espace/{code:str}/salaries/{employee_id:int}"


@get(f"{ONE}/depart", right=Right.EMPLOYEES)
async def leaving(access: Member, employee_id: FromPath[int]) -> Response[Any]:
    employee = await employee_of(access, employee_id)
    last_day = max(clock.today(), employee.entry_on)
    return await _leaving_page(access, employee, Form({"exit_on": last_day.isoformat()}))


@post(f"{ONE}/depart", right=Right.EMPLOYEES)
async def leave(request: Request, access: Member, employee_id: FromPath[int]) -> Response[Any]:
    employee = await employee_of(access, employee_id)
    form = await Form.read(request, Leaving)
    if form.data:
        async with form.attempt(access):
            last_day = date.fromisoformat(form.data.exit_on)
            await register_departure(access, employee, last_day, clock.moment(), is_sure=form.data.is_sure)
    if form.errors:
        ask_again(form)
        return await _leaving_page(access, employee, form)
    if access.call:
        return see(request, "phone.present", query={"fait": "depart"}, year=access.call.year)
    return _see_sheet(request, employee, "depart")


@get("/espace/{code:str}/salaries/operations", right=Right.VIEW)
async def operations(
    access: Member, avant: FromQuery[str] = "", fait: NamedDependency[str] = ""
) -> Response[Any]:
    """Recent changes, each with its author and whether it can still be undone."""
    before = read_place(avant)
    rows = await latest_changes(access, before)
    last = rows[PAGE - 1].place if len(rows) > PAGE else None
    return page(
        "employees/operations.html",
        operations=operations_of(rows[:PAGE], clock.now()),
        older=written_place(*last) if last else "",
        is_first=before is None,
        may_change=Right.EMPLOYEES in access.rights,
        notice=DONE.get(fait, ""),
    )


@get("/espace/{code:str}/salaries/operations/{change_id:int}/annulation", right=Right.EMPLOYEES)
async def undoing(access: Member, change_id: FromPath[int]) -> Response[Any]:
    return _undoing_page(await change_of(access, change_id), Form())


@post("/espace/{code:str}/salaries/operations/{change_id:int}/annulation", right=Right.EMPLOYEES)
async def undo(request: Request, access: Member, change_id: FromPath[int]) -> Response[Any]:
    change = await change_of(access, change_id)
    form, employee = await Form.read(request, Nothing), None
    if form.data and not change.undone_at:  # Pressed twice, it is undone once.
        async with form.attempt(access):
            employee = await undo_change(access, change, clock.moment())
    if form.errors:
        return _undoing_page(change, form)
    if employee:
        return _see_sheet(request, employee, "annule")
    return see(request, "employees.operations", query={"fait": "annule"})


async def _leaving_page(access: MemberAccess, employee: Employee, form: Form[Any]) -> Page:
    declared = declared_of(employee)
    done = operations_of(await changes_of(access, employee.key), clock.now())
    return page(
        "employees/leaving.html", form=form, employee_id=employee.key,
        name=name_of(declared), exit_on=employee.exit_on, is_reinforced=employee.monitoring == "SIR",
        entry_on=employee.entry_on, undoable_id=undoable_declaration(done),
        is_recent=employee.entry_on > clock.today() - UNDOABLE,
    )  # fmt: skip


def _undoing_page(change: EmployeeChange, form: Form[Any]) -> Page:
    fields = [
        (LABELS[name], in_words(name, change.after[name]), in_words(name, change.before[name]))
        for name in LABELS
        if name in change.before
    ]
    return page(
        "employees/undoing.html", form=form, change=change, fields=fields,
        title=_title(change), until=change.at + UNDOABLE,
    )  # fmt: skip


def _title(change: EmployeeChange) -> str:
    if change.kind == ChangeKind.UNDONE:
        return f"Revenir sur l’annulation : {change.about}"
    return f"Annuler : {CHANGES[change.kind].lower()} {of(change.about)}"


def _see_sheet(request: Request, employee: Employee, done: str) -> Response[Any]:
    return see(request, "employees.show", query={"fait": done}, employee_id=employee.key)


# /espace/{code}/salaries/{n}/retour: a former employee hired again, asked about the job as anybody new.

PATH = "/espace/{code:str}/salaries/{employee_id:int}/retour"
OF_THE_NEW_JOB = ("entry_on", "exit_on", "contract_ends_on")  # asked, and not what was said of the old one


@get(PATH, right=Right.EMPLOYEES)
async def returning(access: Member, employee_id: FromPath[int]) -> Response[Any]:
    employee = await employee_of(access, employee_id)
    typed = form_values(declared_of(employee) | dict.fromkeys(OF_THE_NEW_JOB, ""))
    return await _returning_page(access, employee, Form(typed | {"asked": employee.job_title}))


@post(PATH, right=Right.EMPLOYEES)
async def come_back(request: Request, access: Member, employee_id: FromPath[int]) -> Response[Any]:
    employee, today = await employee_of(access, employee_id), clock.today()
    form = await Form.read(request, Again)
    stored = declared_of(employee) | {"exit_on": ""}
    check_against(form, Again, stored, today)
    jobs = jobs_to_ask(form, employee.pcs)
    if jobs and not form.errors:
        path = path_to(request, "employees.come_back", employee_id=employee.key)
        back = path_to(request, "employees.show", employee_id=employee.key)
        return job_page(form, jobs, NextQuestion(path, back, f"Retour {of(name_of(stored))}"))
    if form.data and not form.errors:
        async with form.attempt(access):
            values = stored | declared_fields(form.data)
            await register_return(access, employee, values, clock.moment())
    if form.errors:
        return await _returning_page(access, employee, form)
    return see(request, "employees.show", query={"fait": "retour"}, employee_id=employee.key)


async def _returning_page(access: MemberAccess, employee: Employee, form: Form[Any]) -> Page:
    hired_on = _day(form["entry_on"]) or clock.today()
    return page(
        "employees/returning.html", form=form, employee_id=employee.key,
        name=employee_name(employee), exit_on=employee.exit_on, contracts=CONTRACTS,
        questions=QUESTIONS, themes=THEMES, jobs=jobs_for(form),
        last=_last_visit(employee, await done_visits(access, employee.key), hired_on),
    )  # fmt: skip


def _day(typed: str) -> date | None:
    try:
        return read_day(typed)
    except ValueError:
        return None


def _last_visit(employee: Employee, seen: list[DoneVisit], hired_on: date) -> dict[str, Any]:
    """The last visit that might stand for that of this hiring, were the job the same; nothing without one."""
    monitoring = follow_up(facts_of(employee).risks, employee.birth_on, hired_on).monitoring
    kinds = EXAMS if monitoring == SIR else PERIODIC
    done_on = max((each.done_on for each in seen if each.kind in kinds), default=None)
    if done_on is None:
        return {}
    return {
        "done_on": done_on,
        "may_do": may_be_dispensed(monitoring, done_on, hired_on, same_job=True),
        "years": SPARED[monitoring] // 12,
        "article": "R4624-27" if monitoring == SIR else "R4624-15",
    }


MEMBER: list[Any] = [leaving, leave, operations, undoing, undo, returning, come_back]
