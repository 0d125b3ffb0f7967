"""Questions to an employer about a job, in plain words: the answers decide the follow-up, by `law`."""

from app.follow_up.secrecy import SecretWords
from db.kinds import RequestMotive, RequestState, SlotState, VisitKind

QUESTIONS = {
    "AMIANTE": "Peut être exposé à l’amiante",
    "PLOMB": "Peut être exposé au plomb",
    "CMR": "Manipule des produits cancérogènes, mutagènes ou toxiques pour la reproduction (CMR)",
    "BIO34": "Est exposé à des agents biologiques des groupes 3 ou 4 (tuberculose, hépatites, eaux usées…)",
    "RAYONNEMENTS": "Est exposé à des rayonnements ionisants",
    "HYPERBARE": "Travaille en milieu hyperbare (plongée, caisson)",
    "ECHAFAUDAGE": "Monte ou démonte des échafaudages",
    "MINEUR_TRAVAUX_REGLEMENTES": "A moins de 18 ans et fait des travaux réglementés (machines, produits…)",
    "PORT_55KG": "Porte sans aide mécanique des charges de plus de 55 kg",
    "POSTE_EMPLOYEUR": "Occupe un poste que l’entreprise a inscrit sur sa liste des postes à risque",
    "NUIT": "Travaille de nuit",
    "BIO2": "Est exposé à des agents biologiques du groupe 2 (soins, petite enfance, animaux, déchets…)",
    "CEM": "Est exposé à des champs électromagnétiques au-delà des valeurs limites",
    "RQTH": "Vous a dit être reconnu travailleur handicapé (RQTH) ou toucher une pension d’invalidité",
}
# The same questions, as they are asked: each under one theme.
THEMES = {
    "Produits et poussières": ("AMIANTE", "PLOMB", "CMR"),
    "Agents biologiques": ("BIO34", "BIO2"),
    "Rayonnements et champs": ("RAYONNEMENTS", "CEM"),
    "Tâches et lieux de travail": ("ECHAFAUDAGE", "PORT_55KG", "HYPERBARE", "POSTE_EMPLOYEUR"),
    "Horaires et personne": ("NUIT", "MINEUR_TRAVAUX_REGLEMENTES", "RQTH"),
}
# Risks that `law.RISKS` words discreetly, named for the people in charge of the list, who know them.
NAMED = {
    "RQTH": "reconnaissance de la qualité de travailleur handicapé ou d’une invalidité, dite par le salarié",
}
CONTRACTS = {
    "cdi": "CDI",
    "cdd": "CDD",
    "apprentissage": "Contrat d’apprentissage",
    "professionnalisation": "Contrat de professionnalisation",
    "saisonnier": "Contrat saisonnier",
    "interim": "Intérim",
    "stage": "Stage",
    "mandat": "Mandat social (gérant, président)",
    "non_salarie": "Non-salarié",
}
SEXES = {"F": "Femme", "M": "Homme"}
VISITS = SecretWords(
    {
        "vip_initiale": "Visite d’information et de prévention initiale",
        "vip": "Visite d’information et de prévention périodique",
        "examen_embauche": "Examen médical d’aptitude à l’embauche",
        "examen": "Examen médical d’aptitude périodique",
        "intermediaire": "Visite intermédiaire",
        "reprise": "Visite de reprise",
        "employeur": "Visite à la demande de l’employeur",
        "mi_carriere": "Visite de mi-carrière",
        "post_exposition": "Visite post-exposition ou de fin de carrière",
    },
    secret=[VisitKind.RETURN],
)
MONITORINGS = {
    "SI": "Suivi individuel simple",
    "SIA": "Suivi individuel adapté",
    "SIR": "Suivi individuel renforcé",
}
CHANGES = {
    "declared": "Déclaration",
    "corrected": "Correction",
    "left": "Départ",
    "came_back": "Retour",
    "undone": "Annulation",
}
MOTIVE_TITLES = SecretWords(
    {
        RequestMotive.RETURN: "Visite de reprise",
        RequestMotive.EMPLOYER: "Visite à votre demande",
        RequestMotive.OVERDUE: "Visite en retard",
        RequestMotive.MID_CAREER: "Visite de mi-carrière",
        RequestMotive.AFTER_EXPOSURE: "Visite post-exposition",
        RequestMotive.END_OF_CAREER: "Visite de fin de carrière",
        RequestMotive.ACCIDENT: "Signaler un arrêt de moins de 30 jours après un accident du travail",
        RequestMotive.ANOTHER_DATE: "Autre date pour un rendez-vous proposé",
    },
    secret=[RequestMotive.RETURN, RequestMotive.ACCIDENT],
)
REQUEST_STATES = {
    RequestState.SENT: "envoyée",
    RequestState.TAKEN: "prise en charge",
    RequestState.PLANNED: "planifiée",
    RequestState.DONE: "honorée",
    RequestState.REFUSED: "refusée",
    RequestState.CANCELLED: "annulée",
}
# The word of an appointment that calls somebody, and the kind of its tag.
SLOT_TAGS = {
    SlotState.PROPOSED: ("à confirmer", "wait"),
    SlotState.CONFIRMED: ("confirmé", "ok"),
    SlotState.DECLINED: ("rendu au service", ""),
    SlotState.CANCELLED: ("annulé par le service", ""),
    SlotState.DONE: ("honoré", "ok"),
    SlotState.ABSENT: ("absent", "bad"),
}
