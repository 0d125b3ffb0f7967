"""The list as a file, and the empty file to fill."""

import asyncio
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app import clock
from app.access import MemberAccess
from app.employees.declared import LABELS
from app.employees.export import csv_of, model_csv, model_xlsx, xlsx_of
from app.employees.listing import read_asked
from app.employees.queries import every_employee
from app.errors import NotFound
from app.rights import Right

TYPES = {
    "csv": "text/csv",  # the charset is added on the way out
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WRITERS = {"csv": csv_of, "xlsx": xlsx_of}
MODELS = {"csv": model_csv, "xlsx": model_xlsx}


@get("/espace/{code:str}/salaries/export/{kind:str}", name="employees.export")
async def export(
    access: NamedDependency[MemberAccess],
    code: FromPath[str],
    kind: FromPath[str],
    q: FromQuery[str] = "",
    etat: FromQuery[str] = "",
    suivi: FromQuery[str] = "",
    visite: FromQuery[str] = "",
    tri: FromQuery[str] = "",
) -> Response[Any]:
    """What the list shows with these filters, all its pages."""
    access.require(Right.EMPLOYEES)
    if kind not in WRITERS:
        raise NotFound
    asked, today = read_asked(q, etat, suivi, visite, tri, ""), clock.today()
    rows = await every_employee(access, asked, today, tuple(LABELS))
    named = [{"code": access.company.code} | dict(zip(LABELS, row, strict=True)) for row in rows]
    # A large workbook takes a second to write: beside the loop, so that the others do not wait.
    content = await asyncio.to_thread(WRITERS[kind], named)
    return _file(content, kind, f"salaries-{access.company.code}-{today.isoformat()}")


@get("/espace/{code:str}/salaries/modele/{kind:str}", name="employees.model")
async def model(
    access: NamedDependency[MemberAccess], code: FromPath[str], kind: FromPath[str]
) -> Response[Any]:
    access.require(Right.VIEW)
    if kind not in MODELS:
        raise NotFound
    return _file(await asyncio.to_thread(MODELS[kind]), kind, "modele-salaries")


def _file(content: bytes, kind: str, name: str) -> Response[Any]:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(content, media_type=TYPES[kind], headers=headers)


MEMBER: list[Any] = [export, model]
