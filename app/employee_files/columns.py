"""The one table of the columns of an employee file, for what is imported, exported and given as a model."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from app.employee_files import cells
from app.employee_files.cells import CONTRACT_WORDS
from app.employee_files.days import Kind, in_french
from app.employee_files.part_time import part_time
from app.follow_up.law import YOUNGEST, add_months
from app.text.cells import Column, unprotected, value
from app.text.phones import phone_words
from app.text.search import letters_of
from app.text.values import LONGEST_NAME
from db.kinds import Contract

CODE = "code"  # said in the file, checked, never stored
LONGEST_CELL = 2_000  # characters: nothing more is looked at
HELP_SHEET = "Aide"  # of the empty workbook that we give: it explains the columns
KINDS: dict[str, Kind] = {
    "birth_on": "birth",
    "entry_on": "past",
    "exit_on": "past",
    "contract_ends_on": "future",
    "driving_until": "future",
    "electrical_until": "future",
}
DAY_COLUMNS = tuple(KINDS)


def _text(title: str, words: str, spellings: str, longest: int, reader: Callable[[str], str]) -> Column:
    return Column(title, (letters_of(title), *spellings.split()), longest, words, reader)


def _name(title: str, words: str, spellings: str) -> Column:
    return _text(title, words, spellings, LONGEST_NAME, cells.name(words))


def _lettered(title: str, words: str, spellings: str, longest: int) -> Column:
    return _text(title, words, spellings, longest, cells.plain(words, is_name=True))


def _day(title: str, words: str, spellings: str, kind: Kind) -> Column:
    return _text(title, words, spellings, 10, cells.day(words, kind))


# The lengths are those of db/models/employee.py. A spelling belongs to one column only.
COLUMNS = {
    CODE: _text(
        "Code adhérent", "le code adhérent", "codeadh nadherent noadherent numeroadherent", 9, cells.code
    ),
    "staff_number": _text(
        "Matricule",
        "le matricule",
        "mle matr nmatricule nomatricule numeromatricule matriculesalarie nsalarie nosalarie numerosalarie"
        " codesalarie idsalarie matriculepaie mat matriculeentreprise matriculerh staffno payrollid"
        " codeemploye numeroemploye"
        " noemploye nemploye identifiantsalarie"
        " employeeid empid employeenumber employeeno employeecode staffnumber staffid payrollnumber badgeid",
        30,
        cells.plain("le matricule"),
    ),
    "birth_name": _name(
        "Nom de naissance",
        "le nom de naissance",
        "nom nomnaissance nomdefamille nomfamille nompatronymique patronyme nomdejeunefille nomjeunefille"
        " nomsalarie nomdusalarie nomsdenaissance noms"
        " lastname surname familyname maidenname birthname name nomjf nomfamillenaissance",
    ),
    "usual_name": _name(
        "Nom d’usage",
        "le nom d’usage",
        "nomusage nomusuel nommarital nomdepouse nomepouse nomdeusage marriedname",
    ),
    "first_names": _name(
        "Prénom",
        "le prénom",
        "prenoms prenomsalarie prenomdusalarie prenom1 premierprenom prenomusuel 1erprenom prenomusage"
        " firstname firstnames givenname forename forenames",
    ),
    "sex": _text(
        "Sexe",
        "le sexe",
        "civilite genre sexesalarie civ hf fh sex gender mf sexehf sexefh sexemf codesexe salutation",
        1,
        cells.sex,
    ),
    "birth_on": _day(
        "Date de naissance",
        "la date de naissance",
        "naissance datenaissance datedenaiss datenaiss ddn dnaissance nele neele neeele dtnaissance"
        " dtenaissance datenaissancesalarie datedenaissancedusalarie datnaiss datnais naissancele"
        " dateofbirth birthdate birthday dob birth born",
        KINDS["birth_on"],
    ),
    "email": _text(
        "E-mail",
        "l’adresse e-mail",
        "mail courriel adressemel adresseemail adressemail adressecourriel emailpro mailpro"
        " emailprofessionnel mel"
        " emailaddress workemail",
        254,
        cells.email,
    ),
    "phone": _text(
        "Téléphone",
        "le téléphone",
        "tel portable mobile gsm telephoneportable telephonemobile telportable telmobile ntelephone ntel"
        " numerodetelephone numtel numerotelephone telephonepro"
        " phone phonenumber telephonenumber mobilephone mobilenumber cellphone workphone",
        20,
        cells.phone,
    ),
    "entry_on": _day(
        "Date d’entrée",
        "la date d’entrée",
        "entree dateentree datedembauche dateembauche embauche embauchele entreele datedebut datededebut"
        " debutcontrat datedebutcontrat datededebutdecontrat datedebutducontrat debutdecontrat datearrivee"
        " datedarrivee dateentreesociete datedentreedanslentreprise dateentreeentreprise dateprisedeposte"
        " daterecrutement dateengagement dateentreefonction dateprisefonction dateeffetcontrat datemb"
        " datedeprisedeposte dateentreeetablissement"
        " hiredate dateofhire datehired hired startdate dateofstart joiningdate joindate datejoined"
        " datejoining dateofjoining employmentdate employmentstartdate dateofjoin contractstartdate"
        " contractstart entrydate originalhiredate",
        KINDS["entry_on"],
    ),
    "exit_on": _day(
        "Date de sortie",
        "la date de sortie",
        "sortie datesortie datededepart datedepart depart sortiele datesortiesociete datesortieentreprise"
        " datedesortiedelentreprise datederupture datesortieetablissement sortile datesortieeffectifs"
        " daterupturecontrat datefinemploi datefinactivite"
        " terminationdate dateoftermination datetermination leavingdate dateofleaving exitdate leavedate"
        " lastworkingday lastdayofwork enddateemployment",
        KINDS["exit_on"],
    ),
    "contract": _text(
        "Type de contrat",
        "le type de contrat",
        "contrat typecontrat naturecontrat natureducontrat naturedecontrat typeducontrat contratdetravail"
        " typecontrattravail naturecontrattravail codecontrat codenaturecontrat categoriecontrat"
        " formecontrat cdicdd cddcdi"
        " contract contracttype typeofcontract employmenttype employmentcontract employeetype",
        20,
        cells.contract,
    ),
    "contract_ends_on": _day(
        "Date de fin prévue",
        "la date de fin prévue",
        "findecontrat fincontrat datefincontrat datedefindecontrat datefin datedefin datefinprevue finprevue"
        " findecdd fincdd datefincdd datedefinducontrat datefinducontrat termeducontrat terme echeancecontrat"
        " datefinprevisionnelle datedefinprevisionnelle findecontratprevue contractenddate enddate"
        " contractend datefinprevisionnellecontrat termecdd echeance dateecheance",
        KINDS["contract_ends_on"],
    ),
    "job_title": _lettered(
        "Poste",
        "le poste",
        "fonction emploi posteoccupe intituleposte intituleduposte intitule qualification metier profession"
        " libelleemploi libelleposte emploioccupe libelledelemploi libelleduposte libellefonction"
        " postedetravail intituledeposte intituledelemploi intituleemploi fonctionoccupee fonctionexercee"
        " emploiexerce titreposte designationemploi fonctionposte posteemploi postefonction emploifonction"
        " designation"
        " jobtitle job position jobposition occupation role jobrole",
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
        "temps tempspartielouinon tempsdetravail tempstravail tpspartiel modalitetempsdetravail"
        " modaliteexercicetempsdetravail modaliteexercicedutempsdetravail modalitedexercicedutempsdetravail"
        " etp fte equivalenttempsplein tauxdactivite tauxactivite parttime workingtime worktime"
        " dureetravail tempstravailcontractuel dureetravailcontractuelle pourcentagetempstravail"
        " pourcentageactivite activitepourcentage quotitetravail"
        " etpcontractuel tauxemploi tauxoccupation tauxtempspartiel pourcentagetempspartiel"
        " tempspleinpartiel tempspleintempspartiel fulltimeparttime ftpt workinghours hoursperweek"
        " weeklyhours horairehebdomadaire dureehebdomadaire dureehebdo heureshebdo heureshebdomadaires"
        " horairemensuel dureemensuelle heuresmensuelles heuresparmois heuresparsemaine horairecontractuel"
        " heurescontractuelles modalitetemps",
        3,
        part_time,
    ),
    "risks": _text(
        "Risques",
        "la colonne Risques",
        "risque risquesprofessionnels risqueprofessionnel risquesparticuliers"
        " codesrisques coderisque codesrisque",
        160,
        cells.risks,
    ),
    "post_reason": _lettered(
        "Motif du poste à risque", "le motif du poste à risque", "motifposte motifposterisque", 300
    ),
    "driving_until": _day(
        "Autorisation de conduite",
        "l’autorisation de conduite",
        "autorisationconduite autorisationdeconduitejusquau finautorisationdeconduite caces"
        " autorisationdeconduitevalablejusquau validiteautorisationdeconduite",
        KINDS["driving_until"],
    ),
    "electrical_until": _day(
        "Habilitation électrique",
        "l’habilitation électrique",
        "habilitationelec habilitationelectriquejusquau finhabilitationelectrique"
        " habilitationelectriquevalablejusquau validitehabilitationelectrique",
        KINDS["electrical_until"],
    ),
}  # fmt: skip
# One column for two: it is never stored, nor exported, and is cut in two where it is read.
FULL_NAME = "full_name"
READABLE = {
    FULL_NAME: _text(
        "Nom et prénom",
        "le nom et le prénom",
        "nomprenom nometprenom nomprenoms nometprenoms nomsetprenoms nomsprenoms prenomnom prenometnom"
        " nomcomplet salarie salaries nomprenomsalarie nometprenomdusalarie nomdelemploye employe"
        " collaborateur identite fullname employee employeename nameofemployee agent agents intervenant"
        " personne",
        2 * LONGEST_NAME,
        str,
    ),
    **COLUMNS,
}
for _required in ("birth_name", "first_names", "birth_on", "entry_on", "contract", "job_title"):
    COLUMNS[_required] = READABLE[_required] = COLUMNS[_required]._replace(is_needed=True)
# Columns that the reader may fill once for a whole file: a seasonal team, a shop of salespeople. Not
# the date of entry, which sets the deadline of each visit.
SAME_FOR_ALL = ("contract", "job_title")


def read(field: str, cell: str, reader: Callable[[str], str] | None = None) -> str:
    """The cell in the one form that is stored, "" for nothing; ValueError with a clause in French. `reader`:
    the way to read a cell of this very column, where its other cells tell how.
    """
    column = READABLE[field]._replace(parse=reader) if reader else READABLE[field]
    if len(cell) > LONGEST_CELL:
        raise ValueError(f"{column.words} compte {len(cell)} caractères pour {column.longest} au plus")
    return value(column, unprotected(cell, column.words))


def written(field: str, stored: object) -> str:
    """A stored value as a person reads it in a file; `read` gives it back."""
    if stored is None or stored == "":
        return ""
    if field in DAY_COLUMNS:
        return in_french(stored if isinstance(stored, date) else date.fromisoformat(str(stored)))
    if field == "contract":
        return CONTRACT_WORDS[Contract(str(stored))]
    if field == "part_time":
        return "oui" if stored in {True, "oui"} else "non"
    if field == "risks":
        return str(stored).replace(" ", ", ")
    return phone_words(str(stored)) if field == "phone" else str(stored)


def problems_of(fields: Mapping[str, str], refused: Collection[str] = ()) -> list[str]:
    """The errors of a whole row. `refused`: its columns that were there and could not be read."""
    problems = [
        f"{column.words} manque"
        for field, column in COLUMNS.items()
        if column.is_needed and not fields.get(field) and field not in refused
    ]
    days = {field: date.fromisoformat(fields[field]) for field in DAY_COLUMNS if fields.get(field)}
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
        both = f"l’âge à l’entrée, le {in_french(entry)}, serait de moins de {YOUNGEST} ans"
        problems.append(f"{both} (date de naissance : {in_french(birth)})")
    return problems
