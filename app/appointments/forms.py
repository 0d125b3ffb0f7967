"""Fields of a request for a visit, one form a motive."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from app.text.fields import Input, OptionalDay, Squeezed, Ticked, Written, day, text
from db.models import RequestMotive, ReturnCause

DAYS = {"lun": "Lundi", "mar": "Mardi", "mer": "Mercredi", "jeu": "Jeudi", "ven": "Vendredi"}
HALVES = {"matin": "matin", "soir": "après-midi"}
HALF_DAYS = {f"{d}_{h}": f"{DAYS[d]} {HALVES[h]}" for d in DAYS for h in HALVES}
CAUSES = {
    ReturnCause.MATERNITY: "Congé de maternité",
    ReturnCause.OCCUPATIONAL_DISEASE: "Maladie professionnelle",
    ReturnCause.ACCIDENT_AT_WORK: "Accident du travail",
    ReturnCause.OTHER: "Autre maladie ou accident (non professionnel)",
}
NOT_TOLD = "Informez d’abord le salarié de votre demande et de son motif, puis cochez cette case (R4624-34)."


def _cause(value: str) -> str:
    if value not in set(ReturnCause):
        raise ValueError("Choisissez la cause de l’arrêt.")
    return value


def _token(value: str) -> str:
    if not re.fullmatch(r"[\w-]{8,43}", value, re.ASCII):
        raise ValueError("Rechargez la page et recommencez.")
    return value


Token = Annotated[str, AfterValidator(_token)]
StopDay = Annotated[str, Squeezed, day("Saisissez la date de début de l’arrêt.")]
BackDay = Annotated[str, Squeezed, day("Saisissez la date de reprise.")]
Message = Annotated[str, Written, text("", 2000)]


class Folded(Input):
    """Ticked boxes `half_mar_matin` become `half_days`, and `salarie_12` become `employees`."""

    half_days: tuple[str, ...] = ()
    employees: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, typed: Any) -> Any:
        typed = dict(typed)
        halves = [code for code in HALF_DAYS if typed.pop(f"half_{code}", "") == "oui"]
        boxes = [name for name in typed if re.fullmatch(r"salarie_(0|[1-9][0-9]{0,8})", name)]
        ids = [int(name.removeprefix("salarie_")) for name in boxes if typed.pop(name) == "oui"]
        return typed | {"half_days": halves, "employees": ids}


class Wishes(Folded):
    """Fields common to every request. `batch`: drawn with the page, so that a form sent twice asks once."""

    batch: Token
    centre: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8})?$")] = ""
    needs_access: Ticked = False
    interpreter: Annotated[str, Squeezed, text("", 40)] = ""
    message: Message = ""


class ReturnRequest(Wishes):
    cause: Annotated[str, AfterValidator(_cause)]
    stop_from: StopDay
    back_on: BackDay


class EmployerRequest(Wishes):
    reason: Annotated[str, Written, text("Écrivez le motif de votre demande.", 1000)]
    told: Ticked = False


class ExposureRequest(Wishes):
    """`was_exposed`: there was a reinforced follow-up before, here or elsewhere."""

    was_exposed: Ticked = False
    reason: Annotated[str, Squeezed, text("", 300)] = ""
    back_on: OptionalDay = ""


class AccidentReport(Folded):
    batch: Token
    stop_from: StopDay
    back_on: BackDay
    message: Message = ""


class NewMessage(Input):
    token: Token
    text: Annotated[str, Written, text("Écrivez votre message.", 2000)]


FORMS: dict[RequestMotive, type[Folded]] = {
    RequestMotive.RETURN: ReturnRequest,
    RequestMotive.EMPLOYER: EmployerRequest,
    RequestMotive.OVERDUE: Wishes,
    RequestMotive.MID_CAREER: Wishes,
    RequestMotive.AFTER_EXPOSURE: ExposureRequest,
    RequestMotive.END_OF_CAREER: ExposureRequest,
    RequestMotive.ACCIDENT: AccidentReport,
}
