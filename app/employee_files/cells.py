"""Readers of the cells of an employee file, column by column.

Each takes the text of a cell, spaces already squeezed, and gives the value to store, "" for nothing. It
raises ValueError with a clause in French that can follow « Ligne 4 : ».
"""

import re
from collections.abc import Callable

from app.employee_files.days import Kind, day_of, is_no_date
from app.follow_up.law import RISKS
from app.jobs.pcs import label_of
from app.text.cells import COLUMNS as OF_MEMBERS
from app.text.cells import name_reader
from app.text.search import folded, letters_of, words_of
from db.kinds import Contract
from db.numbers import company_code, is_digits


def plain(words: str, *, is_name: bool = False) -> Callable[[str], str]:
    """Text as it is written. A name holds a letter."""

    def parse(typed: str) -> str:
        if is_name and typed and not any(each.isalpha() for each in typed):
            raise ValueError(f"{words} « {typed[:40]} » ne contient aucune lettre")
        return typed

    return parse


def name(words: str) -> Callable[[str], str]:
    """The name of a person: no site in it."""
    lettered, without_site = plain(words, is_name=True), name_reader(words)
    return lambda typed: without_site(lettered(typed))


def day(words: str, kind: Kind) -> Callable[[str], str]:
    """The day of a cell alone: first the day, then the month."""
    return lambda typed: "" if is_no_date(typed, kind) else day_of(typed, words, kind=kind).isoformat()


def code(typed: str) -> str:
    """The code adhérent in the form of the service: 10 is 00010."""
    stored = typed and company_code(typed)
    if typed and not stored:
        raise ValueError(
            f"le code adhérent « {typed[:40]} » ne se lit pas : 5 chiffres, ou 00010-5 pour un site"
        )
    return stored


def email(typed: str) -> str:
    return OF_MEMBERS["email"].parse(typed.removeprefix("mailto:"))


def phone(typed: str) -> str:
    """A spreadsheet takes off the first zero, and the + of +33."""
    digits = re.sub(r"[\s.\-_/()]", "", typed)
    if re.fullmatch(r"[1-9][0-9]{8}", digits):
        return OF_MEMBERS["phone"].parse(f"0{digits}")
    if re.fullmatch(r"(33|262|59[046])[1-9][0-9]{8}", digits):
        return OF_MEMBERS["phone"].parse(f"+{digits}")
    return OF_MEMBERS["phone"].parse(digits if re.fullmatch(r"0[1-9][0-9]{8}", digits) else typed)


def pcs(typed: str) -> str:
    """Three digits and a letter of the nomenclature; its words may follow."""
    if not typed:
        return ""
    spelled = re.match(r"(?:PCS[ :-]*)?([0-9]{3})[ .-]?([a-z])(?![a-z0-9])", typed, re.IGNORECASE)
    code_pcs = f"{spelled[1]}{spelled[2]}".lower() if spelled else ""
    if not code_pcs or not label_of(code_pcs):
        raise ValueError(f"le code PCS-ESE « {typed[:40]} » n’existe pas dans la nomenclature (ex. : 542a)")
    return code_pcs


# Cells that say one of a few things, in the many ways that people and software spell them.

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
    (
        Contract.SELF_EMPLOYED,
        r"non salarie|tns|independante?|(?:auto|micro) ?entrepreneur|liberal|self employed|freelance",
    ),
    (Contract.APPRENTICESHIP, r"apprentie?s?|apprentissage|apprentices?|apprenticeship"),
    (Contract.PROFESSIONALISATION, r"contrat pro|contrat de pro|profess?ionn?alisation"),
    (Contract.SEASONAL, r"saisonn?ier|saisonn?iere|saison|seasonal"),
    (Contract.TEMPORARY, r"interim|interimaire|ctt|contrat de mission|travail temporaire|^mission$|agency"),
    (Contract.INTERNSHIP, r"stage|stagiaire|internship|intern|trainee|traineeship"),
    (Contract.OFFICER, r"mandat|mandataire|gerante?|presidente?|dirigeante?"),
    (
        Contract.CDD,
        r"cddu?|c d d|determinee?|engagement educatif|fixed terms?|ftc|temporary|^temp$|non permanent",
    ),
    (
        Contract.CDI,
        r"cdi[ic]?|c d i|indeterminee?|indefinie?|(?<!non )permanent|regular|indefinite|open ended|unlimited",
    ),
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
FEMALE = "f femme feminin feminine fem mme madame mlle mademoiselle 2 02 female woman mrs ms miss"
MALE = "m h homme masculin masc mr monsieur 1 01 male man"
SEXES = dict.fromkeys(FEMALE.split(), "F") | dict.fromkeys(MALE.split(), "M")
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
    """« 02 - Féminin », « Femme (F) »: every word says the same."""
    said = {SEXES.get(word) for word in words_of(typed)}
    if len(said) == 1 and (stored := said.pop()):
        return stored
    if typed:
        raise ValueError(f"le sexe « {typed[:40]} » ne se lit pas : F, M ou rien")
    return ""


def contract(typed: str) -> str:
    if not typed:
        return ""
    if is_digits(typed) and typed.zfill(2) in NATURES:
        return NATURES[typed.zfill(2)]
    spelled = " ".join(re.findall(r"[a-z]+", folded(typed[:200])))
    matches = [stored for stored, pattern in CONTRACTS if re.search(rf"\b(?:{pattern})\b", spelled)]
    if "alternan" in spelled and not matches:
        raise ValueError("« alternance » ne dit pas lequel : écrivez Apprentissage ou Professionnalisation")
    if {Contract.CDI, Contract.CDD} <= set(matches):
        raise ValueError(f"le type de contrat « {typed[:40]} » en nomme deux")
    code = re.match(r"([0-9]{2}) *[-:–]", typed)
    if not matches and code and code[1] in NATURES:
        return NATURES[code[1]]
    if not matches:
        known = ", ".join(CONTRACT_WORDS.values())
        raise ValueError(f"le type de contrat « {typed[:40]} » n’est pas connu. Écrivez {known}")
    return matches[0]


def risks(typed: str) -> str:
    """Codes of RISKS in their order, one space between two. MINEUR is not kept: the birth date says it."""
    codes: set[str] = set()
    for part in re.split(r"[,;/+|]", re.sub(r"3 ?(?:[/,;+&-]|et) ?4", "34", typed)):
        codes |= _risks_of(part)
    return " ".join(code for code in RISKS if code in codes)


def _risks_of(part: str) -> set[str]:
    """The risks that a run of words names: always the longest spelling that fits."""
    spelled = [letters_of(word) for word in re.split(r"[\s'’().:-]+", part)]
    words = [word for word in spelled if word not in BETWEEN_RISKS]
    codes: set[str] = set()
    while words:
        for end in range(min(len(words), MOST_WORDS), 0, -1):
            if "".join(words[:end]) in RISK_CODES:
                codes.add(RISK_CODES["".join(words[:end])])
                words = words[end:]
                break
        else:
            raise ValueError(f"le risque « {part.strip()[:40]} » n’est pas connu")
    if "" in codes and codes != {""}:  # « non amiante »
        raise ValueError(f"le risque « {part.strip()[:40]} » dit une chose et son contraire")
    return codes - {"MINEUR", ""}
