"""What several pages of a declaration share: its steps, its one next act, its amount and its chart."""

from dataclasses import dataclass
from typing import Any

from app import clock
from app.access import MemberAccess
from app.contributions.queries import YEARS, Filing
from app.contributions.rules import Hires, Rules
from app.contributions.states import OPEN, STEPS, WORDS, State
from app.employees.service import Moment
from app.errors import NotFound
from app.formats import day
from app.rights import Right
from app.web import Page, page
from db.models import Monitoring

ROUTES = {
    "entreprise": "contributions.company",
    "salaries": "contributions.people",
    "postes": "contributions.jobs",
    "recapitulatif": "contributions.recap",
    "validation": "contributions.validation",
}
TITLES = STEPS | {"recapitulatif": "Le récapitulatif", "validation": "La validation"}
LONGEST = 80  # pixels of the longest bar
SHORT = {"SI": "Suivi simple", "SIA": "Suivi adapté", "SIR": "Suivi renforcé", "total": "Total"}


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    title: str
    route: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Act:
    """The one thing to do next."""

    route: str
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Two bars side by side. `before` is None when nothing was declared the year before."""

    name: str
    before: int | None
    now: int
    before_width: int
    now_width: int


def now() -> Moment:
    return Moment(clock.now(), clock.today())


def progress(filing: Filing, current: str = "") -> list[Step]:
    return [Step(key, title, ROUTES[key], filing.has(key), key == current) for key, title in TITLES.items()]


def next_act(access: MemberAccess, filing: Filing) -> Act | None:
    """None when there is nothing to do, or nothing that this person may do."""
    if filing.state in {State.FILED, State.CLOSED}:
        return Act("contributions.receipt", "Voir le reçu")
    if filing.state not in OPEN or Right.DECLARATION not in access.rights:
        return None
    if filing.state == State.CORRECTING:
        return Act("contributions.recap", "Reprendre la correction")
    missing = [step for step in STEPS if not filing.has(step)]
    step = missing[0] if missing else "recapitulatif"
    begins = filing.declaration is None or filing.declaration.updated_by is None
    return Act(ROUTES[step], "Commencer" if begins else f"Reprendre : {TITLES[step].lower()}")


def state_words(filing: Filing) -> str:
    """À faire avant le 15 février 2027"""
    closes_on = day(filing.campaign.closes_on)
    told = {
        State.COMING: f", à partir du {day(filing.campaign.opens_on)}",
        State.TO_DO: f", au plus tard le {closes_on}",
        State.BEGUN: f", à valider au plus tard le {closes_on}",
        State.LATE: f" : la date limite était le {closes_on}",
        State.FILED: f", corrigeable jusqu’au {closes_on}",
        State.NONE: f" : vous n’étiez pas encore adhérent le {closes_on}, à la fin de cette campagne",
    }
    return WORDS[filing.state] + told.get(filing.state, "")


def missing_campaign(access: MemberAccess, year: int) -> Page:
    """There is no tariff for that year: said plainly, whatever the address. No such year, no such page."""
    if year not in YEARS:
        raise NotFound
    return page("contributions/missing.html", company=access.company, year=year)


def step_page(template: str, access: MemberAccess, filing: Filing, step: str, **context: Any) -> Page:
    return page(
        f"contributions/{template}.html",
        company=access.company,
        filing=filing,
        steps=progress(filing, step),
        title=TITLES[step],
        place=list(TITLES).index(step) + 1,
        **context,
    )


def bars_of(counts: dict[str, int], before: dict[str, int] | None) -> list[Bars]:
    """The headcount by follow-up and in all, beside that of the year before."""
    kinds = [str(each) for each in Monitoring]
    now_ = {each: counts.get(each, 0) for each in kinds} | {"total": sum(counts.get(k, 0) for k in kinds)}
    then = before and ({k: before.get(k, 0) for k in kinds} | {"total": sum(before.get(k, 0) for k in kinds)})
    most = max(*now_.values(), *(then or {"": 1}).values(), 1)
    return [
        Bars(
            name=SHORT[key],
            before=then[key] if then else None,
            now=number,
            before_width=round((then[key] if then else 0) * LONGEST / most),
            now_width=round(number * LONGEST / most),
        )
        for key, number in now_.items()
    ]


def reference_words(rules: Rules) -> str:
    """au 1er janvier 2027"""
    return f"au {day(rules.reference_on)}"


def counted_words(rules: Rules) -> str:
    """au 1er janvier 2027, arrivées depuis comprises"""
    return reference_words(rules) + ("" if rules.hires == Hires.NONE else ", arrivées depuis comprises")
