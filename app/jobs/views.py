"""The nearest job, the next question when a form is right and its job title is new.

It has a page of its own: in a form displayed again without a word, a person who reads by ear or in a text
browser would look for their mistake. It answers 200, since nothing is refused.
"""

from dataclasses import dataclass
from typing import Any

from app.jobs.pcs import jobs_like, label_of
from app.web.forms import Form
from app.web.pages import Page, page


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """`path`: where the answer goes with what was already typed. `back`: where nothing of it is done.

    `about`: what the question belongs to, in words. `is_step`: it takes the place of a step.
    """

    path: str
    back: str
    about: str
    is_step: bool = False


def job_page(form: Form[Any], jobs: list[tuple[str, str]], asked: NextQuestion) -> Page:
    typed = {name: value for name, value in form.typed.items() if name not in {"pcs", "asked"}}
    return page(
        "jobs/job.html",
        "partials/jobs/job.html",
        form=form,
        asked=asked,
        typed=typed,
        jobs=jobs,
    )


def jobs_for(form: Form[Any]) -> list[tuple[str, str]]:
    """(code, label) of the jobs to choose from: those like the title, and the one chosen before."""
    jobs = jobs_like(form["job_title"])
    code = form["pcs"]
    if code and label_of(code) and code not in {each for each, _ in jobs}:
        jobs = [(code, label_of(code)), *jobs]
    return jobs


def jobs_to_ask(form: Form[Any], code_before: str) -> list[tuple[str, str]]:
    """The jobs of the next question, when this title is new and no code was chosen for it; else none.
    `code_before`, chosen for another title, is offered again and is nobody's choice any more.

    It is asked once. With JavaScript the reader has already seen the jobs of this title.
    """
    if form["asked"] == form["job_title"] or "pcs" in form.errors:
        return []
    offered, alike = jobs_for(form), jobs_like(form["job_title"])
    if form["pcs"] in dict(alike) or form["pcs"] not in {"", code_before}:
        return []
    form.typed["pcs"] = ""
    form.data = form.data and form.data.model_copy(update={"pcs": ""})
    return offered if alike else []
