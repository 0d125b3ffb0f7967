"""Fields of centres, professionals and sessions."""

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from app.text.fields import Input, OneLine, OptionalDay, PlainName, Squeezed, Ticked, day, text
from db.kinds import VisitKind
from db.numbers import is_digits

HOUR = re.compile(r"([0-9]{1,2})\s*(?:h|:)\s*([0-9]{2})?")


def read_hour(typed: str) -> time:
    """« 9 h 30 », « 9h », « 09:30 ». ValueError says what to write."""
    match = HOUR.fullmatch(typed.strip().lower())
    try:
        return time(int(match[1]), int(match[2] or 0)) if match else time.fromisoformat("")
    except ValueError:
        raise ValueError(f"L’heure « {typed[:10]} » ne se lit pas. Exemple : 9 h 30") from None


def _hour(value: str) -> str:
    return read_hour(value).isoformat("minutes")


def _number(value: str) -> str:
    if not is_digits(value) or len(value) > 9:
        raise ValueError("Choisissez dans la liste.")
    return value


def _count(value: str) -> str:
    if not is_digits(value) or len(value) > 3:
        raise ValueError("Écrivez un nombre, en chiffres.")
    return value


Line = Annotated[str, Squeezed, OneLine]
Hour = Annotated[str, AfterValidator(_hour)]
Number = Annotated[str, AfterValidator(_number)]
Count = Annotated[str, AfterValidator(_count)]
Room = Annotated[Line, text("", 40)]


class NewCentre(Input):
    """A place of visits."""

    name: Annotated[str, Squeezed, OneLine, text("Écrivez le nom du centre.", 80), PlainName]
    address: Annotated[Line, text("Écrivez l’adresse.", 200)]
    postcode: Annotated[Line, text("Écrivez le code postal.", 10)]
    town: Annotated[Line, text("Écrivez la commune.", 80)]


class CentreChange(NewCentre):
    """Everything that is known of a place."""

    phone: Annotated[Line, text("", 20)] = ""
    access: Annotated[Line, text("", 300)] = ""
    is_accessible: Ticked = False
    closed_on: OptionalDay = ""

    def values(self) -> dict[str, Any]:
        return self.model_dump() | {
            "closed_on": date.fromisoformat(self.closed_on) if self.closed_on else None
        }


class NewProfessional(Input):
    """One who sees employees; `role`: as a convocation says it."""

    name: Annotated[str, Squeezed, OneLine, text("Écrivez le nom.", 120), PlainName]
    role: Annotated[Line, text("Écrivez la fonction : la convocation la dit.", 80)]


class NewAbsence(Input):
    """Days off. `cancels`: the sessions of these days are cancelled."""

    first_on: Annotated[str, Squeezed, day("Écrivez le premier jour.")]
    last_on: Annotated[str, Squeezed, day("Écrivez le dernier jour.")]
    cancels: Ticked = False


class AbsenceEnd(Input):
    """The absence to take off the list."""

    absence: Number


HEIRLESS = "annuler"


def _heir(value: str) -> str:
    return value if value == HEIRLESS else _number(value)


class Departure(Input):
    """The last day of a professional. `heir`: who takes what is to come, or HEIRLESS."""

    last_on: Annotated[str, Squeezed, day("Écrivez le dernier jour.")]
    heir: Annotated[str, AfterValidator(_heir)]

    @property
    def heir_id(self) -> int | None:
        return None if self.heir == HEIRLESS else int(self.heir)


class SessionFields(Input):
    """A session. `kind`: the visit that it is kept for, "" for all; `room`: where in the centre, or ""."""

    centre: Number
    professional: Number
    first: Annotated[str, Squeezed, day("Écrivez le jour de la vacation.")]
    opens: Hour
    closes: Hour
    minutes: Count
    kind: str = ""
    room: Room = ""

    def kinds(self) -> tuple[VisitKind, ...]:
        return (VisitKind(self.kind),) if self.kind in set(VisitKind) else ()


class NewSessions(SessionFields):
    """A pattern of sessions: the same of each week."""

    weeks: Count


MARKS = ("venu", "absent", "excuse")
SLOT = "slot_"  # begins the name of the field of an appointment on the sheet of a day


class Marks(Input):
    """The outcome of each appointment of a day, (its number, one of MARKS) each; the others say nothing."""

    marks: tuple[tuple[int, str], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, typed: dict[str, Any]) -> dict[str, Any]:
        found = ((name.removeprefix(SLOT), value) for name, value in typed.items() if name.startswith(SLOT))
        return {"marks": [(int(key), value) for key, value in found if is_digits(key) and value in MARKS]}
