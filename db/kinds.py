"""Kinds of contract, of follow-up and of visit, apart from the tables, so that readers of files need none."""

from datetime import date
from enum import StrEnum

# Later than any deadline, so that lists sorted by deadline need no case for "none".
NEVER = date(9999, 12, 31)


class Monitoring(StrEnum):
    """Kind of follow-up, from the lightest to the closest."""

    SIMPLE = "SI"
    ADAPTED = "SIA"
    REINFORCED = "SIR"


class Contract(StrEnum):
    CDI = "cdi"
    CDD = "cdd"
    APPRENTICESHIP = "apprentissage"
    PROFESSIONALISATION = "professionnalisation"
    SEASONAL = "saisonnier"
    TEMPORARY = "interim"
    INTERNSHIP = "stage"
    OFFICER = "mandat"
    SELF_EMPLOYED = "non_salarie"


class VisitKind(StrEnum):
    """Visits that an employer may know of. Those asked for by the employee are never here."""

    VIP_INITIAL = "vip_initiale"
    VIP = "vip"
    EXAM_HIRING = "examen_embauche"
    EXAM = "examen"
    INTERMEDIATE = "intermediaire"
    RETURN = "reprise"
    EMPLOYER = "employeur"
    MID_CAREER = "mi_carriere"
    AFTER_EXPOSURE = "post_exposition"


class RequestMotive(StrEnum):
    """Motives of an employer. Neither pré-reprise nor a visit at the employee's own request is here."""

    RETURN = "reprise"
    EMPLOYER = "employeur"
    MID_CAREER = "mi_carriere"
    AFTER_EXPOSURE = "post_exposition"
    END_OF_CAREER = "fin_carriere"
    OVERDUE = "retard"
    ACCIDENT = "accident"
    ANOTHER_DATE = "autre_date"


class RequestState(StrEnum):
    SENT = "sent"
    TAKEN = "taken"
    PLANNED = "planned"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class ChangeKind(StrEnum):
    DECLARED = "declared"
    CORRECTED = "corrected"
    LEFT = "left"
    CAME_BACK = "came_back"
    UNDONE = "undone"


class LineKind(StrEnum):
    """The effect of a line of the file."""

    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"
    ABSENT = "absent"
    DUPLICATE = "duplicate"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


class SlotState(StrEnum):
    """`DECLINED`: given back by the company; `CANCELLED`: taken back by the service; `ABSENT`: no-show."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    DONE = "done"
    ABSENT = "absent"
