"""Roles of the service's people and what each allows, in one table. No HTTP, no database.

Medical secrecy is a right of its own, which no other role brings along: the direction gives it to the medical
team, as any role, and the history keeps who gave it to whom.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class StaffRight(StrEnum):
    """`INBOX`: to answer what waits. `PLANNING`: sessions, appointments, the sheet of a day, centres.
    `MEMBERS`: to find and open a member; `ADMISSIONS`: to let in, change and let go, and to serve an
    employee's right of access. `BILLING`: declarations, tariffs, invoices. `MEDICAL`: aptitude notices and
    motives that reveal health. `TEAM`: the service's accounts, and how long it keeps what. `READS`: who
    opened what. `TECHNIQUE`: mail, alerts, settings.
    """

    INBOX = "inbox"
    PLANNING = "planning"
    MEMBERS = "members"
    ADMISSIONS = "admissions"
    BILLING = "billing"
    MEDICAL = "medical"
    TEAM = "team"
    READS = "reads"
    TECHNIQUE = "technique"


STAFF_RIGHT_WORDS = {
    StaffRight.INBOX: "répondre aux demandes et aux messages",
    StaffRight.PLANNING: "tenir les vacations et les rendez-vous",
    StaffRight.MEMBERS: "consulter les adhérents",
    StaffRight.ADMISSIONS: "faire entrer, modifier et radier les adhérents, servir le droit d’accès",
    StaffRight.BILLING: "suivre déclarations, factures et règlements",
    StaffRight.MEDICAL: "voir les avis d’aptitude et les motifs de santé",
    StaffRight.TEAM: "décider qui travaille au service, et combien de temps il garde les données",
    StaffRight.READS: "voir qui a consulté quoi",
    StaffRight.TECHNIQUE: "surveiller les courriels et les alertes",
}

# What a staff handler names whose address anybody of the service may open: it shows what is their own.
ANY_STAFF = ""


class StaffRole(StrEnum):
    DIRECTION = "direction"
    RECEPTION = "accueil"
    PLANNING = "planning"
    MEDICAL = "medical"
    BILLING = "comptabilite"
    ADMISSIONS = "adhesions"
    TECHNIQUE = "technique"


STAFF_RIGHTS: dict[StaffRole, frozenset[StaffRight]] = {
    StaffRole.DIRECTION: frozenset(StaffRight) - {StaffRight.MEDICAL},
    StaffRole.RECEPTION: frozenset({StaffRight.INBOX, StaffRight.MEMBERS}),
    StaffRole.PLANNING: frozenset({StaffRight.INBOX, StaffRight.PLANNING, StaffRight.MEMBERS}),
    StaffRole.MEDICAL: frozenset(
        {StaffRight.INBOX, StaffRight.PLANNING, StaffRight.MEMBERS, StaffRight.MEDICAL}
    ),
    StaffRole.BILLING: frozenset({StaffRight.BILLING, StaffRight.MEMBERS}),
    StaffRole.ADMISSIONS: frozenset({StaffRight.ADMISSIONS, StaffRight.MEMBERS, StaffRight.INBOX}),
    StaffRole.TECHNIQUE: frozenset({StaffRight.TECHNIQUE}),
}
STAFF_ROLE_WORDS = {
    StaffRole.DIRECTION: ("Direction", "tout, hors secret médical ; décide qui travaille ici"),
    StaffRole.RECEPTION: ("Accueil", "répondre aux demandes et aux messages, trouver un adhérent"),
    StaffRole.PLANNING: ("Planning", "faire les vacations, proposer les rendez-vous, tenir la feuille"),
    StaffRole.MEDICAL: (
        "Assistante médicale", "comme le planning, et voir les avis d’aptitude et les motifs de santé",
    ),
    StaffRole.BILLING: ("Comptabilité", "suivre déclarations, tarifs, factures et règlements"),
    StaffRole.ADMISSIONS: ("Adhésions", "faire entrer, modifier et radier les adhérents"),
    StaffRole.TECHNIQUE: ("Technique", "surveiller les courriels et les alertes"),
}  # fmt: skip
# Everything: the account that was alone before there were roles, and the demo's.
ALL_ROLES = (StaffRole.DIRECTION, StaffRole.MEDICAL)


def staff_rights_of(roles: Iterable[str]) -> frozenset[StaffRight]:
    """The rights that these roles give together. An unknown role gives nothing."""
    return _rights_of(tuple(roles))


@lru_cache(maxsize=1024)
def _rights_of(roles: tuple[str, ...]) -> frozenset[StaffRight]:
    known = [STAFF_RIGHTS[StaffRole(role)] for role in roles if role in set(StaffRole)]
    return frozenset().union(*known)


@dataclass(frozen=True, slots=True)
class StaffScope:
    """The part of the members that a staff account works for. `teams`, `centres`: their numbers, none for
    all.
    """

    teams: tuple[int, ...] = ()
    centres: tuple[int, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not self.teams and not self.centres


EVERYTHING = StaffScope()
