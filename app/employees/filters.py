"""The address of the list of employees: what is searched, filtered, sorted and shown, and in which words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from app.follow_up.words import CONTRACTS
from app.text.search import MOST_WORDS, words_of
from app.web.paging import place_of
from db.models import Monitoring

# By what the rows are sorted; what has a minus before it goes the other way.
SORTS = {"nom": "sort_key", "echeance": "due_on", "entree": "entry_on", "vue": "last_visit_on"}
STATES = ("presents", "confirmer", "sortis", "tous")
VISITS = ("", "retard", "date", "mois")
# Columns that may be shown beside the name and the next visit, in their order.
COLUMNS = {
    "poste": "Poste",
    "suivi": "Suivi",
    "entree": "Entrée",
    "vue": "Dernière visite",
    "contrat": "Contrat",
    "naissance": "Naissance",
    "matricule": "Matricule",
    "risques": "Expositions",
}
USUAL_COLUMNS = ("poste", "suivi", "entree", "vue")
# Exposures in the few words that a column has; RQTH is shown to those who keep the list, as on the sheet.
RISK_WORDS = {
    "AMIANTE": "Amiante",
    "PLOMB": "Plomb",
    "CMR": "CMR",
    "BIO34": "Agents biologiques 3 et 4",
    "RAYONNEMENTS": "Rayonnements ionisants",
    "HYPERBARE": "Milieu hyperbare",
    "ECHAFAUDAGE": "Échafaudages",
    "MINEUR_TRAVAUX_REGLEMENTES": "Travaux réglementés, moins de 18 ans",
    "PORT_55KG": "Charges de plus de 55 kg",
    "POSTE_EMPLOYEUR": "Poste à risque de l’entreprise",
    "NUIT": "Travail de nuit",
    "BIO2": "Agents biologiques 2",
    "CEM": "Champs électromagnétiques",
    "RQTH": "RQTH ou invalidité",
}
DISCREET = frozenset({"RQTH"})
LONGEST_SEARCH = 100
LONGEST_JOB = 120


@dataclass(frozen=True, slots=True)
class ListFilters:
    """The filters of the list. `after`: the sort value and id of the row that the page follows."""

    q: str = ""
    state: str = "presents"
    monitoring: str = ""
    visit: str = ""
    contract: str = ""
    job: str = ""
    risk: str = ""
    sort: str = "nom"
    columns: tuple[str, ...] = USUAL_COLUMNS
    after: tuple[str, int] | None = None

    @property
    def words(self) -> list[str]:
        return words_of(self.q)[:MOST_WORDS]

    @property
    def key(self) -> str:
        """The name of the sort, whichever way it goes."""
        return self.sort.removeprefix("-")

    @property
    def goes_down(self) -> bool:
        return self.sort.startswith("-")


def read_filters(query: Mapping[str, list[str]], *, is_keeper: bool) -> ListFilters:
    """The list that this address asks for; what makes no sense is left aside. `is_keeper`: its reader keeps
    the list, and so knows what each employee made known.
    """

    def typed(name: str) -> str:
        return query.get(name, [""])[0]

    def one(name: str, known: Mapping[str, str] | tuple[str, ...], usual: str = "") -> str:
        return found if (found := typed(name)) in known else usual

    sort = one("tri", (*SORTS, *(f"-{name}" for name in SORTS)), "nom")
    return ListFilters(
        q=_squeezed(typed("q"))[:LONGEST_SEARCH],
        state=one("etat", STATES, "presents"),
        monitoring=one("suivi", tuple(Monitoring)),
        visit=one("visite", VISITS),
        contract=one("contrat", CONTRACTS),
        job=_squeezed(typed("poste"))[:LONGEST_JOB],
        risk=one("risque", risks_for(is_keeper=is_keeper)),
        sort=sort,
        columns=_columns(query.get("colonne", [])),
        after=place_of(typed("apres"), sort.removeprefix("-")),
    )


@lru_cache(maxsize=2)
def risks_for(*, is_keeper: bool) -> dict[str, str]:
    return {code: words for code, words in RISK_WORDS.items() if is_keeper or code not in DISCREET}


def _squeezed(typed: str) -> str:
    return " ".join(typed.replace("\0", "").split())


def _columns(asked: list[str]) -> tuple[str, ...]:
    """Those that were ticked, in the order of the table; the usual ones for none."""
    return tuple(name for name in COLUMNS if name in asked) or USUAL_COLUMNS


USUAL = ListFilters()
# The names of the fields of the form, each with what fills it.
FIELDS: dict[str, Callable[[ListFilters], str]] = {
    "q": lambda asked: asked.q,
    "suivi": lambda asked: asked.monitoring,
    "visite": lambda asked: asked.visit,
    "contrat": lambda asked: asked.contract,
    "poste": lambda asked: asked.job,
    "risque": lambda asked: asked.risk,
    "etat": lambda asked: "" if asked.state == USUAL.state else asked.state,
    "tri": lambda asked: "" if asked.sort == USUAL.sort else asked.sort,
}


def pairs_of(filters: ListFilters, **more: str) -> list[tuple[str, str]]:
    """The fields of this list: only what differs from the ordinary one."""
    pairs = [(name, fill(filters)) for name, fill in FIELDS.items()]
    pairs += [("colonne", name) for name in filters.columns if filters.columns != USUAL_COLUMNS]
    return [(name, value) for name, value in (*pairs, *more.items()) if value]


@lru_cache(maxsize=1024)
def address_of(filters: ListFilters, **more: str) -> str:
    """The query string of this list. `more`: what else it says."""
    return urlencode(pairs_of(filters, **more))


Choices = tuple[tuple[str, str], ...]


class Words(NamedTuple):
    """The filters of the list, in the words of its page."""

    states: Choices
    monitorings: Choices
    visits: Choices
    contracts: Choices
    sorts: Choices


WORDS = Words(
    states=(
        ("presents", "Présents"),
        ("confirmer", "dont à confirmer"),
        ("sortis", "Sortis"),
        ("tous", "Tous"),
    ),
    monitorings=(("", "Tous"), ("SI", "SI : simple"), ("SIA", "SIA : adapté"), ("SIR", "SIR : renforcé")),
    visits=(
        ("", "Toutes"),
        ("retard", "En retard, sans date"),
        ("date", "Rendez-vous donné"),
        ("mois", "Échéance dans les 30 jours"),
    ),
    contracts=(("", "Tous"), *CONTRACTS.items()),
    sorts=(
        ("nom", "Nom, de A à Z"),
        ("-nom", "Nom, de Z à A"),
        ("echeance", "Échéance, la plus proche d’abord"),
        ("-echeance", "Échéance, la plus lointaine d’abord"),
        ("entree", "Entrée, la plus ancienne d’abord"),
        ("-entree", "Entrée, la plus récente d’abord"),
        ("vue", "Dernière visite, la plus ancienne d’abord"),
        ("-vue", "Dernière visite, la plus récente d’abord"),
    ),
)
# What the caption counts, by the situation that is asked for.
COUNTED = {
    "presents": ("salarié présent", "salariés présents"),
    "confirmer": ("départ à confirmer", "départs à confirmer"),
    "sortis": ("salarié sorti", "salariés sortis"),
    "tous": ("salarié", "salariés"),
}


@lru_cache(maxsize=1024)
def filter_words(filters: ListFilters) -> str:
    """The filters that narrow this list, as the closed filters name them: « Sortis, SIR : renforcé »."""
    chosen = (
        dict(WORDS.states)[filters.state] if filters.state != USUAL.state else "",
        dict(WORDS.monitorings)[filters.monitoring] if filters.monitoring else "",
        dict(WORDS.visits)[filters.visit].lower() if filters.visit else "",
        CONTRACTS.get(filters.contract, ""),
        filters.job,
        RISK_WORDS.get(filters.risk, ""),
        dict(WORDS.sorts)[filters.sort] if filters.sort != USUAL.sort else "",
    )
    return ", ".join(filter(None, chosen))


class Head(NamedTuple):
    """The heading of a column. `href`: the list sorted by it, the other way if it is so already; "" when it
    does not sort. `sorted`: ascending, descending or "".
    """

    words: str
    href: str = ""
    sorted: str = ""


@lru_cache(maxsize=1024)
def heads_of(filters: ListFilters, path: str) -> list[Head]:
    """The headings of the columns shown, the name's first."""
    titles = {"nom": "Nom", "echeance": "Prochaine visite"}
    titles |= {name: COLUMNS[name] for name in filters.columns}
    return [
        _head(filters, path, name, words) if name in SORTS else Head(words) for name, words in titles.items()
    ]


def _head(filters: ListFilters, path: str, name: str, words: str) -> Head:
    is_chosen = filters.key == name
    following = f"-{name}" if is_chosen and not filters.goes_down else name
    query = address_of(replace(filters, sort=following, after=None))
    way = ("descending" if filters.goes_down else "ascending") if is_chosen else ""
    # Whoever follows it goes on from the table, whatever the browser.
    return Head(words, f"{path}{'?' if query else ''}{query}#employees-table", way)
