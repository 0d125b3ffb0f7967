"""Fields of a staff account, and of the address of what staff open."""

from collections.abc import Iterable
from typing import Any

from pydantic import model_validator

from app.errors import Refused
from app.staff_rights import StaffRole
from app.text.fields import Email, FirstName, Input, LastName
from db.numbers import is_digits

# One checkbox each: the name of a role is not a name that every form may carry.
ROLE_FIELDS = {role: f"role_{role.value}" for role in StaffRole}
TEAM, CENTRE = "team_", "centre_"
MOST = 200  # boxes ticked


class Scope(Input):
    """Roles, and numbers of the teams and centres that they are for."""

    roles: tuple[StaffRole, ...] = ()
    teams: tuple[int, ...] = ()
    centres: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fold_boxes(cls, typed: Any) -> Any:
        typed = dict(typed)
        ticked = {name for name, value in typed.items() if value in {"on", "oui", "1"}}
        folded: dict[str, Any] = {"roles": [role for role, name in ROLE_FIELDS.items() if name in ticked]}
        folded |= {"teams": _numbers(ticked, TEAM), "centres": _numbers(ticked, CENTRE)}
        boxes = (*ROLE_FIELDS.values(), TEAM, CENTRE)
        return {name: value for name, value in typed.items() if not name.startswith(boxes)} | folded


def _numbers(ticked: Iterable[str], prefix: str) -> list[int]:
    found = [name.removeprefix(prefix) for name in ticked if name.startswith(prefix)]
    return sorted(int(each) for each in found[:MOST] if is_digits(each) and len(each) < 10)


class NewColleague(Scope):
    email: Email
    first_name: FirstName
    last_name: LastName


def check_scope(entry: Scope) -> None:
    """Refuse what no account may be, beside the box of roles."""
    if not entry.roles:
        raise Refused("Cochez au moins un rôle.", "roles")
    if StaffRole.DIRECTION in entry.roles and (entry.teams or entry.centres):
        raise Refused("La direction travaille pour tous : décochez les équipes et les centres.", "roles")


def scope_fields(roles: Iterable[str], teams: Iterable[int], centres: Iterable[int]) -> dict[str, str]:
    """The form as it would have been filled for this account."""
    typed = {name: "on" for role, name in ROLE_FIELDS.items() if role in set(roles)}
    typed |= {f"{TEAM}{each}": "on" for each in teams}
    return typed | {f"{CENTRE}{each}": "on" for each in centres}
