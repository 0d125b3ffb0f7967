"""The sections of the private space: one table for the menu, the welcome page and the switcher."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.rights import Right
from app.staff_rights import ANY_STAFF, StaffRight, StaffScope, staff_rights_of

FEW = 15  # companies that the header's switcher lists; above, a page with a search


@dataclass(frozen=True, slots=True)
class Section:
    """`key`: what a page says it belongs to; `name`: the route to its first page; `right`: who sees it."""

    key: str
    name: str
    title: str
    words: str
    right: Right


SECTIONS = (
    Section("home", "welcome.show", "Accueil", "", Right.VIEW),
    Section(
        "employees", "employees.index", "Mes salariés",
        "Consulter et corriger la liste de vos salariés, déclarer une arrivée, enregistrer un départ, "
        "suivre les visites et leurs échéances.", Right.VIEW,
    ),
    Section(
        "planning", "planning.index", "Mon planning",
        "Répondre aux rendez-vous que le service propose, imprimer les convocations, "
        "voir les visites à venir et passées.", Right.VIEW,
    ),
    Section(
        "appointments", "appointments.index", "Mes demandes",
        "Demander une visite de reprise, à votre initiative ou en retard, et suivre la réponse du service.",
        Right.VIEW,
    ),
    Section(
        "contributions", "contributions.index", "Ma cotisation",
        "Déclarer les effectifs de l’année, comprendre le montant de la cotisation, retrouver les reçus.",
        Right.VIEW,
    ),
    Section(
        "invoices", "invoices.index", "Mes factures",
        "Consulter les factures, vérifier leur paiement, les télécharger, trouver la référence à rappeler.",
        Right.INVOICES,
    ),
    Section(
        "documents", "documents.index", "Mon espace documentaire",
        "Trouver ce que le service partage, déposer le DUERP et ses mises à jour, obtenir un certificat.",
        Right.VIEW,
    ),
    Section(
        "contact", "contact.index", "Contact",
        "Écrire au service, joindre un fichier, suivre les réponses.", Right.VIEW,
    ),
    Section(
        "details", "company_details.show", "Fiche entreprise",
        "Compléter et mettre à jour les coordonnées de l’entreprise et ses contacts, "
        "voir l’équipe qui vous suit.", Right.VIEW,
    ),
    Section(
        "people", "people.index", "Utilisateurs",
        "Décider qui agit pour l’entreprise : inviter, changer un rôle, retirer un accès.", Right.PEOPLE,
    ),
    Section(
        "history", "history.index", "Historique",
        "Savoir qui a fait quoi, quand, et pour le compte de qui.", Right.PEOPLE,
    ),
)  # fmt: skip


def section_of(key: str) -> Section:
    """The section of that key, or the welcome page."""
    return next((each for each in SECTIONS if each.key == key), SECTIONS[0])


@dataclass(frozen=True, slots=True)
class StaffSection:
    """As `Section`, of the service's half. `whole`: it is about all members, and only an account for all of
    them opens it.
    """

    key: str
    name: str
    title: str
    right: StaffRight | str
    whole: bool = False

    def opens_to(self, rights: Collection[StaffRight], scope: StaffScope) -> bool:
        is_within = scope.is_everything or not self.whole
        return is_within and (self.right == ANY_STAFF or self.right in rights)


STAFF_SECTIONS = (
    StaffSection("staff", "staff.index", "Ma journée", ANY_STAFF),
    StaffSection("inbox", "inbox.index", "À traiter", StaffRight.INBOX),
    StaffSection("day_sheet", "clinic.day_sheet", "Feuille du jour", StaffRight.PLANNING),
    StaffSection("clinic", "clinic.index", "Vacations", StaffRight.PLANNING),
    StaffSection("due", "due.index", "Échéances", StaffRight.PLANNING),
    StaffSection("batches", "batches.index", "Convocations groupées", StaffRight.PLANNING),
    StaffSection("members", "members.index", "Adhérents", StaffRight.MEMBERS),
    StaffSection("campaigns", "campaigns.index", "Cotisations", StaffRight.BILLING),
    StaffSection("platform", "platform.index", "Factures électroniques", StaffRight.BILLING),
    StaffSection("bank", "bank.index", "Règlements", StaffRight.BILLING, whole=True),
    StaffSection("debits", "debits.index", "Prélèvements", StaffRight.BILLING),
    StaffSection("bookkeeping", "bookkeeping.index", "Comptabilité", StaffRight.BILLING, whole=True),
    StaffSection("dunning", "dunning.index", "Relances", StaffRight.BILLING, whole=True),
    StaffSection("colleagues", "colleagues.index", "Équipe du service", StaffRight.TEAM),
    StaffSection("reads", "colleagues.reads", "Consultations", StaffRight.READS),
    StaffSection("disclosure", "disclosure.index", "Droit d’accès", StaffRight.ADMISSIONS, whole=True),
    StaffSection("retention", "retention.index", "Conservation des données", StaffRight.TEAM, whole=True),
    StaffSection("help", "inbox.instructions", "Mode d’emploi", ANY_STAFF),
)


def staff_home(roles: Iterable[str], scope: StaffScope) -> str:
    """The route where somebody of the service lands: the first section that they may open."""
    rights = staff_rights_of(roles)
    return next((each.name for each in STAFF_SECTIONS if each.opens_to(rights, scope)), "account.show")
