"""Cells that say one of a few things, in the many ways that people and software spell them."""

import re

from app.employees.rules import RISKS
from app.searching import folded, letters_of
from db.models.employee import Contract
from db.numbers import is_digits

CONTRACT_WORDS = {
    Contract.CDI: "CDI",
    Contract.CDD: "CDD",
    Contract.APPRENTICESHIP: "Apprentissage",
    Contract.PROFESSIONALISATION: "Professionnalisation",
    Contract.SEASONAL: "Saisonnier",
    Contract.TEMPORARY: "Intérim",
    Contract.INTERNSHIP: "Stage",
    Contract.OFFICER: "Mandat social",
    Contract.SELF_EMPLOYED: "Non-salarié",
}
# In order: a « CDD saisonnier » is seasonal, a « gérant non salarié » is self-employed.
CONTRACTS = (
    (Contract.SELF_EMPLOYED, r"non salarie|tns|independante?|auto ?entrepreneur|micro ?entrepreneur|liberal"),
    (Contract.APPRENTICESHIP, r"apprentie?s?|apprentissage"),
    (Contract.PROFESSIONALISATION, r"contrat pro|contrat de pro|profess?ionn?alisation"),
    (Contract.SEASONAL, r"saisonn?ier|saisonn?iere|saison"),
    (Contract.TEMPORARY, r"interim|interimaire|ctt|contrat de mission|travail temporaire|^mission$"),
    (Contract.INTERNSHIP, r"stage|stagiaire"),
    (Contract.OFFICER, r"mandat|mandataire|gerante?|presidente?|dirigeante?"),
    (Contract.CDD, r"cddu?|c d d|determinee?"),
    (Contract.CDI, r"cdi[ic]?|c d i|indeterminee?"),
)
# As the norm of the DSN numbers them, and payroll software after it.
NATURES = {
    "01": Contract.CDI,
    "02": Contract.CDD,
    "03": Contract.TEMPORARY,
    "07": Contract.CDI,
    "08": Contract.TEMPORARY,
    "09": Contract.CDI,
    "10": Contract.CDD,
    "29": Contract.INTERNSHIP,
    "50": Contract.CDI,  # named to a permanent post of the civil service
    "60": Contract.CDD,  # engagement éducatif
    "80": Contract.OFFICER,
    "82": Contract.CDI,
}
SEXES = {
    "F": {"f", "femme", "feminin", "feminine", "mme", "madame", "mlle", "mademoiselle", "2", "02"},
    "M": {"m", "h", "homme", "masculin", "mr", "monsieur", "1", "01"},
}
PART_TIME = {
    "oui": {
        *("oui", "o", "x", "1", "vrai", "true", "yes"),
        *("partiel", "tempspartiel", "atempspartiel", "mitemps"),
    },
    "non": {
        *("non", "n", "0", "faux", "false", "no", "plein", "complet", "tc", "100"),
        *("tempsplein", "tempscomplet", "atempsplein", "atempscomplet"),
    },
}
# Beside its own name, how each risk is written. "": nothing to declare.
RISK_SPELLINGS = {
    "AMIANTE": "amiantes, SS3, SS4",
    "PLOMB": "plombs",
    "CMR": "agents CMR, produits CMR, cancérogène, cancérogènes, mutagène, reprotoxique, reprotoxiques",
    "BIO34": "bio 3, bio 4, agents biologiques 34, agents biologiques 3, agents biologiques 4,"
    "agents biologiques groupe 34, agents biologiques groupes 34, agents biologiques groupe 3, groupe 34",
    "RAYONNEMENTS": "rayonnements ionisants, rayonnement ionisant, rayonnement, rayons X, radiations",
    "HYPERBARE": "milieu hyperbare, hyperbarie",
    "ECHAFAUDAGE": "échafaudages, montage échafaudage, montage échafaudages",
    "MINEUR_TRAVAUX_REGLEMENTES": "travaux réglementés, mineur travaux réglementés",
    "PORT_55KG": "port 55, 55 kg, plus de 55 kg, port de charges 55 kg, port de charges plus de 55 kg",
    "POSTE_EMPLOYEUR": "poste employeur, désigné par employeur",
    "NUIT": "travail de nuit, travailleur de nuit",
    "BIO2": "agents biologiques 2, agents biologiques groupe 2, agent biologique groupe 2, groupe 2",
    "CEM": "champs électromagnétiques, champ électromagnétique, électromagnétiques",
    "RQTH": "TH, BOETH, travailleur handicapé",
    "": "aucun, aucune, néant, non, RAS, sans objet, SO, rien",
}
BETWEEN_RISKS = {"", *"et a au aux de des du la le les l d risque risques".split()}  # noqa: SIM905
RISK_CODES = {
    "".join(word for word in map(letters_of, spelling.split()) if word not in BETWEEN_RISKS): code
    for code, spellings in RISK_SPELLINGS.items()
    for spelling in (*spellings.split(","), code)
} | {"mineur": "MINEUR"}
MOST_WORDS = 5  # in one spelling of a risk


def sex(typed: str) -> str:
    spelled = letters_of(typed)
    for kept, spellings in SEXES.items():
        if spelled in spellings:
            return kept
    if typed:
        raise ValueError(f"le sexe « {typed[:40]} » ne se lit pas : F, M ou rien")
    return ""


def contract(typed: str) -> str:
    if not typed:
        return ""
    if is_digits(typed) and typed.zfill(2) in NATURES:
        return NATURES[typed.zfill(2)]
    spelled = " ".join(re.findall(r"[a-z]+", folded(typed[:200])))
    found = [kept for kept, pattern in CONTRACTS if re.search(rf"\b(?:{pattern})\b", spelled)]
    if "alternan" in spelled and not found:
        raise ValueError("« alternance » ne dit pas lequel : écrivez Apprentissage ou Professionnalisation")
    if {Contract.CDI, Contract.CDD} <= set(found):
        raise ValueError(f"le type de contrat « {typed[:40]} » en nomme deux")
    if not found:
        known = ", ".join(CONTRACT_WORDS.values())
        raise ValueError(f"le type de contrat « {typed[:40]} » n’est pas connu. Écrivez {known}")
    return found[0]


def part_time(typed: str) -> str:
    """« oui », « non », or the share of a full time: 80 % or 0,8. « TP » says both full and part: refused."""
    spelled = letters_of(typed)
    share = re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]{1,9})?) ?(%)?", typed)
    hundredth = float(share[1].replace(",", ".")) * (1 if share[2] else 100) if share else 0
    if not (share and share[2]):
        for kept, spellings in PART_TIME.items():
            if spelled in spellings:
                return kept
    if 0 < hundredth <= 100:
        return "oui" if hundredth < 100 else "non"
    hours = re.fullmatch(r"([0-9]{1,3})(?:[.,][0-9]{1,9})? ?h(?:eures?)?[0-9]{0,2}", typed, re.IGNORECASE)
    if hours and int(hours[1]):
        whole = 35 if int(hours[1]) <= 48 else 151  # a week or a month
        return "oui" if int(hours[1]) < whole else "non"
    if typed:
        raise ValueError(f"le temps partiel « {typed[:40]} » ne se lit pas : oui ou non")
    return ""


def risks(typed: str) -> str:
    """Codes of RISKS in their order, one space between two. MINEUR is not kept: the birth date says it."""
    found: set[str] = set()
    for part in re.split(r"[,;/+|]", re.sub(r"3 ?(?:[/,;+&-]|et) ?4", "34", typed)):
        found |= _risks_of(part)
    return " ".join(code for code in RISKS if code in found)


def _risks_of(part: str) -> set[str]:
    """The risks that a run of words names: always the longest spelling that fits."""
    spelled = [letters_of(word) for word in re.split(r"[\s'’().:-]+", part)]
    words = [word for word in spelled if word not in BETWEEN_RISKS]
    found: set[str] = set()
    while words:
        for end in range(min(len(words), MOST_WORDS), 0, -1):
            if "".join(words[:end]) in RISK_CODES:
                found.add(RISK_CODES["".join(words[:end])])
                words = words[end:]
                break
        else:
            raise ValueError(f"le risque « {part.strip()[:40]} » n’est pas connu")
    if "" in found and found != {""}:  # « non amiante »
        raise ValueError(f"le risque « {part.strip()[:40]} » dit une chose et son contraire")
    return found - {"MINEUR", ""}
