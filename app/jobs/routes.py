"""/espace/{code}/salaries/metiers: the PCS-ESE codes of a job, for the forms that ask for it."""

from typing import Any

from litestar.params import FromQuery
from litestar.response import Response

from app.jobs.pcs import jobs_like
from app.rights import Right
from app.web.forms import Form
from app.web.pages import page
from app.web.signatures import Member, get


@get("/espace/{code:str}/salaries/metiers", right=Right.VIEW)
async def index(access: Member, job_title: FromQuery[str] = "") -> Response[Any]:
    """The PCS-ESE codes of a job, found by its title as people say it."""
    title = job_title.replace("\0", "")[:120]
    return page(
        "jobs/index.html",
        "partials/jobs/index.html",
        form=Form({"job_title": title}),
        jobs=jobs_like(title),
    )


MEMBER: list[Any] = [index]
