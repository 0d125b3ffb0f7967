"""The list as a file, and the empty file to fill."""

import asyncio
from dataclasses import replace
from typing import Any

from litestar.params import FromPath
from litestar.response import Response

from app import clock
from app.employee_files.writing import csv_of, model_csv, model_xlsx, xlsx_of
from app.employees.declared import LABELS
from app.employees.filters import read_filters
from app.employees.listing import every_employee
from app.employees.person import chosen_employees
from app.employees.together import MOST_EXPORTED
from app.errors import NotFound
from app.rights import Right
from app.web.paging import row_numbers
from app.web.signatures import Member, Request, get

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


MEMBER: list[Any] = [export, model]
