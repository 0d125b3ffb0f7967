"""One line of a file laid over what is declared of somebody."""

from app.employees.declared import LABELS, Declared
from app.searching import words_of

FREE_TEXT = {"birth_name", "usual_name", "first_names", "job_title", "email"}
NOBODY: Declared = dict.fromkeys(LABELS, "") | {"part_time": "non"}


def changes_against(declared: Declared, given: Declared) -> Declared:
    """What the file, which gives these fields, would change of what is declared."""
    whole = merged(declared, given)
    return {name: whole[name] for name in LABELS if not _is_same(name, declared[name], whole[name])}


def merged(declared: Declared, given: Declared) -> Declared:
    """The person as the file would make them. A payroll with one « Nom » writes the usual name in it."""
    whole = declared | given
    usual = words_of(declared["usual_name"])
    if usual and not given.get("usual_name") and words_of(given.get("birth_name", "")) == usual:
        whole["birth_name"] = declared["birth_name"]
    if comes_back(declared, given):
        whole["exit_on"] = given.get("exit_on", "")
    return whole


def comes_back(declared: Declared, given: Declared) -> bool:
    """The file knows an entry after the departure that is declared."""
    return bool(declared["exit_on"]) and given.get("entry_on", "") > declared["exit_on"]


def _is_same(name: str, old: str, new: str) -> bool:
    if old == new:
        return True
    return name in FREE_TEXT and bool(old) and bool(new) and words_of(old) == words_of(new)
