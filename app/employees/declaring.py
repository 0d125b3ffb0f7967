"""The steps of a declaration put together: what was typed in each, checked again as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.employees.declared import LABELS, Declared, problems
from app.employees.forms import STEPS, declared_in
from app.employees.pcs import jobs_like, label_of
from app.forms import Form

STEP_NAMES = {
    "identite": "Qui est-ce ?",
    "poste": "Son contrat et son poste",
    "expositions": "Ses conditions de travail",
    "verification": "Vérifier et déclarer",
}
JOB_UNCHOSEN = "Choisissez le métier le plus proche, ou « Aucun de ceux-ci »."


@dataclass(frozen=True, slots=True)
class Whole:
    """`values`: every declared field. `wrong_step`: the first step that is missing or wrong, or ""."""

    values: Declared
    wrong_step: str


def place_after(step: str) -> str:
    names = list(STEP_NAMES)
    return names[names.index(step) + 1]


def check_step(form: Form[Any], step: str, draft: Mapping[str, str], today: date) -> None:
    """What one step says against the others: dates in the wrong order, a job whose code was not chosen."""
    if form.data is None:
        return
    known = dict.fromkeys(LABELS, "")
    for other in STEPS:
        known |= _read(other, draft) if other != step else {}
    for field, message in problems(known | declared_in(form.data), today).items():
        if field in STEPS[step].model_fields or (field == "risks" and step == "expositions"):
            form.errors[field] = message
    if step == "poste" and is_job_unchosen(form):
        form.errors["pcs"] = JOB_UNCHOSEN


def jobs_for(form: Form[Any]) -> list[tuple[str, str]]:
    """(code, label) of the jobs to choose from: those like the title, and the one chosen before."""
    found = jobs_like(form["job_title"])
    code = form["pcs"]
    if code and label_of(code) and code not in {each for each, _ in found}:
        found = [(code, label_of(code)), *found]
    return found


def is_job_unchosen(form: Form[Any]) -> bool:
    """Whether jobs are proposed for this title that the reader has not been shown yet (no JavaScript)."""
    unseen = form["asked"] != form["job_title"]
    return unseen and not form["pcs"] and bool(jobs_like(form["job_title"]))


def whole_of(typed: Mapping[str, str], today: date) -> Whole:
    values = dict.fromkeys(LABELS, "")
    for step in STEPS:
        read = _read(step, typed)
        if not read:
            return Whole(values, step)
        values |= read
    wrong = problems(values, today)
    steps = (step for step, model in STEPS.items() if wrong.keys() & {*model.model_fields, "risks"} and wrong)
    return Whole(values, next((each for each in steps if _holds(each, wrong)), ""))


def _holds(step: str, wrong: Mapping[str, str]) -> bool:
    return bool(wrong.keys() & STEPS[step].model_fields.keys()) or (
        step == "expositions" and "risks" in wrong
    )


def _read(step: str, typed: Mapping[str, str]) -> Declared:
    """The declared fields of a step, or nothing when it is not filled yet."""
    names = STEPS[step].model_fields
    if step == "expositions" and "expositions" not in typed:
        return {}
    form: Form[Any] = Form({name: typed[name] for name in names if name in typed})
    form.check(STEPS[step])
    return declared_in(form.data) if form.data else {}
