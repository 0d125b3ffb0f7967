"""The labour law behind the list: kind of follow-up, deadlines, dispensation, people counted.

Pure functions, no clock: every date is given. Days are `date`, periods calendar months. Articles are those
of the Code du travail in force in late 2026. Nothing here is typed: it is computed, then explained.
"""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from db.kinds import Contract, Monitoring, VisitKind

YOUNGEST = 14  # years at entry: below, nobody may be hired


class Risk(NamedTuple):
    """`before_post`: the first visit comes before the work. (Questions and words: `words.py`.)"""

    words: str
    monitoring: Monitoring
    article: str
    before_post: bool = True


SIR, SIA = Monitoring.REINFORCED, Monitoring.ADAPTED
# In the order of the questions. MINEUR is never asked: the birth date says it.
RISKS: dict[str, Risk] = {
    "AMIANTE": Risk("amiante", SIR, "R4624-23"),
    "PLOMB": Risk("plomb", SIR, "R4624-23"),
    "CMR": Risk("agents cancérogènes, mutagènes ou toxiques pour la reproduction", SIR, "R4624-23"),
    "BIO34": Risk("agents biologiques des groupes 3 et 4", SIR, "R4624-23"),
    "RAYONNEMENTS": Risk("rayonnements ionisants", SIR, "R4624-23"),
    "HYPERBARE": Risk("milieu hyperbare", SIR, "R4624-23"),
    "ECHAFAUDAGE": Risk("montage et démontage d’échafaudages", SIR, "R4624-23"),
    "MINEUR_TRAVAUX_REGLEMENTES": Risk("moins de 18 ans, travaux réglementés", SIR, "R4153-40"),
    "PORT_55KG": Risk("charges de plus de 55 kg", SIR, "R4541-9"),
    "POSTE_EMPLOYEUR": Risk("poste à risque désigné par l’employeur", SIR, "R4624-23, III"),
    "NUIT": Risk("travail de nuit", SIA, "R4624-18"),
    "MINEUR": Risk("moins de 18 ans", SIA, "R4624-18"),
    "BIO2": Risk("agents biologiques du groupe 2", SIA, "R4426-7"),
    "CEM": Risk("champs électromagnétiques", SIA, "R4453-10"),
    "RQTH": Risk("situation que le salarié a fait connaître", SIA, "R4624-20", before_post=False),
}


@dataclass(frozen=True, slots=True)
class FollowUpFacts:
    """Facts on one employee that the rules need. `risks`: codes of RISKS, MINEUR left out."""

    birth_on: date
    entry_on: date
    contract: Contract
    risks: frozenset[str] = frozenset()


class DoneVisit(NamedTuple):
    """A visit that took place. `next_on`: the earlier date that the professional set for the next."""

    kind: VisitKind
    done_on: date
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The next visit: which, until which day included, why. `before_post`: the work may not start first."""

    kind: VisitKind
    by: date
    article: str
    words: str
    before_post: bool = False


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`reasons`: the codes that decide, none for a simple follow-up."""

    monitoring: Monitoring
    reasons: tuple[str, ...]


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or the month's last: 31 January + 1 month is the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def is_minor(birth_on: date, on: date) -> bool:
    """True under 18 on that day. Born on a 29 February, one is of age on the 28th of a common year."""
    return on < add_months(birth_on, 12 * 18)


def follow_up(risks: Collection[str], birth_on: date, on: date) -> FollowUp:
    """The kind of follow-up on that day: the closest that any risk asks for.

    SIR: R4624-22 and R4624-23 (since 1 October 2025, decree 2025-355, neither driving authorisation nor
    electrical habilitation belongs to it). SIA: R4624-17 to 20, R4426-7, R4453-10. SI: everybody else.
    """
    present = [code for code in RISKS if code in risks and code != "MINEUR"]
    if is_minor(birth_on, on):
        present.append("MINEUR")
    for monitoring in (SIR, SIA):
        reasons = tuple(code for code in RISKS if code in present and RISKS[code].monitoring == monitoring)
        if reasons:
            return FollowUp(monitoring, reasons)
    return FollowUp(Monitoring.SIMPLE, ())


PERIODS = {Monitoring.SIMPLE: 60, SIA: 36, SIR: 48}  # months, at most
SPARED = {Monitoring.SIMPLE: 60, SIA: 36, SIR: 24}  # months that a visit may stand for that of a new hiring
PERIOD_ARTICLES = {Monitoring.SIMPLE: "R4624-16", SIA: "R4624-17", SIR: "R4624-28"}
EXAMS = {VisitKind.EXAM_HIRING, VisitKind.EXAM}
PERIODIC = EXAMS | {VisitKind.VIP_INITIAL, VisitKind.VIP}
AHEAD_MONTHS = 3  # a visit made a little before the hiring is the visit of that hiring (practice)
NOT_FOLLOWED = {
    Contract.TEMPORARY: "C’est l’entreprise de travail temporaire qui fait suivre ses salariés (R4625-1).",
    Contract.INTERNSHIP: "Un stagiaire n’est pas salarié : aucune visite n’est à prévoir pour lui ici.",
    Contract.SELF_EMPLOYED: "Un indépendant n’est suivi que s’il s’est affilié lui-même (L4621-3).",
}


def next_visit(facts: FollowUpFacts, seen: Collection[DoneVisit]) -> Deadline | None:
    """The next visit that the law asks for; None for a person who is not followed through this employer.

    Total: any dates and any visits, in any order. A later visit never brings the next one nearer, unless the
    professional asked for it (`next_on`) or, with SIR, it restarts the two years or is no examination.
    """
    if facts.contract in NOT_FOLLOWED:
        return None
    since = add_months(facts.entry_on, -AHEAD_MONTHS)
    # Of two visits on one day, the examination counts.
    ours = sorted((e for e in seen if e.done_on >= since), key=lambda e: (e.done_on, e.kind in EXAMS))
    last = next((each for each in reversed(ours) if each.kind in PERIODIC), None)
    if last is None:
        return first_visit(facts)
    now = follow_up(facts.risks, facts.birth_on, last.done_on)
    if now.monitoring == SIR and last.kind not in EXAMS:
        words = "avant l’affectation au poste à risque : la dernière visite n’était pas un examen d’aptitude"
        by = max(last.done_on, facts.entry_on - timedelta(days=1))
        return Deadline(VisitKind.EXAM_HIRING, by, "R4624-24", words, before_post=True)
    return _advanced(_renewal(now.monitoring, last, ours), ours)


def first_visit(facts: FollowUpFacts) -> Deadline:
    """R4624-24: examination before the post (SIR). R4624-18: before the post for some. R6222-36: apprentices,
    2 months. R4624-10: everybody else, 3 months from the first day of work."""
    followed = follow_up(facts.risks, facts.birth_on, facts.entry_on)
    eve = facts.entry_on - timedelta(days=1)
    if followed.monitoring == SIR:
        return Deadline(VisitKind.EXAM_HIRING, eve, "R4624-24", "avant la prise de poste", before_post=True)
    urgent = [RISKS[code] for code in followed.reasons if RISKS[code].before_post]
    if urgent:
        words, article = "avant la prise de poste", urgent[0].article
        return Deadline(VisitKind.VIP_INITIAL, eve, article, words, before_post=True)
    if facts.contract == Contract.APPRENTICESHIP:
        words = "dans les 2 mois qui suivent l’embauche d’un apprenti"
        return Deadline(VisitKind.VIP_INITIAL, add_months(facts.entry_on, 2), "R6222-36", words)
    words = "dans les 3 mois qui suivent la prise de poste"
    return Deadline(VisitKind.VIP_INITIAL, add_months(facts.entry_on, 3), "R4624-10", words)


def is_before_work(by: date, entry_on: date, today: date) -> bool:
    """`Deadline.before_post` for a person who has not begun, from the two days that a list reads: only a
    visit that comes before the work is due by the eve of the entry.
    """
    return by < entry_on and today < entry_on


def _renewal(monitoring: Monitoring, last: DoneVisit, ours: list[DoneVisit]) -> Deadline:
    by = add_months(last.done_on, PERIODS[monitoring])
    if monitoring != SIR:
        words = f"{PERIODS[monitoring] // 12} ans après la dernière visite"
        return Deadline(VisitKind.VIP, by, PERIOD_ARTICLES[monitoring], words)
    between = [each for each in ours if each.kind == VisitKind.INTERMEDIATE and each.done_on >= last.done_on]
    if between:
        return Deadline(VisitKind.EXAM, by, "R4624-28", "4 ans après le dernier examen")
    by = add_months(last.done_on, 24)
    return Deadline(VisitKind.INTERMEDIATE, by, "R4624-28", "2 ans après le dernier examen")


def _advanced(deadline: Deadline, ours: list[DoneVisit]) -> Deadline:
    set_days = [each.next_on for each in ours if each.next_on and each.done_on == ours[-1].done_on]
    by = min(set_days, default=deadline.by)
    if by >= deadline.by:
        return deadline
    words = "date fixée par le professionnel de santé, plus tôt que le délai légal"
    return Deadline(deadline.kind, by, deadline.article, words)


def may_be_dispensed(monitoring: Monitoring, seen_on: date, hired_on: date, *, same_job: bool) -> bool:
    """True when a hiring visit may be spared: same job and risks, seen within 5 years (SI), 3 (SIA), 2 (SIR).

    R4624-15, R4624-27. The rest (no measure, no unfitness, paper at hand) is medical: the service decides.
    """
    return same_job and seen_on <= hired_on <= add_months(seen_on, SPARED[monitoring])


def mid_career_year(birth_on: date) -> int:
    """The calendar year of the 45th birthday, in which the mid-career visit takes place (L4624-2-2)."""
    return birth_on.year + 45


def counts_for_contribution(contract: Contract) -> bool:
    """True when this person counts, for one whatever the hours (L4622-6; interns and agency staff do not)."""
    return contract not in NOT_FOLLOWED
