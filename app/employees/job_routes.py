"""/espace/{code}/salaries/metiers: the PCS-ESE codes of a job, for the forms that ask for it."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from app.access import MemberAccess
from app.employees.pcs import jobs_like
from app.forms import Form
from app.rights import Right
from app.web import page


@get("/espace/{code:str}/salaries/metiers", name="employees.jobs")
async def jobs(
    access: NamedDependency[MemberAccess], code: FromPath[str], job_title: FromQuery[str] = ""
) -> Response[Any]:
    """The PCS-ESE codes of a job, found by its title as people say it."""
    access.require(Right.VIEW)
    title = job_title.replace("\0", "")[:120]
    return page(
        "employees/jobs.html",
        "partials/employees/jobs.html",
        company=access.company,
        form=Form({"job_title": title}),
        jobs=jobs_like(title),
    )


MEMBER: list[Any] = [jobs]
