"""A form of one part of a person, checked with the rest that is stored."""

from datetime import date
from typing import Any

from app.employees.declared import DAY_FIELDS, IS_OLD, Declared, problems
from app.employees.forms import declared_fields
from app.follow_up.words import QUESTIONS
from app.text.fields import Input
from app.text.values import read_day
from app.web.forms import Form


def check_against(form: Form[Any], model: type[Input], stored: Declared, today: date) -> None:
    """The same for a sheet that is corrected, or a person who comes back; errors in the `stored` fields are
    left alone.
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
        return declared_fields(form.data)
    days = [name for name in DAY_FIELDS if name in model.model_fields and name not in form.errors]
    days_read = {name: read_day(form[name]).isoformat() for name in days if form[name]}
    if "expositions" in model.model_fields:
        days_read["risks"] = " ".join(code for code in QUESTIONS if form[f"risk_{code.lower()}"])
        days_read["post_reason"] = form["post_reason"].strip()
    return days_read


def ask_again(form: Form[Any]) -> None:
    """The day just refused as an old one, to be sent once more; nothing when the refusal is another."""
    form.typed["again"] = ""
    if form.data and form.errors.get("exit_on") == IS_OLD:
        form.typed["again"] = form.data.exit_on
