"""The steps of a declaration put together: what was typed in each, checked again as a whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from app.employees.declared import DAYS, LABELS, Declared, problems
from app.employees.forms import STEPS, declared_in
from app.employees.pcs import jobs_like, label_of
from app.employees.questions import QUESTIONS
from app.fields import Input, read_day
from app.forms import Form

STEP_NAMES = {
    "identite": "Qui est-ce ?",
    "poste": "Son contrat et son poste",
    "expositions": "Ses conditions de travail",
    "verification": "Vérifier et déclarer",
}


@dataclass(frozen=True, slots=True)
class Whole:
    """`values`: every declared field. `wrong_step`: the first step that is missing or wrong, or ""."""

    values: Declared
    wrong_step: str


def place_of(step: str) -> str:
    """étape 2 sur 4"""
    return f"étape {list(STEP_NAMES).index(step) + 1} sur {len(STEP_NAMES)}"


def place_after(step: str) -> str:
    names = list(STEP_NAMES)
    return names[names.index(step) + 1]


def check_step(form: Form[Any], step: str, draft: Mapping[str, str], today: date) -> None:
    """What one step says against the others, beside what is wrong in a field: all that is wrong at once."""
    if "" in form.errors:
        return
    known = dict.fromkeys(LABELS, "")
    for other in STEPS:
        known |= _read(other, draft) if other != step else {}
    for field, message in problems(known | _readable_in(form, STEPS[step]), today).items():
        if field in STEPS[step].model_fields or (field == "risks" and step == "expositions"):
            form.errors.setdefault(field, message)


def check_against(form: Form[Any], model: type[Input], stored: Declared, today: date) -> None:
    """The same for a sheet that is corrected, or a person who comes back; what was wrong in what is `stored`
    is left alone.
    """
    if "" in form.errors:
        return
    known, wrong = problems(stored, today), problems(stored | _readable_in(form, model), today)
    for field, message in wrong.items():
        if message != known.get(field):
            form.errors.setdefault(field, message)


def _readable_in(form: Form[Any], model: type[Input]) -> Declared:
    """The declared fields of a form; while something in it is wrong, those that can still be compared."""
    if form.data:
        return declared_in(form.data)
    days = [name for name in DAYS if name in model.model_fields and name not in form.errors]
    found = {name: read_day(form[name]).isoformat() for name in days if form[name]}
    if "expositions" in model.model_fields:
        found["risks"] = " ".join(code for code in QUESTIONS if form[f"risk_{code.lower()}"])
        found["post_reason"] = form["post_reason"].strip()
    return found


def jobs_for(form: Form[Any]) -> list[tuple[str, str]]:
    """(code, label) of the jobs to choose from: those like the title, and the one chosen before."""
    found = jobs_like(form["job_title"])
    code = form["pcs"]
    if code and label_of(code) and code not in {each for each, _ in found}:
        found = [(code, label_of(code)), *found]
    return found


def jobs_to_ask(form: Form[Any], code_before: str) -> list[tuple[str, str]]:
    """The jobs of the next question, when this title is new and no code was chosen for it; else none.
    `code_before`, chosen for another title, is offered again and is nobody's choice any more.

    It is asked once. With JavaScript the reader has already seen the jobs of this title.
    """
    if form["asked"] == form["job_title"] or "pcs" in form.errors:
        return []
    offered, found = jobs_for(form), jobs_like(form["job_title"])
    if form["pcs"] in dict(found) or form["pcs"] not in {"", code_before}:
        return []
    form.typed["pcs"] = ""
    form.data = form.data and form.data.model_copy(update={"pcs": ""})
    return offered if found else []


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


def fingerprint(values: Declared) -> str:
    """Says whether what is declared is what was on screen: another tab may have typed something else."""
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


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
