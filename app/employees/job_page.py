"""The nearest job, the next question when a form is right and its job title is new.

It has a page of its own: in a form shown again without a word, who reads by ear or in a text browser would
look for what they did wrong. It answers 200, since nothing is refused.
"""

from dataclasses import dataclass
from typing import Any

from app.access import MemberAccess
from app.forms import Form
from app.web import Page, page


@dataclass(frozen=True, slots=True)
class Asked:
    """`path`: where the answer goes with what was already typed. `back`: where nothing of it is done.

    `about`: what the question belongs to, in words. `is_step`: it takes the place of a step.
    """

    path: str
    back: str
    about: str
    is_step: bool = False


def job_page(access: MemberAccess, form: Form[Any], jobs: list[tuple[str, str]], asked: Asked) -> Page:
    typed = {name: value for name, value in form.typed.items() if name not in {"pcs", "asked"}}
    return page(
        "employees/job.html",
        "partials/employees/job.html",
        company=access.company,
        form=form,
        asked=asked,
        typed=typed,
        jobs=jobs,
    )
