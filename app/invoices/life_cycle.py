"""The life of an electronic invoice in the norm's words (XP Z12-012, table of statuses). Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from db.models import FlowState, InvoiceStatus, PlatformFlow

DEPOSITED, PAID, REJECTED, INADMISSIBLE = "200", "212", "213", "501"
STATUS_WORDS = {
    "200": "déposée", "201": "émise par la plateforme", "202": "reçue par la plateforme de l’acheteur",
    "203": "mise à disposition", "204": "prise en charge", "205": "approuvée",
    "206": "approuvée partiellement", "207": "en litige", "208": "suspendue", "209": "complétée",
    "210": "refusée", "211": "paiement transmis", "212": "encaissée", "213": "rejetée", "214": "visée",
    "220": "annulée", "221": "erreur de routage", "501": "irrecevable",
}  # fmt: skip
# It did not arrive, or its buyer will not have it: the service has to act.
REFUSED = frozenset({"210", "213", "221", "501"})
# Its buyer waits for an answer of the service.
DISPUTED = frozenset({"206", "207", "208"})
REASON_WORDS = {
    "DOUBLON": "déjà reçue", "DOUBLE_FACT": "facturée deux fois", "DEST_INC": "destinataire inconnu",
    "DEST_ERR": "ce n’est pas le bon destinataire", "EMMET_INC": "émetteur inconnu",
    "TRANSAC_INC": "transaction inconnue", "CONTRAT_TERM": "contrat terminé",
    "ADR_ERR": "adresse électronique fausse", "SIRET_ERR": "SIRET faux ou absent",
    "CODE_ROUTAGE_ERR": "code de routage faux ou absent", "ROUTAGE_ERR": "impossible à acheminer",
    "TX_TVA_ERR": "taux de TVA faux", "MONTANTTOTAL_ERR": "montant total faux", "CALCUL_ERR": "calcul faux",
    "NON_CONFORME": "mention légale manquante", "CMD_ERR": "n° de commande faux ou absent",
    "REF_CT_ABSENT": "référence manquante", "REF_ERR": "référence fausse", "PU_ERR": "prix unitaire faux",
    "QTE_ERR": "quantité fausse", "ART_ERR": "article faux", "REM_ERR": "remise fausse",
    "COORD_BANC_ERR": "coordonnées bancaires fausses", "MODPAI_ERR": "mode de paiement faux",
    "QUALITE_ERR": "qualité contestée", "LIVR_INCOMP": "livraison incomplète",
    "JUSTIF_ABS": "justificatif absent", "REJ_SEMAN": "contenu contraire à la norme",
    "REJ_UNI": "numéro déjà utilisé", "REJ_COH": "données incohérentes",
    "REJ_ADR": "adresse électronique sans plateforme", "IRR_SYNTAX": "fichier mal écrit",
    "IRR_TYPE_F": "type de fichier refusé", "IRR_VIDE_F": "fichier vide", "IRR_TAILLE_F": "fichier trop gros",
    "IRR_ANTIVIRUS": "fichier pris pour un virus", "IRR_NOM_F": "nom de fichier refusé",
    "AUTRE": "autre motif",
}  # fmt: skip
STATE_WORDS = {
    FlowState.WAITING: "à envoyer", FlowState.SENT: "envoyée, réponse attendue",
    FlowState.REFUSED: "non acceptée", FlowState.GIVEN_UP: "non partie", FlowState.ASIDE: "hors plateforme",
    FlowState.DONE: "remise autrement",
}  # fmt: skip


class Step(NamedTuple):
    """A step of a life: words, reason, instant."""

    words: str
    reason: str
    at: object


def status_words(status: str) -> str:
    return STATUS_WORDS.get(status, f"statut {status}")


def state_words(flow: PlatformFlow) -> str:
    """The state of an invoice there: of its life once it has one, else of its sending."""
    is_alive = flow.status and flow.state != FlowState.WAITING
    return status_words(flow.status) if is_alive else STATE_WORDS[FlowState(flow.state)]


def tone(flow: PlatformFlow) -> str:
    """The colour of its tag."""
    if flow.state in {FlowState.REFUSED, FlowState.GIVEN_UP} or flow.status in REFUSED | DISPUTED:
        return "bad"
    if flow.state in {FlowState.WAITING, FlowState.ASIDE} or not flow.status:
        return "ok" if flow.state == FlowState.DONE else "wait"
    return "ok"


def member_words(flow: PlatformFlow) -> str:
    """The same for the buyer, who is told nothing of what the service has to mend: "" then."""
    is_there = flow.state == FlowState.SENT or flow.status in {"210", *DISPUTED}
    return status_words(flow.status) if is_there and flow.status else ""


def reason_words(code: str, words: str = "") -> str:
    """The reason of a refusal as it was written, else its code in words."""
    return words or REASON_WORDS.get(code, code)


def steps_of(statuses: Iterable[InvoiceStatus]) -> list[Step]:
    """The steps in their order; one told twice in a row is one."""
    found: list[Step] = []
    for each in sorted(statuses, key=lambda one: (one.at, one.id or 0)):
        step = Step(status_words(each.status), each.reason, each.at)
        if not found or found[-1][:2] != step[:2]:
            found.append(step)
    return found
