"""Visits that an employer may ask for, the employees concerned, and the law on a return to work.

Pure functions, no clock. Articles are those of the Code du travail in force in late 2026. Neither the
pré-reprise (asked for by the employee or a doctor, R4624-29) nor a visit at the employee's own request is
ever the employer's to ask for.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.follow_up.law import NOT_FOLLOWED, SIR, mid_career_year
from app.follow_up.standing import Call
from app.follow_up.words import MOTIVE_TITLES
from app.text.formats import day, moment
from db.models import NEVER, Contract, Monitoring, RequestMotive, ReturnCause, VisitKind


class Motive(NamedTuple):
    """`kind`: the visit asked for; None when there is none, or when the employee's situation says which."""

    title: str
    words: str
    article: str
    kind: VisitKind | None = None


# In the order of the page. ANOTHER_DATE is asked for from a slot, hence not here.
MOTIVES = {
    RequestMotive.RETURN: Motive(
        MOTIVE_TITLES[RequestMotive.RETURN],
        "Après un congé de maternité, une maladie professionnelle, un accident du travail d’au moins "
        "30 jours, ou un autre arrêt d’au moins 60 jours.",
        "R4624-31", VisitKind.RETURN,
    ),
    RequestMotive.EMPLOYER: Motive(
        MOTIVE_TITLES[RequestMotive.EMPLOYER],
        "Vous écrivez un motif, qui n’est pas médical, après en avoir informé le salarié.",
        "R4624-34", VisitKind.EMPLOYER,
    ),
    RequestMotive.OVERDUE: Motive(
        MOTIVE_TITLES[RequestMotive.OVERDUE],
        "L’échéance légale est passée, et le service n’a ni proposé de date ni reçu de demande.",
        "R4624-10 à R4624-28", None,
    ),
    RequestMotive.MID_CAREER: Motive(
        MOTIVE_TITLES[RequestMotive.MID_CAREER],
        "L’année des 45 ans, ou dans les deux ans qui précèdent avec une autre visite ; plus tard si elle "
        "n’a pas eu lieu.",
        "L4624-2-2", VisitKind.MID_CAREER,
    ),
    RequestMotive.AFTER_EXPOSURE: Motive(
        MOTIVE_TITLES[RequestMotive.AFTER_EXPOSURE],
        "Quand l’exposition à un risque particulier (suivi renforcé) prend fin.",
        "R4624-28-1", VisitKind.AFTER_EXPOSURE,
    ),
    RequestMotive.END_OF_CAREER: Motive(
        MOTIVE_TITLES[RequestMotive.END_OF_CAREER],
        "Avant le départ à la retraite de qui a été exposé à un risque particulier.",
        "R4624-28-1", VisitKind.AFTER_EXPOSURE,
    ),
    RequestMotive.ACCIDENT: Motive(
        MOTIVE_TITLES[RequestMotive.ACCIDENT],
        "Aucune visite n’est prévue : le service en est informé pour sa mission de prévention.",
        "R4624-33", None,
    ),
}  # fmt: skip
# Shortest absence, in days, after which the visit is compulsory.
RETURNS = {
    ReturnCause.MATERNITY: (0, "après un congé de maternité, quelle que soit sa durée"),
    ReturnCause.OCCUPATIONAL_DISEASE: (0, "après une maladie professionnelle, quelle que soit sa durée"),
    ReturnCause.ACCIDENT_AT_WORK: (30, "après un accident du travail, à partir de 30 jours d’arrêt"),
    ReturnCause.OTHER: (60, "après un arrêt non professionnel, à partir de 60 jours"),
}
RETURN_WITHIN = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Return:
    """`days`: length of the absence. `by`: the last day for the visit, when it is compulsory.

    `is_to_signal`: no visit, but the service must hear of this accident at work (R4624-33).
    """

    days: int
    is_compulsory: bool
    by: date | None
    words: str
    is_to_signal: bool = False


def return_visit(cause: ReturnCause, stop_from: date, back_on: date) -> Return:
    """The visit after this absence: compulsory or not, and until when (R4624-31).

    The absence counts from its first day to the eve of the return; the visit is within 8 days of the return.
    """
    days = (back_on - stop_from).days
    least, words = RETURNS[cause]
    if days < least:
        is_accident = cause == ReturnCause.ACCIDENT_AT_WORK
        return Return(days, False, None, f"Elle n’est obligatoire qu’{words}.", is_accident)
    return Return(days, True, back_on + RETURN_WITHIN, f"Elle est obligatoire {words}.")


@dataclass(frozen=True, slots=True)
class Subject:
    """Facts on one employee that decide. `is_exposed`: a reinforced follow-up now, or declared to have been
    before.

    `call`: the appointment for the visit that is late. `seen_on`: of the mid-career visit.
    """

    birth_on: date
    entry_on: date
    exit_on: date | None
    contract: Contract
    monitoring: Monitoring
    due_on: date
    is_exposed: bool = False
    call: Call | None = None
    seen_on: date | None = None


def objection(motive: RequestMotive, subject: Subject, today: date) -> str:
    """The reason why this may not be asked for this employee, in a sentence; "" when it may."""
    if subject.exit_on and subject.exit_on < today:
        return f"cette personne a quitté l’entreprise le {day(subject.exit_on)}."
    if subject.contract in NOT_FOLLOWED:
        return NOT_FOLLOWED[subject.contract]
    if motive == RequestMotive.MID_CAREER and today.year < mid_career_year(subject.birth_on) - 2:
        year = mid_career_year(subject.birth_on)
        return f"la visite de mi-carrière a lieu l’année des 45 ans, en {year} (L4624-2-2)."
    if motive == RequestMotive.MID_CAREER and subject.seen_on:
        return f"sa visite de mi-carrière a déjà eu lieu, le {day(subject.seen_on)}."
    exposure = (RequestMotive.AFTER_EXPOSURE, RequestMotive.END_OF_CAREER)
    if motive in exposure and subject.monitoring != SIR and not subject.is_exposed:
        return "cette visite suit un suivi renforcé : dites s’il y en a eu un par le passé (R4624-28-1)."
    if motive == RequestMotive.OVERDUE and subject.call:
        when = moment(subject.call.starts_at)
        if subject.call.is_confirmed:
            return f"un rendez-vous est déjà confirmé, le {when}."
        return f"un rendez-vous est déjà proposé, le {when} : répondez-y dans « Mon planning »."
    if motive == RequestMotive.OVERDUE and subject.due_on >= today:
        if subject.due_on == NEVER:
            return "aucune visite n’est à prévoir."
        return (
            f"rien n’est en retard : la prochaine visite est à faire au plus tard le {day(subject.due_on)}."
        )
    return ""


def visit_kind(motive: RequestMotive, due_kind: str) -> VisitKind | None:
    """The visit that this motive asks for; an overdue one is the employee's next."""
    if motive in {RequestMotive.OVERDUE, RequestMotive.ANOTHER_DATE}:
        return VisitKind(due_kind) if due_kind else None
    return MOTIVES[motive].kind
