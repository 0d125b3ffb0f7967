"""Roles and what each allows, in one table. No HTTP, no database: a lawyer could check it."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class Right(StrEnum):
    """`CONTACT`: acting in the threads that colleagues opened; everybody writes to the service."""

    VIEW = "view"
    EMPLOYEES = "employees"
    APPOINTMENTS = "appointments"
    INVOICES = "invoices"
    DECLARATION = "declaration"
    DOCUMENTS = "documents"
    CONTACT = "contact"
    APTITUDE = "aptitude"
    COMPANY = "company"
    PEOPLE = "people"


# What a member handler names whose address anybody who acts for the company may open: it shows what is their
# own, or asks for the right of what it finds.
OWN = ""


class Role(StrEnum):
    ADMINISTRATOR = "administrateur"
    EMPLOYEES = "salaries"
    APPOINTMENTS = "rendez-vous"
    BILLING = "facturation"
    DECLARATION = "declaration"
    APTITUDE = "aptitude"
    READER = "lecture"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(Right),
    Role.EMPLOYEES: frozenset({Right.VIEW, Right.EMPLOYEES, Right.DOCUMENTS, Right.CONTACT}),
    Role.APPOINTMENTS: frozenset(
        {Right.VIEW, Right.APPOINTMENTS, Right.DOCUMENTS, Right.APTITUDE, Right.CONTACT}
    ),
    Role.BILLING: frozenset({Right.VIEW, Right.INVOICES, Right.CONTACT}),
    Role.DECLARATION: frozenset({Right.VIEW, Right.DECLARATION, Right.DOCUMENTS, Right.CONTACT}),
    Role.APTITUDE: frozenset({Right.VIEW, Right.APTITUDE}),
    Role.READER: frozenset({Right.VIEW}),
}
ROLE_WORDS = {
    Role.ADMINISTRATOR: ("Administrateur", "tout faire, et décider qui a accès"),
    Role.EMPLOYEES: ("Gestion des salariés", "tenir la liste des salariés"),
    Role.APPOINTMENTS: ("Rendez-vous", "demander des visites et répondre au planning"),
    Role.BILLING: ("Facturation", "voir les factures et leur paiement"),
    Role.DECLARATION: ("Déclaration", "faire la déclaration annuelle des effectifs"),
    Role.APTITUDE: (
        "Avis d’aptitude",
        "les ouvrir ; un tiers ne les voit jamais sans ce rôle",
    ),
    Role.READER: ("Lecture", "voir et écrire au service, sans rien changer d’autre"),
}
# Roles of a person who comes with the letter's two numbers after the first: all but deciding for others.
WORKING_ROLES = (Role.EMPLOYEES, Role.APPOINTMENTS, Role.BILLING, Role.DECLARATION)


# Somebody of the service who fills a member's declaration on the phone, and notes who joined or left: the
# roles of their seat, and all that it opens. The list and the sheets stay shut: they tell of a handicap
# to those who keep the list.
CALL_ROLES = (Role.DECLARATION, Role.EMPLOYEES)
_CALL_AREAS = ("contributions.", "declarations.", "jobs.")
_CALL_PAGES = frozenset({"phone.present", "employees.leaving", "employees.leave"})


def opens_on_call(name: str) -> bool:
    """True for the handlers that such a seat opens, if its rights do: by the door and by the menu."""
    return name.startswith(_CALL_AREAS) or name in _CALL_PAGES


def rights_of(roles: Iterable[str], *, third_party: bool = False) -> frozenset[Right]:
    """The rights that these roles give together. An unknown role gives nothing.

    A third party opens aptitude notices only when the company gave that very role.
    """
    held = tuple(roles)
    rights = _rights_of(held)
    return rights - {Right.APTITUDE} if third_party and Role.APTITUDE not in held else rights


@lru_cache(maxsize=1024)
def _rights_of(roles: tuple[str, ...]) -> frozenset[Right]:
    known = [RIGHTS[Role(role)] for role in roles if role in set(Role)]
    return frozenset().union(*known)


def role_name(role: str) -> str:
    return ROLE_WORDS[Role(role)][0]
