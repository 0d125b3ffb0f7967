"""The one table of the columns of an employee file, for what is imported, exported and given as a model."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from app.companies.import_cells import Column, value
from app.employees import cells, choice_cells
from app.employees.choice_cells import CONTRACT_WORDS
from app.employees.day_cells import in_french
from app.employees.declared import YOUNGEST
from app.employees.rules import add_months
from app.fields import LONGEST_NAME
from app.phones import shown_phone
from app.searching import letters_of
from db.models.employee import Contract

CODE = "code"  # said in the file, checked, never stored
LONGEST_CELL = 2_000  # characters: nothing more is looked at
DAYS = ("birth_on", "entry_on", "exit_on", "contract_ends_on", "driving_until", "electrical_until")


def _text(title: str, words: str, spellings: str, longest: int, kept: Callable[[str], str]) -> Column:
    return Column(title, (letters_of(title), *spellings.split()), longest, words, kept)


def _name(title: str, words: str, spellings: str) -> Column:
    return _text(title, words, spellings, LONGEST_NAME, cells.name(words))


def _lettered(title: str, words: str, spellings: str, longest: int) -> Column:
    return _text(title, words, spellings, longest, cells.plain(words, is_name=True))


def _day(title: str, words: str, spellings: str, *, is_birth: bool = False) -> Column:
    return _text(title, words, spellings, 10, cells.day(words, is_birth=is_birth))


# The lengths are those of db/models/employee.py. A spelling belongs to one column only.
COLUMNS = {
    CODE: _text(
        "Code adhérent", "le code adhérent", "codeadh nadherent noadherent numeroadherent", 9, cells.code
    ),
    "staff_number": _text(
        "Matricule",
        "le matricule",
        "mle matr nmatricule nomatricule numeromatricule matriculesalarie nsalarie nosalarie numerosalarie"
        " codesalarie idsalarie matriculepaie",
        30,
        cells.plain("le matricule"),
    ),
    "birth_name": _name(
        "Nom de naissance",
        "le nom de naissance",
        "nom nomnaissance nomdefamille nomfamille nompatronymique patronyme nomdejeunefille nomjeunefille"
        " nomsalarie nomdusalarie nomsdenaissance noms",
    ),
    "usual_name": _name(
        "Nom d’usage", "le nom d’usage", "nomusage nomusuel nommarital nomdepouse nomepouse nomdeusage"
    ),
    "first_names": _name(
        "Prénom", "le prénom", "prenoms prenomsalarie prenomdusalarie prenom1 premierprenom prenomusuel"
    ),
    "sex": _text("Sexe", "le sexe", "civilite genre sexesalarie civ hf fh", 1, choice_cells.sex),
    "birth_on": _day(
        "Date de naissance",
        "la date de naissance",
        "naissance datenaissance datedenaiss datenaiss ddn dnaissance nele neele neeele dtnaissance"
        " dtenaissance datenaissancesalarie datedenaissancedusalarie",
        is_birth=True,
    ),
    "email": _text(
        "E-mail",
        "l’adresse e-mail",
        "mail courriel adresseemail adressemail adressecourriel emailpro mailpro emailprofessionnel mel",
        254,
        cells.email,
    ),
    "phone": _text(
        "Téléphone",
        "le téléphone",
        "tel portable mobile gsm telephoneportable telephonemobile telportable telmobile ntelephone ntel"
        " numerodetelephone numtel numerotelephone telephonepro",
        20,
        cells.phone,
    ),
    "entry_on": _day(
        "Date d’entrée",
        "la date d’entrée",
        "entree dateentree datedembauche dateembauche embauche embauchele entreele datedebut datededebut"
        " debutcontrat datedebutcontrat datededebutdecontrat datedebutducontrat debutdecontrat datearrivee"
        " datedarrivee dateentreesociete datedentreedanslentreprise dateentreeentreprise dateprisedeposte"
        " datedeprisedeposte dateentreeetablissement",
    ),
    "exit_on": _day(
        "Date de sortie",
        "la date de sortie",
        "sortie datesortie datededepart datedepart depart sortiele datesortiesociete datesortieentreprise"
        " datedesortiedelentreprise datederupture datesortieetablissement",
    ),
    "contract": _text(
        "Type de contrat",
        "le type de contrat",
        "contrat typecontrat naturecontrat natureducontrat naturedecontrat typeducontrat contratdetravail",
        20,
        choice_cells.contract,
    ),
    "contract_ends_on": _day(
        "Date de fin prévue",
        "la date de fin prévue",
        "findecontrat fincontrat datefincontrat datedefindecontrat datefin datedefin datefinprevue finprevue"
        " findecdd fincdd datefincdd datedefinducontrat datefinducontrat termeducontrat terme echeancecontrat"
        " datefinprevisionnelle datedefinprevisionnelle findecontratprevue",
    ),
    "job_title": _lettered(
        "Poste",
        "le poste",
        "fonction emploi posteoccupe intituleposte intituleduposte intitule qualification metier profession"
        " libelleemploi libelleposte emploioccupe libelledelemploi libelleduposte libellefonction"
        " postedetravail intituledeposte intituledelemploi intituleemploi fonctionoccupee",
        120,
    ),
    "pcs": _text(
        "Code PCS-ESE",
        "le code PCS-ESE",
        "pcs pcsese codepcs codeemploi nomenclaturepcs pcsese2003 codepcsese2003",
        4,
        cells.pcs,
    ),
    "part_time": _text(
        "Temps partiel",
        "le temps partiel",
        "temps tempspartielouinon tempsdetravail tempstravail tpspartiel modalitetempsdetravail",
        3,
        choice_cells.part_time,
    ),
    "risks": _text(
        "Risques",
        "la colonne Risques",
        "risque risquesprofessionnels risqueprofessionnel risquesparticuliers"
        " codesrisques coderisque codesrisque",
        160,
        choice_cells.risks,
    ),
    "post_reason": _lettered("Motif du poste à risque", "le motif du poste à risque", "motifposte", 300),
    "driving_until": _day(
        "Autorisation de conduite",
        "l’autorisation de conduite",
        "autorisationconduite autorisationdeconduitejusquau finautorisationdeconduite caces"
        " autorisationdeconduitevalablejusquau validiteautorisationdeconduite",
    ),
    "electrical_until": _day(
        "Habilitation électrique",
        "l’habilitation électrique",
        "habilitationelec habilitationelectriquejusquau finhabilitationelectrique"
        " habilitationelectriquevalablejusquau validitehabilitationelectrique",
    ),
}  # fmt: skip
for _required in ("birth_name", "first_names", "birth_on", "entry_on", "contract", "job_title"):
    COLUMNS[_required] = COLUMNS[_required]._replace(is_needed=True)
# What the reader may say once for a file that does not say it: a seasonal team, a shop of salespeople. Not
# the date of entry, which sets the deadline of each visit.
SAME_FOR_ALL = ("contract", "job_title")


def read(field: str, cell: str) -> str:
    """The cell in the one form that is stored, "" for nothing; ValueError with a clause in French."""
    column = COLUMNS[field]
    if len(cell) > LONGEST_CELL:
        raise ValueError(f"{column.words} compte {len(cell)} caractères pour {column.longest} au plus")
    return value(column, cells.unprotected(cell, column.words))


def written(field: str, stored: object) -> str:
    """What is stored, as a person reads it in a file; `read` gives it back."""
    if stored is None or stored == "":
        return ""
    if field in DAYS:
        return in_french(stored if isinstance(stored, date) else date.fromisoformat(str(stored)))
    if field == "contract":
        return CONTRACT_WORDS[Contract(str(stored))]
    if field == "part_time":
        return "oui" if stored in {True, "oui"} else "non"
    if field == "risks":
        return str(stored).replace(" ", ", ")
    return shown_phone(str(stored)) if field == "phone" else str(stored)


def problems_of(fields: Mapping[str, str], refused: Collection[str] = ()) -> list[str]:
    """What is wrong with a whole row. `refused`: its columns that were there and could not be read."""
    problems = [
        f"{column.words} manque"
        for field, column in COLUMNS.items()
        if column.is_needed and not fields.get(field) and field not in refused
    ]
    days = {field: date.fromisoformat(fields[field]) for field in DAYS if fields.get(field)}
    entry, birth = days.get("entry_on"), days.get("birth_on")
    for field in ("exit_on", "contract_ends_on"):
        if entry and field in days and days[field] < entry:
            both = f"({in_french(days[field])}) précède la date d’entrée ({in_french(entry)})"
            problems.append(f"{COLUMNS[field].words} {both}")
    if entry and birth and birth >= entry:
        problems.append(
            f"la date de naissance ({in_french(birth)}) suit la date d’entrée ({in_french(entry)})"
        )
    elif entry and birth and entry < add_months(birth, 12 * YOUNGEST):
        both = f"né le {in_french(birth)}, le salarié aurait moins de {YOUNGEST} ans à son entrée"
        problems.append(f"{both}, le {in_french(entry)}")
    return problems
