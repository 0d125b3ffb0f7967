"""Fields of a person's access, and of the person invited."""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, field_validator, model_validator

from app.rights import Role
from app.text.fields import FirstName, Input, JobTitle, LastName, Password, Squeezed, Ticked
from app.text.values import email_address

# One checkbox a role: the name of a role is not a name that every form may carry.
ROLE_FIELDS = {role: f"role_{role.value.replace('-', '_')}" for role in Role}
DATES = (
    re.compile(r"(?P<day>[0-9]{1,2})[/. -](?P<month>[0-9]{1,2})[/. -](?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
)


def _date(value: Any) -> Any:
    """A browser with a calendar sends 2026-12-31; one without lets people type 31/12/2026."""
    if not isinstance(value, str):
        return value
    typed = "".join(value.split()) if "/" in value else value.strip()
    if not typed:
        return None
    for shape in DATES:
        if match := shape.fullmatch(typed):
            with suppress(ValueError):
                return date(**{name: int(digits) for name, digits in match.groupdict().items()})
    raise ValueError("Saisissez la date de fin sous la forme jour/mois/année, par exemple 31/12/2026.")


def _their_address(value: str) -> str:
    if not value:
        raise ValueError("Saisissez l’adresse e-mail de la personne.")
    return email_address(value)


TheirAddress = Annotated[str, Squeezed, AfterValidator(_their_address)]
EndDate = Annotated[date | None, BeforeValidator(_date)]


class Scope(Input):
    """The roles of a person, and their end. `ends_on` is the last day."""

    roles: tuple[Role, ...] = ()
    third_party: Ticked = False
    ends_on: EndDate = None

    @model_validator(mode="before")
    @classmethod
    def _fold_boxes(cls, typed: Any) -> Any:
        typed = dict(typed)
        boxes = {role: typed.pop(name, "") for role, name in ROLE_FIELDS.items()}
        return typed | {"roles": [role for role, value in boxes.items() if value in {"on", "oui", "1"}]}

    @field_validator("roles")
    @classmethod
    def _at_least_one(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        if not roles:
            raise ValueError("Cochez au moins un rôle.")
        return roles

    @field_validator("ends_on")
    @classmethod
    def _for_third_parties(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        if ends_on and not info.data.get("third_party"):
            raise ValueError(
                "Une date de fin ne vaut que pour un tiers : cochez « tiers déclarant » ou effacez la date."
            )
        return ends_on


class NewInvitation(Scope):
    email: TheirAddress


class Acceptance(Input):
    """`email` only tells password managers whose password it is."""

    password: Password
    email: str = ""


class NewMember(Input):
    """`new_password` is never trimmed."""

    last_name: LastName
    first_name: FirstName
    job_title: JobTitle
    new_password: Password
    email: str = ""


def scope_fields(roles: list[str], ends_on: date | None, *, third_party: bool) -> dict[str, str]:
    """The form as it would have been filled for this access."""
    typed = {name: "on" for role, name in ROLE_FIELDS.items() if role in roles}
    typed |= {"third_party": "on"} if third_party else {}
    return typed | {"ends_on": ends_on.isoformat() if ends_on else ""}
