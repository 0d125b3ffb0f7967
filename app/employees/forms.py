"""Fields of an employee: in three steps when declaring, at once when correcting."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from app.employee_files.columns import COLUMNS
from app.employees.declared import LABELS, Declared, in_words
from app.follow_up.words import CONTRACTS, QUESTIONS, SEXES
from app.jobs.pcs import label_of
from app.text.cells import as_typed
from app.text.fields import Input, Mobile, OneLine, OptionalDay, Squeezed, Ticked, day, text
from app.text.phones import phone_words
from app.text.values import LONGEST_NAME, email_address
from app.web.paging import row_number


def _optional_email(value: str) -> str:
    return email_address(value) if value else ""


def _one_of(words: Mapping[str, str], missing: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in words and (value or missing):
            raise ValueError(missing or "Choisissez dans la liste.")
        return value

    return AfterValidator(check)


def _pcs(value: str) -> str:
    code = value.replace(" ", "").lower()
    if code and not label_of(code):
        raise ValueError(f"Le code PCS-ESE « {value[:10]} » n’existe pas. Exemple : 543g")
    return code


def as_stored(field: str) -> AfterValidator:
    """By the rules of its column, so that what is typed comes back from our export unchanged."""

    def check(value: str) -> str:
        try:
            return as_typed(COLUMNS[field], value)
        except ValueError as error:
            words = str(error)
            raise ValueError(f"{words[:1].upper()}{words[1:]}.") from None

    return AfterValidator(check)


OptionalEmail = Annotated[str, Squeezed, AfterValidator(_optional_email), as_stored("email")]
OptionalName = Annotated[str, Squeezed, OneLine, text("", LONGEST_NAME), as_stored("usual_name")]
Reason = Annotated[str, Squeezed, text("", 300), as_stored("post_reason")]
BirthName = Annotated[
    str, Squeezed, OneLine, text("Saisissez le nom de naissance.", LONGEST_NAME), as_stored("birth_name")
]
FirstNames = Annotated[
    str, Squeezed, OneLine, text("Saisissez le prénom.", LONGEST_NAME), as_stored("first_names")
]
BirthDay = Annotated[str, Squeezed, day("Saisissez la date de naissance.")]
EntryDay = Annotated[str, Squeezed, day("Saisissez la date d’entrée dans l’entreprise.")]
ContractKind = Annotated[str, _one_of(CONTRACTS, "Choisissez le type de contrat.")]
JobTitle = Annotated[
    str, Squeezed, text("Saisissez le poste occupé, avec vos mots.", 120), as_stored("job_title")
]


class Identity(Input):
    """The identity: birth name, first names and birth date. No social security number is asked."""

    birth_name: BirthName
    usual_name: OptionalName
    first_names: FirstNames
    sex: Annotated[str, _one_of(SEXES, "")]
    birth_on: BirthDay
    email: OptionalEmail
    phone: Mobile
    staff_number: Annotated[str, Squeezed, text("", 30), as_stored("staff_number")]


class Post(Input):
    entry_on: EntryDay
    contract: ContractKind
    contract_ends_on: OptionalDay
    job_title: JobTitle
    pcs: Annotated[str, AfterValidator(_pcs)]
    part_time: Ticked = False
    asked: str = ""  # the job title that codes were proposed for


class Nothing(Input):
    """A button, and nothing to type."""


class Confirmation(Input):
    """`shown`: the fingerprint of the page. `another`: the reader has seen the people alike and this is
    somebody else.
    """

    shown: str = ""
    another: Ticked = False


class LastDay(Input):
    """`again`: the day that was refused as an old one; the same once more is meant."""

    exit_on: OptionalDay = ""
    again: str = ""

    @property
    def is_sure(self) -> bool:
        return bool(self.exit_on) and self.again == self.exit_on


class Leaving(LastDay):
    exit_on: Annotated[str, Squeezed, day("Saisissez le dernier jour de travail.")]


BOX = re.compile(r"(salarie|version)_([1-9][0-9]{0,9})")


class LeavingTogether(Leaving):
    """One last day for several: the boxes `salarie_12`, and `version_12` of the row that each page shows.

    `versions`: of each person ticked, by number; 0 for one that this portal did not write.
    """

    versions: dict[int, int] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, typed: Any) -> Any:
        fields = {name: value for name, value in typed.items() if not BOX.fullmatch(name)}
        boxes = [int(found[2]) for name in typed if (found := BOX.fullmatch(name)) and found[1] == "salarie"]
        ticked = [key for key in boxes if typed[f"salarie_{key}"] == "oui"]
        return fields | {"versions": {key: row_number(typed.get(f"version_{key}", "")) for key in ticked}}


class Exposure(Input):
    """One box for each of QUESTIONS, under the code of the risk. `expositions`: they were all read."""

    risk_amiante: Ticked = False
    risk_plomb: Ticked = False
    risk_cmr: Ticked = False
    risk_bio34: Ticked = False
    risk_rayonnements: Ticked = False
    risk_hyperbare: Ticked = False
    risk_echafaudage: Ticked = False
    risk_mineur_travaux_reglementes: Ticked = False
    risk_port_55kg: Ticked = False
    risk_poste_employeur: Ticked = False
    risk_nuit: Ticked = False
    risk_bio2: Ticked = False
    risk_cem: Ticked = False
    risk_rqth: Ticked = False
    expositions: Literal["oui"]
    post_reason: Reason
    driving_until: OptionalDay
    electrical_until: OptionalDay


class Again(Post, Exposure):
    """A former employee comes back: another job may ask for another follow-up, so all of it is asked."""


class Corrections(Identity, Post, Exposure, LastDay):
    """`version`: that of the row which the page was made from."""

    exit_on: OptionalDay
    version: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]


STEPS: dict[str, type[Input]] = {"identite": Identity, "poste": Post, "expositions": Exposure}


def declared_fields(data: Input) -> Declared:
    """The declared fields that a checked form holds, as text."""
    declared = {}
    typed = data.model_dump()
    for name, value in typed.items():
        if name in LABELS:
            declared[name] = ("oui" if value else "non") if isinstance(value, bool) else value
    if any(name.startswith("risk_") for name in typed):
        declared["risks"] = " ".join(code for code in QUESTIONS if typed[f"risk_{code.lower()}"])
        if "POSTE_EMPLOYEUR" not in declared["risks"]:
            declared["post_reason"] = ""
    return declared


def form_values(values: Declared) -> dict[str, str]:
    """Declared fields as the form shows them: an "oui" for each box that is ticked."""
    typed = {name: value for name, value in values.items() if name not in {"risks", "part_time"}}
    typed |= {"phone": phone_words(values["phone"])} if "phone" in values else {}
    typed |= {f"risk_{code.lower()}": "oui" for code in values.get("risks", "").split()}
    return typed | ({"part_time": "oui"} if values.get("part_time") == "oui" else {})


def labelled_values(values: Declared) -> list[tuple[str, str]]:
    """(label, value) of each field in words, in the order of the page."""
    return [(LABELS[name], in_words(name, values[name])) for name in LABELS if name in values]
